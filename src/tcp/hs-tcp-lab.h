/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The experiments of the Lab: a const table of what each is and what will happen, and the socket options that some consist of. It begins
 * none by itself; what has to do with reading and closing is the link's (hs_link_experiment ()). */
#pragma once

#include <glib.h>

typedef enum
{
  HS_TCP_LAB_HALF_CLOSE = 0,
  HS_TCP_LAB_RESET = 1,
  HS_TCP_LAB_STOP_READING = 2,
  HS_TCP_LAB_SMALL_BUFFERS = 3,
  HS_TCP_LAB_NAGLE = 4,
  HS_TCP_LAB_KEEP_ALIVE = 5,
  HS_TCP_LAB_BACKLOG = 6, /* of a listener */
  HS_TCP_LAB_N
} HsTcpLab;

#define HS_TCP_LAB_BIT(experiment) (1u << (experiment))
#define HS_TCP_LAB_OF_CONNECTION (HS_TCP_LAB_BIT (HS_TCP_LAB_BACKLOG) - 1)

/* Untranslated msgids, but for help (a page of ours). */
const char *hs_tcp_lab_get_name (HsTcpLab experiment);     /* "Stop Reading" */
const char *hs_tcp_lab_get_sentence (HsTcpLab experiment); /* what will happen, and where it is seen */
const char *hs_tcp_lab_get_notice (HsTcpLab experiment);   /* for the log, and for a guest on whose connection it is made */
const char *hs_tcp_lab_get_source (HsTcpLab experiment);   /* the call: "shutdown (SHUT_WR)" */
const char *hs_tcp_lab_get_help (HsTcpLab experiment);
/* It goes on until it is ended; the others happen once, and the connection is never as before. */
gboolean hs_tcp_lab_is_lasting (HsTcpLab experiment);

/* NAGLE, SMALL_BUFFERS and KEEP_ALIVE. Off puts back what links have otherwise. FALSE with errno: this
 * socket has no such thing. */
gboolean hs_tcp_lab_set_option (int fd, HsTcpLab experiment, gboolean on);
