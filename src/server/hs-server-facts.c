/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the core has told, applied to what the window binds: guests, numbers, the listener's log. One change of a list for many facts. */
#include "hs-server-private.h"

#include "hs-guest-private.h"
#include "hs-half-open.h"

/* More log than anybody reads; the oldest go together, so that a full log changes once for many. */
#define LOG_MAX     2000
#define LOG_DROPPED 200

/* ---- News: guests ---- */

typedef struct
{
  HsServer *server;
  GPtrArray *added;  /* of HsGuest, in order, not yet in the list */
  GPtrArray *gone;   /* of HsGuest, owned */
} Changes;

static void
apply_guest (Changes *changes, const HsNewsItem *item)
{
  HsGuest *guest = g_hash_table_lookup (changes->server->by_id, &item->id);
  guint64 *id;

  if (guest != NULL)
    {
      hs_guest_set_facts (guest, &item->facts);
      return;
    }
  guest = hs_guest_new (&item->facts);
  id = g_memdup2 (&item->id, sizeof item->id);
  g_hash_table_insert (changes->server->by_id, id, guest);
  g_ptr_array_add (changes->added, guest);
}

static void
apply_guest_state (Changes *changes, const HsNewsItem *item)
{
  HsGuest *guest = g_hash_table_lookup (changes->server->by_id, &item->id);

  if (guest != NULL)
    hs_guest_set_state (guest, item->state, item->rtt != 0 ? item->rtt : hs_guest_get_rtt (guest), item->expires);
  if (guest != NULL && item->last_active != 0)
    hs_guest_set_traffic (guest, item->last_active, item->received, item->sent);
}

static void
apply_guest_gone (Changes *changes, const HsNewsItem *item)
{
  HsGuest *guest = g_hash_table_lookup (changes->server->by_id, &item->id);

  if (guest == NULL)
    return;
  g_object_ref (guest);
  hs_guest_set_gone (guest);
  g_hash_table_remove (changes->server->by_id, &item->id);
  if (g_ptr_array_remove (changes->added, guest))
    g_object_unref (guest);
  else
    g_ptr_array_add (changes->gone, guest);
}

/* Few changes of the list for many guests: each would cost a list view a relayout. */
static void
changes_commit (Changes *changes)
{
  hs_guest_list_remove (changes->server->guests, changes->gone);
  hs_guest_list_append (changes->server->guests, changes->added);
}

/* ---- News: listener and watches ---- */

static void
apply_listener_numbers (Changes *changes, const HsNewsItem *item)
{
  HsServer *self = changes->server;
  HsTcpListenerNumbers old = { 0 };
  const HsTcpListenerNumbers *new = item->listener;
  gboolean first = self->numbers == NULL; /* zeros too are news then */

  if (self->numbers != NULL)
    old = *self->numbers;
  g_free (self->numbers);
  self->numbers = g_memdup2 (new, sizeof *new);
  hs_half_open_update (self->half_open, new, g_get_real_time ());
  if (first || old.half_open != new->half_open)
    hs_server_notify (self, HS_SERVER_PROP_HALF_OPEN);
  if (old.accept_queue != new->accept_queue)
    hs_server_notify (self, HS_SERVER_PROP_ACCEPT_QUEUE);
  if (old.warnings != new->warnings)
    hs_server_notify (self, HS_SERVER_PROP_WARNINGS);
  if (old.drops != new->drops)
    hs_server_notify (self, HS_SERVER_PROP_DROPS);
  if (old.syn_cookies != new->syn_cookies)
    hs_server_notify (self, HS_SERVER_PROP_SYN_COOKIES);
}

static void
apply_listener_event (Changes *changes, const HsNewsItem *item)
{
  GListStore *log = changes->server->log;
  g_autoptr (HsTcpLogItem) logged = hs_tcp_log_item_new (item->event);

  if (g_list_model_get_n_items (G_LIST_MODEL (log)) >= LOG_MAX)
    g_list_store_splice (log, 0, LOG_DROPPED, NULL, 0);
  g_list_store_append (log, logged);
}

static void
apply_watch (Changes *changes, const HsNewsItem *item)
{
  hs_server_apply_watch (changes->server, item);
}

static void
apply_listener_experiments (Changes *changes, const HsNewsItem *item)
{
  hs_server_set_uint (changes->server, &changes->server->experiments, item->experiments, HS_SERVER_PROP_EXPERIMENTS);
}

static void (*const appliers[]) (Changes *changes, const HsNewsItem *item) = {
  [HS_NEWS_GUEST] = apply_guest,
  [HS_NEWS_GUEST_STATE] = apply_guest_state,
  [HS_NEWS_GUEST_GONE] = apply_guest_gone,
  [HS_NEWS_LISTENER_NUMBERS] = apply_listener_numbers,
  [HS_NEWS_LISTENER_EVENT] = apply_listener_event,
  [HS_NEWS_WATCH_EVENT] = apply_watch,
  [HS_NEWS_WATCH_NUMBERS] = apply_watch,
  [HS_NEWS_WATCH_TALLY] = apply_watch,
  [HS_NEWS_WATCH_CARRIED] = apply_watch,
  [HS_NEWS_WATCH_ADDRESSES] = apply_watch,
  [HS_NEWS_WATCH_GONE] = apply_watch,
  [HS_NEWS_WATCH_OTHER] = apply_watch,
  [HS_NEWS_WATCH_EXPERIMENTS] = apply_watch,
  [HS_NEWS_LISTENER_EXPERIMENTS] = apply_listener_experiments,
  [HS_NEWS_WATCH_TOLD] = apply_watch,
  [HS_NEWS_WATCH_TOLD_EVENT] = apply_watch,
  [HS_NEWS_WATCH_TOLD_NUMBERS] = apply_watch,
  [HS_NEWS_WATCH_TOLD_CLOCK] = apply_watch,
};

static void
take_key (HsServer *self, const HsNews *news)
{
  if (news->key == NULL || g_strcmp0 (news->key, self->key) == 0)
    return;
  g_free (self->key);
  g_free (self->key_number);
  self->key = g_strdup (news->key);
  self->key_number = g_strdup (news->key_number);
  hs_server_notify (self, HS_SERVER_PROP_KEY);
  hs_server_notify (self, HS_SERVER_PROP_KEY_NUMBER);
}

static void
take_bans (HsServer *self, const HsNews *news)
{
  if (news->bans == NULL || g_strv_equal ((const char *const *) news->bans, (const char *const *) self->bans))
    return;
  g_strfreev (self->bans);
  self->bans = g_strdupv (news->bans);
  hs_server_notify (self, HS_SERVER_PROP_BANS);
}

void
hs_server_apply_news (const HsNews *news, gpointer user_data)
{
  HsServer *self = user_data;
  g_autoptr (HsServer) alive G_GNUC_UNUSED = g_object_ref (self);
  g_autoptr (GPtrArray) added = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) gone = g_ptr_array_new_with_free_func (g_object_unref);
  Changes changes = { self, added, gone };

  for (guint i = 0; i < news->items->len; i++)
    {
      const HsNewsItem *item = g_ptr_array_index (news->items, i);

      appliers[item->kind] (&changes, item);
    }
  changes_commit (&changes);
  take_key (self, news);
  take_bans (self, news);
  hs_server_set_uint (self, &self->n_guests, news->n_guests, HS_SERVER_PROP_N_GUESTS);
  hs_server_set_uint (self, &self->n_listeners, news->n_listeners, HS_SERVER_PROP_N_LISTENERS);
}

void
hs_server_forget_guests (HsServer *self)
{
  GListModel *model = G_LIST_MODEL (self->guests);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (HsGuest) guest = g_list_model_get_item (model, i);

      hs_guest_set_gone (guest);
    }
  g_hash_table_remove_all (self->by_id);
  hs_guest_list_clear (self->guests);
  g_list_store_remove_all (self->half_open);
  hs_server_set_uint (self, &self->n_guests, 0, HS_SERVER_PROP_N_GUESTS);
  hs_server_set_uint (self, &self->n_listeners, 0, HS_SERVER_PROP_N_LISTENERS);
}

void
hs_server_set_store_error (const char *text, gpointer user_data)
{
  HsServer *self = user_data;

  if (g_strcmp0 (self->store_error, text) == 0)
    return;
  g_free (self->store_error);
  self->store_error = g_strdup (text);
  hs_server_notify (self, HS_SERVER_PROP_STORE_ERROR_TEXT);
}
