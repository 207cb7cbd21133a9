/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One's account on a host of ours: a name that is kept, its password, the keys that open it. It asks the session, which tells what came of it. */
#pragma once

#include <adwaita.h>

#include "hs-session.h"

#define HS_TYPE_ACCOUNT_WINDOW (hs_account_window_get_type ())
G_DECLARE_FINAL_TYPE (HsAccountWindow, hs_account_window, HS, ACCOUNT_WINDOW, AdwPreferencesWindow)

HsAccountWindow *hs_account_window_new (GtkWindow *parent, HsSession *session);
