/* SPDX-License-Identifier: GPL-3.0-or-later */
/* --trace: the lifecycle of every connection, from accept () until nothing is left of it, as lines of JSON in a file. A tap on each, and the
 * facts are its; what people say is never among them. */
#include "hs-server-core-private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "hs-tcp-json.h"

#define NUMBERS_US G_USEC_PER_SEC /* between two lines of numbers of one connection */

struct _HsTraceFile
{
  FILE *file;
  GPtrArray *traced; /* of Traced */
  GSource *flush;    /* (nullable) at the end of this turn */
  guint64 n_traced;
};

typedef struct
{
  HsServerCore *core;
  HsCarrier *carrier; /* (nullable) while its link owns the tap */
  HsTcpTap *tap;      /* owned when there is no carrier any more */
  GSource *over;      /* (nullable) it is to be freed */
  char *remote;
  guint64 number;
  gint64 numbers_at;  /* monotonic µs of the last line of numbers */
} Traced;

/* ---- Lines ---- */

static gboolean
on_flush (gpointer data)
{
  HsServerCore *self = data;

  fflush (self->trace_file->file);
  hs_core_clear_timer (&self->trace_file->flush);
  return G_SOURCE_REMOVE;
}

/* @json begins with "{"; whose it is comes before. A full disk loses lines, not guests. */
static void
put_line (Traced *self, const char *json)
{
  HsTraceFile *trace = self->core->trace_file;
  g_autoptr (GString) head = g_string_new (NULL);

  g_string_append_printf (head, "{\"connection\":%" G_GUINT64_FORMAT ",\"remote\":", self->number);
  hs_tcp_json_append_string (head, self->remote);
  fprintf (trace->file, "%s,%s\n", head->str, json + 1);
  if (trace->flush != NULL)
    return;
  trace->flush = g_idle_source_new ();
  g_source_set_callback (trace->flush, on_flush, self->core, NULL);
  g_source_attach (trace->flush, self->core->context);
}

static void
on_event (HsTcpTap *tap, HsTcpEvent *event, gpointer user_data)
{
  g_autofree char *json = NULL;

  if (event->kind == HS_TCP_EVENT_DATA && (event->stage == HS_TCP_STAGE_QUEUED || event->stage == HS_TCP_STAGE_RECORD))
    return;
  json = hs_tcp_event_to_json (event);
  put_line (user_data, json);
}

static void
on_numbers (HsTcpTap *tap, const HsTcpNumbers *numbers, gpointer user_data)
{
  Traced *self = user_data;
  g_autofree char *json = NULL;

  if (numbers->time - self->numbers_at < NUMBERS_US)
    return;
  self->numbers_at = numbers->time;
  json = hs_tcp_numbers_to_json (numbers);
  put_line (self, json);
}

static gboolean
on_over (gpointer data)
{
  Traced *self = data;

  g_ptr_array_remove_fast (self->core->trace_file->traced, self);
  return G_SOURCE_REMOVE;
}

/* Not freed inside its tap's own call; and its link may still have the tap, which is stolen when the link goes. */
static void
on_gone (HsTcpTap *tap, gpointer user_data)
{
  Traced *self = user_data;

  put_line (self, "{\"kind\":\"gone\"}");
  if (self->carrier != NULL || self->over != NULL)
    return;
  self->over = g_idle_source_new ();
  g_source_set_callback (self->over, on_over, self, NULL);
  g_source_attach (self->over, self->core->context);
}

static const HsTcpTapFuncs tap_funcs = { .event = on_event, .numbers = on_numbers, .gone = on_gone };

static void
traced_free (gpointer data)
{
  Traced *self = data;

  hs_core_clear_timer (&self->over);
  if (self->carrier != NULL)
    hs_link_set_tap (self->carrier->link, NULL);
  else
    g_clear_pointer (&self->tap, hs_tcp_tap_free);
  g_free (self->remote);
  g_free (self);
}

/* ---- Connections ---- */

void
hs_core_trace_begin (HsServerCore *self, HsCarrier *carrier)
{
  Traced *traced;

  if (self->trace_file == NULL)
    return;
  traced = g_new0 (Traced, 1);
  traced->core = self;
  traced->carrier = carrier;
  traced->remote = hs_link_dup_peer_name (carrier->link, TRUE);
  traced->number = ++self->trace_file->n_traced;
  g_ptr_array_add (self->trace_file->traced, traced);
  traced->tap = hs_tcp_tap_new (HS_TCP_ROLE_LISTENER, self->diag, &tap_funcs, traced);
  hs_tcp_tap_set_shown (traced->tap, TRUE);
  hs_tcp_tap_attach (traced->tap, hs_link_get_fd (carrier->link), 0);
  hs_link_set_tap (carrier->link, traced->tap);
}

void
hs_core_trace_end (HsServerCore *self, HsCarrier *carrier)
{
  GPtrArray *all = self->trace_file != NULL ? self->trace_file->traced : NULL;

  for (guint i = 0; all != NULL && i < all->len; i++)
    {
      Traced *traced = g_ptr_array_index (all, i);

      if (traced->carrier != carrier)
        continue;
      if (hs_link_get_fd (carrier->link) >= 0) /* dropped while it stands */
        hs_tcp_tap_detach (traced->tap, FALSE);
      traced->tap = hs_link_steal_tap (carrier->link);
      traced->carrier = NULL;
      if (traced->tap == NULL || hs_tcp_tap_is_gone (traced->tap))
        g_ptr_array_remove_index_fast (all, i);
      return;
    }
}

/* ---- The file ---- */

gboolean
hs_core_trace_open (HsServerCore *self, GError **error)
{
  const char *path = self->config->trace_file;
  int fd;

  if (path == NULL || self->trace_file != NULL)
    return TRUE;
  /* Who was here is nobody else's affair. */
  fd = open (path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600);
  if (fd < 0)
    {
      int error_no = errno;

      g_set_error (error, G_IO_ERROR, (gint) g_io_error_from_errno (error_no), "%s: %s", path, g_strerror (error_no));
      return FALSE;
    }
  self->trace_file = g_new0 (HsTraceFile, 1);
  self->trace_file->file = fdopen (fd, "a");
  self->trace_file->traced = g_ptr_array_new_with_free_func (traced_free);
  return TRUE;
}

void
hs_core_trace_close (HsServerCore *self)
{
  HsTraceFile *trace = self->trace_file;

  if (trace == NULL)
    return;
  g_ptr_array_unref (trace->traced);
  hs_core_clear_timer (&trace->flush);
  fclose (trace->file);
  g_clear_pointer (&self->trace_file, g_free);
}
