/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The members of one room, in a list and by nick. */
#include "hs-roster.h"

#include "hs-member-private.h"

#define TYPING_NAMES 3 /* how many names are told */

struct _HsRoster
{
  GListStore *members;
  GHashTable *by_nick; /* folded nick → HsMember of members */
};

/* Casemapping "ascii": what other bytes are is nobody's business here. wire/'s fold is the same, but
 * stands beside this layer. */
static char *
fold (const char *nick)
{
  return g_ascii_strdown (nick, -1);
}

/* GTK's sort and filter models look at an item again only when told that it was replaced. */
static void
resort (HsRoster *self, HsMember *member)
{
  guint position;

  if (g_list_store_find (self->members, member, &position))
    g_list_model_items_changed (G_LIST_MODEL (self->members), position, 1, 1);
}

static void
on_member_changed (HsMember *member, GParamSpec *pspec, HsRoster *self)
{
  resort (self, member);
}

static void
forget (HsRoster *self, HsMember *member)
{
  g_autofree char *key = fold (hs_member_get_nick (member));

  g_hash_table_remove (self->by_nick, key);
}

static void
forget_all (HsRoster *self)
{
  GHashTableIter iter;
  gpointer member;

  g_hash_table_iter_init (&iter, self->by_nick);
  while (g_hash_table_iter_next (&iter, NULL, &member))
    {
      g_signal_handlers_disconnect_by_func (member, on_member_changed, self);
      g_hash_table_iter_remove (&iter);
    }
}

HsRoster *
hs_roster_new (void)
{
  HsRoster *self = g_new (HsRoster, 1);

  self->members = g_list_store_new (HS_TYPE_MEMBER);
  self->by_nick = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
hs_roster_free (HsRoster *self)
{
  forget_all (self);
  g_object_unref (self->members);
  g_hash_table_unref (self->by_nick);
  g_free (self);
}

GListModel *
hs_roster_get_list (HsRoster *self)
{
  return G_LIST_MODEL (self->members);
}

HsMember *
hs_roster_find (HsRoster *self, const char *nick)
{
  g_autofree char *key = fold (nick);

  return g_hash_table_lookup (self->by_nick, key);
}

HsMember *
hs_roster_add (HsRoster *self, const char *nick)
{
  g_autoptr (HsMember) member = hs_member_new (nick);

  g_hash_table_insert (self->by_nick, fold (nick), member);
  g_signal_connect (member, "notify::rank", G_CALLBACK (on_member_changed), self);
  g_signal_connect (member, "notify::plain", G_CALLBACK (on_member_changed), self); /* the heading counts them */
  g_list_store_append (self->members, member);
  return member; /* the list's */
}

void
hs_roster_remove (HsRoster *self, HsMember *member)
{
  guint position;

  forget (self, member);
  g_signal_handlers_disconnect_by_func (member, on_member_changed, self);
  if (g_list_store_find (self->members, member, &position))
    g_list_store_remove (self->members, position);
}

void
hs_roster_rename (HsRoster *self, HsMember *member, const char *nick)
{
  forget (self, member);
  g_hash_table_insert (self->by_nick, fold (nick), member);
  hs_member_set_nick (member, nick);
  resort (self, member);
}

void
hs_roster_clear (HsRoster *self)
{
  forget_all (self);
  g_list_store_remove_all (self->members);
}

char *
hs_roster_dup_typing (HsRoster *self)
{
  GListModel *members = G_LIST_MODEL (self->members);
  g_autoptr (GString) names = g_string_new (NULL);
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (members) && n <= TYPING_NAMES; i++)
    {
      g_autoptr (HsMember) member = g_list_model_get_item (members, i);

      if (!hs_member_is_typing (member) || hs_member_is_own (member))
        continue;
      if (n++ > 0)
        g_string_append (names, ", ");
      g_string_append (names, n > TYPING_NAMES ? "…" : hs_member_get_shown (member));
    }
  return n > 0 ? g_strdup (names->str) : NULL;
}
