/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the host does to the guests that are chosen. What can be taken back is done at once and offers Undo; what cannot is asked before. */
#include "hs-server-page-private.h"

#include "hs-guest-column.h"
#include "hs-session.h"

#include <glib/gi18n.h>
#include <string.h>

/* The chosen ones but for the host's own connection. (transfer full) */
static GPtrArray *
list_others (HsServerPage *self)
{
  GPtrArray *guests = hs_guest_table_list_selected (self->table);

  for (guint i = guests->len; i > 0; i--)
    if (hs_guest_is_own (g_ptr_array_index (guests, i - 1)))
      g_ptr_array_remove_index (guests, i - 1);
  return guests;
}

/* "Ana", or "3 guests". (transfer full) */
static char *
name_all (GPtrArray *guests)
{
  if (guests->len == 1)
    return hs_guest_column_format_name (g_ptr_array_index (guests, 0));
  return g_strdup_printf (ngettext ("%u guest", "%u guests", guests->len), guests->len);
}

/* ---- Undo ---- */

typedef struct
{
  HsServer *server;
  HsDeed deed;
  GPtrArray *guests; /* (nullable) */
  char **masks;      /* (nullable): a ban that is lifted */
} Undo;

static void
undo_free (gpointer data, GClosure *closure)
{
  Undo *self = data;

  g_object_unref (self->server);
  g_clear_pointer (&self->guests, g_ptr_array_unref);
  g_strfreev (self->masks);
  g_free (self);
}

static void
on_undo (AdwToast *toast, Undo *undo)
{
  if (undo->masks != NULL)
    hs_server_set_banned (undo->server, (const char *const *) undo->masks, FALSE);
  else
    hs_server_do (undo->server, undo->deed, undo->guests, NULL);
}

/* A toast's title is markup. */
static AdwToast *
make_toast (const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);
  AdwToast *toast = adw_toast_new (escaped);

  return toast;
}

/* Takes @guests and @masks. */
static void
offer_undo (HsServerPage *self, const char *text, HsDeed deed, GPtrArray *guests, char **masks)
{
  AdwToast *toast = make_toast (text);
  Undo *undo = g_new0 (Undo, 1);

  undo->server = g_object_ref (self->server);
  undo->deed = deed;
  undo->guests = guests;
  undo->masks = masks;
  adw_toast_set_button_label (toast, _("Undo"));
  g_signal_connect_data (toast, "button-clicked", G_CALLBACK (on_undo), undo, undo_free, 0);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

/* ---- Done at once ---- */

static const struct
{
  const char *action;
  HsDeed deed, undo;
  const char *told;
} reversible[] = {
  { "guests.operator", HS_DEED_OPERATOR, HS_DEED_NOT_OPERATOR, N_("operator now") },
  { "guests.not-operator", HS_DEED_NOT_OPERATOR, HS_DEED_OPERATOR, N_("no longer operator") },
  { "guests.mute", HS_DEED_MUTE, HS_DEED_UNMUTE, N_("muted") },
  { "guests.unmute", HS_DEED_UNMUTE, HS_DEED_MUTE, N_("may speak again") },
};

static void
on_reversible (GtkWidget *widget, const char *name, GVariant *parameter)
{
  HsServerPage *self = HS_SERVER_PAGE (widget);
  g_autoptr (GPtrArray) guests = list_others (self);
  g_autofree char *who = name_all (guests);

  for (guint i = 0; i < G_N_ELEMENTS (reversible) && guests->len > 0; i++)
    if (g_str_equal (reversible[i].action, name))
      {
        g_autofree char *text = g_strdup_printf (_("%s: %s"), who, _(reversible[i].told)); /* Translators: who, what became of them */

        hs_server_do (self->server, reversible[i].deed, guests, NULL);
        offer_undo (self, text, reversible[i].undo, g_steal_pointer (&guests), NULL);
        return;
      }
}

/* What of a guest a ban goes by. (nullable) (transfer full) */
static char *
make_address_mask (HsGuest *guest)
{
  return hs_guest_get_host (guest) != NULL ? g_strconcat ("*!*@", hs_guest_get_host (guest), NULL) : NULL; /* "::1" or "unix" alone is no address to a mask */
}

static char *
make_name_mask (HsGuest *guest)
{
  return g_strdup (hs_guest_get_wire_nick (guest));
}

static char *
make_account_mask (HsGuest *guest)
{
  return hs_guest_get_account (guest) != NULL ? g_strconcat ("account:", hs_guest_get_account (guest), NULL) : NULL;
}

static char *
make_key_mask (HsGuest *guest)
{
  return hs_guest_get_key (guest) != NULL ? g_strconcat ("key:", hs_guest_get_key (guest), NULL) : NULL;
}

static const struct
{
  const char *action;
  char *(*make_mask) (HsGuest *guest);
} ban_verbs[] = {
  { "guests.ban-address", make_address_mask },
  { "guests.ban-name", make_name_mask },
  { "guests.ban-account", make_account_mask },
  { "guests.ban-key", make_key_mask },
};

/* Of those of whom it is known. */
static GStrv
list_masks (GPtrArray *guests, char *(*make_mask) (HsGuest *guest))
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < guests->len; i++)
    {
      g_autofree char *mask = make_mask (g_ptr_array_index (guests, i));

      if (mask != NULL)
        g_strv_builder_add (builder, mask);
    }
  return g_strv_builder_end (builder);
}

static void
on_ban (GtkWidget *widget, const char *name, GVariant *parameter)
{
  HsServerPage *self = HS_SERVER_PAGE (widget);
  g_autoptr (GPtrArray) guests = list_others (self);
  g_autofree char *who = name_all (guests), *text = g_strdup_printf (_("%s: %s"), who, _("banned"));

  for (guint i = 0; i < G_N_ELEMENTS (ban_verbs); i++)
    if (g_str_equal (ban_verbs[i].action, name))
      {
        g_auto (GStrv) masks = list_masks (guests, ban_verbs[i].make_mask);

        if (masks[0] == NULL)
          return;
        hs_server_set_banned (self->server, (const char *const *) masks, TRUE);
        offer_undo (self, text, 0, NULL, g_steal_pointer (&masks));
        return;
      }
}

static char *
make_caller_mask (HsServerPage *self)
{
  const char *address = hs_server_page_get_caller (self);

  return address != NULL ? g_strconcat ("*!*@", *address == ':' ? "0" : "", address, NULL) : NULL;
}

static void
on_block_caller (GtkWidget *widget, const char *name, GVariant *parameter)
{
  HsServerPage *self = HS_SERVER_PAGE (widget);
  g_autofree char *mask = make_caller_mask (self), *text = NULL;
  char *masks[] = { mask, NULL };

  if (mask == NULL)
    return;
  text = g_strdup_printf (_("%s: %s"), hs_server_page_get_caller (self), _("banned"));
  hs_server_set_banned (self->server, (const char *const *) masks, TRUE);
  offer_undo (self, text, 0, NULL, g_strdupv (masks));
}

void
hs_server_page_update_block (HsServerPage *self, gboolean flooded)
{
  g_autofree char *mask = make_caller_mask (self);

  gtk_widget_set_visible (self->block, flooded && mask != NULL && !g_strv_contains (hs_server_get_bans (self->server), mask));
}

/* ---- Asked before ---- */

typedef struct
{
  HsServer *server;
  HsDeed deed;
  GPtrArray *guests;
  /* Borrowed from the dialog */
  GtkEditable *reason;
  GtkDropDown *room;   /* (nullable) where there is more than one; the first means all of them */
  /* Owned */
  GStrv rooms;         /* (nullable) */
} Question;

static void
question_free (gpointer data, GClosure *closure)
{
  Question *self = data;

  g_object_unref (self->server);
  g_ptr_array_unref (self->guests);
  g_strfreev (self->rooms);
  g_free (self);
}

static void
on_response (AdwMessageDialog *dialog, const char *response, Question *question)
{
  const char *reason = gtk_editable_get_text (question->reason);
  guint room = question->room != NULL ? gtk_drop_down_get_selected (question->room) : 0;

  if (!g_str_equal (response, "do"))
    return;
  if (room > 0)
    hs_server_kick_from (question->server, g_ptr_array_index (question->guests, 0), question->rooms[room - 1], reason);
  else
    hs_server_do (question->server, question->deed, question->guests, reason);
}

/* Takes @guests. The dialog is borrowed from the screen. */
static GtkWidget *
ask (HsServerPage *self, HsDeed deed, GPtrArray *guests, const char *heading, const char *body, const char *button)
{
  GtkWidget *dialog, *entry = gtk_entry_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  Question *question = g_new0 (Question, 1);

  dialog = adw_message_dialog_new (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), heading, body);
  question->server = g_object_ref (self->server);
  question->deed = deed;
  question->guests = guests;
  question->reason = GTK_EDITABLE (entry);
  gtk_entry_set_placeholder_text (GTK_ENTRY (entry), _("Why (may stay empty)"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Reason"), -1);
  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  gtk_box_append (GTK_BOX (box), entry);
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), box);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _("_Cancel"), "do", button, NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "do", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "do");
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_response), question, question_free, 0);
  g_object_set_data (G_OBJECT (dialog), "hs-question", question);
  gtk_window_present (GTK_WINDOW (dialog));
  return dialog;
}

#define OUT_OF_ALL N_("Out of every room here. They may come back; whoever speaks plain text is disconnected.")

static void
on_room (GtkDropDown *room, GParamSpec *pspec, AdwMessageDialog *dialog)
{
  adw_message_dialog_set_body (dialog, gtk_drop_down_get_selected (room) == 0 ? _(OUT_OF_ALL)
                                                                              : _("Out of this room. They may come back."));
}

/* The rooms are known: which of them is asked as well. */
static void
on_rooms (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GtkWidget) dialog = g_weak_ref_get (data);
  g_auto (GStrv) rooms = hs_server_list_rooms_finish (result, NULL);
  g_autoptr (GtkStringList) titles = gtk_string_list_new ((const char *const[]){ _("Every Room"), NULL });
  Question *question = dialog != NULL ? g_object_get_data (G_OBJECT (dialog), "hs-question") : NULL;
  GtkWidget *room;

  g_weak_ref_clear (data);
  g_free (data);
  if (question == NULL || rooms == NULL || g_strv_length (rooms) < 2)
    return;
  for (guint i = 0; rooms[i] != NULL; i++)
    {
      g_autofree char *title = hs_session_make_our_title (rooms[i]);

      gtk_string_list_append (titles, title);
    }
  room = gtk_drop_down_new (G_LIST_MODEL (g_steal_pointer (&titles)), NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (room), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Out of"), -1);
  gtk_box_prepend (GTK_BOX (adw_message_dialog_get_extra_child (ADW_MESSAGE_DIALOG (dialog))), room);
  g_signal_connect_object (room, "notify::selected", G_CALLBACK (on_room), dialog, 0);
  question->room = GTK_DROP_DOWN (room);
  question->rooms = g_steal_pointer (&rooms);
}

static void
on_kick (GtkWidget *widget, const char *name, GVariant *parameter)
{
  HsServerPage *self = HS_SERVER_PAGE (widget);
  GPtrArray *guests = list_others (self);
  g_autofree char *who = name_all (guests), *heading = g_strdup_printf (_("Kick %s?"), who);
  g_autoptr (HsGuest) sole = guests->len == 1 ? g_object_ref (g_ptr_array_index (guests, 0)) : NULL;
  GtkWidget *dialog = ask (self, HS_DEED_KICK, guests, heading, _(OUT_OF_ALL), _("_Kick"));
  GWeakRef *weak;

  if (sole == NULL)
    return;
  weak = g_new0 (GWeakRef, 1);
  g_weak_ref_init (weak, dialog);
  hs_server_list_rooms_async (self->server, sole, NULL, on_rooms, weak);
}

static void
on_disconnect (GtkWidget *widget, const char *name, GVariant *parameter)
{
  GPtrArray *guests = list_others (HS_SERVER_PAGE (widget));
  g_autofree char *who = name_all (guests), *heading = g_strdup_printf (_("Disconnect %s?"), who);

  ask (HS_SERVER_PAGE (widget), HS_DEED_DISCONNECT, guests, heading, _("The connection is closed in good order. They may connect again."),
       _("_Disconnect"));
}

/* ---- Talking and looking ---- */

static void
on_message (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autoptr (GPtrArray) guests = list_others (HS_SERVER_PAGE (widget));

  if (guests->len == 1)
    g_signal_emit_by_name (widget, "message", g_ptr_array_index (guests, 0));
}

static void
on_show (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autoptr (GPtrArray) guests = hs_guest_table_list_selected (HS_SERVER_PAGE (widget)->table);

  if (guests->len == 1)
    g_signal_emit_by_name (widget, "reveal", g_ptr_array_index (guests, 0));
}

void
hs_server_page_install_deeds (GtkWidgetClass *klass)
{
  for (guint i = 0; i < G_N_ELEMENTS (reversible); i++)
    gtk_widget_class_install_action (klass, reversible[i].action, NULL, on_reversible);
  for (guint i = 0; i < G_N_ELEMENTS (ban_verbs); i++)
    gtk_widget_class_install_action (klass, ban_verbs[i].action, NULL, on_ban);
  gtk_widget_class_install_action (klass, "guests.block-caller", NULL, on_block_caller);
  gtk_widget_class_install_action (klass, "guests.kick", NULL, on_kick);
  gtk_widget_class_install_action (klass, "guests.disconnect", NULL, on_disconnect);
  gtk_widget_class_install_action (klass, "guests.message", NULL, on_message);
  gtk_widget_class_install_action (klass, "guests.show", NULL, on_show);
}

void
hs_server_page_update_deeds (HsServerPage *self)
{
  g_autoptr (GPtrArray) all = hs_guest_table_list_selected (self->table), others = list_others (self);
  g_autofree char *who = name_all (all);
  GtkWidget *widget = GTK_WIDGET (self);
  gboolean named = others->len > 0, connected = all->len > 0;

  for (guint i = 0; i < others->len && named; i++)
    named = hs_guest_is_registered (g_ptr_array_index (others, i));
  for (guint i = 0; i < all->len && connected; i++)
    connected = hs_guest_get_half_open (g_ptr_array_index (all, i)) == 0;
  gtk_label_set_label (self->chosen, who);
  gtk_revealer_set_reveal_child (self->deeds, all->len > 0);
  gtk_widget_action_set_enabled (widget, "guests.message", named && others->len == 1);
  gtk_widget_action_set_enabled (widget, "guests.show", connected && all->len == 1);
  for (guint i = 0; i < G_N_ELEMENTS (reversible); i++)
    gtk_widget_action_set_enabled (widget, reversible[i].action, named);
  gtk_widget_action_set_enabled (widget, "guests.kick", named);
  for (guint i = 0; i < G_N_ELEMENTS (ban_verbs); i++)
    {
      g_auto (GStrv) masks = list_masks (others, ban_verbs[i].make_mask);

      gtk_widget_action_set_enabled (widget, ban_verbs[i].action, masks[0] != NULL);
    }
  gtk_widget_action_set_enabled (widget, "guests.disconnect", connected && others->len > 0);
}

/* ---- Who is banned ---- */

static void
on_let_in (GtkButton *button, HsServerPage *self)
{
  const char *const masks[] = { g_object_get_data (G_OBJECT (button), "hs-mask"), NULL };

  hs_server_set_banned (self->server, masks, FALSE);
}

/* A mask as a person would say it. (transfer full) */
static char *
describe_mask (const char *mask)
{
  if (g_str_has_prefix (mask, "*!*@"))
    return g_strdup (mask + strlen ("*!*@"));
  if (g_str_has_suffix (mask, "!*@*"))
    return g_strndup (mask, strlen (mask) - strlen ("!*@*"));
  if (g_str_has_prefix (mask, "$a:"))
    return g_strdup_printf (_("Account %s"), mask + strlen ("$a:"));
  if (g_str_has_prefix (mask, "$k:"))
    return g_strdup_printf (_("Key %s"), mask + strlen ("$k:"));
  return g_strdup (mask);
}

static void
add_ban (HsServerPage *self, const char *mask)
{
  g_autofree char *words = describe_mask (mask);
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12), *label = gtk_label_new (words), *button = gtk_button_new_with_label (_("Let In"));
  g_autofree char *name = g_strdup_printf (_("Let %s in"), words);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 32);
  gtk_widget_set_tooltip_text (label, mask);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_add_css_class (label, "numeric");
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_object_set_data_full (G_OBJECT (button), "hs-mask", g_strdup (mask), g_free);
  g_signal_connect_object (button, "clicked", G_CALLBACK (on_let_in), self, 0);
  gtk_box_append (GTK_BOX (row), label);
  gtk_box_append (GTK_BOX (row), button);
  gtk_list_box_append (self->ban_list, row);
}

void
hs_server_page_update_bans (HsServerPage *self)
{
  const char *const *bans = hs_server_get_bans (self->server);
  guint n = g_strv_length ((char **) bans);
  g_autofree char *text = g_strdup_printf (ngettext ("%u banned", "%u banned", n), n);
  GtkWidget *row;

  while ((row = gtk_widget_get_first_child (GTK_WIDGET (self->ban_list))) != NULL)
    gtk_list_box_remove (self->ban_list, row);
  for (guint i = 0; i < n; i++)
    add_ban (self, bans[i]);
  gtk_menu_button_set_label (self->bans, text);
  gtk_widget_set_visible (GTK_WIDGET (self->bans), n > 0);
  if (n == 0)
    gtk_menu_button_popdown (self->bans);
}
