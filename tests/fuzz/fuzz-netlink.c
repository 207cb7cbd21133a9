/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the kernel answers about sockets: the first byte says to which question, the rest is its datagram. */
#include <gio/gio.h>
#include <string.h>
#include <sys/socket.h>

#include "fuzz.h"
#include "hs-tcp-diag-private.h"

#define SEQUENCE 7
#define PORT_ID  9
#define PORT     8000

static void
on_gone (guint64 cookie, gpointer user_data)
{
  ++*(gsize *) user_data;
}

static void
check_entry (HsTcpDiagStatus status, const HsTcpDiagEntry *entry)
{
  if (status == HS_TCP_DIAG_DONE)
    FUZZ_CHECK (hs_tcp_state_get_name (entry->state) != NULL);
}

static void
check_half_open (const HsTcpDiagReply *reply)
{
  g_autoptr (GArray) entries = g_array_new (FALSE, FALSE, sizeof (HsTcpHalfOpen));

  hs_tcp_diag_read_half_open (reply, PORT, entries);
  for (guint i = 0; i < entries->len; i++)
    {
      const HsTcpHalfOpen *entry = &g_array_index (entries, HsTcpHalfOpen, i);

      FUZZ_CHECK (entry->family == AF_INET || entry->family == AF_INET6);
    }
}

static void
answer (guint8 question, const HsTcpDiagReply *reply)
{
  HsTcpDiagEntry entry = { 0 };
  guint8 info[64];
  gsize len = 0;

  switch (question % 4)
    {
    case 0: check_entry (hs_tcp_diag_read_entry (reply, &entry), &entry); break;
    case 1:
      check_entry (hs_tcp_diag_read_other (reply, &entry, info, sizeof info, &len), &entry);
      FUZZ_CHECK (len <= sizeof info);
      break;
    case 2: check_half_open (reply); break;
    default:
      hs_tcp_diag_read_gone (reply, on_gone, &len);
      FUZZ_CHECK (len <= reply->len);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree guint8 *exact = size > 1 ? g_memdup2 (data + 1, size - 1) : NULL; /* aligned, as a buffer of ours is */
  const HsTcpDiagReply reply = { exact, size - 1, SEQUENCE, PORT_ID };

  if (size > 1)
    answer (data[0], &reply);
  return 0;
}
