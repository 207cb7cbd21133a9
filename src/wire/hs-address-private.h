/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the two halves of hs-address share. */
#pragma once

#include "hs-address.h"

typedef struct
{
  HsScheme scheme;
  const char *name; /* before "://"; NULL ends the table: no scheme */
  gboolean rooms;   /* may name a room */
} HsAddressScheme;

extern const HsAddressScheme hs_address_schemes[];

/* "host:8000", "[::1]:8000". (transfer full) */
char *hs_address_format_host_port (const char *host, guint16 port);
