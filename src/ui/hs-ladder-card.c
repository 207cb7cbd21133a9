/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A card with a ladder: who stands left and right, the legend, and beneath it what the chosen rung means. */
#include "hs-ladder-card.h"

#include "hs-ladder.h"
#include "hs-numbers.h"

#include <glib/gi18n.h>

struct _HsLadderCard
{
  GtkWidget parent_instance;

  /* Template */
  GtkLabel *title;
  GtkLabel *left_name, *right_name;
  GtkLabel *left_address, *right_address;
  GtkWidget *left_began, *right_began;
  HsLadder *ladder;
  GtkWidget *sides, *explanation;
  GtkLabel *rung_title, *rung_sentence, *rung_known;
  GtkWidget *learn_more;
  GtkWidget *told, *told_mark;
  GtkLabel *told_words;

  /* State */
  HsLadderPart part;
};

G_DEFINE_FINAL_TYPE (HsLadderCard, hs_ladder_card, GTK_TYPE_WIDGET)

#define DATA_ROWS 6 /* the newest */

enum { PROP_0, PROP_PART, N_PROPS };

static GParamSpec *props[N_PROPS];

static void
set_label (GtkLabel *label, char *text)
{
  gtk_label_set_label (label, text != NULL ? text : "");
  g_free (text);
}

static void
on_selected (HsLadderCard *self)
{
  g_autofree char *help = hs_ladder_dup_help (self->ladder);

  gtk_widget_set_visible (self->explanation, hs_ladder_get_selected (self->ladder) >= 0);
  set_label (self->rung_title, hs_ladder_dup_title (self->ladder));
  set_label (self->rung_sentence, hs_ladder_dup_sentence (self->ladder));
  set_label (self->rung_known, hs_ladder_dup_known (self->ladder));
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->learn_more), "s", help != NULL ? help : "index");
}

void
hs_ladder_card_unselect (HsLadderCard *self)
{
  hs_ladder_set_selected (self->ladder, -1);
}

static void
update_began (HsLadderCard *self, HsTcpBegan began, gboolean own_left)
{
  HsTcpBegan left = own_left ? HS_TCP_BEGAN_WE : HS_TCP_BEGAN_PEER, right = own_left ? HS_TCP_BEGAN_PEER : HS_TCP_BEGAN_WE;

  gtk_widget_set_visible (self->left_began, self->part == HS_LADDER_CLOSE && (began & left) != 0);
  gtk_widget_set_visible (self->right_began, self->part == HS_LADDER_CLOSE && (began & right) != 0);
}

static GPtrArray *
list_rungs (HsLadderCard *self, HsTcpWatch *watch)
{
  if (self->part == HS_LADDER_DATA)
    return hs_tcp_ladder_data (watch, DATA_ROWS);
  return self->part == HS_LADDER_CLOSE ? hs_tcp_ladder_close (watch) : hs_tcp_ladder_handshake (watch);
}

/* ---- What the other end tells ---- */

static gboolean
is_told (GPtrArray *rungs)
{
  for (guint i = 0; i < rungs->len; i++)
    if (((const HsTcpRung *) rungs->pdata[i])->told)
      return TRUE;
  return FALSE;
}

/* The offset is assumed, and from what: it is wrong by half the round trip at most, if nobody lies. (transfer full) */
static char *
dup_clock_words (const HsTcpTold *told)
{
  gint64 offset, round_trip;
  g_autofree char *difference = NULL, *error = NULL, *away = NULL;

  if (!hs_tcp_told_get_clock (told, &offset, &round_trip))
    return g_strdup (_("Told by the other end. How far its clock is from ours is not known."));
  difference = hs_numbers_format_span (ABS (offset));
  error = hs_numbers_format_span (round_trip / 2);
  away = hs_numbers_format_span (round_trip);
  return g_strdup_printf (offset >= 0 ? _("Told by the other end. Its clock is assumed to be %s ahead of ours, ± %s: its answer was back after %s, as if both ways took equally long.")
                                      : _("Told by the other end. Its clock is assumed to be %s behind ours, ± %s: its answer was back after %s, as if both ways took equally long."),
                          difference, error, away);
}

static void
update_told (HsLadderCard *self, HsTcpWatch *watch, gboolean is_told)
{
  const HsTcpTold *told = hs_tcp_watch_get_told (watch);
  gboolean refused = self->part == HS_LADDER_HANDSHAKE && hs_tcp_told_get_state (told) == HS_TCP_TOLD_REFUSED && !is_told;
  g_autofree char *words = is_told ? dup_clock_words (told) : refused ? g_strdup (_("The other end was asked what it sees, and does not tell.")) : NULL;

  gtk_widget_set_visible (self->told_mark, is_told);
  gtk_widget_set_visible (self->told, words != NULL);
  gtk_label_set_label (self->told_words, words != NULL ? words : "");
}

void
hs_ladder_card_update (HsLadderCard *self, HsTcpWatch *watch)
{
  GPtrArray *rungs = list_rungs (self, watch);
  gboolean own_left = hs_tcp_watch_get_role (watch) == HS_TCP_ROLE_OPENER;
  const char *name = hs_tcp_watch_get_name (watch);
  const char *local = hs_tcp_watch_get_local (watch), *remote = hs_tcp_watch_get_remote (watch);
  GtkLabel *own = own_left ? self->left_name : self->right_name;
  GtkLabel *other = own_left ? self->right_name : self->left_name;

  gtk_widget_set_visible (GTK_WIDGET (self), rungs->len > 0);
  update_told (self, watch, is_told (rungs));
  hs_ladder_set_rungs (self->ladder, rungs, own_left, self->part);
  on_selected (self);
  gtk_label_set_label (own, _("You"));
  gtk_label_set_label (other, name != NULL ? name : _("The other side"));
  gtk_label_set_label (own_left ? self->left_address : self->right_address, local != NULL ? local : "");
  gtk_label_set_label (own_left ? self->right_address : self->left_address, remote != NULL ? remote : "");
  update_began (self, hs_tcp_watch_get_began (watch), own_left);
}

/* ---- Object ---- */

static void
hs_ladder_card_constructed (GObject *object)
{
  HsLadderCard *self = HS_LADDER_CARD (object);
  const char *title = self->part == HS_LADDER_CLOSE ? C_("end of a connection", "Close")
                      : self->part == HS_LADDER_DATA ? C_("middle of a connection", "Data")
                                                     : C_("beginning of a connection", "Handshake");

  G_OBJECT_CLASS (hs_ladder_card_parent_class)->constructed (object);
  gtk_label_set_label (self->title, title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->ladder), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
}

static void
hs_ladder_card_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_PART)
    HS_LADDER_CARD (object)->part = (HsLadderPart) g_value_get_int (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
hs_ladder_card_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_PART)
    g_value_set_int (value, HS_LADDER_CARD (object)->part);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
hs_ladder_card_dispose (GObject *object)
{
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (object));

  if (child != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (hs_ladder_card_parent_class)->dispose (object);
}

static void
hs_ladder_card_class_init (HsLadderCardClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->constructed = hs_ladder_card_constructed;
  object_class->get_property = hs_ladder_card_get_property;
  object_class->set_property = hs_ladder_card_set_property;
  object_class->dispose = hs_ladder_card_dispose;
  props[PROP_PART] = g_param_spec_int ("part", NULL, NULL, HS_LADDER_HANDSHAKE, HS_LADDER_CLOSE, HS_LADDER_HANDSHAKE,
                                       G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);

  g_type_ensure (HS_TYPE_LADDER);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/handshakechat/Handshake/ui/hs-ladder-card.ui");
  gtk_widget_class_bind_template_child (widget_class, HsLadderCard, title);
  gtk_widget_class_bind_template_child (widget_class, HsLadderCard, left_name);
  gtk_widget_class_bind_template_child (widget_class, HsLadderCard, right_name);
  gtk_widget_class_bind_template_child (widget_class, HsLadderCard, left_address);
  gtk_widget_class_bind_template_child (widget_class, HsLadderCard, right_address);
  gtk_widget_class_bind_template_child (widget_class, HsLadderCard, left_began);
  gtk_widget_class_bind_template_child (widget_class, HsLadderCard, right_began);
  gtk_widget_class_bind_template_child (widget_class, HsLadderCard, sides);
  gtk_widget_class_bind_template_child (widget_class, HsLadderCard, ladder);
  gtk_widget_class_bind_template_child (widget_class, HsLadderCard, explanation);
  gtk_widget_class_bind_template_child (widget_class, HsLadderCard, rung_title);
  gtk_widget_class_bind_template_child (widget_class, HsLadderCard, rung_sentence);
  gtk_widget_class_bind_template_child (widget_class, HsLadderCard, rung_known);
  gtk_widget_class_bind_template_child (widget_class, HsLadderCard, learn_more);
  gtk_widget_class_bind_template_child (widget_class, HsLadderCard, told);
  gtk_widget_class_bind_template_child (widget_class, HsLadderCard, told_mark);
  gtk_widget_class_bind_template_child (widget_class, HsLadderCard, told_words);
  gtk_widget_class_bind_template_callback (widget_class, on_selected);
}

/* A direction is not handed down. */
static void
keep_left_to_right (GtkWidget *widget)
{
  gtk_widget_set_direction (widget, GTK_TEXT_DIR_LTR);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    keep_left_to_right (child);
}

static void
hs_ladder_card_init (HsLadderCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  /* The opener stands left in every language, over its rail. */
  keep_left_to_right (self->sides);
}
