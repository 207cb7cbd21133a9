/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hs-store.h"
#include "test-history-private.h"

#define WAIT_SECONDS 60

/* One operation of a test, and what came of it. */
typedef struct
{
  const char *text; /* what is stored; NULL: fails */
  GMutex *gate;     /* (nullable) waited for by the work */
  GThread *caller;
  GArray *order; /* (nullable) of int: number */
  int number;
  gboolean done, destroyed, failed, work_ran;
  int code;
  gint64 id;
} Job;

static gpointer
job_work (HsHistory *history, gpointer data, GError **error)
{
  Job *job = data;
  gint64 room = hs_history_room (history, "host", "#lobby", error);
  HsHistoryRow row = make_row (T0 + job->number, NULL, job->text != NULL ? job->text : "undone");

  g_assert_true (g_thread_self () != job->caller);
  job->work_ran = TRUE;
  if (job->gate != NULL)
    {
      g_mutex_lock (job->gate);
      g_mutex_unlock (job->gate);
    }
  if (room != 0 && hs_history_insert (history, room, &row, NULL, error))
    job->id = row.id;
  hs_history_row_clear (&row);
  if (job->text == NULL && error != NULL && *error == NULL)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "on purpose");
  return job;
}

static void
job_done (gpointer result, const GError *error, gpointer data)
{
  Job *job = data;

  g_assert_true (g_thread_self () == job->caller);
  g_assert_false (job->done);
  g_assert_false (job->destroyed);
  g_assert_true (result == NULL || result == job);
  job->done = TRUE;
  job->failed = error != NULL;
  job->code = error != NULL ? error->code : -1;
  if (job->order != NULL)
    g_array_append_val (job->order, job->number);
}

static void
job_destroy (gpointer data)
{
  Job *job = data;

  g_assert_true (g_thread_self () == job->caller);
  g_assert_true (job->done);
  job->destroyed = TRUE;
}

static void
run_job (HsStore *store, Job *job)
{
  job->caller = g_thread_self ();
  hs_store_run (store, job_work, job_done, job, job_destroy);
}

static gboolean
on_timeout (gpointer data)
{
  g_error ("waited too long");
  return G_SOURCE_REMOVE;
}

#define wait_until(condition) \
  G_STMT_START \
    { \
      guint timeout = g_timeout_add_seconds (WAIT_SECONDS, on_timeout, NULL); \
      while (!(condition)) \
        g_main_context_iteration (NULL, TRUE); \
      g_source_remove (timeout); \
    } \
  G_STMT_END

static guint
count_in_file (const char *path)
{
  g_autoptr (GError) error = NULL;
  HsHistory *history = hs_history_open (path, &error);
  guint n;

  g_assert_no_error (error);
  n = hs_history_count (history, hs_history_room (history, "host", "#lobby", NULL), NULL);
  hs_history_close (history);
  return n;
}

static void
test_answers_in_order (void)
{
  g_autoptr (HsStore) store = hs_store_new (":memory:");
  g_autoptr (GArray) order = g_array_new (FALSE, FALSE, sizeof (int));
  Job jobs[1000] = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (jobs); i++)
    {
      jobs[i] = (Job) { .text = i % 3 ? "x" : NULL, .order = order, .number = (int) i };
      run_job (store, &jobs[i]);
    }
  wait_until (order->len == G_N_ELEMENTS (jobs));
  for (guint i = 0; i < G_N_ELEMENTS (jobs); i++)
    {
      g_assert_cmpint (g_array_index (order, int, i), ==, i);
      g_assert_cmpint (jobs[i].failed, ==, jobs[i].text == NULL);
    }
  g_assert_null (hs_store_get_error_text (store));
  wait_until (jobs[G_N_ELEMENTS (jobs) - 1].destroyed);
}

/* All in one transaction: who fails undoes only itself. */
static void
test_neighbours_of_a_failure (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "history.db", NULL);
  HsStore *store = hs_store_new (path);
  GMutex gate;
  Job jobs[] = {
    { .text = "waits", .gate = &gate }, { .text = "a", .number = 1 }, { .number = 2 }, { .text = "b", .number = 3 },
    { .number = 4 }, { .text = "c", .number = 5 },
  };

  g_mutex_init (&gate);
  g_mutex_lock (&gate);
  for (guint i = 0; i < G_N_ELEMENTS (jobs); i++)
    run_job (store, &jobs[i]);
  g_mutex_unlock (&gate);
  wait_until (jobs[5].destroyed);
  for (guint i = 0; i < G_N_ELEMENTS (jobs); i++)
    g_assert_cmpint (jobs[i].failed, ==, jobs[i].text == NULL);
  g_object_unref (store);
  g_assert_cmpuint (count_in_file (path), ==, 4);
  g_mutex_clear (&gate);
  remove_folder (folder);
}

static void
test_close_flushes (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "history.db", NULL);
  g_autoptr (HsStore) store = hs_store_new (path);
  Job jobs[700] = { 0 }, late = { .text = "late" };

  for (guint i = 0; i < G_N_ELEMENTS (jobs); i++)
    {
      jobs[i] = (Job) { .text = "x", .number = (int) i };
      run_job (store, &jobs[i]);
    }
  hs_store_close (store);
  hs_store_close (store);
  g_assert_false (jobs[0].done); /* nothing ran on this thread meanwhile */
  g_assert_cmpuint (count_in_file (path), ==, G_N_ELEMENTS (jobs));
  run_job (store, &late);
  wait_until (late.destroyed);
  g_assert_true (jobs[G_N_ELEMENTS (jobs) - 1].destroyed);
  g_assert_true (late.failed);
  g_assert_false (late.work_ran);
  remove_folder (folder);
}

/* The last reference goes while all is still queued. */
static void
test_dropped (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "history.db", NULL);
  HsStore *store = hs_store_new (path);
  Job jobs[20] = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (jobs); i++)
    {
      jobs[i] = (Job) { .text = "x", .number = (int) i };
      run_job (store, &jobs[i]);
    }
  g_object_unref (store);
  wait_until (jobs[G_N_ELEMENTS (jobs) - 1].destroyed);
  g_assert_cmpuint (count_in_file (path), ==, G_N_ELEMENTS (jobs));
  remove_folder (folder);
}

static gpointer
other_thread (gpointer data)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  Job jobs[50] = { 0 };

  g_main_context_push_thread_default (context);
  for (guint i = 0; i < G_N_ELEMENTS (jobs); i++)
    {
      jobs[i] = (Job) { .text = "x", .number = (int) i };
      run_job (data, &jobs[i]);
    }
  while (!jobs[G_N_ELEMENTS (jobs) - 1].destroyed)
    g_main_context_iteration (context, TRUE);
  g_main_context_pop_thread_default (context);
  return NULL;
}

/* Each is answered where it was asked. */
static void
test_two_contexts (void)
{
  g_autoptr (HsStore) store = hs_store_new (":memory:");
  GThread *thread = g_thread_new ("other", other_thread, store);
  Job jobs[50] = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (jobs); i++)
    {
      jobs[i] = (Job) { .text = "x", .number = (int) i };
      run_job (store, &jobs[i]);
    }
  wait_until (jobs[G_N_ELEMENTS (jobs) - 1].destroyed);
  g_thread_join (thread);
}

static void
test_goes_on_in_memory (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "history.db", NULL);
  g_autofree char *bytes = NULL;
  Job job = { .text = "x" }, again = { .text = "y", .number = 1 };
  HsStore *store;

  g_assert_true (g_file_set_contents (path, "This is no database, but somebody's letter.", -1, NULL));
  g_test_expect_message ("hs-store", G_LOG_LEVEL_INFO, "*damaged*");
  store = hs_store_new (path);
  run_job (store, &job);
  run_job (store, &again);
  wait_until (again.destroyed);
  g_test_assert_expected_messages ();
  g_assert_false (job.failed);
  g_assert_false (again.failed);
  g_assert_cmpstr (hs_store_get_error_text (store), ==, hs_store_error_get_words (HS_STORE_ERROR_CORRUPT));
  g_assert_true (hs_store_is_blind (store));
  g_object_unref (store);
  g_assert_true (g_file_get_contents (path, &bytes, NULL, NULL));
  g_assert_cmpstr (bytes, ==, "This is no database, but somebody's letter.");
  remove_folder (folder);
}

/* Nothing can be kept: nothing was kept before either, and so nothing is missing. */
static void
test_nothing_there (void)
{
  static const char *const names[] = { "letter/history.db", "empty.db" };
  g_autofree char *folder = make_folder ();
  g_autofree char *letter = g_build_filename (folder, "letter", NULL), *empty = g_build_filename (folder, "empty.db", NULL);

  g_assert_true (g_file_set_contents (letter, "a file where a folder should be", -1, NULL));
  g_assert_true (g_file_set_contents (empty, "", 0, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);
      g_autoptr (HsStore) store = NULL;
      Job job = { .text = "x" };

      if (i == 0)
        g_test_expect_message ("hs-store", G_LOG_LEVEL_INFO, "*cannot be written*");
      store = hs_store_new (path);
      run_job (store, &job);
      wait_until (job.destroyed);
      g_test_assert_expected_messages ();
      g_assert_true ((hs_store_get_error_text (store) != NULL) == (i == 0));
      g_assert_false (hs_store_is_blind (store));
    }
  remove_folder (folder);
}

static void
test_profile_in_use (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "history.db", NULL);
  g_autoptr (HsStore) first = hs_store_new (path);
  g_autoptr (HsStore) second = NULL;
  Job job = { .text = "x" }, other = { .text = "y" };

  run_job (first, &job);
  wait_until (job.destroyed);
  g_test_expect_message ("hs-store", G_LOG_LEVEL_INFO, "*in use*");
  second = hs_store_new (path);
  run_job (second, &other);
  wait_until (other.destroyed);
  g_test_assert_expected_messages ();
  g_assert_cmpstr (hs_store_get_error_text (second), ==, hs_store_error_get_words (HS_STORE_ERROR_BUSY));
  g_assert_true (hs_store_is_blind (second));
  g_assert_false (hs_store_is_blind (first));
  g_assert_false (other.failed);
  g_assert_null (hs_store_get_error_text (first));
  hs_store_close (first);
  g_assert_cmpuint (count_in_file (path), ==, 1);
  remove_folder (folder);
}

/* ---- A full disk ---- */

static gpointer
limit_pages (HsHistory *history, gpointer data, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("PRAGMA max_page_count = %d", GPOINTER_TO_INT (data));

  sqlite3_exec (history->base.db, sql, NULL, NULL, NULL);
  return NULL;
}

static void
on_error_text (HsStore *store, GParamSpec *pspec, gpointer data)
{
  ++*(guint *) data;
}

/* Who is answered without an error is stored; the rest are told; and when there is room again, all goes on. */
static void
test_full (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "history.db", NULL);
  g_autofree char *text = g_strnfill (3000, 'x');
  HsStore *store = hs_store_new (path);
  Job jobs[400] = { 0 }, after = { .text = "after", .number = 9999 };
  guint stored = 0, failed = 0, told = 0;

  g_signal_connect (store, "notify::error-text", G_CALLBACK (on_error_text), &told);
  hs_store_run (store, limit_pages, NULL, GINT_TO_POINTER (100), NULL);
  for (guint i = 0; i < G_N_ELEMENTS (jobs); i++)
    {
      jobs[i] = (Job) { .text = text, .number = (int) i };
      run_job (store, &jobs[i]);
      if (i % 10 == 0)
        wait_until (jobs[i].done);
    }
  wait_until (jobs[G_N_ELEMENTS (jobs) - 1].destroyed);
  for (guint i = 0; i < G_N_ELEMENTS (jobs); i++)
    {
      stored += !jobs[i].failed;
      failed += jobs[i].failed && jobs[i].code == HS_STORE_ERROR_FULL;
    }
  g_assert_cmpuint (stored, >, 10);
  g_assert_cmpuint (failed, ==, G_N_ELEMENTS (jobs) - stored);
  wait_until (told > 0);
  g_assert_cmpstr (hs_store_get_error_text (store), ==, hs_store_error_get_words (HS_STORE_ERROR_FULL));
  hs_store_run (store, limit_pages, NULL, GINT_TO_POINTER (100000), NULL);
  run_job (store, &after);
  wait_until (after.destroyed && hs_store_get_error_text (store) == NULL);
  g_assert_false (after.failed);
  g_object_unref (store);
  g_assert_cmpuint (count_in_file (path), ==, stored + 1);
  remove_folder (folder);
}

static void
fill_small_disk (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "history.db", NULL);
  g_autofree char *text = g_strnfill (3000, 'x');
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  HsStore *store = hs_store_new (path);
  HsHistory *history;
  guint failed = 0;

  for (guint i = 0; i < 600; i++)
    {
      Job job = { .text = text, .number = (int) i };

      run_job (store, &job);
      wait_until (job.destroyed);
      if (job.failed)
        g_assert_cmpint (job.code, ==, HS_STORE_ERROR_FULL);
      if (job.failed)
        failed++;
      else
        g_array_append_val (ids, job.id);
    }
  g_assert_cmpuint (failed, >, 100);
  g_assert_cmpuint (ids->len, >, 10);
  g_object_unref (store);

  history = hs_history_open (path, NULL);
  if (history != NULL) /* on a disk that is full to the last byte it need not open again */
    {
      gint64 room = hs_history_room (history, "host", "#lobby", NULL);

      g_assert_cmpuint (hs_history_count (history, room, NULL), ==, ids->len);
      hs_history_close (history);
    }
}

static gboolean
mount_small_disk (const char *folder)
{
  return unshare (CLONE_NEWNS) == 0 && mount ("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0
         && mount ("none", folder, "tmpfs", 0, "size=768k") == 0;
}

/* Tried in a child: it would leave this process in another namespace. */
static gboolean
may_mount (const char *folder)
{
  pid_t child = fork ();
  int status = 1;

  if (child == 0)
    _exit (mount_small_disk (folder) ? 0 : 1);
  return waitpid (child, &status, 0) == child && status == 0;
}

static void
test_full_disk (void)
{
  g_autofree char *folder = NULL;

  if (g_test_subprocess ())
    {
      g_assert_true (mount_small_disk (g_getenv ("HS_TEST_FOLDER")));
      fill_small_disk (g_getenv ("HS_TEST_FOLDER"));
      return;
    }
  folder = make_folder ();
  if (may_mount (folder))
    {
      g_setenv ("HS_TEST_FOLDER", folder, TRUE);
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
      g_test_trap_assert_passed ();
    }
  else
    {
      g_test_skip ("no right to mount");
    }
  remove_folder (folder);
}

/* ---- kill -9 ---- */

static void
report (gpointer result, const GError *error, gpointer data)
{
  gint64 *id = result;

  g_assert_true (error == NULL);
  if (write (GPOINTER_TO_INT (data), id, sizeof *id) != sizeof *id)
    _exit (1);
  g_free (id);
}

static gpointer
insert_one (HsHistory *history, gpointer data, GError **error)
{
  gint64 room = hs_history_room (history, "host", "#lobby", error);
  HsHistoryRow row = make_row (T0, NULL, "an answered row 你好");

  hs_history_insert (history, room, &row, NULL, error);
  hs_history_row_clear (&row);
  return g_memdup2 (&row.id, sizeof row.id);
}

static void
write_until_killed (const char *path, int fd)
{
  HsStore *store = hs_store_new (path);

  for (;;)
    {
      for (guint i = 0; i < 20; i++)
        hs_store_run (store, insert_one, report, GINT_TO_POINTER (fd), NULL);
      g_main_context_iteration (NULL, TRUE);
    }
}

static void
test_killed (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "history.db", NULL);
  g_autoptr (GArray) answered = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint round = 0; round < 8; round++)
    {
      guint until = answered->len + g_random_int_range (1, 400);
      gint64 id, room;
      int fds[2];
      pid_t child;
      HsHistory *history;

      g_assert_cmpint (pipe (fds), ==, 0);
      child = fork ();
      if (child == 0)
        {
          close (fds[0]);
          alarm (WAIT_SECONDS);
          write_until_killed (path, fds[1]);
        }
      close (fds[1]);
      while (read (fds[0], &id, sizeof id) == sizeof id)
        {
          g_array_append_val (answered, id);
          if (answered->len == until)
            kill (child, SIGKILL);
        }
      close (fds[0]);
      g_assert_cmpint (waitpid (child, NULL, 0), ==, child);
      g_assert_cmpuint (answered->len, >=, until);

      history = hs_history_open (path, NULL);
      g_assert_nonnull (history);
      room = hs_history_room (history, "host", "#lobby", NULL);
      for (guint i = 0; i < answered->len; i++)
        {
          gint64 wanted = g_array_index (answered, gint64, i);
          g_autoptr (GPtrArray) rows = hs_history_page (history, room, hs_history_position (history, room, wanted, NULL), 1, NULL);

          g_assert_cmpuint (rows->len, ==, 1);
          g_assert_cmpint (((HsHistoryRow *) g_ptr_array_index (rows, 0))->id, ==, wanted);
        }
      hs_history_close (history);
    }
  remove_folder (folder);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/store/killed", test_killed); /* first: it forks, and no thread runs yet */
  g_test_add_func ("/store/store/answers-in-order", test_answers_in_order);
  g_test_add_func ("/store/store/neighbours-of-a-failure", test_neighbours_of_a_failure);
  g_test_add_func ("/store/store/close-flushes", test_close_flushes);
  g_test_add_func ("/store/store/dropped", test_dropped);
  g_test_add_func ("/store/store/two-contexts", test_two_contexts);
  g_test_add_func ("/store/store/goes-on-in-memory", test_goes_on_in_memory);
  g_test_add_func ("/store/store/nothing-there", test_nothing_there);
  g_test_add_func ("/store/store/profile-in-use", test_profile_in_use);
  g_test_add_func ("/store/store/full", test_full);
  g_test_add_func ("/store/store/full-disk", test_full_disk);
  return g_test_run ();
}
