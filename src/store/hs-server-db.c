/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the hosted server keeps of what was said, in SQLite. Synchronous; it knows no thread but its own, and no main loop. */
#include "hs-server-db-private.h"

#include <string.h>

#include "hs-limits.h"
#include "hs-name.h"

HsServerMessage *
hs_server_message_new (void)
{
  return g_new0 (HsServerMessage, 1);
}

void
hs_server_message_free (HsServerMessage *self)
{
  if (self == NULL)
    return;
  g_free (self->place);
  g_free (self->source);
  g_free (self->author);
  g_free (self->target);
  g_free (self->text);
  g_free (self->tags);
  g_free (self->to);
  g_free (self->author_nick);
  g_free (self->to_nick);
  g_clear_pointer (&self->owner, g_bytes_unref);
  g_free (self->owner_name);
  g_free (self->client_id);
  g_free (self);
}

/* ---- Opening ---- */

HsServerDb *
hs_server_db_open (const char *path, GError **error)
{
  HsServerDb *self;

  g_return_val_if_fail (path != NULL, NULL);

  self = g_new0 (HsServerDb, 1);
  self->places = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->added = g_array_new (FALSE, FALSE, sizeof (HsServerAdded));
  if (hs_database_open (&self->base, &hs_server_db_kind, path, error))
    return self;
  hs_server_db_close (self);
  return NULL;
}

void
hs_server_db_close (HsServerDb *self)
{
  if (self == NULL)
    return;
  hs_database_close (&self->base);
  g_hash_table_unref (self->places);
  g_array_unref (self->added);
  g_free (self);
}

gboolean
hs_server_db_begin (HsServerDb *self, GError **error)
{
  return hs_database_begin (&self->base, error);
}

gboolean
hs_server_db_commit (HsServerDb *self, GError **error)
{
  return hs_database_commit (&self->base, error);
}

gboolean
hs_server_db_get_state (HsServerDb *self, gint64 *last_id, guint32 *salt, GError **error)
{
  gint64 number = 0, message = 0, answered = 0;

  hs_server_db_check (self);

  if (!hs_sql_get_int64 (&self->base, self->base.statements[SQL_STATE], &number, error)
      || !hs_sql_get_int64 (&self->base, self->base.statements[SQL_LAST_MESSAGE], &message, error)
      || !hs_sql_get_int64 (&self->base, self->base.statements[SQL_LAST_ANSWERED], &answered, error))
    return FALSE;
  *salt = (guint32) number;
  *last_id = MAX (message, answered);
  return TRUE;
}

/* ---- Places ---- */

static void
remember_place (HsServerDb *self, const char *name, gint64 id)
{
  if (g_hash_table_size (self->places) >= HS_PLACES_REMEMBERED)
    g_hash_table_remove_all (self->places);
  g_hash_table_insert (self->places, g_strdup (name), g_memdup2 (&id, sizeof id));
}

gint64
hs_server_db_place (HsServerDb *self, const char *name, gboolean make, GError **error)
{
  const gint64 *known = g_hash_table_lookup (self->places, name);
  gint64 id = 0;

  if (known != NULL)
    return *known;
  if (!hs_sql_get_int64 (&self->base, hs_sql_bind (&self->base, SQL_PLACE_FIND, "s", name), &id, error))
    return 0;
  if (id == 0 && make)
    {
      if (!hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_PLACE_ADD, "s", name), error))
        return 0;
      id = sqlite3_last_insert_rowid (self->base.db);
    }
  if (id != 0)
    remember_place (self, name, id);
  return id;
}

void
hs_server_db_forget_place (HsServerDb *self, const char *name)
{
  g_hash_table_remove (self->places, name);
}

GStrv
hs_server_db_read_pairs (HsServerDb *self, sqlite3_stmt *statement, GError **error)
{
  g_autoptr (GStrvBuilder) pairs = g_strv_builder_new ();
  g_autoptr (GError) failed = NULL;
  gboolean some = FALSE;

  while (hs_sql_step (&self->base, statement, &failed))
    {
      g_autofree char *key = hs_sql_dup_text (statement, 0);
      g_autofree char *value = hs_sql_dup_text (statement, 1);

      g_strv_builder_add_many (pairs, key, value, NULL);
      some = TRUE;
    }
  if (failed == NULL)
    return some ? g_strv_builder_end (pairs) : NULL;
  g_propagate_error (error, g_steal_pointer (&failed));
  return NULL;
}

static void
count_one (HsServerDb *self, gint64 place)
{
  HsServerAdded added = { place, 1 };

  for (guint i = self->added->len; i > 0; i--)
    if (g_array_index (self->added, HsServerAdded, i - 1).place == place)
      {
        g_array_index (self->added, HsServerAdded, i - 1).n++;
        return;
      }
  g_array_append_val (self->added, added);
}

gboolean
hs_server_db_settle (HsDatabase *database, GError **error)
{
  HsServerDb *self = (HsServerDb *) database;

  for (guint i = 0; i < self->added->len; i++)
    {
      const HsServerAdded *added = &g_array_index (self->added, HsServerAdded, i);

      if (!hs_sql_run (database, hs_sql_bind (database, SQL_PLACE_COUNT, "ii", added->n, added->place), error))
        return FALSE;
    }
  g_array_set_size (self->added, 0);
  return TRUE;
}

char *
hs_server_db_make_talk (const char *identity, const char *other)
{
  gboolean first = strcmp (identity, other) <= 0;

  return g_strdup_printf ("=%s\x1f%s", first ? identity : other, first ? other : identity);
}

char *
hs_server_db_find_talk (HsServerDb *self, const char *identity, const char *nick, GError **error)
{
  g_autofree char *folded = hs_name_fold (nick);
  sqlite3_stmt *statement;
  char *place;

  hs_server_db_check (self);

  statement = hs_sql_bind (&self->base, SQL_TALK_FIND, "ss", identity, folded);
  if (!hs_sql_step (&self->base, statement, error))
    return NULL;
  place = hs_sql_dup_text (statement, 0);
  sqlite3_reset (statement);
  return place;
}

/* ---- What was answered ---- */

/* What makes a message the same: its kind, where it went, and its words. */
static gint64
digest (const HsServerMessage *message)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 bytes[32];
  gsize len = sizeof bytes;
  guint8 kind = (guint8) message->kind;
  gint64 number;

  g_checksum_update (checksum, &kind, 1);
  g_checksum_update (checksum, (const guchar *) message->place, (gssize) strlen (message->place) + 1);
  if (message->text != NULL)
    g_checksum_update (checksum, (const guchar *) message->text, -1);
  g_checksum_get_digest (checksum, bytes, &len);
  memcpy (&number, bytes, sizeof number);
  return number;
}

/* 0 with @error. */
static gint64
get_owner (HsServerDb *self, const HsServerMessage *message, GError **error)
{
  sqlite3_stmt *statement = message->owner != NULL ? hs_sql_bind (&self->base, SQL_OWNER_BY_HASH, "b", message->owner)
                                                   : hs_sql_bind (&self->base, SQL_OWNER_BY_NAME, "s", message->owner_name);
  gint64 id = 0;

  if (!hs_sql_get_int64 (&self->base, statement, &id, error) || id != 0)
    return id;
  statement = hs_sql_bind (&self->base, SQL_OWNER_ADD, "bsi", message->owner, message->owner != NULL ? NULL : message->owner_name,
                           HS_SERVER_ID_TIME (message->id) + HS_RESUME_MS);
  return hs_sql_run (&self->base, statement, error) ? sqlite3_last_insert_rowid (self->base.db) : 0;
}

/* APPENDED: it is new, and noted. */
static HsServerAppended
note_answer (HsServerDb *self, const HsServerMessage *message, gint64 *first, GError **error)
{
  g_autoptr (GError) failed = NULL;
  gint64 owner = get_owner (self, message, error), known;
  gint64 now = digest (message);
  sqlite3_stmt *statement;

  if (owner == 0)
    return HS_SERVER_FAILED;
  statement = hs_sql_bind (&self->base, SQL_ANSWERED_FIND, "is", owner, message->client_id);
  if (hs_sql_step (&self->base, statement, &failed))
    {
      *first = sqlite3_column_int64 (statement, 0);
      known = sqlite3_column_int64 (statement, 1);
      sqlite3_reset (statement);
      return known == now ? HS_SERVER_REPEATED : HS_SERVER_CONFLICT;
    }
  if (failed == NULL && hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_ANSWERED_ADD, "isii", owner, message->client_id, message->id, now),
                                    &failed))
    return HS_SERVER_APPENDED;
  g_propagate_error (error, g_steal_pointer (&failed));
  return HS_SERVER_FAILED;
}

gboolean
hs_server_db_resume (HsServerDb *self, GBytes *old, GBytes *token, gint64 now, gint64 expires, GError **error)
{
  hs_server_db_check (self);

  /* Who has no ids yet has no row: it is made with the first one. */
  if (old == NULL)
    return FALSE;
  return hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_OWNER_RESUME, "bibi", token, expires, old, now), error)
         && sqlite3_changes (self->base.db) > 0;
}

/* ---- Storing ---- */

static gboolean
set_talk (HsServerDb *self, const char *identity, const char *nick, gint64 place, gint64 id, GError **error)
{
  g_autofree char *folded = hs_name_fold (nick);

  return hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_TALK_SET, "sssii", identity, folded, nick, place, id), error);
}

HsServerAppended
hs_server_db_append (HsServerDb *self, const HsServerMessage *message, gint64 *first, GError **error)
{
  HsServerAppended appended = HS_SERVER_APPENDED;
  gint64 place;

  hs_server_db_check (self);

  if (message->client_id != NULL && (message->owner != NULL || message->owner_name != NULL))
    appended = note_answer (self, message, first, error);
  if (appended != HS_SERVER_APPENDED || message->only_answer)
    return appended;
  place = hs_server_db_place (self, message->place, TRUE, error);
  if (place == 0)
    return HS_SERVER_FAILED;
  if (!hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_APPEND, "iiisssss", place, message->id, (gint64) message->kind, message->source,
                                             message->author, message->target, message->text, message->tags), error))
    return HS_SERVER_FAILED;
  count_one (self, place);
  if (!hs_database_in_transaction (&self->base) && !hs_server_db_settle (&self->base, error))
    return HS_SERVER_FAILED;
  if (message->to != NULL && message->kind <= HS_SERVER_NOTICE
      && (!set_talk (self, message->author, message->to_nick, place, message->id, error)
          || !set_talk (self, message->to, message->author_nick, place, message->id, error)))
    return HS_SERVER_FAILED;
  return HS_SERVER_APPENDED;
}

HsServerRedacted
hs_server_db_redact (HsServerDb *self, const char *place, gint64 id, const char *author, GError **error)
{
  gint64 place_id = hs_server_db_place (self, place, FALSE, error);
  sqlite3_stmt *statement;
  g_autofree char *by = NULL;

  hs_server_db_check (self);

  if (place_id == 0)
    return HS_SERVER_UNKNOWN;
  statement = hs_sql_bind (&self->base, SQL_REDACT_FIND, "ii", id, place_id);
  if (!hs_sql_step (&self->base, statement, error))
    return HS_SERVER_UNKNOWN;
  by = hs_sql_dup_text (statement, 0);
  sqlite3_reset (statement);
  if (author != NULL && strcmp (author, by) != 0)
    return HS_SERVER_FORBIDDEN;
  return hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_REDACT, "i", id), error) ? HS_SERVER_REDACTED : HS_SERVER_UNKNOWN;
}

/* ---- Reading ---- */

static HsServerMessage *
dup_message (sqlite3_stmt *statement, const char *place)
{
  HsServerMessage *message = hs_server_message_new ();
  char **const strings[] = { &message->source, &message->author, &message->target, &message->text, &message->tags };

  message->id = sqlite3_column_int64 (statement, 0);
  message->kind = sqlite3_column_int (statement, 1);
  message->place = g_strdup (place);
  for (gsize i = 0; i < G_N_ELEMENTS (strings); i++)
    *strings[i] = hs_sql_dup_text (statement, 2 + (int) i);
  return message;
}

static void
reverse (GPtrArray *array)
{
  for (guint i = 0; i < array->len / 2; i++)
    {
      gpointer other = array->pdata[i];

      array->pdata[i] = array->pdata[array->len - 1 - i];
      array->pdata[array->len - 1 - i] = other;
    }
}

static gint64
wanted_kinds (const HsServerQuery *query)
{
  gint64 kinds = (1 << HS_SERVER_PRIVMSG) | (1 << HS_SERVER_NOTICE);

  if (query->events)
    kinds |= (1 << HS_SERVER_TAGMSG) | (1 << HS_SERVER_EVENT);
  if (query->redactions)
    kinds |= 1 << HS_SERVER_REDACT;
  return kinds;
}

/* Lines that are made of @text, at most, where @names stand in each. */
static gsize
count_lines (const char *text, gsize names)
{
  gsize n = 0, len;

  for (;; text += len + 1)
    {
      len = strcspn (text, "\n");
      n += names + len + strlen (": PRIVMSG  :\r\n") <= HS_LINE_MAX ? 1 : 1 + len / HS_TOLD_LINE_MIN;
      if (text[len] == '\0')
        return n > 1 ? n + 2 : 1; /* and BATCH around them */
    }
}

/* What it takes to tell it, at most. */
static gsize
measure (const HsServerMessage *message)
{
  const char *text = message->text != NULL ? message->text : "";
  gsize names = strlen (message->source) + (message->target != NULL ? strlen (message->target) : 0);

  return strlen (text) + (message->tags != NULL ? strlen (message->tags) : 0) + count_lines (text, names) * (names + HS_TOLD_LINE_MORE);
}

static gboolean
add_within (GPtrArray *messages, HsServerMessage *message, const HsServerQuery *query, gsize *bytes)
{
  *bytes += measure (message);
  if (query->bytes != 0 && *bytes > query->bytes && messages->len > 0)
    {
      hs_server_message_free (message);
      return FALSE;
    }
  g_ptr_array_add (messages, message);
  return TRUE;
}

GPtrArray *
hs_server_db_read (HsServerDb *self, const HsServerQuery *query, GError **error)
{
  g_autoptr (GPtrArray) messages = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_server_message_free);
  g_autoptr (GError) failed = NULL;
  gint64 place = hs_server_db_place (self, query->place, FALSE, &failed);
  sqlite3_stmt *statement;
  gsize bytes = 0;

  hs_server_db_check (self);

  if (place != 0)
    {
      statement = hs_sql_bind (&self->base, query->newest ? SQL_READ_NEWEST : SQL_READ_OLDEST, "iiiii", place, query->after, query->before,
                               wanted_kinds (query), (gint64) query->limit);
      while (hs_sql_step (&self->base, statement, &failed) && add_within (messages, dup_message (statement, query->place), query, &bytes))
        ;
      sqlite3_reset (statement);
    }
  if (failed != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return NULL;
    }
  if (query->newest)
    reverse (messages);
  return g_steal_pointer (&messages);
}

void
hs_server_target_free (HsServerTarget *self)
{
  g_free (self->name);
  g_free (self);
}

static void
add_target (GPtrArray *targets, char *name, gint64 last_id)
{
  HsServerTarget *target = g_new0 (HsServerTarget, 1);

  target->name = name;
  target->last_id = last_id;
  g_ptr_array_add (targets, target);
}

static gboolean
add_room_target (HsServerDb *self, GPtrArray *targets, const char *room, gint64 after, gint64 before, GError **error)
{
  g_autoptr (GError) failed = NULL;
  gint64 place = hs_server_db_place (self, room, FALSE, &failed), last = 0;

  if (place != 0)
    hs_sql_get_int64 (&self->base, hs_sql_bind (&self->base, SQL_LAST_SAID, "i", place), &last, &failed);
  if (failed != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    }
  if (last > after && last < before)
    add_target (targets, g_strdup (room), last);
  return TRUE;
}

static int
compare_targets (gconstpointer a, gconstpointer b)
{
  const HsServerTarget *one = *(HsServerTarget *const *) a, *other = *(HsServerTarget *const *) b;

  return (one->last_id > other->last_id) - (one->last_id < other->last_id);
}

GPtrArray *
hs_server_db_list_targets (HsServerDb *self, const char *identity, const char *const *rooms, gint64 after, gint64 before,
                           gboolean newest, guint limit, GError **error)
{
  g_autoptr (GPtrArray) targets = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_server_target_free);
  g_autoptr (GError) failed = NULL;
  sqlite3_stmt *statement;

  hs_server_db_check (self);

  for (guint i = 0; rooms[i] != NULL; i++)
    if (!add_room_target (self, targets, rooms[i], after, before, error))
      return NULL;
  statement = hs_sql_bind (&self->base, SQL_TALK_LIST, "sii", identity, after, before);
  while (hs_sql_step (&self->base, statement, &failed))
    add_target (targets, hs_sql_dup_text (statement, 0), sqlite3_column_int64 (statement, 1));
  if (failed != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return NULL;
    }
  g_ptr_array_sort (targets, compare_targets);
  if (targets->len > limit)
    g_ptr_array_remove_range (targets, newest ? 0 : limit, targets->len - limit);
  return g_steal_pointer (&targets);
}
