/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How an identity's files are read and written. */
#include "hs-config.h"

#include "hs-identity-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hs-limits.h"

static void
fail_to_read (GError **error, const char *path, const char *why)
{
  g_autofree char *shown = g_filename_display_name (path);

  g_set_error (error, HS_TLS_ERROR, HS_TLS_ERROR_UNREADABLE, _("The file “%s” cannot be read: %s"), shown, why);
}

static gboolean
fail_to_write (GError **error, const char *path, const char *why)
{
  g_autofree char *shown = g_filename_display_name (path);

  g_set_error (error, HS_TLS_ERROR, HS_TLS_ERROR_UNWRITABLE, _("The file “%s” cannot be written: %s"), shown, why);
  return FALSE;
}

static gboolean
read_all (int fd, GByteArray *into)
{
  guint8 piece[4096];
  gssize n = 0;

  while ((n = read (fd, piece, sizeof piece)) != 0)
    {
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return FALSE;
      g_byte_array_append (into, piece, (guint) n);
      if (into->len > HS_PEM_MAX)
        {
          errno = EFBIG;
          return FALSE;
        }
    }
  return TRUE;
}

GBytes *
hs_identity_read_file (const char *path, guint *mode, GError **error)
{
  g_autoptr (GByteArray) data = g_byte_array_new ();
  /* A FIFO without a writer would hold us up. */
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat info;
  int error_no = 0;

  if (fd < 0 || fstat (fd, &info) < 0 || !read_all (fd, data))
    error_no = errno;
  if (fd >= 0)
    close (fd);
  if (error_no != 0)
    {
      fail_to_read (error, path, g_strerror (error_no));
      return NULL;
    }
  if (mode != NULL)
    *mode = info.st_mode & 07777;
  return g_byte_array_free_to_bytes (g_steal_pointer (&data));
}

gboolean
hs_identity_write_file (const char *path, const void *data, gsize len, gboolean keep, GError **error)
{
  const GFileSetContentsFlags flags = G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE;
  g_autofree char *fresh = keep ? g_strdup_printf ("%s.%08x", path, g_random_int ()) : g_strdup (path);
  g_autoptr (GError) local = NULL;
  int error_no = 0;

  /* GLib writes beside it, with this mode from the first byte (g_mkstemp_full), and renames. */
  if (!g_file_set_contents_full (fresh, data, (gssize) len, flags, 0600, &local))
    return fail_to_write (error, path, local->message);
  if (!keep)
    return TRUE;
  /* Unlike rename (2), link (2) never replaces: who comes second finds the other's. Some file systems (FAT) have no links. */
  if (link (fresh, path) < 0 && errno != EEXIST && ((errno != EPERM && errno != EOPNOTSUPP) || rename (fresh, path) < 0))
    error_no = errno;
  g_unlink (fresh);
  return error_no == 0 || fail_to_write (error, path, g_strerror (error_no));
}
