/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The address dialog in its three moments: form, steps as they happen, what failed and what to try. The application makes the connection;
 * the dialog opens it, and lets go of it at Cancel. */
#pragma once

#include <adwaita.h>

#include "hs-connection.h"

/* What the form says. */
typedef struct
{
  const char *address, *shown_name;                    /* borrowed */
  const char *password, *account, *account_password;   /* borrowed (nullable) */
  gboolean kept_password, kept_account_password, remember; /* as in HsConnectionLogin */
  HsProtocol protocol;
  HsLineEnding line_ending;
  HsEncryption encryption;
} HsConnectRequest;

#define HS_TYPE_CONNECT_DIALOG (hs_connect_dialog_get_type ())
G_DECLARE_FINAL_TYPE (HsConnectDialog, hs_connect_dialog, HS, CONNECT_DIALOG, AdwWindow)

/* Signals: "recall" (address): hs_connect_dialog_set_login () with what is known of it; "prepare" (HsConnectRequest *) → HsConnection, new; "connected" (HsConnection); "given-up" (HsConnection). */
HsConnectDialog *hs_connect_dialog_new (GtkWindow *parent, const char *shown_name);
void hs_connect_dialog_set_address (HsConnectDialog *self, const char *address, HsProtocol protocol, HsLineEnding line_ending);
/* Who one is there: account (nullable), and which passwords the keyring should have. What a person has typed stays. */
void hs_connect_dialog_set_login (HsConnectDialog *self, const char *account, gboolean kept_password, gboolean kept_account_password);
/* It is a password that is wanted. */
void hs_connect_dialog_ask_password (HsConnectDialog *self);
/* @detail: second line. */
void hs_connect_dialog_add_recent (HsConnectDialog *self, const char *title, const char *detail, const char *address, HsProtocol protocol, HsLineEnding line_ending);
