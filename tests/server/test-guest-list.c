/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Guests in the order of their coming: what is told of them is what there is. */
#include "hs-guest-list.h"
#include "hs-guest-private.h"

static HsGuest *
make_guest (guint64 id)
{
  const HsGuestFacts facts = { .id = id, .dialect = "" };

  return hs_guest_new (&facts);
}

/* A copy that only hears what has changed. */
typedef struct
{
  GArray *ids;
  guint n_told;
} Mirror;

static void
on_changed (GListModel *model, guint position, guint removed, guint added, Mirror *mirror)
{
  mirror->n_told++;
  if (removed > 0)
    g_array_remove_range (mirror->ids, position, removed);
  for (guint i = 0; i < added; i++)
    {
      g_autoptr (HsGuest) guest = g_list_model_get_item (model, position + i);
      guint64 id = hs_guest_get_id (guest);

      g_array_insert_val (mirror->ids, position + i, id);
    }
}

static void
check (GListModel *model, Mirror *mirror)
{
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, mirror->ids->len);
  for (guint i = 0; i < mirror->ids->len; i++)
    {
      g_autoptr (HsGuest) guest = g_list_model_get_item (model, i);

      g_assert_cmpuint (hs_guest_get_id (guest), ==, g_array_index (mirror->ids, guint64, i));
    }
  g_assert_null (g_list_model_get_item (model, mirror->ids->len));
}

static GPtrArray *
pick (GListModel *model, const guint *positions, guint n)
{
  GPtrArray *guests = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (guests, g_list_model_get_item (model, positions[i]));
  return guests;
}

static void
test_order (void)
{
  static const guint alone[] = { 3 }, apart[] = { 5, 0, 6, 1, 3 };
  g_autoptr (HsGuestList) list = hs_guest_list_new ();
  GListModel *model = G_LIST_MODEL (list);
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_autoptr (GPtrArray) guests = g_ptr_array_new_with_free_func (g_object_unref), one = NULL, many = NULL, none = g_ptr_array_new ();
  Mirror mirror = { ids, 0 };

  g_signal_connect (list, "items-changed", G_CALLBACK (on_changed), &mirror);
  for (guint i = 0; i < 9; i++)
    g_ptr_array_add (guests, make_guest (i + 1));
  hs_guest_list_append (list, guests);
  g_assert_cmpuint (mirror.n_told, ==, 1);
  check (model, &mirror);

  one = pick (model, alone, 1);
  hs_guest_list_remove (list, one);
  g_assert_cmpuint (mirror.n_told, ==, 2);
  hs_guest_list_remove (list, one); /* it is not there any more */
  hs_guest_list_remove (list, none);
  hs_guest_list_append (list, none);
  g_assert_cmpuint (mirror.n_told, ==, 2);
  check (model, &mirror);

  many = pick (model, apart, G_N_ELEMENTS (apart)); /* 0 and 1, 3, 5 and 6: three changes */
  hs_guest_list_remove (list, many);
  g_assert_cmpuint (mirror.n_told, ==, 5);
  g_assert_cmpuint (ids->len, ==, 3);
  check (model, &mirror);

  hs_guest_list_append (list, one);
  check (model, &mirror);
  hs_guest_list_clear (list);
  hs_guest_list_clear (list);
  g_assert_cmpuint (mirror.n_told, ==, 7);
  check (model, &mirror);
}

/* Comings and goings as chance has it, in a list of thousands. */
static void
test_many (void)
{
  g_autoptr (HsGuestList) list = hs_guest_list_new ();
  GListModel *model = G_LIST_MODEL (list);
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_autoptr (GRand) chance = g_rand_new_with_seed (7);
  Mirror mirror = { ids, 0 };
  guint64 id = 0;

  g_signal_connect (list, "items-changed", G_CALLBACK (on_changed), &mirror);
  for (guint round = 0; round < 300; round++)
    {
      g_autoptr (GPtrArray) guests = g_ptr_array_new_with_free_func (g_object_unref);
      g_autoptr (GHashTable) chosen = g_hash_table_new (NULL, NULL);
      guint n = (guint) g_rand_int_range (chance, 0, 40), there = g_list_model_get_n_items (model);

      if (g_rand_boolean (chance) || there == 0)
        {
          while (n-- > 0)
            g_ptr_array_add (guests, make_guest (++id));
          hs_guest_list_append (list, guests);
          continue;
        }
      for (guint i = 0; i < n; i++)
        {
          g_autoptr (HsGuest) guest = g_list_model_get_item (model, (guint) g_rand_int_range (chance, 0, (int) there));

          if (g_hash_table_add (chosen, guest))
            g_ptr_array_add (guests, g_steal_pointer (&guest));
        }
      hs_guest_list_remove (list, guests);
    }
  check (model, &mirror);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/guest-list/order", test_order);
  g_test_add_func ("/server/guest-list/many", test_many);
  return g_test_run ();
}
