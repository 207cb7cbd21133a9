/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Passwords and tokens in memory: they do not stay in memory that others get later. What a library or the kernel has of them is not reached. */
#pragma once

#include <glib.h>

/* Overwrites it; nothing is freed. (nullable) */
void hs_secret_erase (char *secret);
/* Erases and frees. (nullable) */
void hs_secret_free (char *secret);
/* What was in @field is erased and freed, a copy of @secret (nullable) takes its place. */
void hs_secret_set (char **field, const char *secret);
/* The text of it, erased with it. */
void hs_secret_free_string (GString *secret);
