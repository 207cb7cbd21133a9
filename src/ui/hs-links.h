/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds addresses in a message's text. It only tells where they are: nothing here is markup, and nothing is opened. */
#pragma once

#include <glib.h>

typedef struct
{
  guint start, end; /* bytes of the text: [start, end) */
} HsLink;

/* Valid UTF-8 in; (element-type HsLink) (transfer full), NULL when there is none. */
GArray *hs_links_find (const char *text);
/* What to open: the text itself, "https://" before "www.". (transfer full) */
char *hs_link_dup_uri (const char *text, const HsLink *link);
