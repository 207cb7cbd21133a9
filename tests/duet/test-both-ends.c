/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Both ends in one picture, between two computers: a server in one namespace, our client in another, a wire with a delay between them. Each tells the
 * other what its kernel sees; what is told is held against what passed on the wire. */
#include "hs-connection.h"
#include "hs-server.h"
#include "hs-tcp-ladder.h"

#include <sys/mman.h>
#include <unistd.h>

#include "client-stage.h"
#include "wire.h"

#define PORT 8000
#define DELAY_MS 25 /* each way */

/* What the two processes have in common. */
typedef struct
{
  /* The client's wishes */
  gint share;      /* the host agrees */
  gint look;       /* its window looks at the first guest */
  /* The server's answers */
  gint ready;      /* it listens */
  gint configured; /* share, as it is in force */
  gint told;       /* HsTcpToldState */
  gint states;     /* 1 << HsTcpState, of those that the guest told and observed */
  gint has_clock;
  gint offset, round_trip; /* µs */
  guint x;         /* the SYN's number: seen by the server, and told by the guest */
  guint told_x;
} Common;

static Common *common;
static const char *skip_reason; /* (nullable) */

/* ---- The server, there ---- */

static void
on_started (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!hs_server_start_finish (HS_SERVER (source), result, &error))
    g_error ("%s", error->message);
  g_atomic_int_set (&common->ready, 1);
}

static void
report (HsTcpWatch *watch)
{
  const HsTcpTold *told = hs_tcp_watch_get_told (watch);
  GPtrArray *events = hs_tcp_told_get_events (told);
  gint64 offset, round_trip;
  gint states = 0;
  g_autoptr (GPtrArray) rungs = hs_tcp_ladder_handshake (watch);

  for (guint i = 0; i < events->len; i++)
    {
      const HsTcpEvent *event = events->pdata[i];

      if (event->kind == HS_TCP_EVENT_STATE && event->known == HS_TCP_OBSERVED)
        states |= 1 << event->state;
    }
  for (guint i = 0; i < rungs->len; i++)
    {
      const HsTcpRung *rung = rungs->pdata[i];

      if (rung->kind != HS_TCP_RUNG_SEGMENT || rung->flags != HS_TCP_SYN)
        continue;
      common->x = rung->has_seq ? rung->seq : 0;
      common->told_x = rung->told_has_seq ? rung->told_seq : 0;
    }
  if (hs_tcp_told_get_clock (told, &offset, &round_trip))
    {
      common->offset = (gint) offset;
      common->round_trip = (gint) round_trip;
      g_atomic_int_set (&common->has_clock, 1);
    }
  g_atomic_int_set (&common->states, states);
  g_atomic_int_set (&common->told, (gint) hs_tcp_told_get_state (told));
}

static HsServerConfig *
make_config (gboolean share)
{
  HsServerConfig *config = hs_server_config_new ();

  config->port = PORT;
  config->address = g_strdup (WIRE_THERE_V4);
  config->share_view = share;
  return config;
}

static void
run_server (void)
{
  g_autoptr (HsServerConfig) config = make_config (FALSE);
  g_autoptr (HsServer) server = hs_server_new (config, TRUE);
  g_autoptr (HsTcpWatch) watch = NULL;
  GListModel *guests = hs_server_get_guests (server);

  hs_server_start_async (server, NULL, on_started, NULL);
  for (;;)
    {
      g_autoptr (HsGuest) first = g_list_model_get_item (guests, 0);
      gint share = g_atomic_int_get (&common->share), look = g_atomic_int_get (&common->look);

      g_main_context_iteration (NULL, FALSE);
      g_usleep (2000);
      if (share != g_atomic_int_get (&common->configured))
        {
          g_autoptr (HsServerConfig) other = make_config (share);

          g_free (hs_server_set_config (server, other));
          g_atomic_int_set (&common->configured, share);
        }
      if (look && watch == NULL && first != NULL && hs_guest_get_nick (first) != NULL)
        {
          watch = hs_server_watch_guest (server, first);
          hs_tcp_watch_set_shown (watch, TRUE);
        }
      if (!look)
        g_clear_object (&watch);
      if (watch != NULL)
        report (watch);
    }
}

/* ---- The client, here ---- */

typedef struct
{
  HsStore *store;
  HsSession *session;
  HsConnection *connection;
} Client;

static void
on_opened (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  hs_connection_open_finish (HS_CONNECTION (source), result, &error);
  g_assert_no_error (error);
  *(gboolean *) data = TRUE;
}

static void
set_share (gint share)
{
  g_atomic_int_set (&common->share, share);
  stage_wait_until (g_atomic_int_get (&common->configured) == share);
}

/* @address: "ircs:" encrypted from the first byte, "irc:" and never. */
static void
join (Client *self, const char *address, gboolean encrypted, gboolean share, gboolean host_shares)
{
  gboolean done = FALSE;

  g_atomic_int_set (&common->look, 0);
  stage_wait_until (g_atomic_int_get (&common->ready));
  set_share (host_shares);
  wire_set_delay (DELAY_MS);
  self->store = hs_store_new (":memory:");
  self->session = hs_session_new (self->store, address, address, "Ana", FALSE);
  self->connection = hs_connection_new (self->session, address, HS_PROTOCOL_IRC, HS_LINE_ENDING_AUTOMATIC);
  hs_connection_set_encryption (self->connection, encrypted ? HS_ENCRYPTION_AUTOMATIC : HS_ENCRYPTION_NEVER);
  hs_connection_set_shares_view (self->connection, share);
  hs_tcp_watch_set_shown (hs_connection_get_watch (self->connection), TRUE);
  hs_connection_open_async (self->connection, NULL, on_opened, &done);
  stage_wait_until (done);
  hs_tcp_watch_set_shown (hs_connection_get_watch (self->connection), TRUE);
}

static void
part (Client *self)
{
  if (hs_connection_is_open (self->connection))
    {
      hs_connection_leave (self->connection, FALSE);
      stage_wait_until (!hs_connection_is_open (self->connection));
    }
  g_atomic_int_set (&common->look, 0);
  g_clear_object (&self->connection);
  g_clear_object (&self->session);
  g_clear_object (&self->store);
}

static const HsTcpTold *
told_of (Client *self)
{
  return hs_tcp_watch_get_told (hs_connection_get_watch (self->connection));
}

static gboolean
has_clock (const HsTcpTold *told, gint64 *offset, gint64 *round_trip)
{
  return hs_tcp_told_get_clock (told, offset, round_trip);
}

static const HsTcpRung *
find_segment (GPtrArray *rungs, guint8 flags)
{
  for (guint i = 0; i < rungs->len; i++)
    {
      const HsTcpRung *rung = rungs->pdata[i];

      if (rung->kind == HS_TCP_RUNG_SEGMENT && rung->flags == flags)
        return rung;
    }
  return NULL;
}

/* The SYN of the connection that is in use, as it passed on the wire: the last one. */
static const WireSegment *
find_syn_on_wire (void)
{
  for (guint i = wire_get_n_segments (); i > 0; i--)
    if (wire_get_segment (i - 1)->from_here && wire_get_segment (i - 1)->flags == HS_TCP_SYN)
      return wire_get_segment (i - 1);
  g_assert_not_reached ();
}

/* The SYN is known by both, and its first number: told, seen, and on the wire they are one. */
static gboolean
syn_is_told (Client *self)
{
  g_autoptr (GPtrArray) rungs = hs_tcp_ladder_handshake (hs_connection_get_watch (self->connection));
  const HsTcpRung *syn = find_segment (rungs, HS_TCP_SYN);

  return syn != NULL && syn->told_has_seq && syn->has_seq;
}

static void
check_handshake (Client *self)
{
  g_autoptr (GPtrArray) rungs = hs_tcp_ladder_handshake (hs_connection_get_watch (self->connection));
  const HsTcpRung *syn = find_segment (rungs, HS_TCP_SYN), *answer = find_segment (rungs, HS_TCP_SYN | HS_TCP_ACK);
  const WireSegment *wire = find_syn_on_wire ();
  gint64 offset, round_trip, came;
  guint n_told = 0;

  g_assert_true (has_clock (told_of (self), &offset, &round_trip));
  g_assert_cmpint (round_trip, >=, 2 * DELAY_MS * 1000);
  g_assert_cmpint (ABS (offset), <=, round_trip / 2); /* both have this computer's clock: the assumption errs by no more than it says */

  g_assert_cmpuint (syn->told_seq, ==, wire->seq);
  g_assert_cmpuint (syn->seq, ==, wire->seq);
  g_assert_false (hs_tcp_rung_differs (syn));
  g_assert_true (syn->has_told_time);
  came = syn->told_real - (g_get_real_time () - g_get_monotonic_time ()); /* by the clock of the one who wrote down what passed */
  g_assert_cmpint (came, >=, wire->time + DELAY_MS * 1000 - 1000);
  g_assert_cmpint (came, <, wire->time + DELAY_MS * 1000 + 40000); /* it was accepted 50 ms later, and the server looked even later */
  g_assert_nonnull (answer);
  g_assert_true (answer->told);
  for (guint i = 0; i < rungs->len; i++)
    {
      const HsTcpRung *rung = rungs->pdata[i];

      if (rung->kind == HS_TCP_RUNG_STATE && rung->has_right && rung->right == HS_TCP_ESTABLISHED)
        {
          g_assert_cmpint (rung->right_known, ==, HS_TCP_TOLD);
          n_told++;
        }
    }
  g_assert_cmpuint (n_told, ==, 1);
}

static gboolean
close_is_told (Client *self)
{
  g_autoptr (GPtrArray) rungs = hs_tcp_ladder_close (hs_connection_get_watch (self->connection));
  const HsTcpRung *fin = find_segment (rungs, HS_TCP_FIN);
  gboolean waits = FALSE;

  for (guint i = 0; i < rungs->len; i++)
    {
      const HsTcpRung *rung = rungs->pdata[i];

      waits |= rung->kind == HS_TCP_RUNG_STATE && rung->has_right && rung->right == HS_TCP_CLOSE_WAIT && rung->right_known == HS_TCP_TOLD;
    }
  return fin != NULL && fin->told && waits;
}

static const struct { const char *path, *address; gboolean encrypted; } manners[] = {
  { "/both-ends/plain", "irc://" WIRE_THERE_V4 ":8000", FALSE },
  { "/both-ends/encrypted", "ircs://" WIRE_THERE_V4 ":8000", TRUE },
};

static gboolean
skips (void)
{
  if (skip_reason != NULL)
    g_test_skip (skip_reason);
  return skip_reason != NULL;
}

static void
test_both (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  const gint wanted = 1 << HS_TCP_ESTABLISHED | 1 << HS_TCP_SYN_SENT;
  Client client;

  if (skips ())
    return;
  join (&client, manners[i].address, manners[i].encrypted, TRUE, TRUE);
  g_atomic_int_set (&common->look, 1);
  stage_wait_until (hs_tcp_told_get_state (told_of (&client)) == HS_TCP_TOLD_TELLS && syn_is_told (&client));
  stage_wait_until (hs_tcp_told_get_numbers (told_of (&client)) != NULL);
  check_handshake (&client);
  g_assert_cmpuint (hs_tcp_told_get_numbers (told_of (&client))->bytes_received, >, 0);

  /* The host's window: what the guest alone can have seen. */
  stage_wait_until ((g_atomic_int_get (&common->states) & wanted) == wanted && g_atomic_int_get (&common->has_clock));
  g_assert_cmpint (g_atomic_int_get (&common->told), ==, HS_TCP_TOLD_TELLS);
  g_assert_cmpint (ABS (common->offset), <=, common->round_trip / 2);
  stage_wait_until (common->told_x != 0);
  g_assert_cmpuint (common->x, ==, find_syn_on_wire ()->seq);
  g_assert_cmpuint (common->told_x, ==, common->x);

  /* Half-closed, it still hears: that our FIN is there, and what that did, only the other end can say. */
  hs_tcp_watch_experiment (hs_connection_get_watch (client.connection), HS_TCP_LAB_HALF_CLOSE, TRUE);
  stage_wait_until (close_is_told (&client));
  part (&client);
}

/* Where one of the two has not agreed, nothing is told, in neither direction. */
static void
test_not_agreed (void)
{
  static const struct { gboolean guest, host; HsTcpToldState told; } cases[] = {
    { TRUE, FALSE, HS_TCP_TOLD_REFUSED },
    { FALSE, TRUE, HS_TCP_TOLD_NOTHING },
    { FALSE, FALSE, HS_TCP_TOLD_NOTHING },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases) && !skips (); i++)
    {
      Client client;

      join (&client, manners[0].address, FALSE, cases[i].guest, cases[i].host);
      g_atomic_int_set (&common->states, 0);
      g_atomic_int_set (&common->told, -1);
      g_atomic_int_set (&common->look, 1);
      stage_wait_until (hs_tcp_told_get_state (told_of (&client)) == cases[i].told);
      stage_wait_until (g_atomic_int_get (&common->told) == (cases[i].host ? HS_TCP_TOLD_REFUSED : HS_TCP_TOLD_NOTHING));
      g_assert_cmpuint (hs_tcp_told_get_events (told_of (&client))->len, ==, 0);
      g_assert_cmpint (g_atomic_int_get (&common->states), ==, 0);
      part (&client);
    }
}

/* It was agreed to, and no longer is: the other hears so. */
static void
test_taken_back (void)
{
  Client client;

  if (skips ())
    return;
  join (&client, manners[0].address, FALSE, TRUE, TRUE);
  g_atomic_int_set (&common->look, 1);
  stage_wait_until (hs_tcp_told_get_state (told_of (&client)) == HS_TCP_TOLD_TELLS && g_atomic_int_get (&common->told) == HS_TCP_TOLD_TELLS);
  hs_connection_set_shares_view (client.connection, FALSE);
  stage_wait_until (g_atomic_int_get (&common->told) == HS_TCP_TOLD_REFUSED);
  hs_connection_set_shares_view (client.connection, TRUE);
  stage_wait_until (hs_tcp_told_get_state (told_of (&client)) == HS_TCP_TOLD_TELLS);
  set_share (FALSE);
  stage_wait_until (hs_tcp_told_get_state (told_of (&client)) == HS_TCP_TOLD_REFUSED);
  part (&client);
}

int
main (int argc, char **argv)
{
  common = mmap (NULL, sizeof *common, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  skip_reason = wire_open_with (run_server); /* before anything has a thread */
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (manners); i++)
    g_test_add_data_func (manners[i].path, GSIZE_TO_POINTER (i), test_both);
  g_test_add_func ("/both-ends/not-agreed", test_not_agreed);
  g_test_add_func ("/both-ends/taken-back", test_taken_back);
  return g_test_run ();
}
