/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "keyring-stage.h"

#include <string.h>

#define ROOT "/org/freedesktop/secrets"
#define COLLECTION ROOT "/aliases/default"

struct _KeyringStage
{
  GTestDBus *bus;
  GDBusConnection *connection; /* (nullable) the service's */
  GDBusNodeInfo *info;
  GPtrArray *items;
  guint next_item, n_calls, owner;
  gboolean locked;
};

typedef struct
{
  KeyringStage *stage;
  char *path, *label;
  GHashTable *attributes;
  char *secret;
  guint id;
} Item;

static const char introspection[] =
  "<node>"
  "<interface name='org.freedesktop.Secret.Service'>"
  "<method name='OpenSession'><arg name='a' type='s' direction='in'/><arg name='i' type='v' direction='in'/>"
  "<arg name='o' type='v' direction='out'/><arg name='r' type='o' direction='out'/></method>"
  "<method name='SearchItems'><arg name='a' type='a{ss}' direction='in'/><arg name='u' type='ao' direction='out'/><arg name='l' type='ao' direction='out'/></method>"
  "<method name='Unlock'><arg name='o' type='ao' direction='in'/><arg name='u' type='ao' direction='out'/><arg name='p' type='o' direction='out'/></method>"
  "<method name='GetSecrets'><arg name='i' type='ao' direction='in'/><arg name='s' type='o' direction='in'/><arg name='r' type='a{o(oayays)}' direction='out'/></method>"
  "<method name='ReadAlias'><arg name='n' type='s' direction='in'/><arg name='c' type='o' direction='out'/></method>"
  "<property name='Collections' type='ao' access='read'/>"
  "</interface>"
  "<interface name='org.freedesktop.Secret.Collection'>"
  "<method name='CreateItem'><arg name='p' type='a{sv}' direction='in'/><arg name='s' type='(oayays)' direction='in'/><arg name='r' type='b' direction='in'/>"
  "<arg name='i' type='o' direction='out'/><arg name='q' type='o' direction='out'/></method>"
  "<property name='Locked' type='b' access='read'/><property name='Label' type='s' access='readwrite'/>"
  "</interface>"
  "<interface name='org.freedesktop.Secret.Item'>"
  "<method name='Delete'><arg name='p' type='o' direction='out'/></method>"
  "<property name='Locked' type='b' access='read'/>"
  "</interface>"
  "</node>";

static void
item_free (gpointer data)
{
  Item *item = data;

  g_dbus_connection_unregister_object (item->stage->connection, item->id);
  g_hash_table_unref (item->attributes);
  g_free (item->path);
  g_free (item->label);
  g_free (item->secret);
  g_free (item);
}

/* ---- Items ---- */

static void
on_item_call (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *method, GVariant *parameters,
              GDBusMethodInvocation *call, gpointer user_data)
{
  Item *item = user_data;
  KeyringStage *self = item->stage;

  g_assert_cmpstr (method, ==, "Delete");
  self->n_calls++;
  g_dbus_method_invocation_return_value (call, g_variant_new ("(o)", "/"));
  g_ptr_array_remove (self->items, item);
}

static GVariant *
get_item_property (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *property, GError **error, gpointer user_data)
{
  return g_variant_new_boolean (((Item *) user_data)->stage->locked);
}

static gboolean
is_subset (GHashTable *wanted, GHashTable *there)
{
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, wanted);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (g_strcmp0 (g_hash_table_lookup (there, key), value) != 0)
      return FALSE;
  return TRUE;
}

static GHashTable *
read_attributes (GVariant *variant)
{
  GHashTable *attributes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GVariantIter iter;
  char *key, *value;

  g_variant_iter_init (&iter, variant);
  while (g_variant_iter_next (&iter, "{ss}", &key, &value))
    g_hash_table_insert (attributes, key, value);
  return attributes;
}

static char *
dup_secret (GVariant *secret)
{
  g_autoptr (GVariant) value = g_variant_get_child_value (secret, 2);
  gsize n;
  const char *data = g_variant_get_fixed_array (value, &n, 1);

  return g_strndup (data, n);
}

static const GDBusInterfaceVTable item_funcs = { on_item_call, get_item_property, NULL, { NULL } };

static Item *
add_item (KeyringStage *self, GVariant *properties, GVariant *secret)
{
  g_autoptr (GVariant) attributes = g_variant_lookup_value (properties, "org.freedesktop.Secret.Item.Attributes", G_VARIANT_TYPE ("a{ss}"));
  Item *item = g_new0 (Item, 1);

  g_assert_nonnull (attributes);
  item->stage = self;
  item->path = g_strdup_printf (ROOT "/collection/test/%u", self->next_item++);
  g_variant_lookup (properties, "org.freedesktop.Secret.Item.Label", "s", &item->label);
  item->attributes = read_attributes (attributes);
  item->secret = dup_secret (secret);
  item->id = g_dbus_connection_register_object (self->connection, item->path,
                                                g_dbus_node_info_lookup_interface (self->info, "org.freedesktop.Secret.Item"), &item_funcs, item, NULL, NULL);
  g_assert_cmpuint (item->id, >, 0);
  g_ptr_array_add (self->items, item);
  return item;
}

/* ---- The service ---- */

static GVariant *
search (KeyringStage *self, GVariant *parameters)
{
  g_autoptr (GVariant) child = g_variant_get_child_value (parameters, 0);
  g_autoptr (GHashTable) wanted = read_attributes (child);
  GVariantBuilder found, none;

  g_variant_builder_init (&found, G_VARIANT_TYPE ("ao"));
  g_variant_builder_init (&none, G_VARIANT_TYPE ("ao"));
  for (guint i = 0; i < self->items->len; i++)
    {
      Item *item = g_ptr_array_index (self->items, i);

      if (is_subset (wanted, item->attributes))
        g_variant_builder_add (&found, "o", item->path);
    }
  return self->locked ? g_variant_new ("(aoao)", &none, &found) : g_variant_new ("(aoao)", &found, &none);
}

static GVariant *
get_secrets (KeyringStage *self, GVariant *parameters)
{
  g_autoptr (GVariantIter) paths = NULL;
  GVariantBuilder secrets;
  const char *session, *path;

  g_variant_builder_init (&secrets, G_VARIANT_TYPE ("a{o(oayays)}"));
  g_variant_get (parameters, "(ao&o)", &paths, &session);
  while (g_variant_iter_next (paths, "&o", &path))
    for (guint i = 0; i < self->items->len; i++)
      {
        Item *item = g_ptr_array_index (self->items, i);
        GVariant *none = g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, "", 0, 1);

        if (strcmp (item->path, path) == 0)
          g_variant_builder_add (&secrets, "{o(o@ay@ays)}", path, session, none,
                                 g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, item->secret, strlen (item->secret), 1), "text/plain");
        else
          g_variant_unref (g_variant_ref_sink (none));
      }
  return g_variant_new ("(a{o(oayays)})", &secrets);
}

static void
on_service_call (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *method, GVariant *parameters,
                 GDBusMethodInvocation *call, gpointer user_data)
{
  KeyringStage *self = user_data;
  const char *algorithm;
  GVariant *answer = NULL;

  self->n_calls++;
  if (strcmp (method, "OpenSession") == 0)
    {
      g_variant_get (parameters, "(&sv)", &algorithm, NULL);
      if (strcmp (algorithm, "plain") != 0)
        {
          g_dbus_method_invocation_return_dbus_error (call, "org.freedesktop.DBus.Error.NotSupported", "plain only");
          return;
        }
      answer = g_variant_new ("(vo)", g_variant_new_string (""), ROOT "/session/1");
    }
  else if (strcmp (method, "SearchItems") == 0)
    answer = search (self, parameters);
  else if (strcmp (method, "Unlock") == 0)
    answer = g_variant_new ("(aoo)", NULL, "/");
  else if (strcmp (method, "GetSecrets") == 0)
    answer = get_secrets (self, parameters);
  else if (strcmp (method, "ReadAlias") == 0)
    answer = g_variant_new ("(o)", COLLECTION);
  else
    {
      g_autoptr (GVariant) properties = g_variant_get_child_value (parameters, 0), secret = g_variant_get_child_value (parameters, 1);

      answer = g_variant_new ("(oo)", add_item (self, properties, secret)->path, "/");
    }
  g_dbus_method_invocation_return_value (call, answer);
}

static GVariant *
get_service_property (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *property, GError **error, gpointer user_data)
{
  const char *collection = COLLECTION;

  if (strcmp (property, "Collections") == 0)
    return g_variant_new_objv (&collection, 1);
  if (strcmp (property, "Locked") == 0)
    return g_variant_new_boolean (((KeyringStage *) user_data)->locked);
  return g_variant_new_string ("Test");
}

static const GDBusInterfaceVTable service_funcs = { on_service_call, get_service_property, NULL, { NULL } };

/* ---- Life ---- */

static void
start_service (KeyringStage *self)
{
  static const struct { const char *path, *interface; } objects[] = {
    { ROOT, "org.freedesktop.Secret.Service" },
    { COLLECTION, "org.freedesktop.Secret.Collection" },
  };
  g_autoptr (GVariant) answer = NULL;

  self->connection = g_dbus_connection_new_for_address_sync (g_test_dbus_get_bus_address (self->bus),
                                                             G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                                             NULL, NULL, NULL);
  g_assert_nonnull (self->connection);
  for (guint i = 0; i < G_N_ELEMENTS (objects); i++)
    g_assert_cmpuint (g_dbus_connection_register_object (self->connection, objects[i].path,
                                                         g_dbus_node_info_lookup_interface (self->info, objects[i].interface), &service_funcs, self, NULL,
                                                         NULL), >, 0);
  answer = g_dbus_connection_call_sync (self->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
                                        g_variant_new ("(su)", "org.freedesktop.secrets", 0), NULL, 0, -1, NULL, NULL);
  g_assert_nonnull (answer);
}

KeyringStage *
keyring_stage_new (gboolean service)
{
  KeyringStage *self = g_new0 (KeyringStage, 1);

  self->bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (self->bus);
  self->info = g_dbus_node_info_new_for_xml (introspection, NULL);
  self->items = g_ptr_array_new_with_free_func (item_free);
  if (service)
    start_service (self);
  return self;
}

void
keyring_stage_free (KeyringStage *self)
{
  g_ptr_array_unref (self->items);
  if (self->connection != NULL)
    g_dbus_connection_close_sync (self->connection, NULL, NULL);
  g_clear_object (&self->connection);
  g_dbus_node_info_unref (self->info);
  g_test_dbus_stop (self->bus);
  g_object_unref (self->bus);
  g_free (self);
}

guint
keyring_stage_get_n_items (KeyringStage *self)
{
  return self->items->len;
}

static int
compare_lines (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

char *
keyring_stage_describe (KeyringStage *self)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < self->items->len; i++)
    {
      Item *item = g_ptr_array_index (self->items, i);
      const char *key = g_hash_table_lookup (item->attributes, "key");

      g_ptr_array_add (lines, g_strdup_printf ("%s: %s at %s%s%s of “%s” → %s\n", item->label, (char *) g_hash_table_lookup (item->attributes, "account"),
                                               (char *) g_hash_table_lookup (item->attributes, "server"), key != NULL ? " " : "", key != NULL ? key : "",
                                               (char *) g_hash_table_lookup (item->attributes, "profile"), item->secret));
    }
  g_ptr_array_sort (lines, compare_lines);
  g_ptr_array_add (lines, NULL);
  return g_strjoinv ("", (char **) lines->pdata);
}

void
keyring_stage_set_locked (KeyringStage *self, gboolean locked)
{
  self->locked = locked;
}

guint
keyring_stage_get_n_calls (KeyringStage *self)
{
  return self->n_calls;
}
