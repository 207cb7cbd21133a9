/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run of bytes formatted once and queued many times. */
#include "hs-buf.h"

#include <string.h>

HsBuf *
hs_buf_new (const char *data, gsize len)
{
  HsBuf *self = g_malloc (sizeof (HsBuf) + len);

  g_return_val_if_fail (len <= G_MAXUINT32, NULL);

  self->ref_count = 1;
  self->len = (guint32) len;
  if (data != NULL)
    memcpy (self->data, data, len);
  return self;
}

HsBuf *
hs_buf_ref (HsBuf *self)
{
  self->ref_count++;
  return self;
}

void
hs_buf_unref (HsBuf *self)
{
  if (--self->ref_count == 0)
    g_free (self);
}
