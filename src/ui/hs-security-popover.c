/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-security-popover.h"

#include <glib/gi18n.h>

#include "hs-copy-button.h"

struct _HsSecurityPopover
{
  GtkPopover parent_instance;

  /* Template */
  GtkWidget *state, *number_part, *compare_part, *key_part;
  GtkImage *icon;
  GtkLabel *words, *name, *meaning, *number, *compare_text, *key_text, *details;
  GtkSwitch *shows_key;
  HsCopyButton *copy;
  GtkWidget *same;

  /* Owned */
  HsSecurity *security; /* (nullable) */
};

G_DEFINE_FINAL_TYPE (HsSecurityPopover, hs_security_popover, GTK_TYPE_POPOVER)

/* What a state looks like and means. */
static const struct
{
  const char *icon, *style, *meaning;
} states[] = {
  [HS_TRUST_UNENCRYPTED] = { "hs-lock-open-symbolic", "warning", N_("Whoever is on the way can read and change what is said here.") },
  [HS_TRUST_OWN] = { "hs-shield-symbolic", "success", N_("It runs in this program. Guests see this number, too. If theirs differs, someone is in between.") },
  [HS_TRUST_VERIFIED] = { "hs-shield-symbolic", "success", N_("An authority that this computer trusts vouches for the server’s name.") },
  [HS_TRUST_COMPARED] = { "hs-shield-symbolic", "success", N_("You compared the server’s number with the one its host shows. Nobody is in between.") },
  [HS_TRUST_INVITED] = { "hs-shield-symbolic", "success", N_("The invite named this server’s key. Whoever gave it to you vouches for it.") },
  [HS_TRUST_FIRST_SEEN] = { "hs-lock-symbolic", "", N_("Encrypted. Who is at the other end is not known yet: this server has not been seen before.") },
  [HS_TRUST_SEEN_BEFORE] = { "hs-lock-symbolic", "", N_("Encrypted, and the same server as before.") },
  [HS_TRUST_CHANGED] = { "hs-failed-symbolic", "error", N_("Another server answered than before. Nothing was said to it.") },
  [HS_TRUST_NOT_INVITED] = { "hs-failed-symbolic", "error", N_("Another server answered than the one that the invite names. Nothing was said to it.") },
  [HS_TRUST_NOT_VERIFIED] = { "hs-failed-symbolic", "error", N_("Nobody vouches for the server that answered. Nothing was said to it.") },
  [HS_TRUST_NO_LONGER_ENCRYPTED] = { "hs-failed-symbolic", "error", N_("It was encrypted before, and now it is not. Nothing was said to it.") },
  [HS_TRUST_NOT_LOOKED_UP] = { "hs-failed-symbolic", "error", N_("Which server was here before cannot be looked up. Nothing was said to it.") },
};

const char *
hs_security_get_icon (HsTrust trust)
{
  return states[trust].icon;
}

const char *
hs_security_get_style (HsTrust trust)
{
  return states[trust].style;
}

static void
set_label (GtkLabel *label, const char *text)
{
  gtk_label_set_text (label, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (label), text != NULL && *text != '\0');
}

static char *
format_details (HsSecurity *security)
{
  const char *problems = hs_security_get_problems (security);

  if (!hs_security_is_encrypted (security))
    return NULL;
  /* Whom nobody vouches for is known in another way; what else is wrong with a certificate is said where it matters: when it stops. */
  if (problems != NULL && hs_trust_stops (hs_security_get_trust (security)))
    return g_strdup_printf ("%s · %s\n%s", hs_security_get_version (security), hs_security_get_cipher (security), problems);
  return g_strdup_printf ("%s · %s", hs_security_get_version (security), hs_security_get_cipher (security));
}

/* What the switch means, or what comes of it. */
static void
update_key_text (HsSecurityPopover *self)
{
  gtk_label_set_text (self->key_text, gtk_switch_get_active (self->shows_key)
                                        ? _("From the next time you join. Where there is NickServ, tell it once then: /msg NickServ CERT ADD")
                                        : _("From the next time you join, without a password. The network could know you again by your key, whatever your name."));
}

static void
on_shows_key (HsSecurityPopover *self)
{
  if (self->security != NULL)
    hs_security_set_shows_key (self->security, gtk_switch_get_active (self->shows_key));
  update_key_text (self);
}

static void
update_key (HsSecurityPopover *self)
{
  gtk_widget_set_visible (self->key_part, hs_security_can_show_key (self->security));
  gtk_switch_set_active (self->shows_key, hs_security_shows_key (self->security));
  update_key_text (self);
}

static void
update (HsSecurityPopover *self)
{
  HsSecurity *security = self->security;
  HsTrust trust;
  const char *number;
  g_autofree char *details = NULL;
  const char *style[] = { "security-state", NULL, NULL };

  if (security == NULL || !hs_security_is_known (security))
    return;
  trust = hs_security_get_trust (security);
  number = hs_security_get_number (security);
  details = format_details (security);
  style[1] = *states[trust].style != '\0' ? states[trust].style : NULL;
  gtk_widget_set_css_classes (self->state, style);
  gtk_image_set_from_icon_name (self->icon, states[trust].icon);
  set_label (self->words, hs_security_get_words (security));
  set_label (self->name, hs_security_get_name (security));
  set_label (self->meaning, _(states[trust].meaning));
  set_label (self->details, details);
  gtk_widget_set_visible (self->number_part, number != NULL);
  set_label (self->number, number);
  hs_copy_button_set_text (self->copy, number, _("Copy Number"));
  gtk_widget_set_visible (self->compare_part, hs_security_can_compare (security));
  update_key (self);
}

static void
on_same_clicked (HsSecurityPopover *self)
{
  if (self->security != NULL)
    hs_security_set_compared (self->security);
}

/* A day may have ended since it was last shown. */
static void
hs_security_popover_map (GtkWidget *widget)
{
  update (HS_SECURITY_POPOVER (widget));
  GTK_WIDGET_CLASS (hs_security_popover_parent_class)->map (widget);
}

static void
drop_security (HsSecurityPopover *self)
{
  if (self->security != NULL)
    g_signal_handlers_disconnect_by_data (self->security, self);
  g_clear_object (&self->security);
}

static void
hs_security_popover_dispose (GObject *object)
{
  drop_security (HS_SECURITY_POPOVER (object));
  G_OBJECT_CLASS (hs_security_popover_parent_class)->dispose (object);
}

static void
hs_security_popover_class_init (HsSecurityPopoverClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hs_security_popover_dispose;
  widget_class->map = hs_security_popover_map;
  g_type_ensure (HS_TYPE_COPY_BUTTON);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/handshakechat/Handshake/ui/hs-security-popover.ui");
  gtk_widget_class_bind_template_child (widget_class, HsSecurityPopover, state);
  gtk_widget_class_bind_template_child (widget_class, HsSecurityPopover, icon);
  gtk_widget_class_bind_template_child (widget_class, HsSecurityPopover, words);
  gtk_widget_class_bind_template_child (widget_class, HsSecurityPopover, name);
  gtk_widget_class_bind_template_child (widget_class, HsSecurityPopover, meaning);
  gtk_widget_class_bind_template_child (widget_class, HsSecurityPopover, number_part);
  gtk_widget_class_bind_template_child (widget_class, HsSecurityPopover, number);
  gtk_widget_class_bind_template_child (widget_class, HsSecurityPopover, copy);
  gtk_widget_class_bind_template_child (widget_class, HsSecurityPopover, compare_part);
  gtk_widget_class_bind_template_child (widget_class, HsSecurityPopover, compare_text);
  gtk_widget_class_bind_template_child (widget_class, HsSecurityPopover, same);
  gtk_widget_class_bind_template_child (widget_class, HsSecurityPopover, key_part);
  gtk_widget_class_bind_template_child (widget_class, HsSecurityPopover, key_text);
  gtk_widget_class_bind_template_child (widget_class, HsSecurityPopover, shows_key);
  gtk_widget_class_bind_template_child (widget_class, HsSecurityPopover, details);
  gtk_widget_class_bind_template_callback (widget_class, on_same_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_shows_key);
}

static void
hs_security_popover_init (HsSecurityPopover *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
hs_security_popover_new (void)
{
  return g_object_new (HS_TYPE_SECURITY_POPOVER, NULL);
}

void
hs_security_popover_set_security (HsSecurityPopover *self, HsSecurity *security)
{
  if (self->security == security)
    return;
  drop_security (self);
  if (security != NULL)
    {
      self->security = g_object_ref (security);
      g_signal_connect_swapped (security, "notify", G_CALLBACK (update), self);
    }
  update (self);
}
