/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One row of a conversation: a bag of notifying properties, which others fill. */
#include "hs-entry-private.h"

#include <time.h>

struct _HsEntry
{
  GObject parent_instance;

  /* Owned */
  char *sender; /* never NULL */
  char *shown;  /* (nullable) */
  char *text;   /* never NULL */

  /* Borrowed */
  gpointer owner;
  HsEntryGone gone;

  /* State */
  gint64 id;
  gint64 time;
  guint position;
  gint day;
  guint flags : 16; /* HsEntryFlag */
  guint kind : 8;
  guint delivery : 8;
};

G_DEFINE_FINAL_TYPE (HsEntry, hs_entry, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_ID,
  PROP_KIND,
  PROP_SENDER,
  PROP_SHOWN,
  PROP_TEXT,
  PROP_TIME,
  PROP_DELIVERY,
  PROP_FLAGS, /* the first of the boolean ones */
};

static const char *const flag_names[] = {
  "own", "mention", "plain", "unencrypted", "loaded", "begins-day", "begins-group", "ends-group", "first-unread", "redacted",
};

static GParamSpec *properties[PROP_FLAGS + G_N_ELEMENTS (flag_names)];

static void
hs_entry_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  HsEntry *self = HS_ENTRY (object);

  switch (id)
    {
    case PROP_ID: g_value_set_int64 (value, self->id); break;
    case PROP_KIND: g_value_set_int (value, self->kind); break;
    case PROP_SENDER: g_value_set_string (value, self->sender); break;
    case PROP_SHOWN: g_value_set_string (value, hs_entry_get_shown (self)); break;
    case PROP_TEXT: g_value_set_string (value, self->text); break;
    case PROP_TIME: g_value_set_int64 (value, self->time); break;
    case PROP_DELIVERY: g_value_set_int (value, self->delivery); break;
    default:
      if (id >= G_N_ELEMENTS (properties))
        G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      else
        g_value_set_boolean (value, (self->flags >> (id - PROP_FLAGS)) & 1);
    }
}

static void
hs_entry_finalize (GObject *object)
{
  HsEntry *self = HS_ENTRY (object);

  if (self->owner != NULL)
    self->gone (self->owner, self->position);
  g_free (self->sender);
  g_free (self->shown);
  g_free (self->text);

  G_OBJECT_CLASS (hs_entry_parent_class)->finalize (object);
}

static void
hs_entry_class_init (HsEntryClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = hs_entry_get_property;
  object_class->finalize = hs_entry_finalize;

  properties[PROP_ID] = g_param_spec_int64 ("id", NULL, NULL, G_MININT64, G_MAXINT64, 0, flags);
  properties[PROP_KIND] = g_param_spec_int ("kind", NULL, NULL, 0, G_MAXUINT8, HS_KIND_MESSAGE, flags);
  properties[PROP_SENDER] = g_param_spec_string ("sender", NULL, NULL, "", flags);
  properties[PROP_SHOWN] = g_param_spec_string ("shown", NULL, NULL, "", flags);
  properties[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, "", flags);
  properties[PROP_TIME] = g_param_spec_int64 ("time", NULL, NULL, G_MININT64, G_MAXINT64, 0, flags);
  properties[PROP_DELIVERY] = g_param_spec_int ("delivery", NULL, NULL, 0, G_MAXUINT8, HS_SENT_NONE, flags);
  for (guint i = 0; i < G_N_ELEMENTS (flag_names); i++)
    properties[PROP_FLAGS + i] = g_param_spec_boolean (flag_names[i], NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
hs_entry_init (HsEntry *self)
{
  self->sender = g_strdup ("");
  self->text = g_strdup ("");
}

/* ---- For who fills it ---- */

static gint
local_day (gint64 time_ms)
{
  time_t seconds = (time_t) (time_ms / 1000);
  struct tm parts;

  if (localtime_r (&seconds, &parts) == NULL)
    return 0;
  return parts.tm_year * 366 + parts.tm_yday;
}

static void
set_string (HsEntry *self, char **field, const char *value, guint property)
{
  if (g_strcmp0 (*field, value) == 0)
    return;
  g_free (*field);
  *field = g_strdup (value);
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

void
hs_entry_set_data (HsEntry *self, const HsEntryData *data)
{
  GObject *object = G_OBJECT (self);

  g_return_if_fail (HS_IS_ENTRY (self));

  g_object_freeze_notify (object);
  if (self->id != data->id)
    {
      self->id = data->id;
      g_object_notify_by_pspec (object, properties[PROP_ID]);
    }
  if (self->time != data->time || !(self->flags & HS_ENTRY_FLAG_LOADED))
    {
      self->time = data->time;
      self->day = local_day (data->time);
      g_object_notify_by_pspec (object, properties[PROP_TIME]);
    }
  if (self->kind != data->kind)
    {
      self->kind = data->kind;
      g_object_notify_by_pspec (object, properties[PROP_KIND]);
    }
  if (g_strcmp0 (data->shown, self->shown) == 0 && g_strcmp0 (data->sender, self->sender) != 0)
    g_object_notify_by_pspec (object, properties[PROP_SHOWN]); /* it may fall back to the sender */
  set_string (self, &self->sender, data->sender != NULL ? data->sender : "", PROP_SENDER);
  set_string (self, &self->shown, data->shown, PROP_SHOWN);
  hs_entry_set_text (self, data->text);
  hs_entry_set_delivery (self, data->delivery);
  hs_entry_update_flags (self,
                         HS_ENTRY_FLAG_OWN | HS_ENTRY_FLAG_MENTION | HS_ENTRY_FLAG_PLAIN | HS_ENTRY_FLAG_UNENCRYPTED
                           | HS_ENTRY_FLAG_LOADED | HS_ENTRY_FLAG_REDACTED,
                         (data->own ? HS_ENTRY_FLAG_OWN : 0) | (data->mention ? HS_ENTRY_FLAG_MENTION : 0)
                           | (data->plain ? HS_ENTRY_FLAG_PLAIN : 0)
                           | (data->unencrypted ? HS_ENTRY_FLAG_UNENCRYPTED : 0) | (data->redacted ? HS_ENTRY_FLAG_REDACTED : 0)
                           | HS_ENTRY_FLAG_LOADED);
  g_object_thaw_notify (object);
}

void
hs_entry_set_delivery (HsEntry *self, HsSent delivery)
{
  g_return_if_fail (HS_IS_ENTRY (self));

  if (self->delivery == delivery)
    return;
  self->delivery = delivery;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DELIVERY]);
}

void
hs_entry_set_text (HsEntry *self, const char *text)
{
  g_return_if_fail (HS_IS_ENTRY (self));

  set_string (self, &self->text, text != NULL ? text : "", PROP_TEXT);
}

void
hs_entry_redact (HsEntry *self)
{
  g_return_if_fail (HS_IS_ENTRY (self));

  g_object_freeze_notify (G_OBJECT (self));
  hs_entry_set_text (self, NULL);
  hs_entry_update_flags (self, HS_ENTRY_FLAG_REDACTED, HS_ENTRY_FLAG_REDACTED);
  g_object_thaw_notify (G_OBJECT (self));
}

/* ---- For the list ---- */

void
hs_entry_set_place (HsEntry *self, gpointer owner, HsEntryGone gone, guint position)
{
  self->owner = owner;
  self->gone = gone;
  self->position = position;
}

guint
hs_entry_get_position (HsEntry *self)
{
  return self->position;
}

gint
hs_entry_get_day (HsEntry *self)
{
  return self->day;
}

void
hs_entry_update_flags (HsEntry *self, guint mask, guint flags)
{
  guint changed = (self->flags ^ flags) & mask;

  if (changed == 0)
    return;
  self->flags ^= changed;
  g_object_freeze_notify (G_OBJECT (self));
  for (guint i = 0; i < G_N_ELEMENTS (flag_names); i++)
    if (changed & (1u << i))
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FLAGS + i]);
  g_object_thaw_notify (G_OBJECT (self));
}

/* ---- For everybody ---- */

HsEntry *
hs_entry_new (void)
{
  return g_object_new (HS_TYPE_ENTRY, NULL);
}

gint64
hs_entry_get_id (HsEntry *self)
{
  g_return_val_if_fail (HS_IS_ENTRY (self), 0);
  return self->id;
}

HsKind
hs_entry_get_kind (HsEntry *self)
{
  g_return_val_if_fail (HS_IS_ENTRY (self), HS_KIND_MESSAGE);
  return self->kind;
}

const char *
hs_entry_get_sender (HsEntry *self)
{
  g_return_val_if_fail (HS_IS_ENTRY (self), "");
  return self->sender;
}

const char *
hs_entry_get_shown (HsEntry *self)
{
  g_return_val_if_fail (HS_IS_ENTRY (self), "");
  return self->shown != NULL && *self->shown != '\0' ? self->shown : self->sender;
}

const char *
hs_entry_get_text (HsEntry *self)
{
  g_return_val_if_fail (HS_IS_ENTRY (self), "");
  return self->text;
}

gint64
hs_entry_get_time (HsEntry *self)
{
  g_return_val_if_fail (HS_IS_ENTRY (self), 0);
  return self->time;
}

HsSent
hs_entry_get_delivery (HsEntry *self)
{
  g_return_val_if_fail (HS_IS_ENTRY (self), HS_SENT_NONE);
  return self->delivery;
}

static gboolean
has (HsEntry *self, HsEntryFlag flag)
{
  g_return_val_if_fail (HS_IS_ENTRY (self), FALSE);
  return (self->flags & flag) != 0;
}

gboolean
hs_entry_is_own (HsEntry *self)
{
  return has (self, HS_ENTRY_FLAG_OWN);
}

gboolean
hs_entry_is_mention (HsEntry *self)
{
  return has (self, HS_ENTRY_FLAG_MENTION);
}

gboolean
hs_entry_is_plain (HsEntry *self)
{
  return has (self, HS_ENTRY_FLAG_PLAIN);
}

gboolean
hs_entry_is_unencrypted (HsEntry *self)
{
  return has (self, HS_ENTRY_FLAG_UNENCRYPTED);
}

gboolean
hs_entry_is_loaded (HsEntry *self)
{
  return has (self, HS_ENTRY_FLAG_LOADED);
}

gboolean
hs_entry_is_redacted (HsEntry *self)
{
  return has (self, HS_ENTRY_FLAG_REDACTED);
}

gboolean
hs_entry_begins_day (HsEntry *self)
{
  return has (self, HS_ENTRY_FLAG_BEGINS_DAY);
}

gboolean
hs_entry_begins_group (HsEntry *self)
{
  return has (self, HS_ENTRY_FLAG_BEGINS_GROUP);
}

gboolean
hs_entry_ends_group (HsEntry *self)
{
  return has (self, HS_ENTRY_FLAG_ENDS_GROUP);
}

gboolean
hs_entry_is_first_unread (HsEntry *self)
{
  return has (self, HS_ENTRY_FLAG_FIRST_UNREAD);
}
