/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can be wrong with bytes from the wire or with a typed address. */
#include "hs-wire-error.h"

G_DEFINE_QUARK (hs-wire-error-quark, hs_wire_error)
