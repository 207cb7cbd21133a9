/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keeping order in a room: what is offered to who rules it, of a member and of the room's settings. What can be taken back is done at once and
 * offers Undo; what cannot is asked before. Each is one verb of the session, and what the server refuses it says in the room. */
#include "hs-room-view-private.h"

#include <glib/gi18n.h>
#include <string.h>

/* ---- Toasts ---- */

typedef gboolean (*Verb) (HsSession *session, HsRoom *room, const char *argument, gboolean on, GError **error);

typedef struct
{
  HsRoomView *view; /* borrowed: it goes with its window, as the toast does */
  HsSession *session;
  HsRoom *room;
  Verb verb;
  char *argument;
  gboolean on;
} Undo;

static void
undo_free (gpointer data, GClosure *closure)
{
  Undo *self = data;

  g_clear_weak_pointer (&self->view);
  g_object_unref (self->session);
  g_object_unref (self->room);
  g_free (self->argument);
  g_free (self);
}

static void
on_undo (AdwToast *toast, Undo *undo)
{
  g_autoptr (GError) error = NULL;

  if (!undo->verb (undo->session, undo->room, undo->argument, undo->on, &error) && undo->view != NULL)
    g_signal_emit_by_name (undo->view, "error", error->message);
}

/* A toast's title is markup. */
static void
offer_undo (HsRoomView *self, const char *text, Verb verb, const char *argument, gboolean on)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);
  g_autoptr (AdwToast) toast = g_object_ref_sink (adw_toast_new (escaped));
  Undo *undo = g_new0 (Undo, 1);

  g_set_weak_pointer (&undo->view, self);
  undo->session = g_object_ref (self->session);
  undo->room = g_object_ref (self->room);
  undo->verb = verb;
  undo->argument = g_strdup (argument);
  undo->on = on;
  adw_toast_set_button_label (toast, _("Undo"));
  g_signal_connect_data (toast, "button-clicked", G_CALLBACK (on_undo), undo, undo_free, 0);
  g_signal_emit_by_name (self, "toast", toast);
}

static void
tell (HsRoomView *self, gboolean done, const GError *error)
{
  if (!done)
    hs_room_view_tell_error (self, error);
}

/* ---- Members ---- */

static gboolean
set_operator (HsSession *session, HsRoom *room, const char *nick, gboolean on, GError **error)
{
  return hs_session_set_rank (session, room, nick, 'o', on, error);
}

static gboolean
set_voice (HsSession *session, HsRoom *room, const char *nick, gboolean on, GError **error)
{
  return hs_session_set_rank (session, room, nick, 'v', on, error);
}

typedef enum { NICK, ADDRESS, NAME } Argument; /* what of the member the verb is told */

/* An address is banned by where it is known; a mute is better than no mute. */
static char *
make_argument (HsRoomView *self, const char *nick, Argument what)
{
  char *mask;

  if (what == NICK)
    return g_strdup (nick);
  mask = what == ADDRESS ? hs_session_make_mask (self->session, nick, HS_BAN_ADDRESS) : NULL;
  return mask != NULL ? mask : hs_session_make_mask (self->session, nick, HS_BAN_NAME);
}

static const struct
{
  const char *action;
  Verb verb;
  Argument what;
  gboolean on;
  const char *told;
} member_verbs[] = {
  { "member.operator", set_operator, NICK, TRUE, N_("operator now") },
  { "member.not-operator", set_operator, NICK, FALSE, N_("no longer operator") },
  { "member.voice", set_voice, NICK, TRUE, N_("has a voice now") },
  { "member.not-voice", set_voice, NICK, FALSE, N_("has no voice any more") },
  { "member.mute", hs_session_set_mute, NAME, TRUE, N_("muted") },
  { "member.unmute", hs_session_set_mute, NAME, FALSE, N_("may speak again") },
  { "member.ban-address", hs_session_set_ban, ADDRESS, TRUE, N_("banned") },
  { "member.ban-name", hs_session_set_ban, NAME, TRUE, N_("banned") },
};

static const char *
name_of (HsRoomView *self, const char *nick)
{
  HsMember *member = self->room != NULL ? hs_room_find_member (self->room, nick) : NULL;

  return member != NULL ? hs_member_get_shown (member) : nick;
}

/* A ban alone keeps out, it does not put out. */
static void
kick_too (HsRoomView *self, const char *nick)
{
  hs_session_kick (self->session, self->room, nick, NULL, NULL);
}

static void
on_member_verb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  HsRoomView *self = HS_ROOM_VIEW (widget);
  const char *nick = g_variant_get_string (parameter, NULL);

  gtk_popover_popdown (self->members_popover);
  for (guint i = 0; i < G_N_ELEMENTS (member_verbs) && self->room != NULL; i++)
    if (g_str_equal (member_verbs[i].action, name))
      {
        g_autoptr (GError) error = NULL;
        g_autofree char *argument = make_argument (self, nick, member_verbs[i].what);
        g_autofree char *text = g_strdup_printf (_("%s: %s"), name_of (self, nick), _(member_verbs[i].told));
        gboolean done = member_verbs[i].verb (self->session, self->room, argument, member_verbs[i].on, &error);

        tell (self, done, error);
        if (done && member_verbs[i].verb == hs_session_set_ban)
          kick_too (self, nick);
        if (done)
          offer_undo (self, text, member_verbs[i].verb, argument, !member_verbs[i].on);
      }
}

static void
on_member_message (GtkWidget *widget, const char *name, GVariant *parameter)
{
  HsRoomView *self = HS_ROOM_VIEW (widget);
  HsRoom *room;

  gtk_popover_popdown (self->members_popover);
  room = hs_session_open_person (self->session, g_variant_get_string (parameter, NULL));
  if (room != NULL)
    g_signal_emit_by_name (self, "open-room", room);
}

/* The answer is told in the room. */
static void
on_member_who_is (GtkWidget *widget, const char *name, GVariant *parameter)
{
  HsRoomView *self = HS_ROOM_VIEW (widget);
  g_autoptr (GError) error = NULL;

  gtk_popover_popdown (self->members_popover);
  if (self->room != NULL)
    tell (self, hs_session_ask_who_is (self->session, self->room, g_variant_get_string (parameter, NULL), &error), error);
}

/* ---- Asking for words ---- */

typedef struct
{
  HsRoomView *view; /* weak */
  HsRoom *room;
  gboolean (*done) (HsRoomView *view, HsRoom *room, const char *nick, const char *text, GError **error);
  char *nick;        /* (nullable) */
  GtkEditable *text; /* borrowed from the dialog */
} Question;

static void
question_free (gpointer data, GClosure *closure)
{
  Question *self = data;

  g_clear_weak_pointer (&self->view);
  g_object_unref (self->room);
  g_free (self->nick);
  g_free (self);
}

static void
on_response (AdwMessageDialog *dialog, const char *response, Question *question)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strstrip (g_strdup (gtk_editable_get_text (question->text)));

  if (question->view != NULL && g_str_equal (response, "do"))
    tell (question->view, question->done (question->view, question->room, question->nick, text, &error), error);
}

typedef struct
{
  const char *heading, *body, *label, *button;
  gboolean destructive;
  gboolean (*done) (HsRoomView *view, HsRoom *room, const char *nick, const char *text, GError **error);
} Form;

static void
ask (HsRoomView *self, const Form *form, const char *nick, const char *text)
{
  GtkWidget *entry = gtk_entry_new (), *dialog;
  Question *question = g_new0 (Question, 1);

  dialog = adw_message_dialog_new (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), form->heading, form->body);
  g_set_weak_pointer (&question->view, self);
  question->room = g_object_ref (self->room);
  question->done = form->done;
  question->nick = g_strdup (nick);
  question->text = GTK_EDITABLE (entry);
  gtk_editable_set_text (GTK_EDITABLE (entry), text != NULL ? text : "");
  gtk_entry_set_placeholder_text (GTK_ENTRY (entry), form->label);
  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, form->label, -1);
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), entry);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _("_Cancel"), "do", form->button, NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "do", form->destructive ? ADW_RESPONSE_DESTRUCTIVE : ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "do");
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_response), question, question_free, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static gboolean
do_kick (HsRoomView *self, HsRoom *room, const char *nick, const char *text, GError **error)
{
  return hs_session_kick (self->session, room, nick, text, error);
}

static void
on_member_kick (GtkWidget *widget, const char *name, GVariant *parameter)
{
  HsRoomView *self = HS_ROOM_VIEW (widget);
  const char *nick = g_variant_get_string (parameter, NULL);
  g_autofree char *heading = g_strdup_printf (_("Kick %s?"), name_of (self, nick));
  const Form form = { heading, _("Out of this room. They may come back."), _("Why (may stay empty)"), _("_Kick"), TRUE, do_kick };

  gtk_popover_popdown (self->members_popover);
  ask (self, &form, nick, NULL);
}

/* ---- The room's settings ---- */

static gboolean
do_topic (HsRoomView *self, HsRoom *room, const char *nick, const char *text, GError **error)
{
  return hs_session_set_topic (self->session, room, text, error);
}

static gboolean
do_rename (HsRoomView *self, HsRoom *room, const char *nick, const char *text, GError **error)
{
  return hs_session_rename_room (self->session, room, text, error);
}

static gboolean
do_key (HsRoomView *self, HsRoom *room, const char *nick, const char *text, GError **error)
{
  const char *old = hs_room_get_key (room);

  if (*text != '\0')
    return hs_session_set_mode (self->session, room, 'k', TRUE, text, error);
  return old == NULL || hs_session_set_mode (self->session, room, 'k', FALSE, old, error);
}

static gboolean
do_limit (HsRoomView *self, HsRoom *room, const char *nick, const char *text, GError **error)
{
  guint64 limit;

  if (*text == '\0' || g_str_equal (text, "0"))
    return hs_session_set_mode (self->session, room, 'l', FALSE, NULL, error);
  if (!g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT, &limit, NULL))
    {
      g_set_error_literal (error, HS_SESSION_ERROR, HS_SESSION_ERROR_USAGE, _("This has to be a number."));
      return FALSE;
    }
  return hs_session_set_mode (self->session, room, 'l', TRUE, text, error);
}

static gboolean
do_invite (HsRoomView *self, HsRoom *room, const char *nick, const char *text, GError **error)
{
  return hs_session_invite (self->session, room, text, error);
}

static void
on_topic (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  HsRoomView *self = data;
  const Form form = { _("Topic"), _("What the room is about; empty for nothing."), _("Topic"), _("_Set"), FALSE, do_topic };

  ask (self, &form, NULL, hs_room_get_topic (self->room));
}

static void
on_rename (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  HsRoomView *self = data;
  const Form form = { _("Rename Room"), _("Who is here and what was said stay. Whoever looks for the former name is led here for a week."), _("Name"),
                      _("_Rename"), FALSE, do_rename };

  ask (self, &form, NULL, hs_room_get_title (self->room));
}

static void
on_key (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  HsRoomView *self = data;
  const Form form = { _("Key"), _("Whoever joins has to give this word. Empty: none is asked for."), _("Key"), _("_Set"), FALSE, do_key };

  ask (self, &form, NULL, hs_room_get_key (self->room));
}

static void
on_limit (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  HsRoomView *self = data;
  const Form form = { _("Limit Number of People"), _("So many people may be in the room at once. Empty: any number."), _("Number of People"), _("_Set"), FALSE, do_limit };
  g_autofree char *now = hs_room_get_limit (self->room) > 0 ? g_strdup_printf ("%u", hs_room_get_limit (self->room)) : NULL;

  ask (self, &form, NULL, now);
}

static void
on_invite (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  HsRoomView *self = data;
  const Form form = { _("Invite Somebody"), _("Who is connected to this server is asked into this room."), _("Name"), _("_Invite"), FALSE, do_invite };

  ask (self, &form, NULL, NULL);
}

static const struct { const char *action; char mode; } switches[] = { { "invite-only", 'i' }, { "moderated", 'm' }, { "topic-locked", 't' } };

/* Shown as set when the server has done it. */
static void
on_switch (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  HsRoomView *self = data;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (switches); i++)
    if (g_str_equal (switches[i].action, g_action_get_name (G_ACTION (action))))
      tell (self, hs_session_set_mode (self->session, self->room, switches[i].mode, !hs_room_has_mode (self->room, switches[i].mode), NULL, &error), error);
}

static const GActionEntry order_actions[] = {
  { "topic", on_topic },
  { "rename", on_rename },
  { "key", on_key },
  { "limit", on_limit },
  { "invite", on_invite },
  { "invite-only", on_switch, NULL, "false" },
  { "moderated", on_switch, NULL, "false" },
  { "topic-locked", on_switch, NULL, "false" },
};

static void
set_enabled (HsRoomView *self, const char *name, gboolean enabled)
{
  g_simple_action_set_enabled (G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self->order), name)), enabled);
}

void
hs_room_view_update_order (HsRoomView *self)
{
  gboolean many = self->room != NULL && hs_room_get_kind (self->room) == HS_ROOM_CHANNEL && hs_room_is_joined (self->room) &&
                  hs_session_get_state (self->session) == HS_SESSION_ONLINE && !hs_session_is_plain (self->session);
  gboolean rules = many && hs_session_may_moderate (self->session, self->room);

  for (guint i = 0; i < G_N_ELEMENTS (order_actions); i++)
    set_enabled (self, order_actions[i].name, rules);
  /* The server says who else may: a room without +t has a topic of everybody's. */
  set_enabled (self, "topic", many);
  set_enabled (self, "rename", rules && hs_session_can_rename_room (self->session, self->room));
  set_enabled (self, "invite", many);
  for (guint i = 0; i < G_N_ELEMENTS (switches); i++)
    g_simple_action_set_state (G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self->order), switches[i].action)),
                               g_variant_new_boolean (self->room != NULL && hs_room_has_mode (self->room, switches[i].mode)));
}

/* Asked when somebody looks, not of every room one is in. */
void
hs_room_view_ask_order (HsRoomView *self)
{
  if (self->room != NULL)
    hs_session_ask_modes (self->session, self->room);
  hs_room_view_update_order (self);
}

/* ---- The menu of a member ---- */

static void
add_item (GMenu *menu, const char *label, const char *action, const char *nick)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target (item, action, "s", nick);
  g_menu_append_item (menu, item);
}

static void
add_section (GMenu *menu, GMenu *section)
{
  if (g_menu_model_get_n_items (G_MENU_MODEL (section)) > 0)
    g_menu_append_section (menu, NULL, G_MENU_MODEL (section));
}

GMenuModel *
hs_room_view_make_member_menu (HsRoomView *self, HsMember *member)
{
  GMenu *menu = g_menu_new ();
  g_autoptr (GMenu) talk = g_menu_new (), ranks = g_menu_new (), away = g_menu_new ();
  const char *nick = hs_member_get_nick (member);
  g_autofree char *address = hs_session_make_mask (self->session, nick, HS_BAN_ADDRESS);

  if (!hs_member_is_own (member))
    add_item (talk, _("_Message"), "member.message", nick);
  add_item (talk, _("_Who Is This?"), "member.who-is", nick);
  add_section (menu, talk);
  if (hs_member_is_own (member) || !hs_session_may_moderate (self->session, self->room))
    return G_MENU_MODEL (menu);
  if (hs_member_get_rank (member) >= 2)
    add_item (ranks, _("Take Operator _Away"), "member.not-operator", nick);
  else
    add_item (ranks, _("Make _Operator"), "member.operator", nick);
  if (hs_session_has_rank_mode (self->session, 'v') && hs_member_get_rank (member) < 2)
    add_item (ranks, hs_member_get_rank (member) == 1 ? _("Take _Voice") : _("Give _Voice"), hs_member_get_rank (member) == 1 ? "member.not-voice" : "member.voice", nick);
  if (hs_session_can_mute (self->session))
    {
      add_item (ranks, _("M_ute"), "member.mute", nick);
      add_item (ranks, _("Let _Speak Again"), "member.unmute", nick);
    }
  add_section (menu, ranks);
  add_item (away, _("_Kick…"), "member.kick", nick);
  if (address != NULL)
    add_item (away, _("_Ban Address"), "member.ban-address", nick);
  add_item (away, _("Ban _Name"), "member.ban-name", nick);
  add_section (menu, away);
  return G_MENU_MODEL (menu);
}

/* ---- Life ---- */

void
hs_room_view_install_order (GtkWidgetClass *klass)
{
  for (guint i = 0; i < G_N_ELEMENTS (member_verbs); i++)
    gtk_widget_class_install_action (klass, member_verbs[i].action, "s", on_member_verb);
  gtk_widget_class_install_action (klass, "member.message", "s", on_member_message);
  gtk_widget_class_install_action (klass, "member.who-is", "s", on_member_who_is);
  gtk_widget_class_install_action (klass, "member.kick", "s", on_member_kick);
}

void
hs_room_view_init_order (HsRoomView *self)
{
  self->order = g_simple_action_group_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (self->order), order_actions, G_N_ELEMENTS (order_actions), self);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "order", G_ACTION_GROUP (self->order));
  hs_room_view_update_order (self);
}
