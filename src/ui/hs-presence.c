/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-presence.h"

#include <string.h>

#include <glib/gi18n.h>

static void
add_once (GPtrArray *names, const char *name)
{
  if (!g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
    g_ptr_array_add (names, (gpointer) name);
}

static char *
say_joined (GPtrArray *names)
{
  const char *first = g_ptr_array_index (names, 0);

  if (names->len == 1)
    /* Translators: a person came into the room. */
    return g_strdup_printf (_("%s joined"), first);
  if (names->len == 2)
    return g_strdup_printf (_("%s and %s joined"), first, (const char *) g_ptr_array_index (names, 1));
  return g_strdup_printf (ngettext ("%s and %u other joined", "%s and %u others joined", names->len - 1), first, names->len - 1);
}

static char *
say_left (GPtrArray *names)
{
  const char *first = g_ptr_array_index (names, 0);

  if (names->len == 1)
    return g_strdup_printf (_("%s left"), first);
  if (names->len == 2)
    return g_strdup_printf (_("%s and %s left"), first, (const char *) g_ptr_array_index (names, 1));
  return g_strdup_printf (ngettext ("%s and %u other left", "%s and %u others left", names->len - 1), first, names->len - 1);
}

/* "old>new"; a name has no '>'. */
static char *
say_renamed (const char *line)
{
  const char *arrow = strchr (line, '>');
  g_autofree char *old = g_strndup (line, arrow - line);

  return g_strdup_printf (_("%s is now %s"), old, arrow + 1);
}

/* Who changes names twice is one person, from the first name to the last. */
static void
add_renamed (GPtrArray *renamed, const char *line)
{
  const char *arrow = strchr (line, '>');

  for (guint i = 0; i < renamed->len; i++)
    {
      const char *before = g_ptr_array_index (renamed, i);
      const char *latest = strchr (before, '>') + 1;

      if (strlen (latest) == (gsize) (arrow - line) && strncmp (latest, line, arrow - line) == 0)
        {
          char *whole = g_strdup_printf ("%.*s%s", (int) (latest - 1 - before), before, arrow);

          g_ptr_array_remove_index (renamed, i);
          g_ptr_array_insert (renamed, i, whole);
          return;
        }
    }
  g_ptr_array_add (renamed, g_strdup (line));
}

guint
hs_presence_count (const char *text)
{
  guint n = 0;

  for (const char *p = text; *p != '\0'; p++)
    n += *p != '\n' && (p[1] == '\n' || p[1] == '\0');
  return n;
}

char *
hs_presence_summarize (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (GPtrArray) joined = g_ptr_array_new ();
  g_autoptr (GPtrArray) left = g_ptr_array_new ();
  g_autoptr (GPtrArray) renamed = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);

  for (char **line = lines; *line != NULL; line++)
    if (**line == '+')
      add_once (joined, *line + 1);
    else if (**line == '-')
      add_once (left, *line + 1);
    else if (strchr (*line, '>') != NULL)
      add_renamed (renamed, *line);

  if (joined->len > 0)
    g_ptr_array_add (parts, say_joined (joined));
  if (left->len > 0)
    g_ptr_array_add (parts, say_left (left));
  if (renamed->len == 1)
    g_ptr_array_add (parts, say_renamed (g_ptr_array_index (renamed, 0)));
  else if (renamed->len > 1)
    g_ptr_array_add (parts, g_strdup_printf (ngettext ("%u changed their name", "%u changed their names", renamed->len), renamed->len));
  g_ptr_array_add (parts, NULL);
  return g_strjoinv (" · ", (char **) parts->pdata);
}

char *
hs_presence_list (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  GString *all = g_string_new (NULL);

  for (char **line = lines; *line != NULL; line++)
    {
      g_autofree char *said = NULL;

      if (**line == '+')
        said = g_strdup_printf (_("%s joined"), *line + 1);
      else if (**line == '-')
        said = g_strdup_printf (_("%s left"), *line + 1);
      else if (strchr (*line, '>') != NULL)
        said = say_renamed (*line);
      else
        continue;
      g_string_append_printf (all, "%s%s", all->len > 0 ? "\n" : "", said);
    }
  return g_string_free (all, FALSE);
}
