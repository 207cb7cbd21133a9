/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events and numbers as one line of JSON each (RFC 8259), for export and for other programs. Facts only, untranslated. */
#pragma once

#include "hs-tcp-event.h"

/* One object, without a line end. (transfer full) */
char *hs_tcp_event_to_json (const HsTcpEvent *event);
char *hs_tcp_numbers_to_json (const HsTcpNumbers *numbers);
char *hs_tcp_tally_to_json (const HsTcpTally *tally);

/* @text as a JSON string with its quotes; what is not UTF-8 becomes U+FFFD. */
void hs_tcp_json_append_string (GString *json, const char *text);
