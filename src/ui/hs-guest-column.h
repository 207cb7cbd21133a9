/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the columns of the guests' table say of a guest, how they sort, and how their words look. HsGuestTable shows them. */
#pragma once

#include <gtk/gtk.h>

#include "hs-guest.h"

typedef enum
{
  HS_GUEST_COLUMN_EXPANDS = 1 << 0, /* takes what room is left */
  HS_GUEST_COLUMN_NUMERIC = 1 << 1, /* figures of one width */
  HS_GUEST_COLUMN_PILL = 1 << 2,    /* as wide as its words */
  HS_GUEST_COLUMN_LIVE = 1 << 3,    /* changes all the time */
  HS_GUEST_COLUMN_AGES = 1 << 4,    /* changes with the time alone, of which nobody tells */
} HsGuestColumnFlags;

typedef struct
{
  const char *title; /* not translated yet */
  int width;         /* pixels, in the usual size of text */
  char *(*format) (HsGuest *guest); /* (transfer full) */
  int (*compare) (HsGuest *a, HsGuest *b);
  void (*dress) (GtkWidget *label, HsGuest *guest); /* (nullable) */
  const char *properties[5]; /* at whose change the cell is written anew; NULL ends them */
  HsGuestColumnFlags flags;
} HsGuestColumn;

#define HS_GUEST_COLUMN_N        10
#define HS_GUEST_COLUMN_NAME     0 /* the first one */
#define HS_GUEST_COLUMN_SEARCHED 5 /* the first so many are searched: name, address, dialect, encryption, state */

const HsGuestColumn *hs_guest_column_get (guint i);
/* What a row is called: nick, "listener", "newcomer". (transfer full) */
char *hs_guest_column_format_name (HsGuest *guest);
/* All of a row in words, for who cannot see it. (transfer full) */
char *hs_guest_column_format_row (HsGuest *guest);
