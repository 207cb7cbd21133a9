/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The thread in front of a database: a queue of operations, drained in one transaction. It knows nothing
 * of what they do. */
#include "hs-store.h"

#include "hs-history-private.h"
#include "hs-store-private.h"
#include "hs-limits.h"

#include <errno.h>
#include <glib/gstdio.h>

typedef struct
{
  GCallback work; /* NULL: the end of the queue */
  HsStoreDone done; /* (nullable) */
  gpointer data;
  GDestroyNotify destroy; /* (nullable) */
  GMainContext *context;
  gpointer result;
  GError *error;
} Operation;

/* What is wrong with the database, or no longer; told on the context that made the store. */
typedef struct
{
  GWeakRef store;
  char *text; /* (nullable) */
} Complaint;

struct _HsStore
{
  GObject parent_instance;

  /* Owned */
  const HsStoreKind *kind;
  char *path;
  char *error_text; /* (nullable) */
  GQueue queue; /* of Operation; these three are shared */
  GMutex lock;
  GCond pushed;
  GThread *thread;
  GMainContext *context; /* of who made it */
  gint blind; /* atomic */

  /* State of the store's thread */
  gpointer database; /* what the kind opened */
  HsDatabase *base;
  gboolean in_memory; /* could not be opened: that stays said */
  gboolean complaining;

  /* State */
  gboolean closed;
};

G_DEFINE_FINAL_TYPE (HsStore, hs_store, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_ERROR_TEXT,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

/* ---- Handing over to a context ---- */

/* Not g_main_context_invoke (): where nobody runs the context at the moment, that would call here and now,
 * on this thread. */
static void
post (GMainContext *context, GSourceFunc function, gpointer data, GDestroyNotify destroy)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_static_name (source, "hs-store");
  g_source_set_callback (source, function, data, destroy);
  g_source_attach (source, context);
}

static void
operation_free (gpointer data)
{
  Operation *operation = data;

  if (operation->destroy != NULL)
    operation->destroy (operation->data);
  g_clear_error (&operation->error);
  g_clear_pointer (&operation->context, g_main_context_unref);
  g_free (operation);
}

static gboolean
answer_all (gpointer data)
{
  GPtrArray *operations = data;

  for (guint i = 0; i < operations->len; i++)
    {
      Operation *operation = g_ptr_array_index (operations, i);

      if (operation->done != NULL)
        operation->done (operation->result, operation->error, operation->data);
    }
  return G_SOURCE_REMOVE;
}

/* One source for all that follow each other to the same context; sources of one priority run in the order
 * attached. */
static void
post_answers (GPtrArray *batch)
{
  for (guint i = 0; i < batch->len;)
    {
      GPtrArray *run = g_ptr_array_new_with_free_func (operation_free);
      Operation *first = g_ptr_array_index (batch, i);
      g_autoptr (GMainContext) context = g_main_context_ref (first->context);

      for (; i < batch->len && ((Operation *) g_ptr_array_index (batch, i))->context == context; i++)
        g_ptr_array_add (run, g_ptr_array_index (batch, i));
      post (context, answer_all, run, (GDestroyNotify) g_ptr_array_unref);
    }
  g_ptr_array_set_size (batch, 0);
}

static void
complaint_free (gpointer data)
{
  Complaint *complaint = data;

  g_weak_ref_clear (&complaint->store);
  g_free (complaint->text);
  g_free (complaint);
}

static gboolean
take_complaint (gpointer data)
{
  Complaint *complaint = data;
  g_autoptr (HsStore) self = g_weak_ref_get (&complaint->store);

  if (self == NULL || g_strcmp0 (self->error_text, complaint->text) == 0)
    return G_SOURCE_REMOVE;
  g_free (self->error_text);
  self->error_text = g_steal_pointer (&complaint->text);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ERROR_TEXT]);
  return G_SOURCE_REMOVE;
}

static void
complain (HsStore *self, const char *text)
{
  Complaint *complaint = g_new0 (Complaint, 1);

  g_weak_ref_init (&complaint->store, self);
  complaint->text = g_strdup (text);
  self->complaining = text != NULL;
  post (self->context, take_complaint, complaint, complaint_free);
}

/* ---- The store's thread ---- */

static void
fail (Operation *operation, const GError *error)
{
  if (operation->error == NULL)
    operation->error = g_error_copy (error);
}

/* @first: the first operation of the transaction that is running. Returns the new one. */
static guint
run_one (HsStore *self, GPtrArray *batch, guint index, guint first)
{
  Operation *operation = g_ptr_array_index (batch, index);

  if ((!hs_database_in_transaction (self->base) && !hs_database_begin (self->base, &operation->error))
      || (batch->len > 1 && !hs_database_savepoint (self->base, &operation->error)))
    return first;
  operation->result = self->kind->call (self->database, operation->work, operation->data, &operation->error);
  if (batch->len == 1 && hs_database_in_transaction (self->base))
    {
      /* Alone, it needs no savepoint: the transaction is its. */
      if (operation->error != NULL)
        hs_database_rollback (self->base);
      return first;
    }
  if (operation->error == NULL && hs_database_in_transaction (self->base))
    {
      if (!hs_database_release (self->base, &operation->error))
        hs_database_rollback_to (self->base);
      return first;
    }
  if (hs_database_in_transaction (self->base))
    {
      hs_database_rollback_to (self->base);
      return first;
    }
  /* The whole transaction is gone, with what others did before in it. */
  hs_database_rollback (self->base);
  if (operation->error == NULL)
    hs_store_set_error (&operation->error, HS_STORE_ERROR_FAILED, NULL);
  for (guint i = first; i < index; i++)
    fail (g_ptr_array_index (batch, i), operation->error);
  return index + 1;
}

static const GError *
worst_error (GPtrArray *batch)
{
  for (guint i = 0; i < batch->len; i++)
    {
      Operation *operation = g_ptr_array_index (batch, i);

      if (operation->error != NULL && operation->error->domain == HS_STORE_ERROR
          && operation->error->code != HS_STORE_ERROR_FAILED)
        return operation->error;
    }
  return NULL;
}

/* What happens to the database while we run is said, and taken back when writing works again. */
static void
tell (HsStore *self, GPtrArray *batch, gboolean wrote)
{
  const GError *error = worst_error (batch);

  if (self->in_memory)
    return;
  if (error != NULL)
    complain (self, hs_store_error_get_words (error->code));
  else if (self->complaining && wrote)
    complain (self, NULL);
}

static void
run_batch (HsStore *self, GPtrArray *batch)
{
  guint changes = hs_database_get_changes (self->base);
  g_autoptr (GError) error = NULL;
  guint first = 0;

  for (guint i = 0; i < batch->len; i++)
    first = run_one (self, batch, i, first);
  if (hs_database_in_transaction (self->base) && !hs_database_commit (self->base, &error))
    for (guint i = first; i < batch->len; i++)
      fail (g_ptr_array_index (batch, i), error);
  tell (self, batch, hs_database_get_changes (self->base) != changes);
  post_answers (batch);
}

/* Asked before SQLite, which makes an empty file first. What may not be looked at may well be there. */
static gboolean
is_there (const char *path)
{
  GStatBuf info;

  return g_stat (path, &info) == 0 ? info.st_size > 0 : errno != ENOENT && errno != ENOTDIR;
}

static void
open_database (HsStore *self)
{
  g_autoptr (GError) error = NULL;
  gboolean was_there = is_there (self->path);

  self->database = self->kind->open (self->path, &error);
  if (self->database == NULL)
    {
      g_info ("%s: %s", self->path, error->message); /* whoever uses it says it to people */
      complain (self, hs_store_error_get_words (error->code));
      self->in_memory = TRUE;
      g_atomic_int_set (&self->blind, was_there);
      self->database = self->kind->open (":memory:", NULL);
    }
  self->base = self->kind->get_base (self->database);
}

/* ---- The queue ---- */

/* Not GAsyncQueue: it signals with its lock held, and the thread that wakes goes back to sleep for the lock. */
static void
push (HsStore *self, Operation *operation)
{
  g_mutex_lock (&self->lock);
  g_queue_push_tail (&self->queue, operation);
  g_mutex_unlock (&self->lock);
  g_cond_signal (&self->pushed);
}

/* (nullable) when there is none and not @wait. */
static Operation *
pop (HsStore *self, gboolean wait)
{
  Operation *operation;

  g_mutex_lock (&self->lock);
  while ((operation = g_queue_pop_head (&self->queue)) == NULL && wait)
    g_cond_wait (&self->pushed, &self->lock);
  g_mutex_unlock (&self->lock);
  return operation;
}

static gpointer
run_thread (gpointer data)
{
  HsStore *self = data;
  g_autoptr (GPtrArray) batch = g_ptr_array_new ();
  gboolean ending = FALSE;

  open_database (self);
  while (!ending)
    {
      Operation *operation = pop (self, TRUE);

      while (operation != NULL && operation->work != NULL)
        {
          g_ptr_array_add (batch, operation);
          operation = batch->len < HS_STORE_BATCH ? pop (self, FALSE) : NULL;
        }
      run_batch (self, batch);
      if (operation == NULL)
        continue;
      ending = TRUE;
      operation_free (operation);
    }
  self->kind->close (self->database);
  return NULL;
}

/* ---- GObject ---- */

static void
hs_store_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  HsStore *self = HS_STORE (object);

  if (id == PROP_ERROR_TEXT)
    g_value_set_string (value, self->error_text);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
hs_store_dispose (GObject *object)
{
  hs_store_close (HS_STORE (object)); /* not in finalize: the thread may still take a weak reference */

  G_OBJECT_CLASS (hs_store_parent_class)->dispose (object);
}

static void
hs_store_finalize (GObject *object)
{
  HsStore *self = HS_STORE (object);

  g_queue_clear_full (&self->queue, operation_free); /* none: the thread has ended after the last */
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->pushed);
  g_main_context_unref (self->context);
  g_free (self->path);
  g_free (self->error_text);

  G_OBJECT_CLASS (hs_store_parent_class)->finalize (object);
}

static void
hs_store_class_init (HsStoreClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = hs_store_get_property;
  object_class->dispose = hs_store_dispose;
  object_class->finalize = hs_store_finalize;

  properties[PROP_ERROR_TEXT] = g_param_spec_string ("error-text", NULL, NULL, NULL,
                                                     G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
hs_store_init (HsStore *self)
{
  g_queue_init (&self->queue);
  g_mutex_init (&self->lock);
  g_cond_init (&self->pushed);
  self->context = g_main_context_ref_thread_default ();
}

HsStore *
hs_store_new_of_kind (const HsStoreKind *kind, const char *path)
{
  HsStore *self;

  g_return_val_if_fail (path != NULL, NULL);

  self = g_object_new (HS_TYPE_STORE, NULL);
  self->kind = kind;
  self->path = g_strdup (path);
  self->thread = g_thread_new ("hs-store", run_thread, self);
  return self;
}

const char *
hs_store_get_error_text (HsStore *self)
{
  g_return_val_if_fail (HS_IS_STORE (self), NULL);
  return self->error_text;
}

gboolean
hs_store_is_blind (HsStore *self)
{
  g_return_val_if_fail (HS_IS_STORE (self), FALSE);
  return g_atomic_int_get (&self->blind);
}

void
hs_store_run_callback (HsStore *self, GCallback work, HsStoreDone done, gpointer data, GDestroyNotify destroy)
{
  Operation *operation;

  g_return_if_fail (HS_IS_STORE (self));
  g_return_if_fail (work != NULL);

  operation = g_new0 (Operation, 1);
  operation->work = work;
  operation->done = done;
  operation->data = data;
  operation->destroy = destroy;
  operation->context = g_main_context_ref_thread_default ();
  if (self->closed)
    {
      g_autoptr (GPtrArray) batch = g_ptr_array_new ();

      hs_store_set_error (&operation->error, HS_STORE_ERROR_FAILED, NULL);
      g_ptr_array_add (batch, operation);
      post_answers (batch);
      return;
    }
  push (self, operation);
}

void
hs_store_close (HsStore *self)
{
  if (self->closed || self->thread == NULL)
    return;
  self->closed = TRUE;
  push (self, g_new0 (Operation, 1));
  g_thread_join (g_steal_pointer (&self->thread));
}

/* ---- history.db ---- */

static gpointer
open_history (const char *path, GError **error)
{
  return hs_history_open (path, error);
}

static void
close_history (gpointer database)
{
  hs_history_close (database);
}

static HsDatabase *
get_history_base (gpointer database)
{
  return &((HsHistory *) database)->base;
}

static gpointer
call_history (gpointer database, GCallback work, gpointer data, GError **error)
{
  return ((HsStoreWork) work) (database, data, error);
}

static const HsStoreKind history_kind = { open_history, close_history, get_history_base, call_history };

HsStore *
hs_store_new (const char *path)
{
  return hs_store_new_of_kind (&history_kind, path);
}

void
hs_store_run (HsStore *self, HsStoreWork work, HsStoreDone done, gpointer data, GDestroyNotify destroy)
{
  hs_store_run_callback (self, G_CALLBACK (work), done, data, destroy);
}
