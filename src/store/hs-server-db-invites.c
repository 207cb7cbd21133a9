/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tokens of invites that nobody has used. Only their hashes are kept. */
#include "hs-server-db-private.h"

void
hs_server_invite_free (HsServerInvite *self)
{
  g_clear_pointer (&self->token, g_bytes_unref);
  g_free (self);
}

gboolean
hs_server_db_add_invite (HsServerDb *self, GBytes *token, gint64 until, GError **error)
{
  hs_server_db_check (self);
  return hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_INVITE_ADD, "bi", token, until), error);
}

gboolean
hs_server_db_remove_invite (HsServerDb *self, GBytes *token, GError **error)
{
  hs_server_db_check (self);
  return hs_sql_run (&self->base, hs_sql_bind (&self->base, SQL_INVITE_REMOVE, "b", token), error);
}

GPtrArray *
hs_server_db_list_invites (HsServerDb *self, gint64 now, GError **error)
{
  g_autoptr (GPtrArray) invites = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_server_invite_free);
  g_autoptr (GError) failed = NULL;
  sqlite3_stmt *statement;

  hs_server_db_check (self);
  statement = hs_sql_bind (&self->base, SQL_INVITE_LIST, "i", now);
  while (hs_sql_step (&self->base, statement, &failed))
    {
      HsServerInvite *invite = g_new0 (HsServerInvite, 1);

      invite->token = hs_sql_dup_bytes (statement, 0);
      invite->until = sqlite3_column_int64 (statement, 1);
      g_ptr_array_add (invites, invite);
    }
  if (failed == NULL)
    return g_steal_pointer (&invites);
  g_propagate_error (error, g_steal_pointer (&failed));
  return NULL;
}
