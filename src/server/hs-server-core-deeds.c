/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The host's deeds, handed to the engine on the server's thread: to guests that are found by their ids, and at the door. */
#include "hs-server-core-private.h"

typedef struct
{
  HsServerCore *core;
  HsDeed deed;
  GArray *ids;  /* (nullable) of guint64 */
  char *reason; /* (nullable) */
  char **masks; /* (nullable) */
  char *room;   /* (nullable) */
  GTask *task;  /* (nullable) */
  gboolean on;
} Deed;

static void
deed_free (gpointer data)
{
  Deed *self = data;

  g_clear_pointer (&self->ids, g_array_unref);
  g_strfreev (self->masks);
  g_free (self->room);
  g_clear_object (&self->task);
  g_free (self->reason);
  g_free (self);
}

/* One walk over all guests for any number of them. */
static GHashTable *
find_guests (HsServerCore *self, GArray *ids)
{
  GHashTable *found = g_hash_table_new (g_int64_hash, g_int64_equal);

  for (guint i = 0; i < ids->len; i++)
    g_hash_table_insert (found, &g_array_index (ids, guint64, i), NULL);
  for (GList *l = self->carriers.head; l != NULL; l = l->next)
    {
      HsCarrier *carrier = l->data;
      guint64 id = carrier->peer != NULL ? hs_peer_get_id (carrier->peer) : 0;
      gpointer key;

      if (g_hash_table_lookup_extended (found, &id, &key, NULL))
        g_hash_table_insert (found, key, carrier->peer);
    }
  return found;
}

static gboolean
do_deed (gpointer data)
{
  Deed *deed = data;
  g_autoptr (GHashTable) found = find_guests (deed->core, deed->ids);

  for (guint i = 0; i < deed->ids->len; i++)
    {
      HsPeer *peer = g_hash_table_lookup (found, &g_array_index (deed->ids, guint64, i));

      if (peer != NULL)
        hs_engine_do (deed->core->engine, peer, deed->deed, deed->reason);
    }
  return G_SOURCE_REMOVE;
}

void
hs_server_core_do (HsServerCore *self, HsDeed deed, GArray *ids, const char *reason)
{
  Deed *wish = g_new0 (Deed, 1);

  wish->core = self;
  wish->deed = deed;
  wish->ids = ids;
  wish->reason = g_strdup (reason);
  hs_core_run (self, do_deed, wish, deed_free);
}

static gboolean
set_banned (gpointer data)
{
  Deed *deed = data;

  for (guint i = 0; deed->masks[i] != NULL; i++)
    hs_engine_set_banned (deed->core->engine, deed->masks[i], deed->on);
  return G_SOURCE_REMOVE;
}

void
hs_server_core_set_banned (HsServerCore *self, const char *const *masks, gboolean on)
{
  Deed *wish = g_new0 (Deed, 1);

  wish->core = self;
  wish->masks = g_strdupv ((char **) masks);
  wish->on = on;
  hs_core_run (self, set_banned, wish, deed_free);
}

/* ---- One guest and its rooms ---- */

static Deed *
deed_new_for (HsServerCore *self, guint64 id)
{
  Deed *wish = g_new0 (Deed, 1);

  wish->core = self;
  wish->ids = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_array_append_val (wish->ids, id);
  return wish;
}

static HsPeer *
find_guest (const Deed *deed)
{
  g_autoptr (GHashTable) found = find_guests (deed->core, deed->ids);

  return g_hash_table_lookup (found, &g_array_index (deed->ids, guint64, 0));
}

static gboolean
list_rooms (gpointer data)
{
  Deed *deed = data;
  HsPeer *peer = find_guest (deed);
  GStrv rooms = peer != NULL ? hs_engine_list_rooms (peer) : g_new0 (char *, 1);

  g_task_return_pointer (deed->task, rooms, (GDestroyNotify) g_strfreev);
  return G_SOURCE_REMOVE;
}

void
hs_server_core_list_rooms (HsServerCore *self, guint64 id, GTask *task)
{
  Deed *wish = deed_new_for (self, id);

  wish->task = task;
  hs_core_run (self, list_rooms, wish, deed_free);
}

static gboolean
kick_from (gpointer data)
{
  Deed *deed = data;
  HsPeer *peer = find_guest (deed);

  if (peer != NULL)
    hs_engine_kick_from (deed->core->engine, peer, deed->room, deed->reason);
  return G_SOURCE_REMOVE;
}

void
hs_server_core_kick_from (HsServerCore *self, guint64 id, const char *room, const char *reason)
{
  Deed *wish = deed_new_for (self, id);

  wish->room = g_strdup (room);
  wish->reason = g_strdup (reason);
  hs_core_run (self, kick_from, wish, deed_free);
}
