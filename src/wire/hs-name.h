/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of people and rooms: what is valid, how they compare, how one is derived. Pure functions. */
#pragma once

#include <glib.h>

/* casemapping ascii (ISUPPORT CASEMAPPING=ascii). */
/* Another one in each run of the program: nobody can choose names that share one. */
guint hs_name_hash (gconstpointer name);
gboolean hs_name_equal (gconstpointer a, gconstpointer b);
char *hs_name_fold (const char *name);

/* A nick on a hosted server: letters and digits of any script in NFC and -_[]\`^{|}, not beginning with a digit or '-';
 * at most HS_NAME_MAX_CHARS characters and HS_NAME_MAX_BYTES bytes; no controls, no bidi overrides. */
gboolean hs_name_is_nick (const char *name);
/* guest-N, kept for plain-text guests. */
gboolean hs_name_is_reserved (const char *name);
/* What a nick looks like, one or two strings: names that share one are taken for each other ("аnna" with a Cyrillic а, "Аnna", "anna").
 * Such a string is no name to show. (transfer full) */
char **hs_name_list_looks (const char *name);
/* '#' and 1 … HS_ROOM_MAX_BYTES bytes without white space of any kind, comma, BELL or controls. */
gboolean hs_name_is_room (const char *name);

/* What may be shown as a person's name: valid UTF-8, no controls or bidi overrides, at most 32 characters and 64 bytes; others are dropped. (transfer full) */
char *hs_name_make_shown (const char *name);
/* A nick for a shown name ("Ana María" → "Ana_María"); "guest" if nothing is left. With @ascii: only RFC 2812 characters, at most 16 bytes. (transfer full) */
char *hs_name_make_nick (const char *shown, gboolean ascii);
/* Another nick when @nick is taken: name2 for @attempt 1, name3 for 2 … (transfer full) */
char *hs_name_make_alternative (const char *nick, guint attempt, gboolean ascii);
