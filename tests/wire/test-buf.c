/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counted buffers. */
#include "hs-buf.h"

static void
test_buf (void)
{
  HsBuf *buf = hs_buf_new ("a\0b", 3);
  g_autoptr (HsBuf) empty = hs_buf_new (NULL, 0);

  g_assert_cmpmem (buf->data, buf->len, "a\0b", 3);
  g_assert_true (hs_buf_ref (buf) == buf);
  hs_buf_unref (buf);
  g_assert_cmpint (buf->data[2], ==, 'b');
  hs_buf_unref (buf);
  g_assert_cmpuint (empty->len, ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/buf/count", test_buf);
  return g_test_run ();
}
