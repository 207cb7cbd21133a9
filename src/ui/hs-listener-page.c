/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The panel's third page, while hosting: the listening socket's queues and the guests' connections. */
#include "hs-listener-page.h"

#include "hs-field.h"
#include "hs-guest-row.h"
#include "hs-lab-button.h"

#include <glib/gi18n.h>

struct _HsListenerPage
{
  GtkWidget parent_instance;

  /* Template */
  GtkLabel *where, *half_open, *accept_queue, *drops, *judgement, *count;
  GtkWidget *judgement_box, *warning, *scroller, *nobody;
  GtkListView *list;
  HsLabButton *lab;
  GtkWidget *lab_strip;
  GtkLabel *lab_words;

  /* Owned */
  HsServer *server; /* (nullable) */
  GSignalGroup *signals;

  /* State */
  gboolean shown;
};

G_DEFINE_FINAL_TYPE (HsListenerPage, hs_listener_page, GTK_TYPE_WIDGET)

enum { CHOSEN, N_SIGNALS };

static guint signals[N_SIGNALS];

/* ---- The listening socket ---- */

static void
set_fill (GtkLabel *label, guint32 value, guint32 limit)
{
  /* Translators: a queue's fill, "3 of 128" */
  g_autofree char *text = value == G_MAXUINT32 ? g_strdup ("–")
    : limit > 0 ? g_strdup_printf (_("%u of %u"), value, limit) : g_strdup_printf ("%u", value);

  hs_field_set_value (label, text);
}

typedef enum { CALM, BUSY, CLIMBING, COOKIES, FULL, DROPPING, UNSEEN } Judgement;

/* What is worth a warning the door says, to this page and to the server's; the worst first. */
static const struct { HsTcpDoorWarning warning; Judgement judgement; } by_warning[] = {
  { HS_TCP_DOOR_SYN_COOKIES, COOKIES }, { HS_TCP_DOOR_QUEUE_FULL, FULL }, { HS_TCP_DOOR_DROPS, DROPPING }, { HS_TCP_DOOR_HALF_OPEN_CLIMBS, CLIMBING },
};

static Judgement
judge (const HsTcpListenerNumbers *numbers)
{
  if (numbers->syn_cookies)
    return COOKIES;
  for (guint i = 0; i < G_N_ELEMENTS (by_warning); i++)
    if (numbers->warnings & by_warning[i].warning)
      return by_warning[i].judgement;
  if (numbers->half_open == G_MAXUINT32)
    return UNSEEN;
  return numbers->half_open + numbers->accept_queue > 0 ? BUSY : CALM;
}

static const struct { const char *text; gboolean warn; } judgements[] = {
  [CALM] = { N_("SYN cookies are not needed. Nothing waits."), FALSE },
  [BUSY] = { N_("Somebody is just arriving. SYN cookies are not needed."), FALSE },
  [CLIMBING] = { N_("Half-open connections climb: guests on a bad network, or a SYN flood."), TRUE },
  [COOKIES] = { N_("The backlog is full: the kernel answers with SYN cookies and remembers nothing until the ACK is here."), TRUE },
  [FULL] = { N_("The accept queue is full: who wants to come in now is dropped by the kernel, and tries again."), TRUE },
  [DROPPING] = { N_("The kernel had to drop connection requests: its queues were full."), TRUE },
  [UNSEEN] = { N_("Half-open connections cannot be seen on this system."), FALSE },
};

static void
update_where (HsListenerPage *self)
{
  gint64 since = 0;
  g_autoptr (GDateTime) utc = NULL, local = NULL;
  g_autofree char *clock = NULL, *text = NULL;

  g_object_get (self->server, "since", &since, NULL);
  utc = g_date_time_new_from_unix_utc (since / G_USEC_PER_SEC);
  local = g_date_time_to_local (utc);
  clock = g_date_time_format (local, "%H:%M");
  text = since == 0 ? g_strdup ("") : g_strdup_printf (_("port %u · since %s"), hs_server_get_port (self->server), clock);
  gtk_label_set_label (self->where, text);
}

static void
update_count (HsListenerPage *self)
{
  guint n_guests = 0, n_listeners = 0;
  g_autofree char *guests = NULL, *listeners = NULL, *both = NULL;

  g_object_get (self->server, "n-guests", &n_guests, "n-listeners", &n_listeners, NULL);
  guests = g_strdup_printf (ngettext ("%u guest", "%u guests", n_guests), n_guests);
  listeners = g_strdup_printf (ngettext ("%u listener", "%u listeners", n_listeners), n_listeners);
  both = n_listeners > 0 ? g_strdup_printf ("%s · %s", guests, listeners) : g_strdup (guests);
  gtk_label_set_label (self->count, both);
}

static void
update_numbers (HsListenerPage *self)
{
  static const HsTcpListenerNumbers none = { .half_open = G_MAXUINT32 };
  const HsTcpListenerNumbers *numbers = hs_server_get_listener_numbers (self->server);
  Judgement judgement;

  gtk_widget_set_visible (self->judgement_box, numbers != NULL);
  if (numbers == NULL)
    numbers = &none;
  judgement = judge (numbers);
  set_fill (self->half_open, numbers->half_open, numbers->backlog);
  set_fill (self->accept_queue, numbers->accept_queue, numbers->backlog);
  set_fill (self->drops, numbers->drops, 0);
  gtk_label_set_label (self->judgement, _(judgements[judgement].text));
  gtk_widget_set_visible (self->warning, judgements[judgement].warn);
  gtk_widget_set_css_classes (self->judgement_box, (const char *[]){ judgements[judgement].warn ? "panel-warning"
                                                                                              : "panel-calm", NULL });
}

static void
update_lab (HsListenerPage *self)
{
  g_autofree char *names = hs_lab_dup_names (hs_server_get_experiments (self->server));
  g_autofree char *words = names != NULL ? g_strdup_printf (_("Experiment: %s"), names) : NULL;

  gtk_widget_set_visible (self->lab_strip, words != NULL);
  gtk_label_set_label (self->lab_words, words != NULL ? words : "");
}

static void
on_end_experiments (HsListenerPage *self)
{
  if (self->server != NULL)
    hs_server_experiment (self->server, HS_TCP_LAB_BACKLOG, FALSE);
}

static void
update (HsListenerPage *self)
{
  if (!self->shown || self->server == NULL)
    return;
  update_where (self);
  update_lab (self);
  update_count (self);
  update_numbers (self);
}

/* ---- The guests ---- */

static void
on_items_changed (GListModel *model, guint position, guint removed, guint added, HsListenerPage *self)
{
  gboolean empty = g_list_model_get_n_items (model) == 0;

  gtk_widget_set_visible (self->scroller, !empty);
  gtk_widget_set_visible (self->nobody, empty);
}

static void
follow (HsListenerPage *self)
{
  GListModel *guests = self->shown && self->server != NULL ? hs_server_get_guests (self->server) : NULL;
  g_autoptr (GtkNoSelection) model = gtk_no_selection_new (guests != NULL ? g_object_ref (guests) : NULL);

  if (self->server != NULL)
    hs_server_set_observed (self->server, self->shown);
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (model));
  g_signal_connect_object (model, "items-changed", G_CALLBACK (on_items_changed), self, 0);
  on_items_changed (G_LIST_MODEL (model), 0, 0, 0, self);
  update (self);
}

void
hs_listener_page_set_server (HsListenerPage *self, HsServer *server)
{
  if (self->server == server)
    return;
  if (self->server != NULL && self->shown)
    hs_server_set_observed (self->server, FALSE);
  g_set_object (&self->server, server);
  g_signal_group_set_target (self->signals, server);
  hs_lab_button_set_server (self->lab, server);
  follow (self);
}

void
hs_listener_page_set_shown (HsListenerPage *self, gboolean shown)
{
  if (self->shown == shown)
    return;
  self->shown = shown;
  follow (self);
}

static void
on_activate (GtkListView *list, guint position, HsListenerPage *self)
{
  g_autoptr (GObject) guest = g_list_model_get_item (G_LIST_MODEL (gtk_list_view_get_model (list)), position);

  g_signal_emit (self, signals[CHOSEN], 0, guest);
}

/* ---- Object ---- */

static void
hs_listener_page_dispose (GObject *object)
{
  HsListenerPage *self = HS_LISTENER_PAGE (object);
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self));

  if (self->server != NULL && self->shown)
    hs_server_set_observed (self->server, FALSE);
  g_clear_object (&self->signals);
  g_clear_object (&self->server);
  if (child != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (hs_listener_page_parent_class)->dispose (object);
}

static void
hs_listener_page_class_init (HsListenerPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hs_listener_page_dispose;
  signals[CHOSEN] = g_signal_new ("chosen", HS_TYPE_LISTENER_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, HS_TYPE_GUEST);
  g_type_ensure (HS_TYPE_FIELD_GROUP);
  g_type_ensure (HS_TYPE_LAB_BUTTON);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/handshakechat/Handshake/ui/hs-listener-page.ui");
  gtk_widget_class_bind_template_child (widget_class, HsListenerPage, where);
  gtk_widget_class_bind_template_child (widget_class, HsListenerPage, half_open);
  gtk_widget_class_bind_template_child (widget_class, HsListenerPage, accept_queue);
  gtk_widget_class_bind_template_child (widget_class, HsListenerPage, drops);
  gtk_widget_class_bind_template_child (widget_class, HsListenerPage, judgement_box);
  gtk_widget_class_bind_template_child (widget_class, HsListenerPage, judgement);
  gtk_widget_class_bind_template_child (widget_class, HsListenerPage, warning);
  gtk_widget_class_bind_template_child (widget_class, HsListenerPage, count);
  gtk_widget_class_bind_template_child (widget_class, HsListenerPage, list);
  gtk_widget_class_bind_template_child (widget_class, HsListenerPage, scroller);
  gtk_widget_class_bind_template_child (widget_class, HsListenerPage, nobody);
  gtk_widget_class_bind_template_child (widget_class, HsListenerPage, lab);
  gtk_widget_class_bind_template_child (widget_class, HsListenerPage, lab_strip);
  gtk_widget_class_bind_template_child (widget_class, HsListenerPage, lab_words);
  gtk_widget_class_bind_template_callback (widget_class, on_end_experiments);
  gtk_widget_class_bind_template_callback (widget_class, on_activate);
}

static void
hs_listener_page_init (HsListenerPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->signals = g_signal_group_new (HS_TYPE_SERVER);
  g_signal_group_connect_swapped (self->signals, "notify", G_CALLBACK (update), self);
  hs_guest_row_fill_list (self->list);
}
