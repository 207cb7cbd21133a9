/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two computers in network namespaces of the test's own, joined by a wire in user space (two TAP devices and a relay) that takes time, loses what
 * it is told to lose, and writes down every segment that passes: what the watch says is compared with that. */
#pragma once

#include <gio/gio.h>

#define WIRE_HERE_V4  "192.0.2.1" /* RFC 5737, RFC 3849 */
#define WIRE_THERE_V4 "192.0.2.2"
#define WIRE_HERE_V6  "2001:db8::1"
#define WIRE_THERE_V6 "2001:db8::2"

typedef struct
{
  gint64 time;     /* monotonic µs: when it came to the wire */
  gboolean from_here;
  gboolean lost;   /* by the wire */
  guint8 family;
  guint8 flags;
  guint16 here, there; /* ports */
  guint32 seq, ack;
  guint16 window;  /* as in the header */
  guint8 scale;    /* of a SYN's option; 0 none */
  guint32 payload;
} WireSegment;

typedef enum
{
  WIRE_LOSE_NOTHING = 0,
  WIRE_LOSE_DATA_FROM_HERE = 1, /* segments with data */
  WIRE_LOSE_ALL_FROM_THERE = 2,
  WIRE_LOSE_SYN_V6 = 3,
  WIRE_LOSE_ACK_FROM_THERE = 4, /* without data, SYN, FIN */
} WireLoss;

/* Makes namespaces, devices and relay, then becomes an ordinary user (65534) for good: before anything has a thread. (nullable): it stands; else
 * why it cannot be had here. */
const char *wire_open (void);
/* Before that: tcpdump, where it is installed, is to look at this computer's device as well. It has a reader of its own, so that the relay's is not its
 * own judge. */
void wire_want_witness (void);
/* The same; (nullable) @there runs on the other computer as an ordinary user, in a process of its own that ends with it, or with the test. */
const char *wire_open_with (void (*there) (void));

void wire_set_delay (guint ms); /* each way */
/* The next @n that are such get lost. */
void wire_lose (WireLoss what, guint n);

/* A socket of the other computer, made when there still was a right to; at most 32 of each family in one program. The caller's own. */
int wire_take_socket_there (int family);

guint wire_get_n_segments (void);
const WireSegment *wire_get_segment (guint i);

/* The same as tcpdump has seen and written it: what comes from there when it came here, what the wire loses on the way from there not at all; without
 * time and lost. */
gboolean wire_has_witness (void);
guint wire_get_n_witnessed (void);
const WireSegment *wire_get_witnessed (guint i);
