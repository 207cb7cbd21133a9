/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the dialer's files share: hs-dialer.c (TCP and Unix), -datagram (UDP). */
#pragma once

#include "hs-dialer.h"

/* As hs_dial_async (), for an address of the scheme udp. @task is taken, and returns a descriptor. */
void hs_dial_datagram (const HsAddress *address, HsTcpTap *tap, HsDialFunc func, gpointer func_data, GTask *task);
