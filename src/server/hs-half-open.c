/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Half-open connections as rows beside the guests: one for each address that they come from. */
#include "hs-half-open.h"

#include <string.h>

#include "hs-guest-private.h"

static const HsTcpCaller *
find_caller (const HsTcpListenerNumbers *numbers, const char *address)
{
  for (guint i = 0; i < numbers->n_callers; i++)
    if (strcmp (numbers->callers[i].address, address) == 0)
      return &numbers->callers[i];
  return NULL;
}

static void
set_facts (HsGuest *row, const HsTcpCaller *caller)
{
  const HsGuestFacts facts = { .half_open = caller->count, .dialect = "", .since = hs_guest_get_since (row) };

  hs_guest_set_facts (row, &facts);
}

static HsGuest *
make_row (const HsTcpCaller *caller, gint64 now)
{
  const HsGuestFacts facts = { .address = (char *) caller->address, .host = (char *) caller->address, .half_open = caller->count, .dialect = "",
                               .since = now };
  HsGuest *row = hs_guest_new (&facts);

  hs_guest_set_state (row, HS_TCP_SYN_RECEIVED, 0, 0);
  return row;
}

static gboolean
has_row (GListModel *rows, const char *address)
{
  for (guint i = 0; i < g_list_model_get_n_items (rows); i++)
    {
      g_autoptr (HsGuest) row = g_list_model_get_item (rows, i);

      if (strcmp (hs_guest_get_address (row), address) == 0)
        return TRUE;
    }
  return FALSE;
}

void
hs_half_open_update (GListStore *rows, const HsTcpListenerNumbers *numbers, gint64 now)
{
  for (guint i = g_list_model_get_n_items (G_LIST_MODEL (rows)); i > 0; i--)
    {
      g_autoptr (HsGuest) row = g_list_model_get_item (G_LIST_MODEL (rows), i - 1);
      const HsTcpCaller *caller = find_caller (numbers, hs_guest_get_address (row));

      if (caller != NULL)
        set_facts (row, caller);
      else
        g_list_store_remove (rows, i - 1);
    }
  for (guint i = 0; i < numbers->n_callers; i++)
    if (!has_row (G_LIST_MODEL (rows), numbers->callers[i].address))
      {
        g_autoptr (HsGuest) row = make_row (&numbers->callers[i], now);

        g_list_store_append (rows, row);
      }
}
