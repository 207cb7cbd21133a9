/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The poller with real descriptors: edges, turns, deadlines, flushes, and removal at any moment. */
#include <errno.h>
#include <gio/gio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hs-limits.h"
#include "hs-poller.h"

typedef struct _Thing Thing;

typedef struct
{
  HsPoller *poller;
  GMainContext *context;
  Thing *things[64];
  guint n_things;
  GString *log; /* what was called, in order */
} Fixture;

struct _Thing
{
  HsPollee pollee;
  Fixture *fixture;
  char name;
  int fd;
  int peer;
  guint32 events;  /* all that were told */
  guint n_ready, n_due, n_flush;
  void (*on_ready) (Thing *thing);
  void (*on_due) (Thing *thing);
  void (*on_flush) (Thing *thing);
};

static void
thing_ready (HsPollee *pollee, guint32 events)
{
  Thing *thing = (Thing *) pollee;

  thing->n_ready++;
  thing->events |= events;
  if (events & EPOLLIN)
    g_string_append_printf (thing->fixture->log, "r%c", thing->name);
  if (thing->on_ready != NULL && (events & EPOLLIN))
    thing->on_ready (thing);
}

static void
thing_due (HsPollee *pollee)
{
  Thing *thing = (Thing *) pollee;

  thing->n_due++;
  g_string_append_printf (thing->fixture->log, "d%c", thing->name);
  if (thing->on_due != NULL)
    thing->on_due (thing);
}

static void
thing_flush (HsPollee *pollee)
{
  Thing *thing = (Thing *) pollee;

  thing->n_flush++;
  g_string_append_printf (thing->fixture->log, "f%c", thing->name);
  if (thing->on_flush != NULL)
    thing->on_flush (thing);
}

static const HsPolleeFuncs thing_funcs = { .ready = thing_ready, .due = thing_due, .flush = thing_flush };

static Thing *
thing_new (Fixture *fixture)
{
  Thing *thing = g_new0 (Thing, 1);
  int pair[2];
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), ==, 0);
  thing->pollee.funcs = &thing_funcs;
  thing->fixture = fixture;
  thing->name = (char) ('a' + fixture->n_things);
  thing->fd = pair[0];
  thing->peer = pair[1];
  fixture->things[fixture->n_things++] = thing;
  g_assert_true (hs_poller_add (fixture->poller, &thing->pollee, thing->fd, &error));
  g_assert_no_error (error);
  return thing;
}

static void
thing_free (Thing *thing)
{
  for (guint i = 0; i < thing->fixture->n_things; i++)
    if (thing->fixture->things[i] == thing)
      thing->fixture->things[i] = NULL;
  hs_poller_remove (thing->fixture->poller, &thing->pollee);
  close (thing->fd);
  close (thing->peer);
  g_free (thing);
}

static void
poke (Thing *thing)
{
  g_assert_cmpint (write (thing->peer, "x", 1), ==, 1);
}

/* Iterates until nothing is ready any more. */
static guint
settle (Fixture *fixture)
{
  guint n = 0;

  while (g_main_context_iteration (fixture->context, FALSE))
    g_assert_cmpuint (++n, <, 10000);
  return n;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->context = g_main_context_new ();
  fixture->poller = hs_poller_new (fixture->context);
  fixture->log = g_string_new (NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < fixture->n_things; i++)
    if (fixture->things[i] != NULL)
      thing_free (fixture->things[i]);
  hs_poller_free (fixture->poller);
  g_main_context_unref (fixture->context);
  g_string_free (fixture->log, TRUE);
}

static void
begin_log (Fixture *fixture)
{
  settle (fixture); /* the first EPOLLOUT of new ones */
  g_string_truncate (fixture->log, 0);
}

/* ---- Events ---- */

static void
test_edge (Fixture *fixture, gconstpointer data)
{
  Thing *a = thing_new (fixture);
  guint n = 0;

  begin_log (fixture);
  poke (a);
  settle (fixture);
  g_assert_cmpstr (fixture->log->str, ==, "ra");
  /* Unread: an edge is told once and does not spin. */
  n = a->n_ready;
  g_assert_cmpuint (settle (fixture), ==, 0);
  g_assert_cmpuint (a->n_ready, ==, n);
  shutdown (a->peer, SHUT_WR);
  settle (fixture);
  g_assert_true (a->events & EPOLLRDHUP);
}

static gboolean
count_wake (gpointer data)
{
  (*(guint *) data)++;
  return G_SOURCE_CONTINUE;
}

/* Prepare runs once an iteration: with 1,000 open and silent ones, none happens but the timer's own. */
static void
test_idle (Fixture *fixture, gconstpointer data)
{
  guint wakes = 0, iterations = 0;
  g_autoptr (GSource) timer = g_timeout_source_new (50);

  for (guint i = 0; i < G_N_ELEMENTS (fixture->things); i++)
    thing_new (fixture);
  begin_log (fixture);
  g_source_set_callback (timer, count_wake, &wakes, NULL);
  g_source_attach (timer, fixture->context);
  settle (fixture);
  wakes = 0;
  while (wakes < 4)
    {
      g_main_context_iteration (fixture->context, TRUE);
      iterations++;
    }
  g_source_destroy (timer);
  g_assert_cmpuint (iterations, <=, 6);
  g_assert_cmpuint (fixture->log->len, ==, 0);
}

static void
go_on_twice (Thing *thing)
{
  if (thing->n_due++ < 2)
    hs_poller_mark_again (thing->fixture->poller, &thing->pollee);
}

/* One that goes on lets another have its turn in between. */
static void
test_again (Fixture *fixture, gconstpointer data)
{
  Thing *a = thing_new (fixture);
  Thing *b = thing_new (fixture);

  a->on_ready = go_on_twice;
  begin_log (fixture);
  poke (a);
  g_main_context_iteration (fixture->context, FALSE);
  poke (b);
  poke (a); /* has a new edge and goes on: once in this round, all the same */
  g_main_context_iteration (fixture->context, FALSE);
  settle (fixture);
  g_assert_true (g_str_equal (fixture->log->str, "rarbrara") || g_str_equal (fixture->log->str, "rararbra"));
}

static void
free_all_others (Thing *thing)
{
  Fixture *fixture = thing->fixture;

  for (guint i = 0; i < fixture->n_things; i++)
    if (fixture->things[i] != NULL && fixture->things[i] != thing)
      thing_free (fixture->things[i]);
}

static void
free_everything (Thing *thing)
{
  free_all_others (thing);
  thing_free (thing);
}

static void
free_with_poller (Thing *thing)
{
  Fixture *fixture = thing->fixture;

  free_everything (thing);
  hs_poller_free (fixture->poller);
  fixture->poller = hs_poller_new (fixture->context);
}

static const struct
{
  const char *name;
  void (*act) (Thing *thing);
  guint left;
} removals[] = {
  { "itself", thing_free, 0 },
  { "others", free_all_others, 1 },
  { "everything", free_everything, 0 },
  { "the poller too", free_with_poller, 0 },
};

/* All are ready, due, dirty and going on at once; the first that is called removes. */
static void
test_remove (Fixture *fixture, gconstpointer data)
{
  for (guint phase = 0; phase < 4; phase++)
    for (guint r = 0; r < G_N_ELEMENTS (removals); r++)
      {
        guint left = 0;

        fixture->n_things = 0;
        for (guint i = 0; i < 20; i++)
          thing_new (fixture);
        settle (fixture);
        for (guint i = 0; i < 20; i++)
          {
            Thing *thing = fixture->things[i];

            if (phase == 0)
              {
                thing->on_ready = removals[r].act;
                poke (thing);
              }
            else if (phase == 1)
              {
                thing->on_due = removals[r].act;
                hs_poller_set_deadline (fixture->poller, &thing->pollee, g_get_monotonic_time () - 20 + i);
              }
            else if (phase == 2)
              {
                thing->on_flush = removals[r].act;
                hs_poller_mark_dirty (fixture->poller, &thing->pollee);
              }
            else
              {
                thing->on_ready = removals[r].act;
                hs_poller_mark_again (fixture->poller, &thing->pollee);
                hs_poller_mark_dirty (fixture->poller, &thing->pollee);
              }
          }
        settle (fixture);
        for (guint i = 0; i < 20; i++)
          if (fixture->things[i] != NULL)
            {
              left++;
              thing_free (fixture->things[i]);
            }
        g_assert_cmpuint (left, ==, removals[r].left);
      }
  fixture->n_things = 0;
}

/* ---- Deadlines ---- */

static gboolean
wait_for_log (Fixture *fixture, gsize length)
{
  gint64 end = g_get_monotonic_time () + 5 * G_USEC_PER_SEC;

  while (fixture->log->len < length && g_get_monotonic_time () < end)
    g_main_context_iteration (fixture->context, TRUE);
  return fixture->log->len >= length;
}

static void
test_deadline_order (Fixture *fixture, gconstpointer data)
{
  gint64 now = 0;
  Thing *c = NULL;
  static const gint64 delays[] = { 30, 10, 50, 20, 40 }; /* a … e, ms */

  for (guint i = 0; i < G_N_ELEMENTS (delays); i++)
    thing_new (fixture);
  begin_log (fixture);
  now = g_get_monotonic_time ();
  for (guint i = 0; i < G_N_ELEMENTS (delays); i++)
    hs_poller_set_deadline (fixture->poller, &fixture->things[i]->pollee, now + delays[i] * 1000);
  c = fixture->things[2];
  hs_poller_set_deadline (fixture->poller, &c->pollee, now + 5000);             /* earlier */
  hs_poller_set_deadline (fixture->poller, &fixture->things[3]->pollee, 0);     /* none */
  g_assert_true (wait_for_log (fixture, 8));
  g_assert_cmpstr (fixture->log->str, ==, "dcdbdade");
  g_assert_cmpint (g_get_monotonic_time () - now, >=, 40000);
}

static void
set_again_in_the_past (Thing *thing)
{
  hs_poller_set_deadline (thing->fixture->poller, &thing->pollee, 1);
}

static void
test_deadline_in_the_past (Fixture *fixture, gconstpointer data)
{
  Thing *a = thing_new (fixture);

  begin_log (fixture);
  a->on_due = set_again_in_the_past;
  hs_poller_set_deadline (fixture->poller, &a->pollee, 1);
  for (guint i = 0; i < 5; i++)
    g_main_context_iteration (fixture->context, FALSE);
  g_assert_cmpuint (a->n_due, ==, 5); /* once an iteration, never a loop inside */
}

/* The heap against a plain search, with a fixed series of pseudo-random changes. */
static void
test_deadline_heap (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  gint64 now = g_get_monotonic_time ();
  GString *expected = g_string_new (NULL);
  guint n = 26;

  for (guint i = 0; i < n; i++)
    thing_new (fixture);
  begin_log (fixture);
  for (guint i = 0; i < 2000; i++)
    {
      Thing *thing = fixture->things[g_rand_int_range (rand, 0, (gint32) n)];

      hs_poller_set_deadline (fixture->poller, &thing->pollee, g_rand_boolean (rand) ? 0 : now - 1 - g_rand_int_range (rand, 0, 1000000));
    }
  for (;;)
    {
      Thing *first = NULL;

      for (guint i = 0; i < n; i++)
        {
          Thing *thing = fixture->things[i];

          if (thing->pollee.deadline != 0 && strchr (expected->str, thing->name) == NULL
              && (first == NULL || thing->pollee.deadline < first->pollee.deadline))
            first = thing;
        }
      if (first == NULL)
        break;
      g_string_append_c (expected, first->name);
    }
  settle (fixture);
  g_assert_cmpuint (fixture->log->len, ==, 2 * expected->len);
  for (guint i = 0; i < expected->len; i++)
    g_assert_cmpint (fixture->log->str[2 * i + 1], ==, expected->str[i]);
  g_string_free (expected, TRUE);
}

/* ---- Flush ---- */

static void
mark_all (Thing *thing)
{
  for (guint i = 0; i < thing->fixture->n_things; i++)
    hs_poller_mark_dirty (thing->fixture->poller, &thing->fixture->things[i]->pollee);
}

static void
test_flush_order (Fixture *fixture, gconstpointer data)
{
  Thing *a = thing_new (fixture);
  Thing *b = thing_new (fixture);

  thing_new (fixture);
  begin_log (fixture);
  a->on_ready = mark_all;
  b->on_ready = mark_all;
  poke (a);
  poke (b);
  settle (fixture);
  /* Once each, after all events of the round, in the order of marking. */
  g_assert_true (g_str_equal (fixture->log->str, "rarbfafbfc") || g_str_equal (fixture->log->str, "rbrafafbfc"));
}

static void
mark_once (Thing *thing)
{
  if (thing->n_flush == 1)
    hs_poller_mark_dirty (thing->fixture->poller, &thing->pollee);
}

static void
test_flush_elsewhere (Fixture *fixture, gconstpointer data)
{
  Thing *a = thing_new (fixture);

  begin_log (fixture);
  a->on_flush = mark_once;
  hs_poller_mark_dirty (fixture->poller, &a->pollee);
  g_assert_true (g_main_context_iteration (fixture->context, FALSE));
  g_assert_cmpuint (a->n_flush, ==, 1); /* marked inside its flush: the next iteration's */
  g_assert_true (g_main_context_iteration (fixture->context, FALSE));
  g_assert_cmpuint (a->n_flush, ==, 2);
  g_assert_cmpuint (settle (fixture), ==, 0);
}

typedef struct
{
  HsPollee pollee;
  guint *n_flushed;
} Many;

static void
many_flush (HsPollee *pollee)
{
  ++*((Many *) pollee)->n_flushed;
}

static const HsPolleeFuncs many_funcs = { .flush = many_flush };
static const HsPolleeFuncs heavy_funcs = { .flush = many_flush, .heavy = TRUE };

static Many *
make_many (guint n, guint *n_flushed)
{
  Many *many = g_new0 (Many, n);

  for (guint i = 0; i < n; i++)
    many[i] = (Many){ .pollee.funcs = &many_funcs, .n_flushed = n_flushed };
  return many;
}

static void
remove_many (Fixture *fixture, Many *many, guint n)
{
  for (guint i = 0; i < n; i++)
    hs_poller_remove (fixture->poller, &many[i].pollee);
}

static void
mark_many (Fixture *fixture, Many *many, guint n)
{
  for (guint i = 0; i < n; i++)
    hs_poller_mark_dirty (fixture->poller, &many[i].pollee);
}

static void
wait_for_flush (Fixture *fixture, const guint *n_flushed, guint n)
{
  gint64 end = g_get_monotonic_time () + 5 * G_USEC_PER_SEC;

  while (*n_flushed < n && g_get_monotonic_time () < end)
    g_main_context_iteration (fixture->context, TRUE);
  g_assert_cmpuint (*n_flushed, ==, n);
}

/* What comes while many are flushed waits for a part of them only; what concerns many, for none. */
static void
test_flush_in_parts (Fixture *fixture, gconstpointer data)
{
  guint n = 3 * HS_FLUSHES_PER_ROUND + 1, n_flushed = 0, n_heavy = 0;
  g_autofree Many *many = make_many (n, &n_flushed);
  Many heavy = { .pollee.funcs = &heavy_funcs, .n_flushed = &n_heavy };
  Thing *a = thing_new (fixture);

  begin_log (fixture);
  mark_many (fixture, many, n);
  g_main_context_iteration (fixture->context, FALSE);
  g_assert_cmpuint (n_flushed, ==, HS_FLUSHES_PER_ROUND);
  poke (a);
  hs_poller_mark_dirty (fixture->poller, &heavy.pollee);
  hs_poller_mark_dirty (fixture->poller, &many[0].pollee); /* again: behind the others */
  hs_poller_remove (fixture->poller, &many[1].pollee);
  hs_poller_remove (fixture->poller, &many[n - 2].pollee);
  g_main_context_iteration (fixture->context, FALSE);
  g_assert_cmpstr (fixture->log->str, ==, "ra");
  g_assert_cmpuint (n_heavy, ==, 1);
  g_assert_cmpuint (n_flushed, ==, 2 * HS_FLUSHES_PER_ROUND);
  g_main_context_iteration (fixture->context, FALSE);
  g_main_context_iteration (fixture->context, FALSE);
  g_assert_cmpuint (n_flushed, ==, n - 1); /* one was removed, and the first waits still */
  wait_for_flush (fixture, &n_flushed, n);
  g_assert_cmpuint (n_heavy, ==, 1);
  remove_many (fixture, many, n);
}

/* ---- Gathering ---- */

/* How many of @n, marked just after a flush of many, are still waiting at the end of the round. On a loaded machine the moment may have passed. */
static gboolean
waits (Fixture *fixture, Many *many, guint n, gboolean hurry)
{
  gboolean waited = FALSE;

  for (guint attempt = 0; attempt < 200 && !waited; attempt++)
    {
      guint n_flushed = 0, before;

      for (guint i = 0; i < HS_GATHER_LINKS + 1; i++)
        many[i].n_flushed = &n_flushed;
      mark_many (fixture, many, HS_GATHER_LINKS);
      wait_for_flush (fixture, &n_flushed, HS_GATHER_LINKS);
      before = n_flushed;
      mark_many (fixture, many + (n == 1 ? HS_GATHER_LINKS : 0), n);
      if (hurry)
        hs_poller_hurry (fixture->poller);
      g_main_context_iteration (fixture->context, TRUE);
      waited = n_flushed == before;
      wait_for_flush (fixture, &n_flushed, before + n);
    }
  return waited;
}

static void
test_gathering (Fixture *fixture, gconstpointer data)
{
  g_autofree Many *many = make_many (HS_GATHER_LINKS + 1, NULL);

  many[HS_GATHER_LINKS].pollee.funcs = &heavy_funcs;
  g_assert_true (waits (fixture, many, HS_GATHER_LINKS, FALSE));
  g_assert_true (waits (fixture, many, 1, FALSE)); /* the heavy one */
  g_assert_false (waits (fixture, many, HS_GATHER_LINKS - 1, FALSE));
  g_assert_false (waits (fixture, many, HS_GATHER_LINKS, TRUE));
  remove_many (fixture, many, HS_GATHER_LINKS + 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/net/poller/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("edge", test_edge);
  ADD ("idle", test_idle);
  ADD ("again", test_again);
  ADD ("remove", test_remove);
  ADD ("deadline/order", test_deadline_order);
  ADD ("deadline/past", test_deadline_in_the_past);
  ADD ("deadline/heap", test_deadline_heap);
  ADD ("flush/order", test_flush_order);
  ADD ("flush/elsewhere", test_flush_elsewhere);
  ADD ("flush/in-parts", test_flush_in_parts);
  ADD ("gathering", test_gathering);
  return g_test_run ();
}
