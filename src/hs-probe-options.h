/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What handshake-probe is asked for on its command line. Opens nothing. */
#pragma once

#include "hs-address.h"

typedef enum
{
  HS_PROBE_ACTIVE,
  HS_PROBE_HALF,
  HS_PROBE_RESET,
  HS_PROBE_WAIT,
} HsProbeManner;

typedef struct
{
  gboolean json, follow, version;
  gboolean tls;        /* asked for, or what the address means */
  char *ca_file;       /* (nullable) PEM: the authorities to trust; else the system's */
  char *send;          /* (nullable) */
  HsProbeManner manner;
  HsAddress *address;  /* (nullable) with version only */
} HsProbeOptions;

/* What cannot be had is refused: G_OPTION_ERROR, HS_WIRE_ERROR, with a sentence. */
gboolean hs_probe_options_parse (HsProbeOptions *self, int *argc, char ***argv, GError **error);
void hs_probe_options_clear (HsProbeOptions *self);
gboolean hs_probe_is_datagrams (const HsProbeOptions *self);
