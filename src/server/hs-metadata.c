/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys and values that somebody gives to oneself or to a room, in the order of the keys. */
#include "hs-metadata.h"

#include <string.h>

#include "hs-limits.h"

struct _HsMetadata
{
  GPtrArray *pairs; /* key, value, key, value …: they are few */
};

HsMetadata *
hs_metadata_new (void)
{
  HsMetadata *self = g_new0 (HsMetadata, 1);

  self->pairs = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
hs_metadata_free (HsMetadata *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->pairs);
  g_free (self);
}

gboolean
hs_metadata_is_key (const char *text)
{
  gsize len = strspn (text, "abcdefghijklmnopqrstuvwxyz0123456789_./-");

  return len > 0 && len <= HS_METADATA_KEY_MAX_BYTES && text[len] == '\0';
}

guint
hs_metadata_get_n (const HsMetadata *self)
{
  return self != NULL ? self->pairs->len / 2 : 0;
}

const char *
hs_metadata_get_key (const HsMetadata *self, guint i)
{
  return g_ptr_array_index (self->pairs, 2 * i);
}

const char *
hs_metadata_get_value (const HsMetadata *self, guint i)
{
  return g_ptr_array_index (self->pairs, 2 * i + 1);
}

/* FALSE: it would stand at @i. */
static gboolean
find (const HsMetadata *self, const char *key, guint *i)
{
  for (*i = 0; *i < hs_metadata_get_n (self); (*i)++)
    {
      int order = strcmp (hs_metadata_get_key (self, *i), key);

      if (order >= 0)
        return order == 0;
    }
  return FALSE;
}

const char *
hs_metadata_find (const HsMetadata *self, const char *key)
{
  guint i;

  return find (self, key, &i) ? hs_metadata_get_value (self, i) : NULL;
}

gboolean
hs_metadata_set (HsMetadata *self, const char *key, const char *value)
{
  guint i;

  if (!find (self, key, &i))
    {
      if (value == NULL)
        return FALSE;
      g_ptr_array_insert (self->pairs, (int) (2 * i), g_strdup (key));
      g_ptr_array_insert (self->pairs, (int) (2 * i + 1), g_strdup (value));
      return TRUE;
    }
  if (value == NULL)
    {
      g_ptr_array_remove_range (self->pairs, 2 * i, 2);
      return TRUE;
    }
  if (strcmp (hs_metadata_get_value (self, i), value) == 0)
    return FALSE;
  g_free (self->pairs->pdata[2 * i + 1]);
  self->pairs->pdata[2 * i + 1] = g_strdup (value);
  return TRUE;
}

GStrv
hs_metadata_to_strv (const HsMetadata *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (hs_metadata_get_n (self) == 0)
    return NULL;
  for (guint i = 0; i < self->pairs->len; i++)
    g_strv_builder_add (builder, g_ptr_array_index (self->pairs, i));
  return g_strv_builder_end (builder);
}

HsMetadata *
hs_metadata_new_from_strv (const char *const *strv)
{
  HsMetadata *self = NULL;

  for (guint i = 0; strv != NULL && strv[i] != NULL && strv[i + 1] != NULL; i += 2)
    {
      if (self == NULL)
        self = hs_metadata_new ();
      hs_metadata_set (self, strv[i], strv[i + 1]);
    }
  return self;
}
