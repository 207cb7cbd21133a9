/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-profile.h"

#include <errno.h>
#include <string.h>

#include <glib/gi18n.h>

#include "hs-config.h"

#define DEFAULT_PROFILE "default"
#define NAME_MAX_BYTES 64 /* escaped it is at most 192: below NAME_MAX of file systems and the 255 of an application id */
#define SETTINGS_ROOT "/io/github/handshakechat/Handshake/profiles/"

struct _HsProfile
{
  char *name; /* (nullable) */
  char *id;
  GSettings *settings;
};

char *
hs_profile_escape (const char *name)
{
  GString *escaped = g_string_new (NULL);

  for (const char *p = name; *p != '\0'; p++)
    if (g_ascii_isalnum (*p) || *p == '-')
      g_string_append_c (escaped, *p);
    else
      g_string_append_printf (escaped, "_%02x", (guint8) *p);
  return g_string_free (escaped, FALSE);
}

static gboolean
is_default (const char *name)
{
  return name == NULL || *name == '\0' || g_str_equal (name, DEFAULT_PROFILE);
}

HsProfile *
hs_profile_new (const char *name, GError **error)
{
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) schema = NULL;
  g_autofree char *path = NULL;
  HsProfile *self;

  if (name != NULL && (strlen (name) > NAME_MAX_BYTES || !g_utf8_validate (name, -1, NULL)))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, _("A profile's name has at most %d bytes of UTF-8."), NAME_MAX_BYTES);
      return NULL;
    }
  /* g_settings_new () would abort the program. */
  schema = source != NULL ? g_settings_schema_source_lookup (source, HS_APPLICATION_ID, TRUE) : NULL;
  if (schema == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                   _("The settings schema %s is not installed. Install the program, or start it by build-aux/run."), HS_APPLICATION_ID);
      return NULL;
    }

  self = g_new0 (HsProfile, 1);
  self->name = is_default (name) ? NULL : g_strdup (name);
  self->id = hs_profile_escape (self->name != NULL ? self->name : DEFAULT_PROFILE);
  path = g_strconcat (SETTINGS_ROOT, self->id, "/", NULL);
  self->settings = g_settings_new_full (schema, NULL, path);
  return self;
}

void
hs_profile_free (HsProfile *self)
{
  g_free (self->name);
  g_free (self->id);
  g_clear_object (&self->settings);
  g_free (self);
}

const char *
hs_profile_get_name (HsProfile *self)
{
  return self->name;
}

GSettings *
hs_profile_get_settings (HsProfile *self)
{
  return self->settings;
}

char *
hs_profile_dup_application_id (HsProfile *self)
{
  /* An element of an application id cannot begin with a digit. */
  return self->name == NULL ? g_strdup (HS_APPLICATION_ID) : g_strconcat (HS_APPLICATION_ID, ".p_", self->id, NULL);
}

char *
hs_profile_dup_database_path (HsProfile *self)
{
  return g_build_filename (g_get_user_data_dir (), "handshake", self->id, "history.db", NULL);
}

char *
hs_profile_dup_shown_name (HsProfile *self)
{
  g_autofree char *chosen = g_settings_get_string (self->settings, "shown-name");
  const char *real = g_get_real_name ();

  if (*g_strstrip (chosen) != '\0')
    return g_steal_pointer (&chosen);
  if (self->name != NULL)
    return g_strdup (self->name);
  /* GLib says "Unknown" where the account has no real name. */
  if (real != NULL && *real != '\0' && !g_str_equal (real, "Unknown") && g_utf8_validate (real, -1, NULL))
    return g_strdup (real);
  return g_strdup (g_get_user_name ());
}

void
hs_profile_prepare (HsProfile *self)
{
  g_autofree char *path = hs_profile_dup_database_path (self);
  g_autofree char *folder = g_path_get_dirname (path);

  if (g_mkdir_with_parents (folder, 0700) < 0)
    g_message ("%s cannot be made: %s", folder, g_strerror (errno));
}
