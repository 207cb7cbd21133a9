/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the host can do to a guest of its server, wherever that stands. */
#pragma once

typedef enum
{
  HS_DEED_KICK,       /* out of every room it is in; it may come back. The connection of one in plain text closes */
  HS_DEED_DISCONNECT, /* its connection closes in good order */
  HS_DEED_MUTE,       /* in the rooms it is in */
  HS_DEED_UNMUTE,
  HS_DEED_OPERATOR,   /* in the default room */
  HS_DEED_NOT_OPERATOR,
} HsDeed;
