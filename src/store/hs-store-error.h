/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can be wrong with a database. */
#pragma once

#include <glib.h>

#define HS_STORE_ERROR (hs_store_error_quark ())
GQuark hs_store_error_quark (void);

typedef enum
{
  HS_STORE_ERROR_FAILED,
  HS_STORE_ERROR_READ_ONLY,
  HS_STORE_ERROR_FULL,
  HS_STORE_ERROR_CORRUPT,
  HS_STORE_ERROR_NEWER,    /* written by a later version: not touched */
  HS_STORE_ERROR_BUSY,     /* another program (profile in use) holds it */
} HsStoreError;
