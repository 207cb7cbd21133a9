/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A connection's log as a file; see hs-log-export.h. */
#include "hs-log-export.h"

#include "hs-tcp-json.h"
#include "hs-tcp-ladder.h"

#include <glib/gi18n.h>
#include <string.h>

#define WIDTH      520 /* of the picture, in its units */
#define LEFT_RAIL  60
#define RIGHT_RAIL (WIDTH - LEFT_RAIL)
#define STATE_ROW  28
#define SEGMENT_ROW 50
#define DATA_ROWS  40

static const struct { const char *name, *file, *title; } formats[HS_LOG_N_FORMATS] = {
  [HS_LOG_FORMAT_TEXT] = { "text", "handshake-log.txt", N_("Export the Log as Text") },
  [HS_LOG_FORMAT_JSON] = { "json", "handshake-log.json", N_("Export the Log as JSON") },
  [HS_LOG_FORMAT_SVG] = { "svg", "handshake-ladder.svg", N_("Export the Ladder as SVG") },
};

HsLogFormat
hs_log_format_from_name (const char *name)
{
  HsLogFormat format = 0;

  while (format < HS_LOG_N_FORMATS && g_strcmp0 (formats[format].name, name) != 0)
    format++;
  return format;
}

/* ---- Text and JSON ---- */

static char *
join_events (GListModel *events, char *(*format) (const HsTcpEvent *event), const char *before, const char *between, const char *after)
{
  guint n = g_list_model_get_n_items (events);
  GString *out = g_string_new (before);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (HsTcpLogItem) item = g_list_model_get_item (events, i);
      g_autofree char *line = format (hs_tcp_log_item_get_event (item));

      g_string_append_printf (out, "%s%s", line, i + 1 < n ? between : "");
    }
  g_string_append (out, after);
  return g_string_free (out, FALSE);
}

char *
hs_log_export_text (GListModel *events)
{
  return join_events (events, hs_tcp_event_to_text, "", "\n", "\n");
}

char *
hs_log_export_json (GListModel *events)
{
  return join_events (events, hs_tcp_event_to_json, "[\n", ",\n", "\n]\n");
}

/* ---- The picture ---- */

static void
draw_text (GString *svg, double x, double y, const char *anchor, const char *style, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  g_string_append_printf (svg, "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\"%s%s>%s</text>\n", (int) x, (int) y, anchor, *style != '\0' ? " " : "",
                          style, escaped);
}

static void
draw_rail (GString *svg, double x, double from, double to)
{
  g_string_append_printf (svg, "<path d=\"M%d %d V%d\" class=\"rail\"/>\n", (int) x, (int) from, (int) to);
}

static void
draw_state (GString *svg, gboolean left, HsTcpState state, HsTcpKnown known, double y)
{
  double x = left ? LEFT_RAIL : RIGHT_RAIL;
  g_autofree char *name = NULL;

  g_string_append_printf (svg, "<circle cx=\"%d\" cy=\"%d\" r=\"4\" class=\"%s\"/>\n", (int) x, (int) y,
                          known == HS_TCP_OBSERVED ? "observed" : "inferred");
  name = g_strconcat (hs_tcp_state_get_name (state), known == HS_TCP_TOLD ? " (told)" : NULL, NULL);
  draw_text (svg, left ? x + 14 : x - 14, y + 4, left ? "start" : "end", known != HS_TCP_INFERRED ? "class=\"state\"" : "class=\"state guessed\"",
             name);
}

static char *
dup_flags (const HsTcpRung *rung)
{
  static const struct { guint8 flag; const char *name; } names[] = {
    { HS_TCP_SYN, "SYN" }, { HS_TCP_FIN, "FIN" }, { HS_TCP_RST, "RST" }, { HS_TCP_PSH, "PSH" }, { HS_TCP_ACK, "ACK" },
  };
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (rung->flags & names[i].flag)
      g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", names[i].name);
  if (rung->bytes > 0)
    g_string_append_printf (text, "%s%" G_GUINT64_FORMAT " B", text->len > 0 ? "  " : "", rung->bytes);
  if (*rung->symbols != '\0')
    g_string_append_printf (text, "  %s", rung->symbols);
  return g_string_free (text, FALSE);
}

/* A file is for copying too: numbers bare. */
static char *
dup_numbers (const HsTcpRung *rung)
{
  GString *text = g_string_new (NULL);

  if (rung->has_seq)
    g_string_append_printf (text, "seq %u%s", rung->seq, rung->seq_calculated ? " (calculated)" : "");
  if (rung->has_ack)
    g_string_append_printf (text, "%sack %u%s", text->len > 0 ? " · " : "", rung->ack, rung->ack_calculated ? " (calculated)" : "");
  if (rung->has_window)
    g_string_append_printf (text, "%swindow %u", text->len > 0 ? " · " : "", rung->window);
  return g_string_free (text, FALSE);
}

static void
draw_segment (GString *svg, const HsTcpRung *rung, double y)
{
  double tail = rung->from_left ? LEFT_RAIL + 6 : RIGHT_RAIL - 6, head = rung->from_left ? RIGHT_RAIL - 6 : LEFT_RAIL + 6;
  const char *at_tail = rung->from_left ? "start" : "end", *at_head = rung->from_left ? "end" : "start";
  double inside = rung->from_left ? 10 : -10;
  g_autofree char *flags = dup_flags (rung), *numbers = dup_numbers (rung);
  g_autofree char *there = rung->has_told_time ? g_strdup_printf ("there ≈ %+.3f ms", (double) rung->told_time / 1000.0) : NULL;
  g_autofree char *time = rung->known == HS_TCP_INFERRED ? g_strdup ("inferred")
                          : rung->known == HS_TCP_TOLD   ? g_strdup ("told")
                          : rung->time >= 0              ? g_strdup_printf ("+%.3f ms", (double) rung->time / 1000.0)
                                                         : g_strdup ("");

  draw_text (svg, tail + inside, y + 12, at_tail, "class=\"flags\"", flags);
  draw_text (svg, head - inside, y + 12, at_head, "", time);
  g_string_append_printf (svg, "<path d=\"M%d %d L%d %d\" class=\"arrow\" marker-end=\"url(#head)\"%s/>\n", (int) tail, (int) y + 18, (int) head,
                          (int) y + 27, rung->known == HS_TCP_INFERRED ? " stroke-dasharray=\"6 4\"" : "");
  draw_text (svg, tail + inside, y + 38, at_tail, "", numbers);
  if (there != NULL)
    draw_text (svg, head - inside, y + 38, at_head, "", there);
}

static double
draw_part (GString *svg, const char *title, GPtrArray *rungs, double y)
{
  g_autoptr (GPtrArray) own G_GNUC_UNUSED = rungs;
  double top = y + 22;

  if (rungs->len == 0)
    return y;
  draw_text (svg, WIDTH / 2, y + 14, "middle", "class=\"flags\"", title);
  y = top;
  for (guint i = 0; i < rungs->len; i++)
    y += ((const HsTcpRung *) rungs->pdata[i])->kind == HS_TCP_RUNG_STATE ? STATE_ROW : SEGMENT_ROW;
  draw_rail (svg, LEFT_RAIL, top, y);
  draw_rail (svg, RIGHT_RAIL, top, y);
  y = top;
  for (guint i = 0; i < rungs->len; i++)
    {
      const HsTcpRung *rung = rungs->pdata[i];

      if (rung->kind == HS_TCP_RUNG_SEGMENT)
        draw_segment (svg, rung, y);
      if (rung->kind == HS_TCP_RUNG_STATE && rung->has_left)
        draw_state (svg, TRUE, rung->left, rung->left_known, y + STATE_ROW / 2);
      if (rung->kind == HS_TCP_RUNG_STATE && rung->has_right)
        draw_state (svg, FALSE, rung->right, rung->right_known, y + STATE_ROW / 2);
      y += rung->kind == HS_TCP_RUNG_STATE ? STATE_ROW : SEGMENT_ROW;
    }
  return y + 12;
}

static double
draw_sides (GString *svg, HsTcpWatch *watch)
{
  gboolean own_left = hs_tcp_watch_get_role (watch) == HS_TCP_ROLE_OPENER;
  const char *name = hs_tcp_watch_get_name (watch), *local = hs_tcp_watch_get_local (watch), *remote = hs_tcp_watch_get_remote (watch);
  const char *other = name != NULL ? name : _("The other side");

  draw_text (svg, 12, 20, "start", "class=\"flags\"", own_left ? _("You") : other);
  draw_text (svg, WIDTH - 12, 20, "end", "class=\"flags\"", own_left ? other : _("You"));
  draw_text (svg, 12, 36, "start", "", (own_left ? local : remote) != NULL ? (own_left ? local : remote) : "");
  draw_text (svg, WIDTH - 12, 36, "end", "", (own_left ? remote : local) != NULL ? (own_left ? remote : local) : "");
  return 46;
}

char *
hs_log_export_svg (HsTcpWatch *watch)
{
  g_autoptr (GString) body = g_string_new (NULL);
  double y = draw_sides (body, watch);

  y = draw_part (body, C_("beginning of a connection", "Handshake"), hs_tcp_ladder_handshake (watch), y);
  y = draw_part (body, C_("middle of a connection", "Data"), hs_tcp_ladder_data (watch, DATA_ROWS), y);
  y = draw_part (body, C_("end of a connection", "Close"), hs_tcp_ladder_close (watch), y);
  return g_strdup_printf (
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n"
    "<style>text { font: 11px sans-serif; fill: #333 } .flags { font-weight: bold; fill: #000 } .state { font-weight: bold }\n"
    ".guessed { font-style: italic } .rail { stroke: #888; stroke-width: 2; fill: none } .arrow { stroke: #1a5fb4; stroke-width: 1.8; fill: none }\n"
    ".observed { fill: #1a5fb4 } .inferred { fill: #fff; stroke: #1a5fb4; stroke-width: 1.6 }</style>\n"
    "<defs><marker id=\"head\" markerWidth=\"8\" markerHeight=\"8\" refX=\"7\" refY=\"3.2\" orient=\"auto\" markerUnits=\"userSpaceOnUse\">"
    "<path d=\"M0 0 L7 3.2 L0 6.4 Z\" fill=\"#1a5fb4\"/></marker></defs>\n"
    "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n%s</svg>\n",
    WIDTH, (int) y + 8, WIDTH, (int) y + 8, body->str);
}

/* ---- Saving ---- */

typedef struct
{
  GtkWidget *parent; /* weak */
  GBytes *content;
  HsLogExportFailed failed;
} Saving;

static void
saving_free (Saving *self)
{
  g_clear_weak_pointer (&self->parent);
  g_bytes_unref (self->content);
  g_free (self);
}

static Saving *
saving_new (GtkWidget *parent, GBytes *content, HsLogExportFailed failed)
{
  Saving *self = g_new0 (Saving, 1);

  g_set_weak_pointer (&self->parent, parent);
  self->content = g_bytes_ref (content);
  self->failed = failed;
  return self;
}

static void
on_written (GObject *file, GAsyncResult *result, gpointer user_data)
{
  Saving *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *sentence = NULL;

  if (!g_file_replace_contents_finish (G_FILE (file), result, NULL, &error) && self->parent != NULL)
    {
      /* Translators: %s is what the system says, as "Permission denied" */
      sentence = g_strdup_printf (_("Not exported, choose another folder: %s"), error->message);
      self->failed (self->parent, sentence);
    }
  saving_free (self);
}

void
hs_log_export_write (GtkWidget *parent, GFile *file, GBytes *content, HsLogExportFailed failed)
{
  g_file_replace_contents_bytes_async (file, content, NULL, FALSE, G_FILE_CREATE_NONE, NULL, on_written, saving_new (parent, content, failed));
}

static void
on_response (GtkNativeDialog *dialog, int response, Saving *self)
{
  g_autoptr (GFile) file = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog)) : NULL;

  if (file != NULL && self->parent != NULL)
    hs_log_export_write (self->parent, file, self->content, self->failed);
  saving_free (self);
  g_object_unref (dialog);
}

void
hs_log_export_save (GtkWidget *parent, HsLogFormat format, char *content, HsLogExportFailed failed)
{
  GtkRoot *root = gtk_widget_get_root (parent);
  g_autoptr (GBytes) bytes = g_bytes_new_take (content, strlen (content));
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (_(formats[format].title), GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL,
                                                              GTK_FILE_CHOOSER_ACTION_SAVE, NULL, NULL);

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), formats[format].file);
  g_signal_connect (dialog, "response", G_CALLBACK (on_response), saving_new (parent, bytes, failed));
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}
