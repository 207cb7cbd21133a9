/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The panel's first page: one connection's state, its ladders and its numbers. Without a watch: an empty ladder. */
#include "hs-connection-page.h"

#include "hs-both-ends.h"
#include "hs-bytes-window.h"
#include "hs-charts.h"
#include "hs-connection-words.h"
#include "hs-field.h"
#include "hs-ghost-ladder.h"
#include "hs-guest-row.h"
#include "hs-help-book.h"
#include "hs-lab-button.h"
#include "hs-ladder-card.h"
#include "hs-message-way.h"
#include "hs-numbers.h"
#include "hs-sparkline.h"
#include "hs-state-diagram.h"
#include "hs-time-ring.h"
#include "hs-without-tcp.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#define TICK_MS 1000 /* "since", TIME-WAIT's seconds, a chart's step; while shown */
#define DATA_MS 400  /* between two drawings of the data's ladder, while shown and something is sent */
#define NUMBERS_MS 500 /* between two of the numbers: each segment changes them */
#define TOLD_MS 300  /* between two drawings of what the other end tells: how much that is, is its wish */

struct _HsConnectionPage
{
  GtkWidget parent_instance;

  /* Template */
  GtkStack *stack;
  GtkWidget *who, *who_box;
  AdwAvatar *avatar;
  GtkLabel *who_name, *who_address;
  GtkWidget *who_arrow;
  GtkListView *choices;
  GtkWidget *dot;
  GtkLabel *state, *known, *sentence, *since, *trouble;
  GtkWidget *learn_more;
  HsTimeRing *ring;
  HsLadderCard *closing, *handshake, *data;
  GtkWidget *path_card;
  HsStateDiagram *diagram;
  HsMessageWay *way;
  GtkWidget *numbers_card;
  GtkLabel *round_trip;
  HsSparkline *sparkline;
  GtkGrid *numbers;
  GtkBox *charts;
  HsBothEnds *both;
  HsWithoutTcp *without;
  GtkLabel *cannot;
  GtkWidget *lab_strip;
  GtkLabel *lab_words;
  GtkWidget *foot, *close_button;
  HsLabButton *lab;

  /* Owned */
  HsTcpWatch *watch;         /* (nullable) */
  HsPassage *passage;        /* (nullable) of the message that is followed */
  GSignalGroup *watch_signals;
  GSignalGroup *log_signals;
  guint tick;
  guint update;              /* idle: many events, one drawing */
  guint data_update;         /* timeout: many segments, one drawing */
  guint numbers_update;      /* timeout: many looks, one drawing */
  guint told_update;         /* timeout: many things told, one drawing */

  /* State */
  gboolean shown;
  double ring_whole;         /* seconds TIME-WAIT had when it was first seen */
};

G_DEFINE_FINAL_TYPE (HsConnectionPage, hs_connection_page, GTK_TYPE_WIDGET)

enum { CLOSE_CONNECTION, CHOSEN, N_SIGNALS };

static guint signals[N_SIGNALS];

/* ---- The state ---- */

static const struct { HsTcpState state; const char *dot; } dots[] = {
  { HS_TCP_ESTABLISHED, "good" },
  { HS_TCP_CLOSED, "over" },
};

static const char *
dot_class (HsTcpState state)
{
  for (guint i = 0; i < G_N_ELEMENTS (dots); i++)
    if (dots[i].state == state)
      return dots[i].dot;
  return "between";
}

static void
update_clock (HsConnectionPage *self)
{
  g_autofree char *since = hs_connection_words_dup_since (self->watch, g_get_real_time ());
  gint64 expires = hs_tcp_watch_get_expires (self->watch);
  double left = (expires - g_get_monotonic_time ()) / 1e6;

  gtk_label_set_label (self->since, since);
  gtk_widget_set_visible (GTK_WIDGET (self->ring), expires != 0);
  if (expires == 0)
    {
      self->ring_whole = 0;
      return;
    }
  self->ring_whole = MAX (self->ring_whole, MAX (left, 60));
  hs_time_ring_set (self->ring, left, self->ring_whole);
}

static void
update_who (HsConnectionPage *self)
{
  const char *name = hs_tcp_watch_get_name (self->watch);
  g_autofree char *address = hs_connection_words_dup_address (self->watch);

  adw_avatar_set_text (self->avatar, name);
  gtk_label_set_label (self->who_name, name != NULL ? name : _("Connection"));
  gtk_label_set_label (self->who_address, address);
}

static void
update_state (HsConnectionPage *self)
{
  static const char *tags[] = { "observed", "inferred" };
  HsTcpState state = hs_tcp_watch_get_state (self->watch);
  g_autofree char *page = hs_help_dup_state_page (state);
  HsTcpKnown known = hs_tcp_watch_get_known (self->watch);
  gboolean has_state = hs_tcp_watch_get_since (self->watch) != 0;

  gtk_widget_set_css_classes (self->dot, (const char *[]){ "panel-dot", dot_class (state), NULL });
  gtk_label_set_label (self->state, hs_tcp_state_get_name (state));
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->learn_more), "s", page);
  gtk_widget_set_visible (GTK_WIDGET (self->known), has_state);
  gtk_widget_set_css_classes (GTK_WIDGET (self->known), (const char *[]){ "panel-tag", tags[known], NULL });
  gtk_label_set_label (self->known, known == HS_TCP_OBSERVED ? _("observed") : _("inferred"));
  gtk_label_set_label (self->sentence, hs_connection_words_get_sentence (self->watch));
}

/* Where there is no TCP there is no state, and nothing that was observed of one. */
static void
update_without_tcp (HsConnectionPage *self)
{
  HsTcpTransport transport = hs_tcp_watch_get_transport (self->watch);

  hs_without_tcp_update (self->without, self->watch);
  gtk_widget_set_visible (GTK_WIDGET (self->since), transport == HS_TCP_TRANSPORT_TCP);
  if (transport == HS_TCP_TRANSPORT_TCP)
    return;
  gtk_widget_set_css_classes (self->dot, (const char *[]){ "panel-dot", "over", NULL });
  gtk_label_set_label (self->state, hs_without_tcp_get_name (transport));
  gtk_widget_set_visible (GTK_WIDGET (self->known), FALSE);
  gtk_label_set_label (self->sentence, hs_without_tcp_get_sentence (transport, hs_tcp_watch_get_gone (self->watch)));
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->learn_more), "s", hs_without_tcp_get_page (transport));
}

/* A socket without TCP has nothing to say of what was tried; it can be let go. */
static gboolean
can_close (HsTcpWatch *watch)
{
  if (hs_tcp_watch_get_transport (watch) == HS_TCP_TRANSPORT_TCP)
    return hs_tcp_watch_get_state (watch) == HS_TCP_SYN_SENT;
  return hs_tcp_watch_get_tally (watch) != NULL && !hs_tcp_watch_get_gone (watch);
}

static void
update_foot (HsConnectionPage *self)
{
  gboolean own = hs_tcp_watch_get_role (self->watch) == HS_TCP_ROLE_OPENER, possible = hs_lab_is_possible (self->watch);
  guint experiments = possible ? hs_tcp_watch_get_experiments (self->watch) : 0;
  g_autofree char *names = hs_lab_dup_names (experiments);
  /* Translators: names of the experiments under way */
  g_autofree char *words = names != NULL ? g_strdup_printf (_("Experiment: %s"), names) : NULL;

  /* A guest's connection is the server's to close. */
  gtk_widget_set_visible (self->close_button, own);
  gtk_widget_set_hexpand (GTK_WIDGET (self->lab), !own);
  gtk_widget_set_visible (GTK_WIDGET (self->lab), hs_tcp_watch_get_transport (self->watch) == HS_TCP_TRANSPORT_TCP);
  gtk_widget_set_visible (self->foot, possible || (own && can_close (self->watch)));
  gtk_widget_set_visible (self->lab_strip, words != NULL);
  gtk_label_set_label (self->lab_words, words != NULL ? words : "");
}

static void
on_end_experiments (HsConnectionPage *self)
{
  guint experiments = self->watch != NULL ? hs_tcp_watch_get_experiments (self->watch) : 0;

  for (HsTcpLab i = 0; i < HS_TCP_LAB_N; i++)
    if ((experiments & HS_TCP_LAB_BIT (i)) != 0 && hs_tcp_lab_is_lasting (i))
      hs_tcp_watch_experiment (self->watch, i, FALSE);
}

/* ---- Numbers ---- */

static void
update_trouble (HsConnectionPage *self)
{
  g_autofree char *words = hs_connection_words_dup_trouble (self->watch);

  gtk_widget_set_visible (GTK_WIDGET (self->trouble), words != NULL);
  if (words != NULL && !g_str_equal (gtk_label_get_label (self->trouble), words))
    gtk_label_set_label (self->trouble, words);
}

static void
update_numbers (HsConnectionPage *self)
{
  const HsTcpNumbers *numbers = self->watch != NULL ? hs_tcp_watch_get_numbers (self->watch) : NULL;
  g_autofree char *round_trip = NULL;

  if (!self->shown)
    return;
  if (self->watch != NULL)
    hs_both_ends_update (self->both, self->watch);
  if (self->watch != NULL)
    hs_without_tcp_update (self->without, self->watch);
  if (self->watch != NULL)
    update_trouble (self);
  gtk_widget_set_visible (self->numbers_card, numbers != NULL);
  if (numbers == NULL)
    return;
  round_trip = hs_numbers_format_us (numbers->rtt_us);
  hs_field_set_value (self->round_trip, round_trip);
  hs_charts_fill (self->charts, numbers);
  hs_numbers_fill (self->numbers, numbers, hs_tcp_watch_get_role (self->watch));
}

static gboolean
on_numbers_update (gpointer user_data)
{
  HsConnectionPage *self = user_data;

  self->numbers_update = 0;
  update_numbers (self);
  return G_SOURCE_REMOVE;
}

static void
on_numbers (HsConnectionPage *self)
{
  if (!self->shown || self->watch == NULL || self->numbers_update != 0)
    return;
  if (!gtk_widget_get_visible (self->numbers_card) && hs_tcp_watch_get_numbers (self->watch) != NULL)
    update_numbers (self);
  self->numbers_update = g_timeout_add (NUMBERS_MS, on_numbers_update, self);
}

/* ---- Following the watch ---- */

static void
update_cannot (HsConnectionPage *self)
{
  g_autofree char *text = hs_connection_words_dup_cannot (self->watch);

  gtk_label_set_label (self->cannot, text);
  gtk_widget_set_visible (GTK_WIDGET (self->cannot), *text != '\0');
}

static gboolean
on_data_update (gpointer user_data)
{
  HsConnectionPage *self = user_data;

  self->data_update = 0;
  hs_ladder_card_update (self->data, self->watch);
  return G_SOURCE_REMOVE;
}

static void
queue_data_update (HsConnectionPage *self)
{
  if (self->shown && self->watch != NULL && self->data_update == 0)
    self->data_update = g_timeout_add (DATA_MS, on_data_update, self);
}

/* The end of a connection is what the path tells best: it stands beside it then. */
static void
update_path (HsConnectionPage *self)
{
  GtkWidget *before = gtk_widget_get_visible (GTK_WIDGET (self->closing)) ? GTK_WIDGET (self->closing) : GTK_WIDGET (self->data);

  if (gtk_widget_get_prev_sibling (self->path_card) != before)
    gtk_box_reorder_child_after (GTK_BOX (gtk_widget_get_parent (self->path_card)), self->path_card, before);
  gtk_widget_set_visible (self->path_card, hs_tcp_watch_get_since (self->watch) != 0);
  hs_state_diagram_update (self->diagram, self->watch);
}

static gboolean
on_update (gpointer user_data)
{
  HsConnectionPage *self = user_data;

  self->update = 0;
  update_who (self);
  update_state (self);
  update_without_tcp (self);
  update_clock (self);
  hs_ladder_card_update (self->handshake, self->watch);
  hs_ladder_card_update (self->closing, self->watch);
  hs_ladder_card_update (self->data, self->watch);
  update_path (self);
  update_cannot (self);
  hs_both_ends_update (self->both, self->watch);
  update_foot (self);
  return G_SOURCE_REMOVE;
}

static void
queue_update (HsConnectionPage *self)
{
  if (self->shown && self->watch != NULL && self->update == 0)
    self->update = g_idle_add_full (GTK_PRIORITY_RESIZE - 5, on_update, self, NULL);
}

static gboolean
on_told_update (gpointer user_data)
{
  HsConnectionPage *self = user_data;

  self->told_update = 0;
  queue_update (self);
  return G_SOURCE_REMOVE;
}

static void
queue_told_update (HsConnectionPage *self)
{
  if (self->shown && self->watch != NULL && self->told_update == 0)
    self->told_update = g_timeout_add (TOLD_MS, on_told_update, self);
}

static void
on_notify (HsConnectionPage *self, GParamSpec *pspec)
{
  if (g_str_equal (pspec->name, "told"))
    queue_told_update (self);
  else
    queue_update (self);
}

static void
on_log_changed (HsConnectionPage *self, guint position, guint removed, guint added, GListModel *log)
{
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (HsTcpLogItem) item = g_list_model_get_item (log, i);
      HsTcpEventKind kind = hs_tcp_log_item_get_event (item)->kind;

      if (kind == HS_TCP_EVENT_STATE || kind == HS_TCP_EVENT_SEGMENT || kind == HS_TCP_EVENT_OTHER)
        {
          queue_update (self);
          return;
        }
      if (kind == HS_TCP_EVENT_DATA)
        queue_data_update (self);
    }
}

/* One value a second, however often the kernel was asked. */
static void
add_values (HsConnectionPage *self)
{
  const HsTcpNumbers *numbers = hs_tcp_watch_get_numbers (self->watch);

  if (numbers != NULL && (numbers->state == HS_TCP_ESTABLISHED || numbers->state == HS_TCP_CLOSE_WAIT))
    {
      hs_sparkline_add (self->sparkline, numbers->rtt_us);
      hs_charts_add (self->charts, numbers);
    }
}

static gboolean
on_tick (gpointer user_data)
{
  update_clock (user_data);
  add_values (user_data);
  return G_SOURCE_CONTINUE;
}

static void
stop_timers (HsConnectionPage *self)
{
  g_clear_handle_id (&self->tick, g_source_remove);
  g_clear_handle_id (&self->update, g_source_remove);
  g_clear_handle_id (&self->data_update, g_source_remove);
  g_clear_handle_id (&self->numbers_update, g_source_remove);
  g_clear_handle_id (&self->told_update, g_source_remove);
}

static void
start_timers (HsConnectionPage *self)
{
  if (!self->shown || self->watch == NULL)
    return;
  queue_update (self);
  update_numbers (self);
  add_values (self);
  if (self->tick == 0)
    self->tick = g_timeout_add (TICK_MS, on_tick, self);
}

void
hs_connection_page_set_shown (HsConnectionPage *self, gboolean shown)
{
  if (self->shown == shown)
    return;
  self->shown = shown;
  hs_message_way_set_shown (self->way, shown);
  stop_timers (self);
  start_timers (self);
}

void
hs_connection_page_set_watch (HsConnectionPage *self, HsTcpWatch *watch)
{
  if (!g_set_object (&self->watch, watch))
    return;
  stop_timers (self);
  g_signal_group_set_target (self->watch_signals, watch);
  g_signal_group_set_target (self->log_signals, watch != NULL ? hs_tcp_watch_get_log (watch) : NULL);
  hs_message_way_set_watch (self->way, watch);
  hs_lab_button_set_watch (self->lab, watch);
  self->ring_whole = 0;
  hs_sparkline_clear (self->sparkline);
  hs_ladder_card_unselect (self->handshake);
  hs_ladder_card_unselect (self->closing);
  hs_ladder_card_unselect (self->data);
  hs_charts_clear (self->charts);
  gtk_widget_set_visible (self->numbers_card, FALSE);
  gtk_stack_set_visible_child_name (self->stack, watch != NULL ? "watch" : "empty");
  start_timers (self);
}

/* ---- A message's way ---- */

void
hs_connection_page_set_passage (HsConnectionPage *self, HsPassage *passage)
{
  g_set_object (&self->passage, passage);
  hs_message_way_set_passage (self->way, passage);
}

static void
on_show_bytes (HsConnectionPage *self)
{
  if (self->passage != NULL)
    hs_bytes_window_present (GTK_WIDGET (self), NULL, self->passage);
}

/* ---- Choosing another ---- */

static void
on_choice (GtkListView *list, guint position, HsConnectionPage *self)
{
  g_autoptr (GObject) chosen = g_list_model_get_item (G_LIST_MODEL (gtk_list_view_get_model (list)), position);

  gtk_menu_button_popdown (GTK_MENU_BUTTON (self->who));
  g_signal_emit (self, signals[CHOSEN], 0, chosen);
}

static void
on_choices_changed (GListModel *choices, guint position, guint removed, guint added, HsConnectionPage *self)
{
  gboolean several = g_list_model_get_n_items (choices) > 1;

  gtk_widget_set_can_target (self->who, several); /* not insensitive: that would dim who it is */
  gtk_widget_set_can_focus (self->who, several);
  gtk_widget_set_visible (self->who_arrow, several);
}

void
hs_connection_page_set_choices (HsConnectionPage *self, GListModel *choices)
{
  g_autoptr (GtkNoSelection) model = gtk_no_selection_new (choices != NULL ? g_object_ref (choices) : NULL);

  gtk_list_view_set_model (self->choices, GTK_SELECTION_MODEL (model));
  g_signal_connect_object (model, "items-changed", G_CALLBACK (on_choices_changed), self, 0);
  on_choices_changed (G_LIST_MODEL (model), 0, 0, 0, self);
}

static void
on_close (HsConnectionPage *self)
{
  g_signal_emit (self, signals[CLOSE_CONNECTION], 0);
}

/* ---- Object ---- */

static void
hs_connection_page_dispose (GObject *object)
{
  HsConnectionPage *self = HS_CONNECTION_PAGE (object);
  GtkWidget *child;

  stop_timers (self);
  g_clear_object (&self->watch_signals);
  g_clear_object (&self->log_signals);
  g_clear_object (&self->watch);
  g_clear_object (&self->passage);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (hs_connection_page_parent_class)->dispose (object);
}

static void
hs_connection_page_class_init (HsConnectionPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hs_connection_page_dispose;
  signals[CLOSE_CONNECTION] =
    g_signal_new ("close-connection", HS_TYPE_CONNECTION_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[CHOSEN] =
    g_signal_new ("chosen", HS_TYPE_CONNECTION_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_OBJECT);

  g_type_ensure (HS_TYPE_BOTH_ENDS);
  g_type_ensure (HS_TYPE_FIELD_GROUP);
  g_type_ensure (HS_TYPE_GHOST_LADDER);
  g_type_ensure (HS_TYPE_LAB_BUTTON);
  g_type_ensure (HS_TYPE_LADDER_CARD);
  g_type_ensure (HS_TYPE_MESSAGE_WAY);
  g_type_ensure (HS_TYPE_SPARKLINE);
  g_type_ensure (HS_TYPE_STATE_DIAGRAM);
  g_type_ensure (HS_TYPE_TIME_RING);
  g_type_ensure (HS_TYPE_WITHOUT_TCP);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/handshakechat/Handshake/ui/hs-connection-page.ui");
  gtk_widget_class_bind_template_child (widget_class, HsConnectionPage, stack);
  gtk_widget_class_bind_template_child (widget_class, HsConnectionPage, who);
  gtk_widget_class_bind_template_child (widget_class, HsConnectionPage, who_box);
  gtk_widget_class_bind_template_child (widget_class, HsConnectionPage, avatar);
  gtk_widget_class_bind_template_child (widget_class, HsConnectionPage, who_name);
  gtk_widget_class_bind_template_child (widget_class, HsConnectionPage, who_address);
  gtk_widget_class_bind_template_child (widget_class, HsConnectionPage, who_arrow);
  gtk_widget_class_bind_template_child (widget_class, HsConnectionPage, choices);
  gtk_widget_class_bind_template_child (widget_class, HsConnectionPage, dot);
  gtk_widget_class_bind_template_child (widget_class, HsConnectionPage, state);
  gtk_widget_class_bind_template_child (widget_class, HsConnectionPage, known);
  gtk_widget_class_bind_template_child (widget_class, HsConnectionPage, sentence);
  gtk_widget_class_bind_template_child (widget_class, HsConnectionPage, learn_more);
  gtk_widget_class_bind_template_child (widget_class, HsConnectionPage, since);
  gtk_widget_class_bind_template_child (widget_class, HsConnectionPage, trouble);
  gtk_widget_class_bind_template_child (widget_class, HsConnectionPage, ring);
  gtk_widget_class_bind_template_child (widget_class, HsConnectionPage, closing);
  gtk_widget_class_bind_template_child (widget_class, HsConnectionPage, handshake);
  gtk_widget_class_bind_template_child (widget_class, HsConnectionPage, path_card);
  gtk_widget_class_bind_template_child (widget_class, HsConnectionPage, diagram);
  gtk_widget_class_bind_template_child (widget_class, HsConnectionPage, way);
  gtk_widget_class_bind_template_child (widget_class, HsConnectionPage, numbers_card);
  gtk_widget_class_bind_template_child (widget_class, HsConnectionPage, round_trip);
  gtk_widget_class_bind_template_child (widget_class, HsConnectionPage, sparkline);
  gtk_widget_class_bind_template_child (widget_class, HsConnectionPage, data);
  gtk_widget_class_bind_template_child (widget_class, HsConnectionPage, charts);
  gtk_widget_class_bind_template_child (widget_class, HsConnectionPage, cannot);
  gtk_widget_class_bind_template_child (widget_class, HsConnectionPage, numbers);
  gtk_widget_class_bind_template_child (widget_class, HsConnectionPage, foot);
  gtk_widget_class_bind_template_child (widget_class, HsConnectionPage, both);
  gtk_widget_class_bind_template_child (widget_class, HsConnectionPage, without);
  gtk_widget_class_bind_template_child (widget_class, HsConnectionPage, close_button);
  gtk_widget_class_bind_template_child (widget_class, HsConnectionPage, lab);
  gtk_widget_class_bind_template_child (widget_class, HsConnectionPage, lab_strip);
  gtk_widget_class_bind_template_child (widget_class, HsConnectionPage, lab_words);
  gtk_widget_class_bind_template_callback (widget_class, on_end_experiments);
  gtk_widget_class_bind_template_callback (widget_class, on_close);
  gtk_widget_class_bind_template_callback (widget_class, on_choice);
  gtk_widget_class_bind_template_callback (widget_class, on_show_bytes);
}

static void
hs_connection_page_init (HsConnectionPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_set_halign (gtk_widget_get_parent (self->who_box), GTK_ALIGN_FILL); /* a menu button centres its child */
  self->watch_signals = g_signal_group_new (HS_TYPE_TCP_WATCH);
  g_signal_group_connect_swapped (self->watch_signals, "notify", G_CALLBACK (on_notify), self);
  g_signal_group_connect_swapped (self->watch_signals, "told-changed", G_CALLBACK (queue_told_update), self);
  g_signal_group_connect_swapped (self->watch_signals, "told-numbers-changed", G_CALLBACK (on_numbers), self);
  g_signal_group_connect_swapped (self->watch_signals, "numbers-changed", G_CALLBACK (on_numbers), self);
  self->log_signals = g_signal_group_new (G_TYPE_LIST_MODEL);
  g_signal_group_connect_swapped (self->log_signals, "items-changed", G_CALLBACK (on_log_changed), self);

  hs_guest_row_fill_list (self->choices);
  hs_connection_page_set_choices (self, NULL);
}
