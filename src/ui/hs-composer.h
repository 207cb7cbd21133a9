/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where one types: grows to six lines, lets the input method see keys first, completes names and commands, recalls what was sent. It sends nothing itself. */
#pragma once

#include <gtk/gtk.h>

#define HS_TYPE_COMPOSER (hs_composer_get_type ())
G_DECLARE_FINAL_TYPE (HsComposer, hs_composer, HS, COMPOSER, GtkWidget)

/* Signals: "send" (string) → gboolean: TRUE when taken, then the text is cleared; "typing" (gboolean). Property text (notifies). */
HsComposer *hs_composer_new (void);
char *hs_composer_dup_text (HsComposer *self);
void hs_composer_set_text (HsComposer *self, const char *text);
void hs_composer_set_placeholder (HsComposer *self, const char *placeholder);
/* @names (nullable) (transfer none): what Tab completes, nicks. @commands: complete /commands too. */
void hs_composer_set_completions (HsComposer *self, const char *const *names, gboolean commands);
/* What Up recalls is kept for each conversation: forgets it. */
void hs_composer_clear_recall (HsComposer *self);
