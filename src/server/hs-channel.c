/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A room: who is in it, and its lists of masks. (What people see of a room is model/'s HsRoom; how guests come and go, hs-engine-rooms.c.) */
#include "hs-channel.h"

#include "hs-engine-private.h"

void
hs_channel_free (HsChannel *self)
{
  for (guint i = 0; i < HS_N_LISTS; i++)
    g_clear_pointer (&self->lists[i], g_ptr_array_unref);
  g_free (self->name);
  g_free (self->renaming);
  g_free (self->topic);
  g_free (self->topic_by);
  g_free (self->key);
  hs_metadata_free (self->metadata);
  g_ptr_array_unref (self->members);
  g_free (self);
}

char *
hs_channel_fold_place (const HsChannel *self)
{
  return hs_name_fold (self->renaming != NULL ? self->renaming : self->name);
}

gboolean
hs_channel_has_settings (const HsChannel *self)
{
  for (guint i = 0; i < HS_N_LISTS; i++)
    if (self->lists[i] != NULL && self->lists[i]->len > 0)
      return TRUE;
  return self->topic != NULL || self->modes != HS_CHANNEL_DEFAULT_MODES || self->limit != 0 || self->key != NULL ||
         hs_metadata_get_n (self->metadata) > 0;
}

/* ---- Members ---- */

HsMembership *
hs_peer_find_membership (const HsPeer *self, const HsChannel *channel)
{
  HsMembership *membership = self->memberships;

  while (membership != NULL && membership->channel != channel)
    membership = membership->next;
  return membership;
}

const HsMembership *
hs_channel_get_known (const HsChannel *self, const HsPeer *peer, guint i)
{
  const HsMembership *own = NULL;

  if (i < self->n_told)
    return g_ptr_array_index (self->members, i);
  if (i == self->n_told)
    own = hs_peer_find_membership (peer, self);
  return own != NULL && own->quiet ? own : NULL;
}

const char *
hs_membership_get_prefix (const HsMembership *self, gboolean all)
{
  if (self->op)
    return all && self->voice ? "@+" : "@";
  return self->voice ? "+" : "";
}

/* ---- Lists ---- */

static void
free_entry (gpointer data)
{
  HsListEntry *entry = data;

  g_free (entry->mask);
  g_free (entry->by);
  g_free (entry);
}

static gboolean
find_entry (const HsChannel *self, HsListKind kind, const char *mask, guint *index)
{
  const GPtrArray *list = self->lists[kind];

  for (*index = 0; list != NULL && *index < list->len; (*index)++)
    if (hs_name_equal (((HsListEntry *) g_ptr_array_index (list, *index))->mask, mask))
      return TRUE;
  return FALSE;
}

gboolean
hs_channel_add_to_list (HsChannel *self, HsListKind kind, const char *mask, const char *by, gint64 time)
{
  HsListEntry *entry;
  guint index;

  if (find_entry (self, kind, mask, &index))
    return FALSE;
  if (self->lists[kind] == NULL)
    self->lists[kind] = g_ptr_array_new_with_free_func (free_entry);
  entry = g_new0 (HsListEntry, 1);
  entry->mask = g_strdup (mask);
  entry->by = g_strdup (by);
  entry->time = time;
  g_ptr_array_add (self->lists[kind], entry);
  self->lists_age++;
  return TRUE;
}

gboolean
hs_channel_remove_from_list (HsChannel *self, HsListKind kind, const char *mask)
{
  guint index;

  if (!find_entry (self, kind, mask, &index))
    return FALSE;
  g_ptr_array_remove_index (self->lists[kind], index);
  if (self->lists[kind]->len == 0)
    g_clear_pointer (&self->lists[kind], g_ptr_array_unref);
  self->lists_age++;
  return TRUE;
}

gboolean
hs_channel_list_is_full (const HsChannel *self, HsListKind kind)
{
  return self->lists[kind] != NULL && self->lists[kind]->len >= HS_LIST_ENTRIES_MAX;
}

gboolean
hs_channel_list_names (const HsChannel *self, HsListKind kind, const HsMaskSubject *subject)
{
  const GPtrArray *list = self->lists[kind];

  for (guint i = 0; list != NULL && i < list->len; i++)
    if (hs_mask_matches (((HsListEntry *) g_ptr_array_index (list, i))->mask, subject))
      return TRUE;
  return FALSE;
}

gboolean
hs_channel_forbids (const HsChannel *self, gboolean or_quiet, const HsMaskSubject *subject)
{
  if (!hs_channel_list_names (self, HS_LIST_BAN, subject) &&
      !(or_quiet && hs_channel_list_names (self, HS_LIST_QUIET, subject)))
    return FALSE;
  return !hs_channel_list_names (self, HS_LIST_EXCEPT, subject);
}
