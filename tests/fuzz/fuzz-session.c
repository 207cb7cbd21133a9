/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Our side of a conversation: capabilities, login, and all that a server may say. The first byte of the input says what is known of the server and who
 * we are (OPTION_*); after it each line is the server's, or begins with a mark of who else does something (see acts). */
#include <string.h>

#include "fuzz.h"
#include "hs-limits.h"
#include "hs-session-private.h"
#include "hs-utf8.h"

#define PASSWORD      "correct-horse"
#define ROOM_PASSWORD "open-sesame"
#define SETTLE_MS     50  /* a step of a proof takes a few */
#define STEPS_MAX     4   /* of one input: they are slow */
#define INPUTS_MAX    256 /* that one store is told, each as another network: it is slow to open */

enum
{
  OPTION_ENCRYPTED = 1 << 0,
  OPTION_KNOWN = 1 << 1,
  OPTION_SHOWS_KEY = 1 << 2,
  OPTION_ACCOUNT = 1 << 3,
  OPTION_ROOM = 1 << 4,
  OPTION_BOUND = 1 << 5,
  OPTION_PLAIN = 1 << 6,
  OPTION_HOSTED = 1 << 7,
};

typedef struct
{
  HsStore *store;
  HsSession *session;
  guint8 options;
  guint64 offset;
  gboolean asked;    /* the server's last line asked for a proof */
  gboolean answered; /* it has said something, or given up */
  guint steps;
} Stage;

/* ---- What it says ---- */

static gboolean
holds (const char *data, gsize len, const char *words)
{
  return g_strstr_len (data, (gssize) len, words) != NULL;
}

/* Passwords leave inside TLS only, and in a form that their server could use elsewhere only to one that somebody vouches for. */
static void
check_secrets (const Stage *self, const char *data, gsize len)
{
  gboolean encrypted = (self->options & OPTION_ENCRYPTED) != 0, known = encrypted && (self->options & OPTION_KNOWN) != 0;

  FUZZ_CHECK (!holds (data, len, PASSWORD));
  FUZZ_CHECK (known || !holds (data, len, ROOM_PASSWORD));
  FUZZ_CHECK (known || !holds (data, len, "AUTHENTICATE PLAIN\r\n"));
  FUZZ_CHECK (known || !holds (data, len, "AUTHENTICATE SCRAM-SHA-256\r\n"));
  FUZZ_CHECK (encrypted || !g_str_has_prefix (data, "AUTHENTICATE ") || strcmp (data, "AUTHENTICATE *\r\n") == 0);
  FUZZ_CHECK ((self->options & OPTION_SHOWS_KEY) != 0 || !holds (data, len, "AUTHENTICATE EXTERNAL"));
}

/* Each line whole, none too long, and nothing injected into it. */
static guint64
on_send (HsSession *session, const char *data, gsize len, gpointer user_data)
{
  Stage *self = user_data;
  gsize tags = *data == '@' ? strcspn (data, " ") + 1 : 0;

  self->answered = TRUE;
  FUZZ_CHECK (len > 0 && hs_utf8_is_text (data, len));
  if ((self->options & OPTION_PLAIN) == 0)
    {
      FUZZ_CHECK (len > 2 && strcspn (data, "\r\n") == len - 2 && g_str_has_suffix (data, "\r\n"));
      FUZZ_CHECK (tags <= HS_TAGS_MAX && len - tags <= HS_LINE_MAX);
      check_secrets (self, data, len);
    }
  return self->offset += len;
}

static void
on_login_failed (HsSession *session, int problem, const char *words, Stage *self)
{
  self->answered = TRUE;
  FUZZ_CHECK (words != NULL && g_utf8_validate (words, -1, NULL));
}

/* ---- The other threads ---- */

static gpointer
work_nothing (HsHistory *history, gpointer data, GError **error)
{
  return NULL;
}

static void
done_nothing (gpointer result, const GError *error, gpointer data)
{
  *(gboolean *) data = TRUE;
}

static void
wait_for_store (Stage *self)
{
  gboolean done = FALSE;

  hs_store_run (self->store, work_nothing, done_nothing, &done, NULL);
  while (!done)
    g_main_context_iteration (NULL, TRUE);
}

static gboolean
on_late (gpointer late)
{
  *(gboolean *) late = TRUE;
  return G_SOURCE_REMOVE;
}

static void
wait_for_answer (Stage *self)
{
  gboolean late = FALSE;
  guint source = g_timeout_add (SETTLE_MS, on_late, &late);

  self->answered = FALSE;
  while (!self->answered && !late)
    g_main_context_iteration (NULL, TRUE);
  if (!late)
    g_source_remove (source);
}

/* ---- What is done ---- */

static HsRoom *
get_room (Stage *self, guint index)
{
  GListModel *rooms = hs_session_get_rooms (self->session);
  guint n = g_list_model_get_n_items (rooms);

  return n > 0 ? g_list_model_get_item (rooms, index % n) : NULL;
}

static void
begin (Stage *self)
{
  static const char binding[] = "what only these two ends know";
  g_autoptr (GBytes) bytes = g_bytes_new_static (binding, strlen (binding));
  guint8 options = self->options;
  const HsSessionLogin login = {
    .account = (options & OPTION_ACCOUNT) != 0 ? "ana" : NULL,
    .password = (options & OPTION_ACCOUNT) != 0 ? PASSWORD : NULL,
    .room_password = (options & OPTION_ROOM) != 0 ? ROOM_PASSWORD : NULL,
    .binding = (options & OPTION_BOUND) != 0 ? bytes : NULL,
    .encrypted = (options & OPTION_ENCRYPTED) != 0,
    .known = (options & OPTION_KNOWN) != 0,
    .shows_key = (options & OPTION_SHOWS_KEY) != 0,
  };

  hs_session_set_state (self->session, HS_SESSION_CONNECTING, NULL);
  hs_session_set_login (self->session, &login);
  hs_session_set_server_key (self->session, "sha256:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU");
  if ((options & OPTION_PLAIN) != 0)
    hs_session_begin_plain (self->session, "192.0.2.7:8000");
  else
    hs_session_begin_irc (self->session, NULL);
}

static void
act_say (Stage *self, const char *text, gsize len)
{
  g_autoptr (HsRoom) room = get_room (self, len > 0 ? (guint8) text[0] : 0);
  g_autofree char *words = len > 0 ? hs_utf8_make_text (text + 1, len - 1, FALSE, NULL) : NULL;
  g_autoptr (GError) error = NULL;

  if (room != NULL && words != NULL)
    FUZZ_CHECK (hs_session_say (self->session, room, words, &error) == (error == NULL));
}

static void
act_close (Stage *self, const char *text, gsize len)
{
  g_autoptr (HsRoom) room = get_room (self, len > 0 ? (guint8) text[0] : 0);

  if (room != NULL)
    hs_session_close_room (self->session, room, NULL);
}

static void
act_read (Stage *self, const char *text, gsize len)
{
  g_autoptr (HsRoom) room = get_room (self, len > 0 ? (guint8) text[0] : 0);

  if (room != NULL)
    hs_session_mark_read (self->session, room);
}

static void
act_come_back (Stage *self, const char *text, gsize len)
{
  hs_session_ended (self->session, "gone");
  begin (self);
}

static void
act_too_long (Stage *self, const char *text, gsize len)
{
  hs_session_receive_too_long (self->session);
}

static void
act_settle (Stage *self, const char *text, gsize len)
{
  wait_for_store (self);
}

static void
act_prove (Stage *self, const char *text, gsize len)
{
  if (self->asked && self->steps++ < STEPS_MAX)
    wait_for_answer (self);
}

static void
act_acknowledge (Stage *self, const char *text, gsize len)
{
  hs_session_written (self->session, self->offset);
  hs_session_acknowledged (self->session, self->offset);
}

static void
act_hear (Stage *self, const char *text, gsize len)
{
  g_autofree char *line = g_memdup2 (text, len + 1); /* written to; a NUL stands behind it, as in the line reader */

  line[len] = '\0';
  self->asked = g_str_has_prefix (line, "AUTHENTICATE ");
  if ((self->options & OPTION_PLAIN) != 0)
    hs_session_receive_plain (self->session, line, len);
  else
    hs_session_receive_irc (self->session, line, len);
}

static const struct
{
  char mark;
  void (*func) (Stage *self, const char *text, gsize len); /* what follows the mark */
} acts[] = {
  { '>', act_say }, /* the next byte says in which room */
  { '<', act_close },
  { '=', act_read },
  { '~', act_come_back },
  { '%', act_too_long },
  { '&', act_settle },
  { '?', act_prove },
  { '^', act_acknowledge },
};

static void
act (Stage *self, const char *text, gsize len)
{
  for (guint i = 0; i < G_N_ELEMENTS (acts); i++)
    if (acts[i].mark == text[0])
      {
        acts[i].func (self, text + 1, len - 1);
        return;
      }
  act_hear (self, text, MIN (len, HS_TAGS_MAX + HS_LINE_MAX - 2));
}

/* ---- What a person sees ---- */

static gboolean
is_text (const char *text)
{
  return text == NULL || g_utf8_validate (text, -1, NULL);
}

static void
check_room (HsRoom *room)
{
  GListModel *members = hs_room_get_members (room), *entries = G_LIST_MODEL (hs_room_get_entries (room));

  FUZZ_CHECK (is_text (hs_room_get_title (room)) && is_text (hs_room_get_topic (room)));
  FUZZ_CHECK (g_list_model_get_n_items (members) <= HS_SESSION_MEMBERS_MAX);
  for (guint i = 0; i < g_list_model_get_n_items (members); i++)
    {
      g_autoptr (HsMember) member = g_list_model_get_item (members, i);

      FUZZ_CHECK (is_text (hs_member_get_nick (member)) && is_text (hs_member_get_shown (member)));
    }
  for (guint i = 0; i < g_list_model_get_n_items (entries); i++)
    {
      g_autoptr (HsEntry) entry = g_list_model_get_item (entries, i);

      FUZZ_CHECK (is_text (hs_entry_get_text (entry)) && is_text (hs_entry_get_shown (entry)));
    }
}

static void
check (Stage *self)
{
  GListModel *rooms = hs_session_get_rooms (self->session);

  for (guint i = 0; i < g_list_model_get_n_items (rooms); i++)
    {
      g_autoptr (HsRoom) room = g_list_model_get_item (rooms, i);

      check_room (room);
    }
  FUZZ_CHECK (is_text (hs_session_get_name (self->session)) && is_text (hs_session_get_error_text (self->session)));
}

/* Not closed before as many inputs have used it; borrowed. */
static HsStore *
get_store (guint n)
{
  static HsStore *store;

  if (n % INPUTS_MAX != 0)
    return store;
  if (store != NULL)
    {
      hs_store_close (store);
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_object_unref (store);
    }
  return store = hs_store_new (":memory:");
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static guint n_inputs;
  g_autofree char *text = g_malloc (size + 1), *network = g_strdup_printf ("fuzz-%u", n_inputs);
  Stage self = { .store = get_store (n_inputs++), .options = size > 0 ? data[0] : 0 };

  memcpy (text, data, size);
  text[size] = '\0';
  self.session = hs_session_new (self.store, network, "irc.example", "Ana", (self.options & OPTION_HOSTED) != 0);
  hs_session_set_send (self.session, on_send, &self);
  g_signal_connect (self.session, "login-failed", G_CALLBACK (on_login_failed), &self);
  begin (&self);
  for (gsize start = 1; start < size;)
    {
      const char *lf = memchr (text + start, '\n', size - start);
      gsize len = lf != NULL ? (gsize) (lf - text) - start : size - start;

      if (len > 0)
        act (&self, text + start, len);
      start += len + 1;
    }
  wait_for_store (&self);
  check (&self);

  g_object_unref (self.session);
  wait_for_store (&self);
  return 0;
}
