/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A client that logs in by libgsasl, for the tests of what lies behind AUTHENTICATE. */
#pragma once

#include <gsasl.h>

#include "stage.h"

typedef struct
{
  const char *mechanism, *name, *password, *binding, *authzid;
} Client;

/* The base64 that it was sent; what it heard is forgotten. (transfer full) */
char *client_take_challenge (Guest *guest);
/* In lines of at most 400 characters. */
void client_say (Guest *guest, const char *text);
/* A client's side of @client. (transfer full) */
Gsasl_session *client_begin (const Client *client, Gsasl **gsasl);
/* Until the server has said how it ended. */
void client_log_in (Guest *guest, const Client *client);
