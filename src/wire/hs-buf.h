/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run of bytes formatted once and queued many times. Counted, not atomic: it belongs to one thread. */
#pragma once

#include <glib.h>

typedef struct
{
  guint32 ref_count;
  guint32 len;
  char data[];
} HsBuf;

HsBuf *hs_buf_new (const char *data, gsize len);
HsBuf *hs_buf_ref (HsBuf *self);
void hs_buf_unref (HsBuf *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsBuf, hs_buf_unref)
