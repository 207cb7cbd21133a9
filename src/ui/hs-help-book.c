/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The help as data: the Mallard pages of data/help in the reader's language. Knows no widget. */
#include "hs-help-book.h"

#include <string.h>

#define RESOURCES "/io/github/handshakechat/Handshake/help"

struct _HsHelpBook
{
  GHashTable *by_id; /* owns the pages */
  GPtrArray *pages;  /* in reading order */
};

/* ---- One page ---- */

typedef enum
{
  INLINE_NONE,
  INLINE_BOLD,
  INLINE_ITALIC,
  INLINE_CODE,
  INLINE_LINK,
} Inline;

/* What Mallard calls it (projectmallard.org), and how it looks here. */
static const struct
{
  const char *element;
  Inline how;
} inlines[] = {
  { "app", INLINE_BOLD },   { "gui", INLINE_BOLD },  { "key", INLINE_BOLD }, { "em", INLINE_ITALIC },  { "code", INLINE_CODE },
  { "cmd", INLINE_CODE },   { "file", INLINE_CODE }, { "input", INLINE_CODE }, { "sys", INLINE_CODE }, { "link", INLINE_LINK },
  { "keyseq", INLINE_NONE },
};

static const struct
{
  Inline how;
  const char *open, *close;
} markups[] = {
  [INLINE_NONE] = { INLINE_NONE, "", "" },
  [INLINE_BOLD] = { INLINE_BOLD, "<b>", "</b>" },
  [INLINE_ITALIC] = { INLINE_ITALIC, "<i>", "</i>" },
  [INLINE_CODE] = { INLINE_CODE, "<tt>", "</tt>" },
  [INLINE_LINK] = { INLINE_LINK, "", "</a>" },
};

typedef enum { IN_PAGE, IN_INFO, IN_SECTION, IN_LIST, IN_STEPS, IN_TERMS, IN_ITEM, IN_NOTE, IN_BLOCK, IN_INLINE } Place;

typedef struct
{
  Place place;
  Inline how;         /* IN_INLINE */
  const char *block;  /* IN_BLOCK: "p", "title", "screen", "desc" */
} Frame;

typedef struct
{
  HsHelpPage *page;
  GArray *frames;     /* Frame: where we are */
  GString *text;      /* of the block that is being read */
  GString *plain;
  char *section;      /* (nullable) id of the section whose title comes next */
  guint number;       /* of the step */
  gboolean sort;      /* the title is for sorting */
} Parser;

static void
block_free (gpointer data)
{
  HsHelpBlock *block = data;

  g_free (block->section);
  g_free (block->text);
  g_free (block);
}

void
hs_help_page_free (HsHelpPage *page)
{
  g_free (page->id);
  g_free (page->title);
  g_free (page->description);
  g_free (page->group);
  g_free (page->sort);
  g_free (page->plain);
  g_ptr_array_unref (page->blocks);
  g_free (page);
}

static const Frame *
frame (Parser *self, guint above)
{
  return self->frames->len > above ? &g_array_index (self->frames, Frame, self->frames->len - 1 - above) : NULL;
}

static gboolean
is_in (Parser *self, Place place)
{
  for (guint i = 0; i < self->frames->len; i++)
    if (g_array_index (self->frames, Frame, i).place == place)
      return TRUE;
  return FALSE;
}

static void
push (Parser *self, Place place, Inline how, const char *block)
{
  Frame it = { place, how, block };

  g_array_append_val (self->frames, it);
}

static const char *
attribute (const char *name, const char **names, const char **values)
{
  for (guint i = 0; names[i] != NULL; i++)
    if (g_str_equal (names[i], name))
      return values[i];
  return NULL;
}

/* <link type="guide" xref="index#tcp"/> in info: the group. */
static void
read_info_link (Parser *self, const char **names, const char **values)
{
  const char *xref = attribute ("xref", names, values);
  const char *hash = xref != NULL ? strchr (xref, '#') : NULL;

  if (g_strcmp0 (attribute ("type", names, values), "guide") != 0 || hash == NULL)
    return;
  g_free (self->page->group);
  self->page->group = g_strdup (hash + 1);
}

static void
open_inline (Parser *self, Inline how, const char **names, const char **values)
{
  const char *target = attribute ("xref", names, values);

  if (target == NULL)
    target = attribute ("href", names, values);
  if (how == INLINE_LINK)
    {
      g_autofree char *escaped = g_markup_escape_text (target != NULL ? target : "", -1);

      g_string_append_printf (self->text, "<a href=\"%s\">", escaped);
    }
  else
    g_string_append (self->text, markups[how].open);
  push (self, IN_INLINE, how, NULL);
}

static const struct
{
  const char *element;
  Place place;
} places[] = {
  { "page", IN_PAGE }, { "info", IN_INFO }, { "section", IN_SECTION }, { "list", IN_LIST }, { "steps", IN_STEPS },
  { "terms", IN_TERMS }, { "item", IN_ITEM }, { "note", IN_NOTE },
};

static const char *const blocks[] = { "p", "title", "screen", "desc", NULL };

static void
enter (Parser *self, Place place, const char **names, const char **values)
{
  if (place == IN_SECTION)
    {
      g_free (self->section);
      self->section = g_strdup (attribute ("id", names, values));
    }
  else if (place == IN_STEPS)
    self->number = 0;
  else if (place == IN_ITEM)
    self->number++;
  push (self, place, INLINE_NONE, NULL);
}

static void
on_start (GMarkupParseContext *context, const char *element, const char **names, const char **values, gpointer data, GError **error)
{
  Parser *self = data;
  const Frame *top = frame (self, 0);

  if (top != NULL && (top->place == IN_BLOCK || top->place == IN_INLINE))
    {
      for (gsize i = 0; i < G_N_ELEMENTS (inlines); i++)
        if (g_str_equal (inlines[i].element, element))
          {
            open_inline (self, inlines[i].how, names, values);
            return;
          }
    }
  else if (top != NULL && top->place == IN_INFO && g_str_equal (element, "link"))
    {
      read_info_link (self, names, values);
      push (self, IN_INLINE, INLINE_NONE, NULL);
      return;
    }
  else if (top != NULL && g_strv_contains (blocks, element))
    {
      self->sort = g_strcmp0 (attribute ("type", names, values), "sort") == 0;
      g_string_truncate (self->text, 0);
      push (self, IN_BLOCK, INLINE_NONE, g_intern_string (element));
      return;
    }
  else
    for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
      if (g_str_equal (places[i].element, element))
        {
          enter (self, places[i].place, names, values);
          return;
        }
  g_set_error (error, G_MARKUP_ERROR, G_MARKUP_ERROR_UNKNOWN_ELEMENT, "<%s> is not understood here", element);
}

static HsHelpKind
kind_of (Parser *self, const char *block)
{
  gboolean title = g_str_equal (block, "title");

  if (g_str_equal (block, "screen"))
    return HS_HELP_SCREEN;
  if (is_in (self, IN_TERMS))
    return title ? HS_HELP_TERM : HS_HELP_MEANING;
  if (title)
    return HS_HELP_HEADING;
  if (is_in (self, IN_STEPS))
    return HS_HELP_STEP;
  if (is_in (self, IN_LIST))
    return HS_HELP_ITEM;
  return is_in (self, IN_NOTE) ? HS_HELP_NOTE : HS_HELP_TEXT;
}

static void
add_block (Parser *self, const char *name, char *text)
{
  HsHelpBlock *block = g_new0 (HsHelpBlock, 1);

  block->kind = kind_of (self, name);
  block->number = block->kind == HS_HELP_STEP ? self->number : 0;
  block->text = text;
  if (block->kind == HS_HELP_HEADING)
    block->section = g_steal_pointer (&self->section);
  g_ptr_array_add (self->page->blocks, block);
}

/* Line ends and indentation of the file are a single space; between two Chinese characters they are nothing. @before: what stands
 * there already, or a blank. */
static char *
fold (const char *text, gsize len, gunichar before)
{
  g_autoptr (GString) out = g_string_sized_new (len);

  for (const char *p = text, *end = text + len; p < end;)
    {
      const char *blank = p;
      gunichar c;

      while (p < end && g_ascii_isspace (*p))
        p++;
      c = p < end ? g_utf8_get_char (p) : ' ';
      if (p > blank && before != ' ' && !(memchr (blank, '\n', p - blank) != NULL && before >= 0x2e80 && c >= 0x2e80))
        g_string_append_c (out, ' ');
      if (p == end)
        break;
      g_string_append_unichar (out, c);
      before = c;
      p = g_utf8_next_char (p);
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
on_text (GMarkupParseContext *context, const char *text, gsize len, gpointer data, GError **error)
{
  Parser *self = data;
  const Frame *top = frame (self, 0);
  gunichar before = self->text->len > 0 ? g_utf8_get_char (g_utf8_prev_char (self->text->str + self->text->len)) : ' ';
  g_autofree char *words = NULL, *escaped = NULL;

  if (top == NULL || (top->place != IN_BLOCK && top->place != IN_INLINE))
    return;
  if (g_strcmp0 (top->block, "screen") == 0)
    {
      g_string_append_len (self->text, text, len);
      g_string_append_len (self->plain, text, len);
      return;
    }
  words = fold (text, len, before);
  escaped = g_markup_escape_text (words, -1);
  g_string_append (self->text, escaped);
  if (!self->sort)
    g_string_append (self->plain, words);
}

static void
finish_block (Parser *self, const char *block)
{
  g_autofree char *text = g_strdup (self->text->str);
  gboolean info = is_in (self, IN_INFO);

  if (!g_str_equal (block, "screen"))
    g_strstrip (text);
  g_string_append_c (self->plain, ' ');
  if (info && g_str_equal (block, "desc"))
    {
      g_free (self->page->description);
      self->page->description = g_steal_pointer (&text);
    }
  else if (info && self->sort)
    {
      g_free (self->page->sort);
      self->page->sort = g_steal_pointer (&text);
    }
  else if (!info && g_str_equal (block, "title") && !is_in (self, IN_SECTION) && !is_in (self, IN_TERMS))
    {
      g_free (self->page->title);
      self->page->title = g_steal_pointer (&text);
    }
  else if (!info)
    add_block (self, block, g_steal_pointer (&text));
}

static void
on_end (GMarkupParseContext *context, const char *element, gpointer data, GError **error)
{
  Parser *self = data;
  const Frame *top = frame (self, 0);

  if (top->place == IN_INLINE && !g_str_equal (element, "link"))
    g_string_append (self->text, markups[top->how].close);
  else if (top->place == IN_INLINE && top->how == INLINE_LINK)
    g_string_append (self->text, "</a>");
  else if (top->place == IN_BLOCK)
    finish_block (self, top->block);
  g_array_set_size (self->frames, self->frames->len - 1);
}

HsHelpPage *
hs_help_page_parse (const char *id, const char *xml, gssize len, GError **error)
{
  static const GMarkupParser functions = { on_start, on_end, on_text, NULL, NULL };
  g_autoptr (HsHelpPage) page = g_new0 (HsHelpPage, 1);
  Parser parser = { page, g_array_new (FALSE, FALSE, sizeof (Frame)), g_string_new (NULL), g_string_new (NULL), NULL, 0, FALSE };
  g_autoptr (GMarkupParseContext) context = g_markup_parse_context_new (&functions, 0, &parser, NULL);
  gboolean done;

  page->id = g_strdup (id);
  page->title = g_strdup ("");
  page->description = g_strdup ("");
  page->group = g_strdup ("");
  page->sort = g_strdup ("");
  page->blocks = g_ptr_array_new_with_free_func (block_free);
  done = g_markup_parse_context_parse (context, xml, len, error) && g_markup_parse_context_end_parse (context, error);
  page->plain = g_utf8_casefold (parser.plain->str, -1);
  g_array_unref (parser.frames);
  g_string_free (parser.text, TRUE);
  g_string_free (parser.plain, TRUE);
  g_free (parser.section);
  return done ? g_steal_pointer (&page) : NULL;
}

gboolean
hs_help_page_matches (const HsHelpPage *page, const char *query)
{
  g_autofree char *folded = g_utf8_casefold (query, -1);
  g_auto (GStrv) words = g_strsplit_set (folded, " \t", -1);

  for (guint i = 0; words[i] != NULL; i++)
    if (strstr (page->plain, words[i]) == NULL)
      return FALSE;
  return TRUE;
}

/* ---- The book ---- */

/* The directory of the first language that there are pages in. */
static char *
choose_language (const char *const *languages)
{
  for (guint i = 0; languages[i] != NULL; i++)
    {
      g_autofree char *path = g_strdup_printf (RESOURCES "/%s/index.page", languages[i]);

      if (g_resources_get_info (path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL, NULL, NULL))
        return g_strdup (languages[i]);
    }
  return g_strdup ("C");
}

static void
read_directory (HsHelpBook *self, const char *language)
{
  g_autofree char *directory = g_strdup_printf (RESOURCES "/%s", language);
  g_auto (GStrv) names = g_resources_enumerate_children (directory, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%s", directory, names[i]);
      g_autoptr (GBytes) bytes = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
      g_autofree char *id = g_strndup (names[i], strcspn (names[i], "."));
      g_autoptr (GError) error = NULL;
      HsHelpPage *page = hs_help_page_parse (id, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), &error);

      if (page == NULL)
        g_warning ("%s: %s", path, error->message);
      else
        g_hash_table_replace (self->by_id, page->id, page);
    }
}

/* Where the index has the group's heading; G_MAXUINT for none. */
static guint
group_place (HsHelpBook *self, const char *group)
{
  const HsHelpPage *index = hs_help_book_find (self, "index");

  for (guint i = 0; index != NULL && i < index->blocks->len; i++)
    if (g_strcmp0 (((HsHelpBlock *) index->blocks->pdata[i])->section, group) == 0)
      return i + 1;
  return *group == '\0' ? 0 : G_MAXUINT;
}

static int
compare_pages (gconstpointer a, gconstpointer b, gpointer data)
{
  const HsHelpPage *one = *(HsHelpPage *const *) a, *other = *(HsHelpPage *const *) b;
  guint place = group_place (data, one->group), other_place = group_place (data, other->group);

  if (place != other_place)
    return place < other_place ? -1 : 1;
  return strcmp (one->sort, other->sort);
}

HsHelpBook *
hs_help_book_new (const char *const *languages)
{
  HsHelpBook *self = g_new0 (HsHelpBook, 1);
  g_autofree char *language = choose_language (languages != NULL ? languages : g_get_language_names ());
  GHashTableIter iter;
  gpointer page;

  self->by_id = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) hs_help_page_free);
  self->pages = g_ptr_array_new ();
  read_directory (self, "C");
  if (!g_str_equal (language, "C"))
    read_directory (self, language);
  g_hash_table_iter_init (&iter, self->by_id);
  while (g_hash_table_iter_next (&iter, NULL, &page))
    g_ptr_array_add (self->pages, page);
  g_ptr_array_sort_with_data (self->pages, compare_pages, self);
  return self;
}

void
hs_help_book_free (HsHelpBook *self)
{
  g_ptr_array_unref (self->pages);
  g_hash_table_unref (self->by_id);
  g_free (self);
}

const HsHelpPage *
hs_help_book_find (HsHelpBook *self, const char *id)
{
  g_autofree char *page = g_strndup (id, strcspn (id, "#"));

  return g_hash_table_lookup (self->by_id, page);
}

GPtrArray *
hs_help_book_get_pages (HsHelpBook *self)
{
  return self->pages;
}

const char *
hs_help_book_get_group_title (HsHelpBook *self, const char *group)
{
  const HsHelpPage *index = hs_help_book_find (self, "index");

  for (guint i = 0; index != NULL && i < index->blocks->len; i++)
    {
      const HsHelpBlock *block = index->blocks->pdata[i];

      if (g_strcmp0 (block->section, group) == 0)
        return block->text;
    }
  return NULL;
}

char *
hs_help_dup_state_page (HsTcpState state)
{
  g_autofree char *name = g_ascii_strdown (hs_tcp_state_get_name (state), -1);

  return g_strconcat ("state-", name, NULL);
}
