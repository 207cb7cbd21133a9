/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The foot of a conversation: its composer, or what happened and what is offered. */
#include "hs-room-view-private.h"

#include <glib/gi18n.h>

#include "hs-stop-view.h"

/* Hidden, not only turned over: a screen reader must not find a composer that is not there.
 * A composer that comes takes the focus: it could not while it was hidden, and GTK would move on to the next widget. */
static void
show_foot (HsRoomView *self, const char *page)
{
  gboolean comes = g_str_equal (page, "composer") && g_strcmp0 (gtk_stack_get_visible_child_name (self->foot), page) != 0;

  gtk_widget_set_visible (gtk_stack_get_child_by_name (self->foot, page), TRUE);
  gtk_stack_set_visible_child_name (self->foot, page);
  gtk_widget_set_visible (gtk_stack_get_child_by_name (self->foot, g_str_equal (page, "strip") ? "composer" : "strip"), FALSE);
  if (comes)
    gtk_widget_grab_focus (GTK_WIDGET (self->composer));
}

static void
set_strip (HsRoomView *self, const char *title, const char *text, const char *button)
{
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->strip_button), "room.join-again");
  gtk_label_set_text (self->strip_title, title);
  gtk_label_set_text (self->strip_text, text);
  gtk_widget_set_visible (GTK_WIDGET (self->strip_text), text != NULL && *text != '\0');
  gtk_widget_set_visible (GTK_WIDGET (self->strip_button), button != NULL);
  if (button != NULL)
    gtk_button_set_label (self->strip_button, button);
  show_foot (self, "strip");
}

static void
show_offline (HsRoomView *self)
{
  const HsFailure *failure = self->connection != NULL ? hs_connection_get_failure (self->connection) : NULL;
  const char *error = hs_session_get_error_text (self->session);
  g_autofree char *left = NULL;

  if (hs_session_is_hosted (self->session))
    {
      set_strip (self, _("The server is stopped"), _("Drafts and history stay here."), _("Start Server Again"));
      return;
    }
  if (failure != NULL && failure->title != NULL)
    {
      gboolean numbers = hs_stop_view_is_about (hs_connection_get_security (self->connection));

      set_strip (self, failure->title, failure->sentence, numbers ? _("Show Numbers…") : _("Join Again"));
      if (numbers)
        gtk_actionable_set_action_name (GTK_ACTIONABLE (self->strip_button), "room.show-numbers");
      return;
    }
  if (self->connection == NULL || !hs_connection_is_used (self->connection)) /* of an earlier run */
    left = g_strdup (_("Not connected"));
  else
    left = g_strdup_printf (_("You left %s"), hs_room_get_title (self->room));
  set_strip (self, error != NULL && *error != '\0' ? error : left, _("Drafts and history stay here."), _("Join Again"));
}

void
hs_room_view_update_foot (HsRoomView *self)
{
  const char *removal = self->room != NULL ? hs_session_get_removal (self->session, self->room) : NULL;
  const char *hint = self->connection != NULL ? hs_connection_get_leaving_hint (self->connection) : NULL;
  g_autofree char *left = NULL;

  gtk_widget_set_visible (self->hint, hint != NULL && *hint != '\0');
  gtk_label_set_text (self->hint_text, hint != NULL ? hint : "");
  if (self->room == NULL)
    return;
  switch (hs_session_get_state (self->session))
    {
    case HS_SESSION_CONNECTING:
    case HS_SESSION_REGISTERING:
      set_strip (self, _("Connecting…"), hs_session_get_place (self->session), NULL);
      break;
    case HS_SESSION_LEAVING:
      set_strip (self, _("Leaving…"), _("Saying goodbye in good order."), NULL);
      break;
    case HS_SESSION_ONLINE:
      if (hs_room_is_joined (self->room) || hs_room_get_kind (self->room) != HS_ROOM_CHANNEL)
        {
          show_foot (self, "composer");
          break;
        }
      left = g_strdup_printf (_("You left %s"), hs_room_get_title (self->room));
      set_strip (self, removal != NULL ? removal : left, _("Drafts and history stay here."), _("Join Again"));
      break;
    case HS_SESSION_OFFLINE:
    default:
      show_offline (self);
    }
}
