/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-step-row.h"

#include <glib/gi18n.h>

struct _HsStepRow
{
  AdwActionRow parent_instance;

  /* Owned by the row */
  GtkWidget *icon, *spinner;
  GtkLabel *elapsed;

  /* Owned */
  HsStep *step;
};

G_DEFINE_FINAL_TYPE (HsStepRow, hs_step_row, ADW_TYPE_ACTION_ROW)

static const struct
{
  const char *icon, *style;
} states[] = {
  [HS_STEP_WAITING] = { "content-loading-symbolic", "waiting" },
  [HS_STEP_RUNNING] = { NULL, "running" },
  [HS_STEP_DONE] = { "object-select-symbolic", "success" },
  [HS_STEP_FAILED] = { "hs-stop-symbolic", "error" },
};

char *
hs_step_row_format_elapsed (gint64 elapsed)
{
  if (elapsed < 0)
    return NULL;
  if (elapsed < 10 * 1000)
    return g_strdup_printf (_("%.1f ms"), elapsed / 1000.0);
  if (elapsed < 1000 * 1000)
    return g_strdup_printf (_("%.0f ms"), elapsed / 1000.0);
  return g_strdup_printf (_("%.1f s"), elapsed / 1000000.0);
}

static void
refresh (HsStepRow *self)
{
  HsStepState state = MIN ((guint) hs_step_get_state (self->step), G_N_ELEMENTS (states) - 1);
  const char *title = hs_step_get_title (self->step), *detail = hs_step_get_detail (self->step);
  g_autofree char *elapsed = hs_step_row_format_elapsed (hs_step_get_elapsed (self->step));
  const char *classes[] = { states[state].style, NULL };

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), title != NULL ? title : "");
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), detail != NULL ? detail : "");
  gtk_widget_set_visible (self->icon, states[state].icon != NULL);
  gtk_image_set_from_icon_name (GTK_IMAGE (self->icon), states[state].icon);
  gtk_widget_set_css_classes (self->icon, classes);
  gtk_widget_set_visible (self->spinner, state == HS_STEP_RUNNING);
  gtk_spinner_set_spinning (GTK_SPINNER (self->spinner), state == HS_STEP_RUNNING);
  gtk_widget_set_sensitive (GTK_WIDGET (self), state != HS_STEP_WAITING);
  gtk_label_set_text (self->elapsed, state == HS_STEP_DONE || state == HS_STEP_FAILED ? (elapsed != NULL ? elapsed : "") : "");
}

static void
hs_step_row_dispose (GObject *object)
{
  HsStepRow *self = HS_STEP_ROW (object);

  g_clear_object (&self->step);
  G_OBJECT_CLASS (hs_step_row_parent_class)->dispose (object);
}

static void
hs_step_row_class_init (HsStepRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hs_step_row_dispose;
}

static void
hs_step_row_init (HsStepRow *self)
{
  GtkWidget *prefix = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self), FALSE);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self), FALSE);
  self->icon = gtk_image_new ();
  self->spinner = gtk_spinner_new ();
  self->elapsed = GTK_LABEL (gtk_label_new (NULL));
  gtk_widget_add_css_class (GTK_WIDGET (self->elapsed), "stamp");
  gtk_box_append (GTK_BOX (prefix), self->icon);
  gtk_box_append (GTK_BOX (prefix), self->spinner);
  gtk_widget_set_valign (prefix, GTK_ALIGN_CENTER);
  gtk_widget_set_size_request (prefix, 16, 16);
  adw_action_row_add_prefix (ADW_ACTION_ROW (self), prefix);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), GTK_WIDGET (self->elapsed));
}

GtkWidget *
hs_step_row_new (HsStep *step)
{
  HsStepRow *self = g_object_new (HS_TYPE_STEP_ROW, NULL);

  self->step = g_object_ref (step);
  g_signal_connect_object (step, "notify", G_CALLBACK (refresh), self, G_CONNECT_SWAPPED);
  refresh (self);
  return GTK_WIDGET (self);
}

gboolean
hs_step_row_is_waiting (HsStepRow *self)
{
  return hs_step_get_state (self->step) == HS_STEP_WAITING;
}
