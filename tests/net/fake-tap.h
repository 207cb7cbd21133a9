/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A tap that only writes down what a link tells it; the real one is tested in tests/tcp. */
#pragma once

#include "hs-tcp-tap.h"

/* @log: one word a call, "wrote:5 look shut detach"; @n_freed is counted up. Both are borrowed. */
HsTcpTap *fake_tap_new (GString *log, guint *n_freed);
