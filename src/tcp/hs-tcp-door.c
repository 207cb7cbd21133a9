/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looks at a listener while its page is shown; see hs-tcp-door.h. */
#include "hs-config.h"

#include "hs-tcp-door.h"

#include <arpa/inet.h>
#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_MS       250
#define LOOK_OPEN_MS  20
#define LOOK_OPEN_MAX 256             /* half-open; a flood is seen as well four times a second, and a look at it takes longer */
#define CLIMBS_FROM   16              /* fewer half-open at once are nothing: people on a slow link */
#define CLIMBS_FROM_SHORT 4           /* the same where the backlog is short */
#define CALM_US       (10 * G_USEC_PER_SEC) /* a warning stays for so long after its cause */
#define REMEMBER_US   (75 * G_USEC_PER_SEC) /* linux: tcp_synack_retries 5, the last after 63 s */
#define REMEMBER_MAX  4096            /* cookies; a flood's are not worth more */
#define N_WARNINGS    4

struct _HsTcpDoor
{
  /* Owned */
  GMainContext *context;
  GSource *timer;     /* (nullable) */
  GHashTable *seen;   /* cookie → when, both gint64 */

  /* Borrowed */
  HsTcpDiag *diag;    /* (nullable) */
  HsTcpDoorFunc func;
  gpointer user_data;
  int fd;

  /* State */
  guint16 port;
  gboolean shown;
  gboolean told;
  guint64 cookies_before; /* SyncookiesSent when it began to look */
  gint64 warned[N_WARNINGS]; /* when last, by bit */
  HsTcpListenerNumbers last;
};

static const struct { HsTcpDoorWarning warning; const char *sentence; } warnings[N_WARNINGS] = {
  { HS_TCP_DOOR_HALF_OPEN_CLIMBS,
    N_("Many connections are half-open: somebody sends SYN after SYN and never the third segment, or our answers do not arrive.") },
  { HS_TCP_DOOR_QUEUE_FULL, N_("The accept queue is full: newcomers have to wait until the server takes some in.") },
  { HS_TCP_DOOR_DROPS, N_("The kernel had to drop connection requests: its queues were full.") },
  { HS_TCP_DOOR_SYN_COOKIES,
    N_("The kernel defends itself with SYN cookies: it answers each SYN and keeps nothing of it until the third segment proves the caller.") },
};

const char *
hs_tcp_door_warning_get_sentence (HsTcpDoorWarning warning)
{
  for (guint i = 0; i < N_WARNINGS; i++)
    if (warnings[i].warning == warning)
      return warnings[i].sentence;
  return "";
}

HsTcpDoor *
hs_tcp_door_new (HsTcpDiag *diag, HsTcpDoorFunc func, gpointer user_data)
{
  HsTcpDoor *self = g_new0 (HsTcpDoor, 1);

  self->context = g_main_context_ref_thread_default ();
  self->seen = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  self->diag = diag;
  self->func = func;
  self->user_data = user_data;
  self->fd = -1;
  return self;
}

static void
clear_timer (HsTcpDoor *self)
{
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
}

void
hs_tcp_door_free (HsTcpDoor *self)
{
  if (self == NULL)
    return;
  clear_timer (self);
  g_hash_table_unref (self->seen);
  g_main_context_unref (self->context);
  g_free (self);
}

/* ---- SYN cookies: only the whole computer's are counted (netstat (8), /proc/net/netstat) ---- */

static guint64
find_counter (char **names, char **values, const char *wanted)
{
  for (guint i = 0; names[i] != NULL && values[i] != NULL; i++)
    if (g_str_equal (names[i], wanted))
      return g_ascii_strtoull (values[i], NULL, 10);
  return 0;
}

static guint64
read_cookies_sent (void)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents ("/proc/net/netstat", &text, NULL, NULL))
    return 0;
  lines = g_strsplit (text, "\n", 3);
  if (lines[0] == NULL || lines[1] == NULL || !g_str_has_prefix (lines[0], "TcpExt:"))
    return 0;
  g_auto (GStrv) names = g_strsplit (lines[0], " ", -1);
  g_auto (GStrv) values = g_strsplit (lines[1], " ", -1);
  return find_counter (names, values, "SyncookiesSent");
}

/* ---- Who is half-open ---- */

static gboolean
is_old (gpointer key, gpointer value, gpointer now)
{
  return *(gint64 *) now - *(gint64 *) value > REMEMBER_US;
}

static void
remember (HsTcpDoor *self, guint64 cookie, gint64 now)
{
  if (g_hash_table_size (self->seen) >= REMEMBER_MAX)
    g_hash_table_foreach_remove (self->seen, is_old, &now);
  if (g_hash_table_size (self->seen) >= REMEMBER_MAX || g_hash_table_contains (self->seen, &cookie))
    return;
  g_hash_table_insert (self->seen, g_memdup2 (&cookie, sizeof cookie), g_memdup2 (&now, sizeof now));
}

static int
compare_callers (gconstpointer a, gconstpointer b)
{
  const HsTcpCaller *one = a, *other = b;

  return one->count != other->count ? (one->count < other->count ? 1 : -1) : strcmp (one->address, other->address);
}

static void
count_caller (GHashTable *index, GArray *callers, const HsTcpHalfOpen *entry)
{
  HsTcpCaller caller = { "", 1 };
  gpointer at;

  inet_ntop (entry->family, entry->address, caller.address, sizeof caller.address);
  if (g_hash_table_lookup_extended (index, caller.address, NULL, &at))
    g_array_index (callers, HsTcpCaller, GPOINTER_TO_UINT (at)).count++;
  else
    {
      g_hash_table_insert (index, g_strdup (caller.address), GUINT_TO_POINTER (callers->len));
      g_array_append_val (callers, caller);
    }
}

static void
look_at_half_open (HsTcpDoor *self, HsTcpListenerNumbers *numbers)
{
  g_autoptr (GArray) entries = hs_tcp_diag_list_half_open (self->diag, self->port);
  g_autoptr (GArray) callers = g_array_new (FALSE, FALSE, sizeof (HsTcpCaller));
  g_autoptr (GHashTable) index = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < entries->len; i++)
    {
      const HsTcpHalfOpen *entry = &g_array_index (entries, HsTcpHalfOpen, i);

      remember (self, entry->cookie, numbers->time);
      count_caller (index, callers, entry);
    }
  g_array_sort (callers, compare_callers);
  numbers->half_open = entries->len;
  numbers->syn_cookies = numbers->backlog > 0 && entries->len >= numbers->backlog;
  numbers->n_callers = MIN (callers->len, HS_TCP_CALLERS_MAX);
  numbers->n_more_callers = callers->len - numbers->n_callers;
  if (numbers->n_callers > 0)
    memcpy (numbers->callers, callers->data, numbers->n_callers * sizeof (HsTcpCaller));
}

/* ---- Warnings ---- */

/* In a short backlog a quarter is already much, as fewer can be half-open than it has places. */
static guint32
get_climbs_from (guint32 backlog)
{
  return backlog > 0 ? CLAMP (backlog / 4, CLIMBS_FROM_SHORT, CLIMBS_FROM) : CLIMBS_FROM;
}

HsTcpDoorWarning
hs_tcp_door_find_causes (const HsTcpListenerNumbers *numbers, const HsTcpListenerNumbers *last)
{
  gboolean seen = numbers->half_open != G_MAXUINT32;
  HsTcpDoorWarning causes = 0;

  if (seen && numbers->half_open >= get_climbs_from (numbers->backlog))
    causes |= HS_TCP_DOOR_HALF_OPEN_CLIMBS;
  if (numbers->backlog > 0 && numbers->accept_queue > numbers->backlog) /* linux: sk_acceptq_is_full () lets one more in */
    causes |= HS_TCP_DOOR_QUEUE_FULL;
  if (last != NULL && numbers->drops > last->drops)
    causes |= HS_TCP_DOOR_DROPS;
  if (numbers->cookies_sent > (last != NULL ? last->cookies_sent : 0))
    causes |= HS_TCP_DOOR_SYN_COOKIES;
  return causes;
}

/* What a flood shows comes and goes: a warning that flickers cannot be read. */
static HsTcpDoorWarning
warn (HsTcpDoor *self, const HsTcpListenerNumbers *numbers)
{
  HsTcpDoorWarning causes = hs_tcp_door_find_causes (numbers, self->told ? &self->last : NULL), all = 0;

  for (guint i = 0; i < N_WARNINGS; i++)
    {
      if (causes & warnings[i].warning)
        self->warned[i] = numbers->time;
      if (self->warned[i] != 0 && numbers->time - self->warned[i] < CALM_US)
        all |= warnings[i].warning;
    }
  return all;
}

/* ---- Looking ---- */

static void schedule (HsTcpDoor *self);

static gboolean
is_news (HsTcpDoor *self, const HsTcpListenerNumbers *numbers)
{
  HsTcpListenerNumbers last = self->last;

  last.time = numbers->time;
  return !self->told || memcmp (&last, numbers, sizeof last) != 0;
}

static void
look (HsTcpDoor *self)
{
  HsTcpListenerNumbers numbers;
  gboolean news;

  if (self->fd < 0 || !hs_tcp_listener_numbers_read (self->fd, self->port, NULL, &numbers))
    return;
  if (self->diag != NULL)
    look_at_half_open (self, &numbers);
  numbers.cookies_sent = (guint32) (read_cookies_sent () - self->cookies_before);
  numbers.warnings = warn (self, &numbers);
  news = is_news (self, &numbers);
  memcpy (&self->last, &numbers, sizeof numbers);
  self->told = TRUE;
  if (news)
    self->func (&numbers, self->user_data);
}

static gboolean
on_timer (gpointer user_data)
{
  HsTcpDoor *self = user_data;

  clear_timer (self);
  look (self);
  schedule (self);
  return G_SOURCE_REMOVE;
}

static void
schedule (HsTcpDoor *self)
{
  gboolean busy = self->told && self->last.half_open != 0 && self->last.half_open <= LOOK_OPEN_MAX;

  clear_timer (self);
  if (!self->shown || self->fd < 0)
    return;
  self->timer = g_timeout_source_new (busy ? LOOK_OPEN_MS : LOOK_MS);
  g_source_set_callback (self->timer, on_timer, self, NULL);
  g_source_set_static_name (self->timer, "[handshake] door");
  g_source_attach (self->timer, self->context);
}

static void
begin (HsTcpDoor *self)
{
  self->told = FALSE;
  memset (&self->last, 0, sizeof self->last);
  memset (self->warned, 0, sizeof self->warned);
  g_hash_table_remove_all (self->seen);
  if (self->shown && self->fd >= 0)
    {
      self->cookies_before = read_cookies_sent ();
      look (self);
    }
  schedule (self);
}

void
hs_tcp_door_set_listener (HsTcpDoor *self, int fd, guint16 port)
{
  if (self->fd == fd && self->port == port)
    return;
  self->fd = fd;
  self->port = port;
  begin (self);
}

void
hs_tcp_door_set_shown (HsTcpDoor *self, gboolean shown)
{
  if (self->shown == (shown != FALSE))
    return;
  self->shown = shown != FALSE;
  begin (self);
}

gint64
hs_tcp_door_get_seen (HsTcpDoor *self, guint64 cookie)
{
  const gint64 *when = g_hash_table_lookup (self->seen, &cookie);

  return when != NULL ? *when : 0;
}
