/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The application of one profile: the only place that makes store, server, sessions and connections and joins them to the window. */
#pragma once

#include <adwaita.h>

#include "hs-profile.h"

#define HS_TYPE_APPLICATION (hs_application_get_type ())
G_DECLARE_FINAL_TYPE (HsApplication, hs_application, HS, APPLICATION, AdwApplication)

/* Takes @profile. */
HsApplication *hs_application_new (HsProfile *profile);
