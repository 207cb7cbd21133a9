/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A saved SYN: whatever is decoded lies within what the protocol allows. */
#include "hs-tcp-syn.h"

#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize len)
{
  HsTcpSyn syn;

  if (hs_tcp_syn_decode (data, len, &syn))
    {
      FUZZ_CHECK ((syn.flags & 0x02) != 0);
      FUZZ_CHECK (syn.window_scale >= -1 && syn.window_scale <= 14);
    }
  return 0;
}
