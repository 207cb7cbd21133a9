/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can be wrong with keys, certificates and encrypted connections. */
#include "hs-tls-error.h"

G_DEFINE_QUARK (hs-tls-error-quark, hs_tls_error)
