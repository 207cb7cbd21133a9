/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the session knows of people, whichever rooms they are in: the name to show, away, plain text. */
#include "hs-session-impl.h"

#include <string.h>

#include "hs-limits.h"
#include "hs-name.h"

HsPerson *
hs_session_get_person (HsSession *self, const char *nick)
{
  char *key = hs_name_fold (nick);
  HsPerson *person = g_hash_table_lookup (self->people, key);

  if (person != NULL)
    {
      g_free (key);
      return person;
    }
  person = g_new0 (HsPerson, 1);
  person->plain = self->ours && hs_name_is_reserved (nick);
  g_hash_table_insert (self->people, key, person);
  return person;
}

/* What is known helps to show names and is no record: members keep what they show, the rest is heard again. */
void
hs_session_limit_people (HsSession *self)
{
  if (g_hash_table_size (self->people) <= HS_SESSION_PEOPLE_MAX)
    return;
  g_hash_table_remove_all (self->people);
  hs_session_set_shown (self, self->nick, self->shown_name);
}

/* "nick!plain@host" is how our servers name a guest that speaks plain text. */
void
hs_session_note_source (HsSession *self, const char *nick, const char *source)
{
  const char *user = source != NULL ? strchr (source, '!') : NULL;
  const char *host = user != NULL ? strrchr (user, '@') : NULL;
  g_autofree char *key = host != NULL ? hs_name_fold (nick) : NULL;
  HsPerson *person = host != NULL ? g_hash_table_lookup (self->people, key) : NULL;
  gboolean plain = self->ours && user != NULL && g_str_has_prefix (user, "!" HS_PLAIN_USER "@");

  if (person != NULL && g_strcmp0 (person->host, host + 1) != 0)
    {
      g_free (person->host);
      person->host = g_strdup (host + 1);
    }
  if (plain)
    hs_session_get_person (self, nick)->plain = TRUE;
}

const char *
hs_session_get_shown (HsSession *self, const char *nick)
{
  g_autofree char *key = hs_name_fold (nick);
  HsPerson *person = g_hash_table_lookup (self->people, key);

  return person != NULL && person->shown != NULL ? person->shown : nick;
}

/* Is @nick what our kind of program makes of @shown, taken names numbered? Elsewhere a real name is as often a joke, "root", or somebody else's. */
static gboolean
is_derived (const char *nick, const char *shown)
{
  gsize len = strlen (nick);

  while (len > 1 && g_ascii_isdigit (nick[len - 1]))
    len--;
  for (guint ascii = 0; ascii <= 1; ascii++)
    {
      g_autofree char *whole = hs_name_make_nick (shown, ascii);
      g_autofree char *start = g_strndup (whole, len); /* servers with short nicks cut it */

      if (hs_name_equal (whole, nick))
        return TRUE;
      if (strncmp (start, nick, len) == 0 && (strlen (whole) == len || len >= HS_OLD_NICK_MAX - 1))
        return TRUE;
    }
  return FALSE;
}

static void
update_shown (HsSession *self, const char *nick, const char *shown)
{
  GHashTableIter iter;
  gpointer value;
  HsConversation *conversation;

  g_hash_table_iter_init (&iter, self->conversations);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      HsMember *member = hs_room_find_member (((HsConversation *) value)->room, nick);

      if (member != NULL)
        hs_member_set_shown (member, shown);
    }
  conversation = hs_session_find_conversation (self, nick);
  if (conversation != NULL)
    hs_room_set_title (conversation->room, hs_session_get_shown (self, nick));
}

/* The real name is shown where the nick is made of it; else what was shown before, where that still holds. */
static void
choose_shown (HsSession *self, const char *nick, HsPerson *person)
{
  const char *choice = NULL;
  g_autofree char *before = g_steal_pointer (&person->shown);

  if (person->real != NULL && is_derived (nick, person->real))
    choice = person->real;
  else if (before != NULL && is_derived (nick, before))
    choice = before;
  person->shown = g_strdup (choice);
  update_shown (self, nick, person->shown);
}

void
hs_session_set_shown (HsSession *self, const char *nick, const char *real)
{
  HsPerson *person = hs_session_get_person (self, nick);

  g_free (person->real);
  person->real = hs_name_make_shown (real);
  choose_shown (self, nick, person);
}

void
hs_session_rename_person (HsSession *self, const char *nick, const char *new_nick)
{
  HsPerson *person = hs_session_get_person (self, new_nick);
  HsPerson *before = hs_session_get_person (self, nick);

  if (person == before)
    return;
  g_free (person->real);
  g_free (person->shown);
  g_free (person->host);
  person->host = g_strdup (before->host);
  person->real = g_strdup (before->real);
  person->shown = g_strdup (before->shown);
  person->away = before->away;
  person->secure = before->secure;
  person->unencrypted = before->unencrypted;
  person->plain |= before->plain;
  choose_shown (self, new_nick, person);
}

void
hs_session_forget_absent (HsSession *self, const char *nick)
{
  g_autofree char *key = hs_name_fold (nick);
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->conversations);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (hs_room_find_member (((HsConversation *) value)->room, nick) != NULL)
      return;
  g_hash_table_remove (self->people, key);
}
