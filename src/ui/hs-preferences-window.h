/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The preferences: you, hosting, security. What is changed here is changed at once, in the settings or among the known servers. */
#pragma once

#include <adwaita.h>

#include "hs-known-servers.h"
#include "hs-server.h"

#define HS_TYPE_PREFERENCES_WINDOW (hs_preferences_window_get_type ())
G_DECLARE_FINAL_TYPE (HsPreferencesWindow, hs_preferences_window, HS, PREFERENCES_WINDOW, AdwPreferencesWindow)

/* Signals: "forgetting" (HsKnownServer, nullable: all): it is about to be, with everything that others keep of it. "room-password" (string, nullable): whoever joins the server here needs it from now on; it is no setting, since those are written down.
 * @usual_name: what others see where no name is chosen; @password: (nullable) the one needed now. */
GtkWidget *hs_preferences_window_new (GtkWindow *parent, GSettings *settings, HsServer *server, HsKnownServers *known, const char *usual_name,
                                      const char *password);
