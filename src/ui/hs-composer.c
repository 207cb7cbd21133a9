/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-composer.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "hs-completion.h"

#define LINES_SHOWN 6
#define LINES_PASTED 4     /* from so many on one is asked */
#define RECALL_KEPT 50
#define LINE_HEIGHT_MIN 18 /* px, before a font is known */

struct _HsComposer
{
  GtkWidget parent_instance;

  /* Template */
  GtkTextView *view;
  GtkScrolledWindow *scrolled;
  GtkLabel *placeholder;
  GtkWidget *emoji;

  /* Owned */
  char **names;
  GPtrArray *recall; /* of char *, newest last */
  char *unsent;      /* what stood there before Up */
  GCancellable *cancellable;

  /* State */
  gboolean commands, has_preedit, completing;
  guint choice;      /* of the completion that goes on */
  int word_start;    /* byte offset of the word being completed, -1: none */
  char *word_before; /* the text before the cursor when it began */
  int recall_at;     /* -1: not recalling */
  gboolean typing, leaving;
};

enum { PROP_TEXT = 1, N_PROPS };
enum { SEND, TYPING, N_SIGNALS };

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HsComposer, hs_composer, GTK_TYPE_WIDGET)

static GtkTextBuffer *
buffer_of (HsComposer *self)
{
  return gtk_text_view_get_buffer (self->view);
}

char *
hs_composer_dup_text (HsComposer *self)
{
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (buffer_of (self), &start, &end);
  return gtk_text_buffer_get_text (buffer_of (self), &start, &end, FALSE);
}

void
hs_composer_set_text (HsComposer *self, const char *text)
{
  gtk_text_buffer_set_text (buffer_of (self), text != NULL ? text : "", -1);
}

void
hs_composer_set_placeholder (HsComposer *self, const char *placeholder)
{
  gtk_label_set_text (self->placeholder, placeholder);
}

void
hs_composer_set_completions (HsComposer *self, const char *const *names, gboolean commands)
{
  g_strfreev (self->names);
  self->names = g_strdupv ((char **) names);
  self->commands = commands;
}

void
hs_composer_clear_recall (HsComposer *self)
{
  g_ptr_array_set_size (self->recall, 0);
  self->recall_at = -1;
}

/* ---- State that follows the text ---- */

static void
update_sensitive (HsComposer *self)
{
  gboolean empty = gtk_text_buffer_get_char_count (buffer_of (self)) == 0;

  gtk_widget_set_visible (GTK_WIDGET (self->placeholder), empty && !self->has_preedit);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "composer.send", !empty);
}

static void
set_typing (HsComposer *self, gboolean typing)
{
  if (typing || self->typing != typing)
    g_signal_emit (self, signals[TYPING], 0, typing);
  self->typing = typing;
}

/* A command is said to nobody; /me and // are. */
static gboolean
is_for_others (HsComposer *self)
{
  g_autofree char *text = hs_composer_dup_text (self);

  return *text != '\0' && (*text != '/' || g_str_has_prefix (text, "//") || g_str_has_prefix (text, "/me "));
}

static void
stop_completing (HsComposer *self)
{
  self->word_start = -1;
  g_clear_pointer (&self->word_before, g_free);
}

static void
on_buffer_changed (HsComposer *self)
{
  update_sensitive (self);
  if (!self->completing)
    stop_completing (self);
  set_typing (self, is_for_others (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TEXT]);
}

static void
on_preedit_changed (HsComposer *self, const char *preedit)
{
  self->has_preedit = preedit != NULL && *preedit != '\0';
  update_sensitive (self);
}

/* ---- Sending and recalling ---- */

static void
remember (HsComposer *self, const char *text)
{
  if (self->recall->len == 0 || !g_str_equal (g_ptr_array_index (self->recall, self->recall->len - 1), text))
    g_ptr_array_add (self->recall, g_strdup (text));
  if (self->recall->len > RECALL_KEPT)
    g_ptr_array_remove_index (self->recall, 0);
  self->recall_at = -1;
  g_clear_pointer (&self->unsent, g_free);
}

static void
send_text (HsComposer *self)
{
  g_autofree char *text = hs_composer_dup_text (self);
  gboolean taken = FALSE;

  if (*text == '\0' || self->has_preedit)
    return;
  g_signal_emit (self, signals[SEND], 0, text, &taken);
  if (!taken)
    return;
  remember (self, text);
  hs_composer_set_text (self, "");
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}

static void
on_send_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  send_text (HS_COMPOSER (widget));
}

/* @step -1: an older one; 1: a newer one, and after the newest what stood there before. */
static gboolean
recall (HsComposer *self, int step)
{
  int at = self->recall_at < 0 ? (int) self->recall->len : self->recall_at;

  if (at + step < 0 || (step > 0 && self->recall_at < 0))
    return FALSE;
  if (self->recall_at < 0)
    {
      g_free (self->unsent);
      self->unsent = hs_composer_dup_text (self);
    }
  at += step;
  if (at >= (int) self->recall->len)
    {
      self->recall_at = -1;
      hs_composer_set_text (self, self->unsent);
      return TRUE;
    }
  self->recall_at = at;
  hs_composer_set_text (self, g_ptr_array_index (self->recall, at));
  return TRUE;
}

/* Up and Down move within a text of several lines; they recall where there is no line to go to, and only over what was not edited. */
static gboolean
may_recall (HsComposer *self, int step)
{
  g_autofree char *text = hs_composer_dup_text (self);
  GtkTextIter cursor, line;

  if (*text != '\0' && (self->recall_at < 0 || !g_str_equal (text, g_ptr_array_index (self->recall, self->recall_at))))
    return FALSE;
  gtk_text_buffer_get_iter_at_mark (buffer_of (self), &cursor, gtk_text_buffer_get_insert (buffer_of (self)));
  line = cursor;
  if (step > 0 || self->recall_at >= 0)
    return gtk_text_iter_get_line (&cursor) == gtk_text_buffer_get_line_count (buffer_of (self)) - 1;
  return !gtk_text_view_backward_display_line (self->view, &line);
}

/* ---- Tab ---- */

static gboolean
complete (HsComposer *self, gboolean backwards)
{
  GtkTextBuffer *buffer = buffer_of (self);
  GtkTextIter start, cursor, word;
  g_autofree char *done = NULL, *prefix = NULL;
  gsize at;

  gtk_text_buffer_get_start_iter (buffer, &start);
  gtk_text_buffer_get_iter_at_mark (buffer, &cursor, gtk_text_buffer_get_insert (buffer));
  if (self->word_start < 0)
    {
      self->choice = 0;
      g_free (self->word_before);
      self->word_before = gtk_text_buffer_get_text (buffer, &start, &cursor, FALSE);
    }
  else
    self->choice += backwards ? -1 : 1;
  done = hs_complete (self->word_before, (const char *const *) self->names, self->commands, self->choice, &at);
  if (done == NULL)
    {
      stop_completing (self);
      return FALSE;
    }
  self->word_start = at;
  prefix = g_strndup (self->word_before, at);
  word = start;
  gtk_text_iter_forward_chars (&word, g_utf8_strlen (prefix, -1));
  self->completing = TRUE;
  gtk_text_buffer_delete (buffer, &word, &cursor);
  gtk_text_buffer_insert (buffer, &word, done, -1);
  self->completing = FALSE;
  return TRUE;
}

/* ---- Keys: the input method first ---- */

typedef enum { KEY_NONE, KEY_SEND, KEY_COMPLETE, KEY_OLDER, KEY_NEWER } Key;

static Key
find_key (guint keyval, GdkModifierType state)
{
  static const struct { guint keyval; gboolean shift_too; Key key; } keys[] = {
    { GDK_KEY_Return, FALSE, KEY_SEND }, { GDK_KEY_KP_Enter, FALSE, KEY_SEND }, { GDK_KEY_ISO_Enter, FALSE, KEY_SEND },
    { GDK_KEY_Tab, FALSE, KEY_COMPLETE }, { GDK_KEY_ISO_Left_Tab, TRUE, KEY_COMPLETE },
    { GDK_KEY_Up, FALSE, KEY_OLDER }, { GDK_KEY_KP_Up, FALSE, KEY_OLDER }, { GDK_KEY_Down, FALSE, KEY_NEWER }, { GDK_KEY_KP_Down, FALSE, KEY_NEWER },
  };
  GdkModifierType modifiers = state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SHIFT_MASK | GDK_SUPER_MASK);

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (keys[i].keyval == keyval && (modifiers == 0 || (keys[i].shift_too && modifiers == GDK_SHIFT_MASK)))
      return keys[i].key;
  return KEY_NONE;
}

static gboolean
on_key_pressed (GtkEventControllerKey *controller, guint keyval, guint keycode, GdkModifierType state, HsComposer *self)
{
  Key key = find_key (keyval, state);

  if (key == KEY_NONE)
    return GDK_EVENT_PROPAGATE;
  /* Enter in a Chinese preedit commits it and is no wish to send. Asked only for keys we would take: the view asks for all others itself,
   * and asking twice would type twice. */
  if (gtk_text_view_im_context_filter_keypress (self->view, gtk_event_controller_get_current_event (GTK_EVENT_CONTROLLER (controller))))
    return GDK_EVENT_STOP;
  if (self->has_preedit)
    return GDK_EVENT_PROPAGATE;
  switch (key)
    {
    case KEY_SEND:
      send_text (self);
      return GDK_EVENT_STOP;
    case KEY_COMPLETE:
      return complete (self, keyval == GDK_KEY_ISO_Left_Tab) ? GDK_EVENT_STOP : GDK_EVENT_PROPAGATE;
    case KEY_OLDER:
      return may_recall (self, -1) && recall (self, -1) ? GDK_EVENT_STOP : GDK_EVENT_PROPAGATE;
    case KEY_NEWER:
      return may_recall (self, 1) && recall (self, 1) ? GDK_EVENT_STOP : GDK_EVENT_PROPAGATE;
    case KEY_NONE:
    default:
      return GDK_EVENT_PROPAGATE;
    }
}

/* ---- Pasting ---- */

static void
insert_pasted (HsComposer *self, const char *text)
{
  g_autofree char *stripped = g_strdup (text);

  gtk_text_buffer_delete_selection (buffer_of (self), TRUE, TRUE);
  gtk_text_buffer_insert_at_cursor (buffer_of (self), g_strchomp (stripped), -1);
  gtk_text_view_scroll_mark_onscreen (self->view, gtk_text_buffer_get_insert (buffer_of (self)));
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}

static void
on_paste_response (AdwMessageDialog *dialog, const char *response, HsComposer *self)
{
  if (g_str_equal (response, "paste"))
    insert_pasted (self, g_object_get_data (G_OBJECT (dialog), "text"));
}

static void
ask_to_paste (HsComposer *self, const char *text, guint lines)
{
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), NULL, NULL);

  adw_message_dialog_format_heading (ADW_MESSAGE_DIALOG (dialog), ngettext ("Paste %u Line?", "Paste %u Lines?", lines), lines);
  adw_message_dialog_set_body (ADW_MESSAGE_DIALOG (dialog), _("They are sent when you press Enter, each as a line of its own."));
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _("_Cancel"), "paste", _("_Paste"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "paste", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "paste");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_object_set_data_full (G_OBJECT (dialog), "text", g_strdup (text), g_free);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_paste_response), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_clipboard_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (HsComposer) self = data;
  g_autofree char *text = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, NULL);
  guint lines = 1;

  if (text == NULL || g_cancellable_is_cancelled (self->cancellable))
    return;
  for (const char *p = text; *p != '\0'; p++)
    lines += *p == '\n' && p[1] != '\0';
  if (lines >= LINES_PASTED)
    ask_to_paste (self, text, lines);
  else
    insert_pasted (self, text);
}

static void
on_paste (GtkTextView *view, HsComposer *self)
{
  g_signal_stop_emission_by_name (view, "paste-clipboard");
  gdk_clipboard_read_text_async (gtk_widget_get_clipboard (GTK_WIDGET (view)), self->cancellable, on_clipboard_read, g_object_ref (self));
}

static void
on_emoji_picked (HsComposer *self, const char *emoji)
{
  gtk_text_buffer_insert_at_cursor (buffer_of (self), emoji, -1);
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}

static gboolean
focus_view (gpointer view)
{
  gtk_widget_grab_focus (view);
  return G_SOURCE_REMOVE;
}

/* A moment later: GTK 4.18 gives the focus to the button after this signal. */
static void
on_emoji_closed (HsComposer *self)
{
  g_idle_add_full (G_PRIORITY_DEFAULT, focus_view, g_object_ref (self->view), g_object_unref);
}

/* On demand: the chooser holds a widget for each emoji, 17 MB of them. */
static void
make_emoji_chooser (GtkMenuButton *button, gpointer data)
{
  HsComposer *self = data;
  GtkWidget *chooser;

  if (gtk_menu_button_get_popover (button) != NULL)
    return;
  chooser = gtk_emoji_chooser_new ();
  g_signal_connect_object (chooser, "emoji-picked", G_CALLBACK (on_emoji_picked), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (chooser, "closed", G_CALLBACK (on_emoji_closed), self, G_CONNECT_SWAPPED);
  gtk_menu_button_set_popover (button, chooser);
}

/* ---- Life ---- */

/* Six lines of whatever font and size is in use. */
static void
on_realize (HsComposer *self)
{
  PangoContext *context = gtk_widget_get_pango_context (GTK_WIDGET (self->view));
  PangoFontMetrics *metrics = pango_context_get_metrics (context, NULL, NULL);
  int height = pango_font_metrics_get_height (metrics) / PANGO_SCALE;

  gtk_scrolled_window_set_max_content_height (self->scrolled, LINES_SHOWN * MAX (LINE_HEIGHT_MIN, height) + 16);
  /* GtkTextView lays out its text some time later, and has no height until then. */
  gtk_scrolled_window_set_min_content_height (self->scrolled, height + 16);
  pango_font_metrics_unref (metrics);
}

/* GTK offers the focus to each ancestor that Shift+Tab leaves: taken, it would never get out. */
static gboolean
hs_composer_grab_focus (GtkWidget *widget)
{
  HsComposer *self = HS_COMPOSER (widget);

  return !self->leaving && gtk_widget_grab_focus (GTK_WIDGET (self->view));
}

static gboolean
hs_composer_focus (GtkWidget *widget, GtkDirectionType direction)
{
  HsComposer *self = HS_COMPOSER (widget);
  gboolean moved;

  self->leaving = gtk_widget_get_focus_child (widget) != NULL;
  moved = GTK_WIDGET_CLASS (hs_composer_parent_class)->focus (widget, direction);
  self->leaving = FALSE;
  return moved;
}

static void
hs_composer_dispose (GObject *object)
{
  HsComposer *self = HS_COMPOSER (object);
  GtkWidget *child;

  g_cancellable_cancel (self->cancellable);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (hs_composer_parent_class)->dispose (object);
}

static void
hs_composer_finalize (GObject *object)
{
  HsComposer *self = HS_COMPOSER (object);

  g_clear_pointer (&self->names, g_strfreev);
  g_clear_pointer (&self->recall, g_ptr_array_unref);
  g_clear_pointer (&self->unsent, g_free);
  g_clear_pointer (&self->word_before, g_free);
  g_clear_object (&self->cancellable);
  G_OBJECT_CLASS (hs_composer_parent_class)->finalize (object);
}

static void
hs_composer_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_value_take_string (value, hs_composer_dup_text (HS_COMPOSER (object)));
}

static void
hs_composer_class_init (HsComposerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = hs_composer_dispose;
  object_class->finalize = hs_composer_finalize;
  object_class->get_property = hs_composer_get_property;
  widget_class->grab_focus = hs_composer_grab_focus;
  widget_class->focus = hs_composer_focus;
  properties[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[SEND] = g_signal_new ("send", HS_TYPE_COMPOSER, G_SIGNAL_RUN_LAST, 0, g_signal_accumulator_true_handled, NULL, NULL, G_TYPE_BOOLEAN, 1, G_TYPE_STRING);
  signals[TYPING] = g_signal_new ("typing", HS_TYPE_COMPOSER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "composer");
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/handshakechat/Handshake/ui/hs-composer.ui");
  gtk_widget_class_bind_template_child (widget_class, HsComposer, view);
  gtk_widget_class_bind_template_child (widget_class, HsComposer, scrolled);
  gtk_widget_class_bind_template_child (widget_class, HsComposer, placeholder);
  gtk_widget_class_bind_template_child (widget_class, HsComposer, emoji);
  gtk_widget_class_bind_template_callback (widget_class, on_key_pressed);
  gtk_widget_class_bind_template_callback (widget_class, on_preedit_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_paste);
  gtk_widget_class_bind_template_callback (widget_class, on_realize);
  gtk_widget_class_install_action (widget_class, "composer.send", NULL, on_send_action);
}

static void
hs_composer_init (HsComposer *self)
{
  self->recall = g_ptr_array_new_with_free_func (g_free);
  self->recall_at = -1;
  self->word_start = -1;
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (buffer_of (self), "changed", G_CALLBACK (on_buffer_changed), self, G_CONNECT_SWAPPED);
  gtk_menu_button_set_create_popup_func (GTK_MENU_BUTTON (self->emoji), make_emoji_chooser, self, NULL);
  update_sensitive (self);
}

HsComposer *
hs_composer_new (void)
{
  return g_object_new (HS_TYPE_COMPOSER, NULL);
}
