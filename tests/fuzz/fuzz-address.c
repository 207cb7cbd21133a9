/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is an address is written down so that it reads the same; what is none has a sentence that says why. */
#include <string.h>

#include "fuzz.h"
#include "hs-address.h"

static gboolean
same (const char *a, const char *b)
{
  return a == b || (a != NULL && b != NULL && strcmp (a, b) == 0);
}

static void
check_same (const HsAddress *a, const HsAddress *b)
{
  guint n = a->also != NULL ? g_strv_length (a->also) : 0;

  FUZZ_CHECK (a->scheme == b->scheme && a->port == b->port && a->port_given == b->port_given);
  FUZZ_CHECK (same (a->host, b->host) && same (a->path, b->path) && same (a->room, b->room));
  FUZZ_CHECK (same (a->key, b->key) && same (a->token, b->token));
  FUZZ_CHECK (n == (b->also != NULL ? g_strv_length (b->also) : 0));
  for (guint i = 0; i < n; i++)
    FUZZ_CHECK (same (a->also[i], b->also[i]));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_malloc (size + 1), *written = NULL, *written_again = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (HsAddress) address = NULL, again = NULL;

  memcpy (text, data, size);
  text[size] = '\0';
  address = hs_address_parse (text, &error);
  FUZZ_CHECK ((address != NULL) == (error == NULL));
  if (address == NULL)
    {
      FUZZ_CHECK (error->domain == HS_WIRE_ERROR && g_utf8_validate (error->message, -1, NULL));
      return 0;
    }

  FUZZ_CHECK ((address->scheme == HS_SCHEME_UNIX) == (address->host == NULL));
  FUZZ_CHECK (address->host == NULL || address->port > 0);
  written = hs_address_to_string (address);
  again = hs_address_parse (written, &error);
  if (again == NULL && g_error_matches (error, HS_WIRE_ERROR, HS_WIRE_ERROR_TOO_LONG))
    return 0; /* escaped, it may be longer than what was typed */
  FUZZ_CHECK (again != NULL);
  check_same (address, again);
  written_again = hs_address_to_string (again);
  FUZZ_CHECK (strcmp (written, written_again) == 0);
  return 0;
}
