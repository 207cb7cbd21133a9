/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stage for sessions: a store in memory, lines in the test's hand, and waiting with a bound. */
#include "client-stage.h"

#include <string.h>

static gboolean
on_tick (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

void
stage_iterate (void)
{
  gboolean ticked = FALSE;
  guint source = g_timeout_add (20, on_tick, &ticked);

  g_main_context_iteration (NULL, TRUE);
  if (!ticked)
    g_source_remove (source);
}

static gpointer
work_nothing (HsHistory *history, gpointer data, GError **error)
{
  return NULL;
}

static void
done_nothing (gpointer result, const GError *error, gpointer data)
{
  *(gboolean *) data = TRUE;
}

void
stage_fence (HsStore *store)
{
  gboolean done = FALSE;

  hs_store_run (store, work_nothing, done_nothing, &done, NULL);
  stage_wait_until (done);
}

static const char *
kind_name (HsKind kind)
{
  static const char *const names[] = { "message", "action", "notice", "presence", "event", "info" };

  return names[kind];
}

static const char *
sent_name (HsSent sent)
{
  static const char *const names[] = { "", " pending", " written", " acknowledged", " accepted", " read", " failed", " unconfirmed" };

  return names[sent];
}

static void
describe_members (HsRoom *room, GString *out)
{
  GListModel *members = hs_room_get_members (room);

  for (guint i = 0; i < g_list_model_get_n_items (members); i++)
    {
      g_autoptr (HsMember) member = g_list_model_get_item (members, i);

      g_string_append_printf (out, "  %s%s", hs_member_get_nick (member), hs_member_is_own (member) ? " own" : "");
      if (strcmp (hs_member_get_shown (member), hs_member_get_nick (member)) != 0)
        g_string_append_printf (out, " (%s)", hs_member_get_shown (member));
      if (hs_member_get_rank (member) != 0)
        g_string_append_printf (out, " rank %u", hs_member_get_rank (member));
      g_string_append_printf (out, "%s%s%s\n", hs_member_is_away (member) ? " away" : "", hs_member_is_plain (member) ? " plain" : "",
                              hs_member_is_typing (member) ? " typing" : "");
    }
}

static void
describe_entries (HsRoom *room, GString *out)
{
  GListModel *entries = G_LIST_MODEL (hs_room_get_entries (room));

  for (guint i = 0; i < g_list_model_get_n_items (entries); i++)
    {
      g_autoptr (HsEntry) entry = g_list_model_get_item (entries, i);
      g_auto (GStrv) lines = NULL;
      g_autofree char *text = NULL;

      if (!hs_entry_is_loaded (entry))
        {
          g_string_append (out, "    …\n");
          continue;
        }
      lines = g_strsplit (hs_entry_get_text (entry), "\n", -1);
      text = g_strjoinv ("|", lines);
      g_string_append_printf (out, "    %s%s%s%s <%s> %s\n", kind_name (hs_entry_get_kind (entry)), sent_name (hs_entry_get_delivery (entry)),
                              hs_entry_is_mention (entry) ? " mention" : "", hs_entry_is_plain (entry) ? " plain" : "",
                              hs_entry_get_shown (entry), text);
    }
}

char *
stage_describe (HsSession *session)
{
  GString *out = g_string_new (NULL);
  GListModel *rooms = hs_session_get_rooms (session);

  for (guint i = 0; i < g_list_model_get_n_items (rooms); i++)
    {
      g_autoptr (HsRoom) room = g_list_model_get_item (rooms, i);

      g_string_append_printf (out, "%s “%s”%s", hs_room_get_name (room), hs_room_get_title (room), hs_room_is_joined (room) ? "" : " left");
      if (hs_room_get_unread (room) > 0)
        g_string_append_printf (out, " unread %u/%u", hs_room_get_unread (room), hs_room_get_mentions (room));
      if (hs_room_get_topic (room) != NULL)
        g_string_append_printf (out, " topic “%s”", hs_room_get_topic (room));
      g_string_append_c (out, '\n');
      describe_members (room, out);
      describe_entries (room, out);
    }
  return g_string_free (out, FALSE);
}

void
stage_expect (HsSession *session, const char *expected)
{
  gint64 deadline = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  for (;;)
    {
      g_autofree char *seen = stage_describe (session);

      if (strcmp (seen, expected) == 0)
        return;
      if (g_get_monotonic_time () > deadline)
        g_error ("expected\n%s\nseen\n%s\n", expected, seen);
      stage_iterate ();
    }
}

HsEntry *
stage_find_entry (HsRoom *room, const char *text)
{
  GListModel *entries = G_LIST_MODEL (hs_room_get_entries (room));

  for (guint i = 0; i < g_list_model_get_n_items (entries); i++)
    {
      g_autoptr (HsEntry) entry = g_list_model_get_item (entries, i);

      if (hs_entry_is_loaded (entry) && g_strcmp0 (hs_entry_get_text (entry), text) == 0)
        return g_steal_pointer (&entry);
    }
  return NULL;
}

HsEntry *
stage_wait_for_entry (HsRoom *room, const char *text)
{
  HsEntry *entry = NULL;

  stage_wait_until ((entry = stage_find_entry (room, text)) != NULL);
  return entry;
}

void
stage_hear (HsSession *session, const char *line)
{
  g_autofree char *copy = g_strdup (line);

  hs_session_receive_irc (session, copy, strlen (copy));
}

guint64
stage_gather (HsSession *session, const char *data, gsize len, gpointer out)
{
  return g_string_append_len (out, data, (gssize) len)->len;
}

void
stage_scene_init (StageScene *self, const char *caps)
{
  g_autofree char *ls = g_strdup_printf (":s.x CAP * LS :%s", caps), *ack = g_strdup_printf (":s.x CAP * ACK :%s", caps);

  self->store = hs_store_new (":memory:");
  self->out = g_string_new (NULL);
  self->session = hs_session_new (self->store, "test", "irc.test", "Ana", FALSE);
  self->room = NULL;
  hs_session_set_send (self->session, stage_gather, self->out);
  hs_session_begin_irc (self->session, NULL);
  stage_hear (self->session, ls);
  stage_hear (self->session, ack);
  stage_hear (self->session, ":s.x 001 Ana :Welcome");
}

void
stage_scene_clear (StageScene *self)
{
  g_object_unref (self->session);
  hs_store_close (self->store);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (self->store);
  g_string_free (self->out, TRUE);
}

/* ---- Names lead to this computer ---- */

typedef struct { GResolver parent_instance; } Names;
typedef struct { GResolverClass parent_class; } NamesClass;
GType names_get_type (void);
G_DEFINE_TYPE (Names, names, G_TYPE_RESOLVER)

static void
names_lookup (GResolver *resolver, const char *name, GResolverNameLookupFlags flags, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (resolver, cancellable, callback, data);

  if (flags == G_RESOLVER_NAME_LOOKUP_FLAGS_IPV6_ONLY)
    g_task_return_new_error (task, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "no such");
  else
    g_task_return_pointer (task, g_list_append (NULL, g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4)), NULL);
}

static GList *
names_finish (GResolver *resolver, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
names_class_init (NamesClass *klass)
{
  G_RESOLVER_CLASS (klass)->lookup_by_name_with_flags_async = names_lookup;
  G_RESOLVER_CLASS (klass)->lookup_by_name_with_flags_finish = names_finish;
}

static void
names_init (Names *self)
{
}

void
stage_lead_names_here (void)
{
  g_autoptr (GResolver) names = g_object_new (names_get_type (), NULL);

  g_resolver_set_default (names);
}
