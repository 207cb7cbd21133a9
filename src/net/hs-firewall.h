/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether this computer has a firewall switched on that people are told to open a port of, and by which command. Which ports it lets in only root
 * can read: so it is said that it may stand in the way, never that it does. */
#pragma once

#include <gio/gio.h>

typedef enum
{
  HS_FIREWALL_NONE, /* or one that leaves no trace where everybody may look */
  HS_FIREWALL_UFW,
  HS_FIREWALLD,
} HsFirewall;

/* @root: where the file system begins, "" but in tests. Reads two small files. */
HsFirewall hs_firewall_find (const char *root);
/* The same in a thread, where the file system begins: it may be slow. */
void hs_firewall_find_async (GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/* Fails only by being cancelled: HS_FIREWALL_NONE. */
HsFirewall hs_firewall_find_finish (GAsyncResult *result, GError **error);
/* What opens TCP @port. (nullable) (transfer full) */
char *hs_firewall_dup_command (HsFirewall self, guint16 port);
