/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opens one connection to an address by GSocketClient, or a socket for datagrams, asynchronously, cancellable at each step, and tells its steps.
 * It never retries: that is client/'s policy. */
#pragma once

#include <gio/gio.h>

#include "hs-address.h"
#include "hs-tcp-tap.h"

typedef enum
{
  HS_DIAL_NAME,     /* looking the name up; detail: the address found first */
  HS_DIAL_ADDRESS,  /* which address is tried; a second one may follow (happy eyeballs), and then the SYN's step begins anew */
  HS_DIAL_SYN,      /* the SYN is out */
  HS_DIAL_STANDS,   /* the connection stands; detail: our own address. UDP: the socket is there, and nobody was asked */
  HS_DIAL_SYN_AGAIN, /* the SYN went out once more; detail: how often in all, as the kernel says (TCP_INFO) */
} HsDialStep;

/* @done: the step is over (ok); @detail (nullable) a fact ("192.168.1.23, port 8000"), untranslated; @elapsed µs since the step began. */
typedef void (*HsDialFunc) (HsDialStep step, gboolean done, const char *detail, gint64 elapsed, gpointer user_data);

/* @tap (nullable) is told every step, and is attached to the descriptor once the connection stands; it is told a failure, too. Neither @tap nor
 * @func is touched any more once @cancellable is cancelled. Runs in the thread-default context. Errors are G_IO_ERROR / G_RESOLVER_ERROR,
 * unchanged; the SYN is given up after HS_CONNECT_MS (G_IO_ERROR_TIMED_OUT). */
void hs_dial_async (const HsAddress *address, HsTcpTap *tap, HsDialFunc func, gpointer func_data,
                    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/* A connected, non-blocking descriptor of the caller's own, or -1. */
int hs_dial_finish (GAsyncResult *result, GError **error);
