/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-room-view-private.h"

#include "hs-bytes-window.h"

#include <glib/gi18n.h>

enum { ERROR, OPEN_URI, OPEN_ROOM, JOIN_AGAIN, TOAST, N_SIGNALS };
static guint signals[N_SIGNALS];

enum { PROP_PASSAGE = 1, N_PROPS };
static GParamSpec *props[N_PROPS];

#define DRAFT_DELAY_MS 1000 /* after the last key */

G_DEFINE_FINAL_TYPE (HsRoomView, hs_room_view, GTK_TYPE_WIDGET)

HsSession *
hs_room_view_find_session (HsRoom *room)
{
  HsSession *session = NULL;

  g_object_get (room, "session", &session, NULL);
  /* The connection and the application hold it too. */
  if (session != NULL)
    g_object_unref (session);
  return session;
}

void
hs_room_view_tell_error (HsRoomView *self, const GError *error)
{
  g_signal_emit (self, signals[ERROR], 0, error != NULL ? error->message : _("That did not work."));
}

static void
update_typing (HsRoomView *self)
{
  const char *names = self->room != NULL ? hs_room_get_typing (self->room) : NULL;
  g_autofree char *text = names != NULL && *names != '\0' ? g_strdup_printf (_("%s: typing…"), names) : NULL;

  gtk_label_set_text (self->typing, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (self->typing), text != NULL);
}

static gboolean
is_hosted_room (HsRoomView *self)
{
  return self->room != NULL && hs_room_get_kind (self->room) == HS_ROOM_CHANNEL && hs_session_is_hosted (self->session);
}

static void
on_state_changed (HsRoomView *self)
{
  hs_room_view_update_header (self);
  hs_room_view_update_foot (self);
  hs_room_view_update_order (self);
  hs_room_view_update_actions (self);
}

/* ---- Names for Tab ---- */

static void
update_completions (HsRoomView *self)
{
  GListModel *members = hs_room_get_members (self->room);
  guint n = g_list_model_get_n_items (members);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) names = NULL;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (HsMember) member = g_list_model_get_item (members, i);

      if (!hs_member_is_own (member))
        g_strv_builder_add (builder, hs_member_get_nick (member));
    }
  names = g_strv_builder_end (builder);
  hs_composer_set_completions (self->composer, (const char *const *) names, !hs_session_is_plain (self->session));
}

static void
on_members_changed (HsRoomView *self)
{
  update_completions (self);
  hs_room_view_update_header (self);
  hs_room_view_update_order (self);
}

/* ---- Reading ---- */

static void
mark_read (HsRoomView *self)
{
  if (self->room != NULL && self->looked_at && hs_message_list_is_at_end (self->messages) && hs_room_get_unread (self->room) > 0)
    hs_session_mark_read (self->session, self->room);
}

void
hs_room_view_set_looked_at (HsRoomView *self, gboolean looked_at)
{
  self->looked_at = looked_at;
  mark_read (self);
}

/* ---- Writing ---- */

void
hs_room_view_save_draft (HsRoomView *self)
{
  g_autofree char *text = NULL;

  g_clear_handle_id (&self->draft_id, g_source_remove);
  if (self->room == NULL)
    return;
  text = hs_composer_dup_text (self->composer);
  if (g_strcmp0 (text, hs_room_get_draft (self->room) != NULL ? hs_room_get_draft (self->room) : "") != 0)
    hs_session_set_draft (self->session, self->room, text);
}

/* It comes with the history, which may be later than the room; whoever writes already has the composer. */
static void
on_draft (HsRoomView *self)
{
  g_autofree char *text = hs_composer_dup_text (self->composer);
  const char *draft = hs_room_get_draft (self->room);

  if (*text != '\0' || draft == NULL || *draft == '\0')
    return;
  self->setting = TRUE;
  hs_composer_set_text (self->composer, draft);
  self->setting = FALSE;
}

static gboolean
save_draft_now (gpointer data)
{
  HsRoomView *self = data;

  self->draft_id = 0;
  hs_room_view_save_draft (self);
  return G_SOURCE_REMOVE;
}

static void
on_text_changed (HsRoomView *self)
{
  if (self->setting)
    return;
  g_clear_handle_id (&self->draft_id, g_source_remove);
  self->draft_id = g_timeout_add (DRAFT_DELAY_MS, save_draft_now, self);
}

static void
on_typing (HsRoomView *self, gboolean typing)
{
  if (!self->setting && self->room != NULL && hs_session_get_state (self->session) == HS_SESSION_ONLINE)
    hs_session_set_typing (self->session, self->room, typing);
}

static gboolean
on_send (HsRoomView *self, const char *text)
{
  g_autoptr (GError) error = NULL;

  if (self->room == NULL)
    return FALSE;
  if (!hs_session_say (self->session, self->room, text, &error))
    {
      hs_room_view_tell_error (self, error);
      return FALSE;
    }
  hs_message_list_scroll_to_end (self->messages);
  return TRUE;
}

static void
on_send_again (HsRoomView *self, HsEntry *entry)
{
  g_autoptr (GError) error = NULL;

  if (!hs_session_send_again (self->session, self->room, entry, &error))
    hs_room_view_tell_error (self, error);
}

static gboolean
can_delete (HsRoomView *self, HsEntry *entry)
{
  return self->session != NULL && self->room != NULL && hs_session_can_delete (self->session, self->room, entry);
}

static void
on_delete (HsRoomView *self, HsEntry *entry)
{
  g_autoptr (GError) error = NULL;

  if (!hs_session_delete (self->session, self->room, entry, &error))
    hs_room_view_tell_error (self, error);
}

static void
on_open_uri (HsRoomView *self, const char *uri)
{
  g_signal_emit (self, signals[OPEN_URI], 0, uri);
}

/* ---- How messages went over the wire ---- */

static HsPassage *
find_passage (HsRoomView *self)
{
  g_autoptr (HsEntry) chosen = hs_message_list_dup_chosen (self->messages);
  HsPassage *passage = NULL;

  if (self->room == NULL)
    return NULL;
  if (chosen != NULL && hs_entry_is_own (chosen))
    passage = hs_session_find_passage (self->session, self->room, chosen);
  return passage != NULL ? passage : hs_session_get_newest_passage (self->session, self->room);
}

static HsPassage *
find_chosen_passage (HsRoomView *self)
{
  g_autoptr (HsEntry) chosen = hs_message_list_dup_chosen (self->messages);

  return self->room != NULL && chosen != NULL ? hs_session_find_passage (self->session, self->room, chosen) : NULL;
}

static void
update_passage (HsRoomView *self)
{
  gboolean chosen = g_set_object (&self->chosen_passage, find_chosen_passage (self));

  if (g_set_object (&self->passage, find_passage (self)) || chosen)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_PASSAGE]);
}

HsPassage *
hs_room_view_get_chosen_passage (HsRoomView *self)
{
  return self->chosen_passage;
}

HsPassage *
hs_room_view_get_passage (HsRoomView *self)
{
  return self->passage;
}

static void
on_show_bytes (HsRoomView *self, HsEntry *entry)
{
  hs_bytes_window_present (GTK_WIDGET (self), entry, hs_session_find_passage (self->session, self->room, entry));
}

/* ---- Members ---- */

static void
on_members_toggled (HsRoomView *self)
{
  if (gtk_toggle_button_get_active (self->members_button))
    gtk_popover_popup (self->members_popover);
  else
    gtk_popover_popdown (self->members_popover);
}

static void
on_members_closed (HsRoomView *self)
{
  gtk_toggle_button_set_active (self->members_button, FALSE);
}

static void
on_member_chosen (HsRoomView *self, HsMember *member)
{
  HsRoom *room;

  gtk_popover_popdown (self->members_popover);
  if (hs_member_is_own (member) || hs_session_is_plain (self->session))
    return;
  room = hs_session_open_person (self->session, hs_member_get_nick (member));
  if (room != NULL)
    g_signal_emit (self, signals[OPEN_ROOM], 0, room);
}

/* ---- The menu ---- */

/* What rules the room is asked for when somebody looks. */
static void
on_menu_shown (HsRoomView *self)
{
  hs_room_view_update_actions (self);
  hs_room_view_ask_order (self);
}

void
hs_room_view_popup_menu (HsRoomView *self)
{
  gtk_menu_button_popup (self->menu);
}

/* ---- The room ---- */

static void
watch_room (HsRoomView *self)
{
  g_signal_group_set_target (self->room_signals, self->room);
  g_signal_group_set_target (self->session_signals, self->session);
  g_signal_group_set_target (self->connection_signals, self->connection);
  g_signal_group_set_target (self->security_signals, self->connection != NULL ? hs_connection_get_security (self->connection) : NULL);
  g_signal_group_set_target (self->member_signals, self->room != NULL ? hs_room_get_members (self->room) : NULL);
  g_signal_group_set_target (self->entry_signals, self->room != NULL ? hs_room_get_entries (self->room) : NULL);
}

static void
show_room (HsRoomView *self)
{
  g_autofree char *placeholder = hs_room_get_kind (self->room) == HS_ROOM_SERVER ? g_strdup (_("Type a command, such as /join #room"))
                                                                                 : g_strdup_printf (_("Message %s"), hs_room_get_title (self->room));

  self->setting = TRUE;
  hs_composer_set_text (self->composer, hs_room_get_draft (self->room));
  hs_composer_clear_recall (self->composer);
  hs_composer_set_placeholder (self->composer, placeholder);
  self->setting = FALSE;
  hs_message_list_set_entries (self->messages, G_LIST_MODEL (hs_room_get_entries (self->room)), hs_room_get_unread (self->room));
  hs_member_list_set_members (self->members, hs_room_get_members (self->room));
  gtk_widget_set_visible (GTK_WIDGET (self->members_button), hs_room_get_kind (self->room) == HS_ROOM_CHANNEL);
  on_members_changed (self);
}

void
hs_room_view_set_room (HsRoomView *self, HsRoom *room, HsConnection *connection)
{
  HsSession *session = room != NULL ? hs_room_view_find_session (room) : NULL;
  gboolean other = self->room != room;

  if (other)
    hs_room_view_save_draft (self);
  g_set_object (&self->room, room);
  g_set_object (&self->connection, connection);
  g_set_object (&self->session, session);
  watch_room (self);
  hs_security_button_set_security (self->lock, connection != NULL ? hs_connection_get_security (connection) : NULL);
  hs_invite_button_set_room (self->invite, is_hosted_room (self) ? room : NULL);
  if (other && room != NULL)
    show_room (self);
  else if (room == NULL)
    {
      hs_message_list_set_entries (self->messages, NULL, 0);
      hs_message_list_set_beginning (self->messages, NULL, NULL);
      hs_member_list_set_members (self->members, NULL);
      update_passage (self);
      return;
    }
  on_state_changed (self);
  update_passage (self);
  update_typing (self);
  mark_read (self);
  if (other)
    gtk_widget_grab_focus (GTK_WIDGET (self->composer));
}

void
hs_room_view_set_server (HsRoomView *self, HsServer *server)
{
  self->server = g_object_ref (server);
  hs_server_get_guests (server); /* from now on how many listen is told */
  g_signal_connect_object (server, "notify::n-listeners", G_CALLBACK (hs_room_view_update_header), self, G_CONNECT_SWAPPED);
  hs_invite_button_set_server (self->invite, server);
}

HsRoom *
hs_room_view_get_room (HsRoomView *self)
{
  return self->room;
}

void
hs_room_view_set_frame (HsRoomView *self, gboolean narrow, gboolean title_buttons)
{
  gtk_widget_set_visible (self->back, narrow);
  self->narrow = narrow;
  hs_room_view_update_actions (self);
  hs_invite_button_set_narrow (self->invite, narrow);
  adw_header_bar_set_show_end_title_buttons (self->header, title_buttons);
}

/* ---- Life ---- */

static void
hs_room_view_dispose (GObject *object)
{
  HsRoomView *self = HS_ROOM_VIEW (object);
  GtkWidget *child;

  g_clear_handle_id (&self->draft_id, g_source_remove);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "order", NULL);
  g_clear_object (&self->order);
  g_clear_object (&self->room_signals);
  g_clear_object (&self->session_signals);
  g_clear_object (&self->connection_signals);
  g_clear_object (&self->security_signals);
  g_clear_object (&self->member_signals);
  g_clear_object (&self->entry_signals);
  if (self->members_popover != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->members_popover));
  self->members_popover = NULL;
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  g_clear_object (&self->room);
  g_clear_object (&self->connection);
  g_clear_object (&self->session);
  g_clear_object (&self->passage);
  g_clear_object (&self->chosen_passage);
  g_clear_object (&self->server);
  G_OBJECT_CLASS (hs_room_view_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *klass)
{
  gtk_widget_class_bind_template_child (klass, HsRoomView, header);
  gtk_widget_class_bind_template_child (klass, HsRoomView, back);
  gtk_widget_class_bind_template_child (klass, HsRoomView, disconnect);
  gtk_widget_class_bind_template_child (klass, HsRoomView, invite);
  gtk_widget_class_bind_template_child (klass, HsRoomView, lock);
  gtk_widget_class_bind_template_child (klass, HsRoomView, title);
  gtk_widget_class_bind_template_child (klass, HsRoomView, members_button);
  gtk_widget_class_bind_template_child (klass, HsRoomView, menu);
  gtk_widget_class_bind_template_child (klass, HsRoomView, messages);
  gtk_widget_class_bind_template_child (klass, HsRoomView, foot);
  gtk_widget_class_bind_template_child (klass, HsRoomView, composer);
  gtk_widget_class_bind_template_child (klass, HsRoomView, typing);
  gtk_widget_class_bind_template_child (klass, HsRoomView, strip_title);
  gtk_widget_class_bind_template_child (klass, HsRoomView, strip_text);
  gtk_widget_class_bind_template_child (klass, HsRoomView, strip_button);
  gtk_widget_class_bind_template_child (klass, HsRoomView, hint);
  gtk_widget_class_bind_template_child (klass, HsRoomView, hint_text);
  gtk_widget_class_bind_template_child (klass, HsRoomView, members_popover);
  gtk_widget_class_bind_template_child (klass, HsRoomView, members);
}

static void
hs_room_view_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_value_set_object (value, HS_ROOM_VIEW (object)->passage);
}

static void
hs_room_view_class_init (HsRoomViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hs_room_view_dispose;
  G_OBJECT_CLASS (klass)->get_property = hs_room_view_get_property;
  props[PROP_PASSAGE] = g_param_spec_object ("passage", NULL, NULL, HS_TYPE_PASSAGE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPS, props);
  g_type_ensure (HS_TYPE_COMPOSER);
  g_type_ensure (HS_TYPE_INVITE_BUTTON);
  g_type_ensure (HS_TYPE_MESSAGE_LIST);
  g_type_ensure (HS_TYPE_MEMBER_LIST);
  g_type_ensure (HS_TYPE_SECURITY_BUTTON);
  signals[ERROR] = g_signal_new ("error", HS_TYPE_ROOM_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[OPEN_URI] = g_signal_new ("open-uri", HS_TYPE_ROOM_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[OPEN_ROOM] = g_signal_new ("open-room", HS_TYPE_ROOM_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, HS_TYPE_ROOM);
  signals[TOAST] = g_signal_new ("toast", HS_TYPE_ROOM_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, ADW_TYPE_TOAST);
  signals[JOIN_AGAIN] = g_signal_new ("join-again", HS_TYPE_ROOM_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, HS_TYPE_ROOM);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "conversation");
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/handshakechat/Handshake/ui/hs-room-view.ui");
  bind_children (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, on_send);
  gtk_widget_class_bind_template_callback (widget_class, on_typing);
  gtk_widget_class_bind_template_callback (widget_class, on_text_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_send_again);
  gtk_widget_class_bind_template_callback (widget_class, can_delete);
  gtk_widget_class_bind_template_callback (widget_class, on_delete);
  gtk_widget_class_bind_template_callback (widget_class, on_open_uri);
  gtk_widget_class_bind_template_callback (widget_class, on_show_bytes);
  gtk_widget_class_bind_template_callback (widget_class, update_passage);
  gtk_widget_class_bind_template_callback (widget_class, mark_read);
  gtk_widget_class_bind_template_callback (widget_class, on_members_toggled);
  gtk_widget_class_bind_template_callback (widget_class, on_members_closed);
  gtk_widget_class_bind_template_callback (widget_class, on_member_chosen);
  gtk_widget_class_bind_template_callback (widget_class, hs_room_view_make_member_menu);
  hs_room_view_install_order (widget_class);
  hs_room_view_install_actions (widget_class);
}

static void
hs_room_view_init (HsRoomView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  hs_room_view_init_order (self);
  g_signal_connect_object (gtk_menu_button_get_popover (self->menu), "show", G_CALLBACK (on_menu_shown), self, G_CONNECT_SWAPPED);
  gtk_widget_set_parent (GTK_WIDGET (self->members_popover), GTK_WIDGET (self->members_button));

  self->room_signals = g_signal_group_new (HS_TYPE_ROOM);
  g_signal_group_connect_swapped (self->room_signals, "notify::title", G_CALLBACK (hs_room_view_update_header), self);
  g_signal_group_connect_swapped (self->room_signals, "notify::topic", G_CALLBACK (hs_room_view_update_header), self);
  g_signal_group_connect_swapped (self->room_signals, "notify::joined", G_CALLBACK (on_state_changed), self);
  g_signal_group_connect_swapped (self->room_signals, "notify::modes", G_CALLBACK (hs_room_view_update_order), self);
  g_signal_group_connect_swapped (self->room_signals, "notify::draft", G_CALLBACK (on_draft), self);
  g_signal_group_connect_swapped (self->room_signals, "notify::typing", G_CALLBACK (update_typing), self);
  g_signal_group_connect_swapped (self->room_signals, "notify::unread", G_CALLBACK (mark_read), self);
  self->session_signals = g_signal_group_new (HS_TYPE_SESSION);
  g_signal_group_connect_swapped (self->session_signals, "notify::state", G_CALLBACK (on_state_changed), self);
  g_signal_group_connect_swapped (self->session_signals, "notify::error-text", G_CALLBACK (on_state_changed), self);
  g_signal_group_connect_swapped (self->session_signals, "people-known", G_CALLBACK (hs_room_view_update_header), self);
  g_signal_group_connect_swapped (self->session_signals, "passage-added", G_CALLBACK (update_passage), self);
  self->connection_signals = g_signal_group_new (HS_TYPE_CONNECTION);
  g_signal_group_connect_swapped (self->connection_signals, "notify::leaving-hint", G_CALLBACK (hs_room_view_update_foot), self);
  g_signal_group_connect_swapped (self->connection_signals, "notify::failure", G_CALLBACK (hs_room_view_update_foot), self);
  self->security_signals = g_signal_group_new (HS_TYPE_SECURITY);
  g_signal_group_connect_swapped (self->security_signals, "notify", G_CALLBACK (on_state_changed), self);
  self->member_signals = g_signal_group_new (G_TYPE_LIST_MODEL);
  g_signal_group_connect_swapped (self->member_signals, "items-changed", G_CALLBACK (on_members_changed), self);
  self->entry_signals = g_signal_group_new (G_TYPE_LIST_MODEL);
  g_signal_group_connect_swapped (self->entry_signals, "items-changed", G_CALLBACK (mark_read), self);
}
