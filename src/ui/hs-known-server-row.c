/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-known-server-row.h"

#include <glib/gi18n.h>

#include "hs-copy-button.h"
#include "hs-day.h"

struct _HsKnownServerRow
{
  AdwExpanderRow parent_instance;

  /* Owned */
  HsKnownServers *servers;
  HsKnownServer *server;

  /* Borrowed: children */
  GtkWidget *name, *compared;
};

enum { FORGET, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HsKnownServerRow, hs_known_server_row, ADW_TYPE_EXPANDER_ROW)

/* What comes from others' announcements is never markup. */
static GtkWidget *
make_row (const char *title, const char *subtitle)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  return row;
}

static char *
format_seen (HsKnownServer *server)
{
  gint64 now = g_get_real_time () / 1000;
  g_autofree char *first = hs_day_format_day (hs_known_server_get_first_seen (server), now);
  g_autofree char *last = hs_day_format_day (hs_known_server_get_last_seen (server), now);

  /* Translators: days, as in "First seen Monday, last seen today" */
  return g_strdup_printf (_("First seen: %s. Last seen: %s."), first, last);
}

static void
update (HsKnownServerRow *self)
{
  const char *places = hs_known_server_get_places (self->server);
  gint64 compared = hs_known_server_get_compared (self->server);
  const char *state = compared > 0 ? _("Compared by you") : _("Not compared");
  g_autofree char *subtitle = NULL, *day = NULL, *label = NULL;

  if (places != NULL && hs_known_server_get_name (self->server) != NULL)
    subtitle = g_strdup_printf ("%s · %s", places, state);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), hs_known_server_get_title (self->server));
  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (self), subtitle != NULL ? subtitle : state);
  label = g_strdup_printf ("%s, %s", hs_known_server_get_title (self->server), subtitle != NULL ? subtitle : state);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  if (compared > 0)
    day = hs_day_format_day (compared, g_get_real_time () / 1000);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->compared), compared > 0 ? _("You compared its number") : _("You have not compared its number"));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->compared), day != NULL ? day : _("Click the lock above a conversation with it."));
}

static void
on_apply (HsKnownServerRow *self)
{
  hs_known_servers_rename (self->servers, self->server, gtk_editable_get_text (GTK_EDITABLE (self->name)));
}

static void
on_forget_clicked (HsKnownServerRow *self)
{
  g_signal_emit (self, signals[FORGET], 0);
}

static void
add_rows (HsKnownServerRow *self)
{
  AdwExpanderRow *row = ADW_EXPANDER_ROW (self);
  const char *number = hs_known_server_get_number (self->server), *name = hs_known_server_get_name (self->server);
  g_autofree char *seen = format_seen (self->server);
  GtkWidget *number_row = make_row (number, _("Its number")), *seen_row = make_row (seen, NULL), *forget = gtk_button_new_with_label (_("Forget…"));

  self->name = adw_entry_row_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->name), _("Name"));
  adw_entry_row_set_show_apply_button (ADW_ENTRY_ROW (self->name), TRUE);
  gtk_editable_set_text (GTK_EDITABLE (self->name), name != NULL ? name : "");
  g_signal_connect_object (self->name, "apply", G_CALLBACK (on_apply), self, G_CONNECT_SWAPPED);
  self->compared = make_row ("", NULL);
  adw_action_row_add_suffix (ADW_ACTION_ROW (number_row), hs_copy_button_new (number, _("Copy Number")));
  gtk_widget_set_valign (forget, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (forget, "destructive-action");
  g_signal_connect_object (forget, "clicked", G_CALLBACK (on_forget_clicked), self, G_CONNECT_SWAPPED);
  adw_action_row_add_suffix (ADW_ACTION_ROW (seen_row), forget);
  adw_expander_row_add_row (row, self->name);
  adw_expander_row_add_row (row, number_row);
  adw_expander_row_add_row (row, self->compared);
  adw_expander_row_add_row (row, seen_row);
}

static void
hs_known_server_row_dispose (GObject *object)
{
  HsKnownServerRow *self = HS_KNOWN_SERVER_ROW (object);

  g_clear_object (&self->server);
  g_clear_object (&self->servers);
  G_OBJECT_CLASS (hs_known_server_row_parent_class)->dispose (object);
}

static void
hs_known_server_row_class_init (HsKnownServerRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hs_known_server_row_dispose;
  signals[FORGET] = g_signal_new ("forget", HS_TYPE_KNOWN_SERVER_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
hs_known_server_row_init (HsKnownServerRow *self)
{
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self), FALSE);
}

GtkWidget *
hs_known_server_row_new (HsKnownServers *servers, HsKnownServer *server)
{
  HsKnownServerRow *self = g_object_new (HS_TYPE_KNOWN_SERVER_ROW, NULL);

  self->servers = g_object_ref (servers);
  self->server = g_object_ref (server);
  add_rows (self);
  g_signal_connect_object (server, "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}

HsKnownServer *
hs_known_server_row_get_server (HsKnownServerRow *self)
{
  return self->server;
}
