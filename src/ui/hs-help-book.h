/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The help as data: the Mallard pages of data/help in the reader's language, which hold the subset that is listed here. Knows no widget.
 * They are in the program's resources, so that help needs no help viewer; the same files are installed for one. */
#pragma once

#include <gio/gio.h>

#include "hs-tcp-state.h"

typedef enum
{
  HS_HELP_HEADING, /* section/title */
  HS_HELP_TEXT,    /* p */
  HS_HELP_ITEM,    /* list/item */
  HS_HELP_STEP,    /* steps/item */
  HS_HELP_TERM,    /* terms/item/title */
  HS_HELP_MEANING, /* terms/item/p */
  HS_HELP_NOTE,    /* note/p */
  HS_HELP_SCREEN,  /* screen: verbatim, not markup */
} HsHelpKind;

typedef struct
{
  HsHelpKind kind;
  guint number;     /* STEP: from 1 */
  char *section;    /* (nullable) id of the section that this heading begins */
  char *text;       /* Pango markup; a link's href is "page", "page#section", or a web address. SCREEN: plain text */
} HsHelpBlock;

typedef struct
{
  char *id;          /* "state-time-wait" */
  char *title;
  char *description; /* one line */
  char *group;       /* section of the index it belongs to: link type="guide" xref="index#GROUP"; "" for the index itself */
  char *sort;        /* title type="sort", orders a group */
  char *plain;       /* title and all text without markup, case-folded: what a search looks in */
  GPtrArray *blocks; /* (element-type HsHelpBlock) */
} HsHelpPage;

typedef struct _HsHelpBook HsHelpBook;

/* Reads all pages of the first language of @languages that there is (NULL: the person's), of English where one is missing. */
HsHelpBook *hs_help_book_new (const char *const *languages);
void hs_help_book_free (HsHelpBook *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsHelpBook, hs_help_book_free)

/* (nullable) @id may carry a section: "tcp-flags#syn". */
const HsHelpPage *hs_help_book_find (HsHelpBook *self, const char *id);
/* In reading order: by the order of the index's sections, then by sort. (transfer none) (element-type HsHelpPage) */
GPtrArray *hs_help_book_get_pages (HsHelpBook *self);
/* The index's title of that group. (nullable) */
const char *hs_help_book_get_group_title (HsHelpBook *self, const char *group);
/* Does @page hold all words of @query? */
gboolean hs_help_page_matches (const HsHelpPage *page, const char *query);

/* The page about a state: "state-time-wait". (transfer full) */
char *hs_help_dup_state_page (HsTcpState state);

/* One page's text, for the tests too. @error: G_MARKUP_ERROR with line and what is not understood. (transfer full) (nullable) */
HsHelpPage *hs_help_page_parse (const char *id, const char *xml, gssize len, GError **error);
void hs_help_page_free (HsHelpPage *page);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsHelpPage, hs_help_page_free)
