/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A message layer by layer: what is known is said, and what is not, is not. */
#include <string.h>

#include "hs-bytes.h"

typedef struct
{
  const char *description, *text;
  HsPassageFacts facts;
  gboolean has_facts;
  const char *expected; /* parts that follow each other, separated by | */
  const char *absent;   /* (nullable) */
} Case;

static char sent_line[] = "PRIVMSG #r :\344\275\240\r\n", heard_line[] = "hi\n", bare_line[] = "q";

static const Case cases[] = {
  { .description = "earlier", .text = "\344\275\240a", .expected = "Text|你a|2 code points|U+4F60    E4 BD A0     你|U+0061    61|4 bytes|0000  E4 BD A0 61|Not kept",
    .absent = "Sequence" },
  { .description = "not sent yet", .text = "a", .has_facts = TRUE, .facts = { .own = TRUE }, .expected = "It was not sent yet", .absent = "Bytes of" },
  { .description = "sent", .text = "\344\275\240", .has_facts = TRUE,
    .facts = { .own = TRUE, .line = sent_line, .len = sizeof sent_line - 1, .begin = 100, .end = 117, .sent = 1000, .acknowledged = 1500, .accepted = 3000 },
    .expected = "17 bytes on the wire. At its end: CR LF|0000  50 52 49 56 4D 53 47 20  PRIVMSG |0008  23 72 20 3A E4 BD A0 0D  #r :....|0010  0A"
                "|Bytes of what you sent: 100 … 116|Acknowledged: +0.500 ms (observed, no later than)|Accepted: +2.000 ms (observed)", .absent = "Sequence" },
  { .description = "heard", .text = "hi", .has_facts = TRUE, .facts = { .line = heard_line, .len = 3, .begin = 7, .end = 10, .reads = 2 },
    .expected = "At its end: LF (0A)|Bytes of what the other side sent: 7 … 9|Came in: 2 reads", .absent = "Acknowledged" },
  { .description = "without an end", .text = "q", .has_facts = TRUE, .facts = { .line = bare_line, .len = 1, .begin = 7, .end = 8, .reads = 1 },
    .expected = "1 byte on the wire. At its end: nothing|7 … 7|Came in: 1 read" },
  { .description = "under TLS", .text = "hi", .has_facts = TRUE, .facts = { .line = heard_line, .len = 3, .begin = 7, .end = 10, .tls = TRUE },
    .expected = "Counted without what TLS adds", .absent = "Came in" },
  { .description = "what would turn the line around", .text = "a\342\200\256b\007", .expected = "U+202E    E2 80 AE     ·|U+0062    62           b|U+0007    07           ·",
    .absent = "E2 80 AE     \342\200\256" },
};

static void
test_layers (gconstpointer data)
{
  const Case *test = data;
  g_autoptr (GPtrArray) layers = hs_bytes_make_layers (test->text, test->has_facts ? &test->facts : NULL);
  g_autofree char *all = hs_bytes_dup_all (layers);
  g_auto (GStrv) parts = g_strsplit (test->expected, "|", -1);
  const char *at = all;

  for (guint i = 0; parts[i] != NULL; i++)
    {
      at = strstr (at, parts[i]);
      if (at == NULL)
        g_error ("“%s” is not in:\n%s", parts[i], all);
    }
  if (test->absent != NULL)
    g_assert_null (strstr (all, test->absent));
}

/* A plain text may be long: what is shown has an end, and says so. */
static void
test_long (void)
{
  g_autofree char *text = g_strnfill (5000, 'x');
  g_autoptr (GPtrArray) layers = hs_bytes_make_layers (text, NULL);
  g_autofree char *all = hs_bytes_dup_all (layers);

  g_assert_nonnull (strstr (all, "… and 3976 more"));
  g_assert_nonnull (strstr (all, "… and 904 more"));
}

/* Nothing of a deleted message, whichever way one comes to it. */
static void
test_deleted (void)
{
  HsPassageFacts facts = { .redacted = TRUE, .text = NULL, .begin = 7, .end = 10 };

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GPtrArray) layers = hs_bytes_make_layers (i == 1 ? "secret" : NULL, i == 2 ? NULL : &facts);
      g_autofree char *all = hs_bytes_dup_all (layers);

      g_assert_cmpuint (layers->len, ==, 1);
      g_assert_nonnull (strstr (all, "This message was deleted."));
      g_assert_null (strstr (all, "secret"));
      g_assert_null (strstr (all, "73"));
    }
}

static void
tell (HsTcpWatch *watch, HsTcpStage stage, guint64 app, guint64 offset)
{
  g_autoptr (HsTcpEvent) event = hs_tcp_event_new (HS_TCP_EVENT_DATA, HS_TCP_OBSERVED, 0, NULL, NULL, NULL);

  event->stage = stage;
  event->app = app;
  event->offset = offset;
  hs_tcp_watch_add_event (watch, event);
}

/* Between the line and the segments stands the record: how much TLS adds, and what of it can be read on the way. */
static void
test_record (void)
{
  g_autoptr (HsTcpWatch) watch = hs_tcp_watch_new (HS_TCP_ROLE_OPENER, "test");
  HsPassageFacts facts = { .own = TRUE, .watch = watch, .line = bare_line, .len = 1, .begin = 6, .end = 7, .sent = 1000 };
  g_autoptr (GPtrArray) layers = NULL;
  g_autofree char *all = NULL;
  const char *line, *record, *segments;

  tell (watch, HS_TCP_STAGE_RECORD, 0, 400);
  tell (watch, HS_TCP_STAGE_QUEUED, 7, 0);
  tell (watch, HS_TCP_STAGE_RECORD, 7, 429);
  layers = hs_bytes_make_layers ("q", &facts);
  all = hs_bytes_dup_all (layers);
  line = strstr (all, "The line that carries it");
  record = strstr (all, "The TLS record");
  segments = strstr (all, "\nSegments");
  g_assert_true (line != NULL && record != NULL && segments != NULL && line < record && record < segments);
  g_assert_nonnull (strstr (record, "Records: 1\nLines in it: 0 … 6\nIn TCP’s stream, encrypted: 400 … 428\n"
                                    "Header, calculated: 17 03 03 00 18\nTLS adds: 22 bytes"));
}

/* Where there is no TCP, none is told of. */
static void
test_datagram (void)
{
  g_autoptr (HsTcpWatch) watch = hs_tcp_watch_new (HS_TCP_ROLE_OPENER, "test");
  HsPassageFacts facts = { .own = TRUE, .watch = watch, .line = bare_line, .len = 1, .begin = 6, .end = 7, .sent = 1000 };
  g_autoptr (GPtrArray) layers = NULL;
  g_autofree char *all = NULL;

  hs_tcp_watch_set_transport (watch, HS_TCP_TRANSPORT_UDP);
  layers = hs_bytes_make_layers ("q", &facts);
  all = hs_bytes_dup_all (layers);
  g_assert_nonnull (strstr (all, "The datagram that carries it"));
  g_assert_nonnull (strstr (all, "At its end: nothing: it ends where the datagram ends"));
  g_assert_nonnull (strstr (all, "UDP puts 8 bytes before it"));
  g_assert_null (strstr (all, "Segments"));
  g_assert_null (strstr (all, "6 … 6")); /* there is no stream it could have a place in */
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/ui/bytes/%s", cases[i].description);

      g_test_add_data_func (path, &cases[i], test_layers);
    }
  g_test_add_func ("/ui/bytes/long", test_long);
  g_test_add_func ("/ui/bytes/deleted", test_deleted);
  g_test_add_func ("/ui/bytes/record", test_record);
  g_test_add_func ("/ui/bytes/datagram", test_datagram);
  return g_test_run ();
}
