/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The small mark on an own message, and what it means in words. */
#pragma once

#include "hs-entry.h"

/* Icon name, NULL where there is none to show. */
const char *hs_delivery_get_icon (HsSent delivery);
/* Translated; "" for HS_SENT_NONE. */
const char *hs_delivery_get_words (HsSent delivery);
/* Style class of the mark, NULL for none. */
const char *hs_delivery_get_class (HsSent delivery);
/* May the person ask to send it again? */
gboolean hs_delivery_is_in_doubt (HsSent delivery);
