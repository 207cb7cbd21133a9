/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-entry-words.h"

#include <glib/gi18n.h>

#include "hs-blank.h"
#include "hs-day.h"
#include "hs-delivery.h"
#include "hs-event-text.h"
#include "hs-presence.h"

const char *
hs_entry_words_deleted (void)
{
  return _("This message was deleted");
}

/* A bubble without anything in it looks like a mistake of ours. */
static const char *
get_visible (HsEntry *entry)
{
  const char *text = hs_entry_get_text (entry);

  if (hs_entry_is_redacted (entry))
    return hs_entry_words_deleted ();
  return hs_entry_is_loaded (entry) && hs_text_is_blank (text) ? _("(empty message)") : text;
}

char *
hs_entry_words_body (HsEntry *entry)
{
  if (hs_entry_get_kind (entry) == HS_KIND_ACTION && !hs_entry_is_redacted (entry))
    /* Translators: what somebody does, from "/me waves": name, then the act. */
    return g_strdup_printf (C_("action", "%s %s"), hs_entry_get_shown (entry), get_visible (entry));
  return g_strdup (get_visible (entry));
}

gboolean
hs_entry_words_is_note (HsKind kind)
{
  return kind == HS_KIND_PRESENCE || kind == HS_KIND_EVENT || kind == HS_KIND_INFO;
}

/* What a centred note says, on one line. */
char *
hs_entry_words_note (HsEntry *entry)
{
  const char *text = hs_entry_get_text (entry);

  switch (hs_entry_get_kind (entry))
    {
    case HS_KIND_PRESENCE:
      return hs_presence_summarize (text);
    case HS_KIND_EVENT:
      return hs_event_text_format (text, hs_entry_get_time (entry));
    default:
      return g_strdup (text);
    }
}

char *
hs_entry_words_describe (HsEntry *entry)
{
  const char *delivery;
  g_autofree char *time = NULL;

  if (!hs_entry_is_loaded (entry))
    return g_strdup (_("Loading…"));
  time = hs_day_format_time (hs_entry_get_time (entry));
  if (hs_entry_words_is_note (hs_entry_get_kind (entry)))
    {
      g_autofree char *summary = hs_entry_words_note (entry);

      return g_strdup_printf ("%s, %s", summary, time);
    }
  delivery = hs_entry_is_own (entry) ? hs_delivery_get_words (hs_entry_get_delivery (entry)) : "";
  return g_strdup_printf ("%s, %s, %s%s%s", hs_entry_get_shown (entry), get_visible (entry), time, *delivery != '\0' ? ", " : "", delivery);
}
