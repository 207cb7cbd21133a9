/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A message layer by layer, as text: characters, code points, UTF-8, the line that carries it, its place in TCP's stream. Pure; knows no widget. */
#pragma once

#include "hs-passage.h"

typedef struct
{
  char *title; /* translated */
  char *note;  /* (nullable) a sentence about it */
  char *text;  /* (nullable) what is to be copied; lines of at most 46 columns, but for the message itself */
} HsBytesLayer;

/* @text (nullable): it was deleted, and nothing is shown but that. @facts (nullable): what went over the wire is not known, which the last layer says. (transfer full) (element-type HsBytesLayer) */
GPtrArray *hs_bytes_make_layers (const char *text, const HsPassageFacts *facts);
/* All of it, for the clipboard. (transfer full) */
char *hs_bytes_dup_all (GPtrArray *layers);
