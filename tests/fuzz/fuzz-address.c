/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An address written out again is the same address; what is none is refused with a sentence. */
#include "hs-address.h"

int
LLVMFuzzerTestOneInput (const guint8 *bytes, gsize len)
{
  g_autofree char *text = g_strndup ((const char *) bytes, len);
  g_autoptr (GError) error = NULL;
  g_autoptr (HsAddress) address = NULL, same = NULL;
  g_autofree char *written = NULL, *again = NULL;

  if (!g_utf8_validate (text, -1, NULL))
    return 0;
  address = hs_address_parse (text, &error);
  if (address == NULL)
    {
      g_assert_error (error, HS_WIRE_ERROR, error->code);
      g_assert_cmpstr (error->message, !=, "");
      return 0;
    }
  written = hs_address_to_string (address);
  same = hs_address_parse (written, &error);
  g_assert_no_error (error);
  again = hs_address_to_string (same);
  g_assert_cmpstr (written, ==, again);
  g_assert_cmpint (address->scheme, ==, same->scheme);
  g_assert_cmpstr (address->host, ==, same->host);
  g_assert_cmpint (address->port, ==, same->port);
  g_assert_cmpstr (address->path, ==, same->path);
  g_assert_cmpstr (address->room, ==, same->room);
  return 0;
}
