/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window's toasts: what is told for a moment, offered, or asked. They hide nothing. */
#include "hs-window-private.h"

#include <glib/gi18n.h>

#define TOAST_ROOM_FROM 420 /* pixels: a lower window has none to give */

/* A toast's title is markup. */
static AdwToast *
make_toast (const char *text)
{
  AdwToast *toast = adw_toast_new ("");
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  adw_toast_set_title (toast, escaped);
  return toast;
}

/* What a toast would stand on moves up while there is one: the newest message, the composer, the panel's end. */
static void
make_room (HsWindow *self)
{
  gtk_revealer_set_reveal_child (self->toast_room, self->n_toasts > 0 && gtk_widget_get_height (GTK_WIDGET (self)) >= TOAST_ROOM_FROM);
}

static void
on_toast_gone (HsWindow *self)
{
  self->n_toasts--;
  make_room (self);
}

/* Takes @toast. */
static void
add_toast (HsWindow *self, AdwToast *toast)
{
  g_signal_connect_object (toast, "dismissed", G_CALLBACK (on_toast_gone), self, G_CONNECT_SWAPPED);
  self->n_toasts++;
  make_room (self);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

void
hs_window_toast (HsWindow *self, const char *text)
{
  add_toast (self, make_toast (text));
}

AdwToast *
hs_window_offer (HsWindow *self, const char *text, const char *button, const char *action)
{
  AdwToast *toast = make_toast (text);

  adw_toast_set_button_label (toast, button);
  adw_toast_set_action_name (toast, action);
  adw_toast_set_timeout (toast, 0);
  adw_toast_set_priority (toast, ADW_TOAST_PRIORITY_HIGH);
  hs_window_show_toast (self, toast);
  return toast;
}

void
hs_window_show_toast (HsWindow *self, AdwToast *toast)
{
  add_toast (self, g_object_ref (toast));
}

/* ---- Being asked in ---- */

typedef struct
{
  HsSession *session;
  char *name;
} Invitation;

static void
invitation_free (gpointer data, GClosure *closure)
{
  Invitation *self = data;

  g_object_unref (self->session);
  g_free (self->name);
  g_free (self);
}

/* As if it had been typed: the room is shown when we are in. */
static void
on_accept (AdwToast *toast, Invitation *invitation)
{
  g_autofree char *text = g_strdup_printf ("/join %s", invitation->name);
  g_autoptr (GError) error = NULL;

  if (!hs_session_say (invitation->session, NULL, text, &error))
    g_message ("%s", error->message);
}

/* One at a time: who is asked again and again sees the last. */
void
hs_window_offer_invitation (HsWindow *self, HsSession *session, const char *name, const char *sentence)
{
  AdwToast *toast = make_toast (sentence);
  Invitation *invitation = g_new0 (Invitation, 1);

  if (self->invitation != NULL)
    adw_toast_dismiss (self->invitation);
  g_set_weak_pointer (&self->invitation, toast);
  invitation->session = g_object_ref (session);
  invitation->name = g_strdup (name);
  adw_toast_set_button_label (toast, C_("a room", "Join"));
  adw_toast_set_timeout (toast, 0);
  g_signal_connect_data (toast, "button-clicked", G_CALLBACK (on_accept), invitation, invitation_free, 0);
  add_toast (self, toast);
}
