/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was open when the program ended is in the sidebar again, to be read at once; nothing is connected, and no server started, by itself. */
#include "hs-application-private.h"

#include "hs-open-rooms.h"

static HsConnection *
make_at_rest (HsApplication *self, const HsOpenNetwork *network)
{
  g_autofree char *name = hs_profile_dup_shown_name (self->profile);
  g_autoptr (HsSession) session = NULL;
  g_autofree char *account = NULL;
  HsConnectRequest request = { .address = network->address, .protocol = network->protocol, .line_ending = network->line_ending };

  if (g_str_equal (network->network, HOST_NETWORK))
    return hs_connection_new (hs_application_need_hosted (self, network->address), network->address, HS_PROTOCOL_IRC, HS_LINE_ENDING_AUTOMATIC);
  session = hs_session_new (self->store, network->network, network->address, name, FALSE);
  hs_application_recall_login (self, network->address, &request, &account);
  return hs_application_make_connection (self, session, &request);
}

static void
on_read (GPtrArray *networks, gpointer data)
{
  HsApplication *self = data;
  HsRoom *chosen = NULL;
  gint64 time = 0;

  for (guint i = 0; i < networks->len; i++)
    {
      const HsOpenNetwork *network = g_ptr_array_index (networks, i);
      g_autoptr (HsConnection) connection = make_at_rest (self, network);

      hs_open_rooms_restore (network, hs_connection_get_session (connection), &chosen, &time);
      hs_application_add_connection (self, connection);
    }
  self->known = TRUE;
  g_set_object (&self->shown, chosen);
  if (self->window != NULL)
    hs_window_show_room (self->window, chosen);
}

void
hs_application_restore (HsApplication *self)
{
  hs_open_rooms_read (self->store, self->cancellable, on_read, self);
}
