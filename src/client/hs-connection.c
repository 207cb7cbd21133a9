/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Carries one session over one connection: its life from open () to the end, and what people are told of it. */
#include "hs-connection-impl.h"

#include "hs-config.h"

#include <glib/gi18n-lib.h>

#include "hs-secret.h"

G_DEFINE_FINAL_TYPE (HsConnection, hs_connection, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_SESSION,
  PROP_WATCH,
  PROP_SECURITY,
  PROP_STEPS,
  PROP_FAILURE,
  PROP_OPEN,
  PROP_LEAVING_HINT,
  PROP_PROTOCOL_FOUND,
  N_PROPS
};
static GParamSpec *props[N_PROPS];

enum
{
  CLOSED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static void
hs_connection_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  HsConnection *self = HS_CONNECTION (object);

  switch (id)
    {
    case PROP_SESSION: g_value_set_object (value, self->session); break;
    case PROP_WATCH: g_value_set_object (value, self->watch); break;
    case PROP_SECURITY: g_value_set_object (value, self->security); break;
    case PROP_STEPS: g_value_set_object (value, self->steps); break;
    case PROP_FAILURE: g_value_set_pointer (value, self->failure); break;
    case PROP_OPEN: g_value_set_boolean (value, self->open); break;
    case PROP_LEAVING_HINT: g_value_set_string (value, self->leaving_hint); break;
    case PROP_PROTOCOL_FOUND: g_value_set_int (value, self->found); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static gboolean
free_poller (gpointer poller)
{
  hs_poller_free (poller);
  return G_SOURCE_REMOVE;
}

/* The last reference may go inside one of the poller's own calls: it is freed when that is over. */
static void
drop_poller (HsConnection *self)
{
  if (self->poller != NULL)
    g_idle_add_full (G_PRIORITY_HIGH, free_poller, g_steal_pointer (&self->poller), NULL);
}

static void
hs_connection_dispose (GObject *object)
{
  HsConnection *self = HS_CONNECTION (object);

  hs_connection_clear_sources (self);
  hs_connection_view_clear (self);
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  hs_connection_drop_link (self);
  if (self->session != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->session, self);
      if (self->used && !self->finished)
        hs_session_ended (self->session, NULL);
      self->finished = TRUE;
    }
  if (self->watch != NULL)
    g_signal_handlers_disconnect_by_data (self->watch, self);
  g_clear_pointer (&self->tap, hs_tcp_tap_free);
  hs_connection_drop_former (self);
  drop_poller (self);
  G_OBJECT_CLASS (hs_connection_parent_class)->dispose (object);
}

static void
hs_connection_finalize (GObject *object)
{
  HsConnection *self = HS_CONNECTION (object);

  hs_connection_plain_clear (self);
  g_clear_object (&self->session);
  g_clear_object (&self->watch);
  g_clear_object (&self->steps);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->address, hs_address_free);
  g_clear_pointer (&self->failure, hs_failure_free);
  g_clear_pointer (&self->route_failure, hs_failure_free);
  g_queue_clear_full (&self->routes, (GDestroyNotify) hs_address_free);
  g_clear_object (&self->known);
  g_clear_object (&self->own_key);
  g_clear_object (&self->security);
  g_clear_pointer (&self->tls, hs_tls_context_unref);
  g_free (self->binding);
  g_clear_pointer (&self->diag, hs_tcp_diag_free);
  hs_secret_free (self->address_text);
  g_free (self->place);
  hs_secret_free (self->host_token);
  hs_connection_clear_login (&self->login);
  g_free (self->leaving_hint);
  g_string_free (self->heard_line, TRUE);
  G_OBJECT_CLASS (hs_connection_parent_class)->finalize (object);
}

static void
hs_connection_class_init (HsConnectionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = hs_connection_get_property;
  object_class->dispose = hs_connection_dispose;
  object_class->finalize = hs_connection_finalize;

  props[PROP_SESSION] = g_param_spec_object ("session", NULL, NULL, HS_TYPE_SESSION, flags);
  props[PROP_WATCH] = g_param_spec_object ("watch", NULL, NULL, HS_TYPE_TCP_WATCH, flags);
  props[PROP_SECURITY] = g_param_spec_object ("security", NULL, NULL, HS_TYPE_SECURITY, flags);
  props[PROP_STEPS] = g_param_spec_object ("steps", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  props[PROP_FAILURE] = g_param_spec_pointer ("failure", NULL, NULL, flags);
  props[PROP_OPEN] = g_param_spec_boolean ("open", NULL, NULL, FALSE, flags);
  props[PROP_LEAVING_HINT] = g_param_spec_string ("leaving-hint", NULL, NULL, NULL, flags);
  props[PROP_PROTOCOL_FOUND] = g_param_spec_int ("protocol-found", NULL, NULL, 0, G_MAXINT, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);

  signals[CLOSED] = g_signal_new ("closed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
hs_connection_init (HsConnection *self)
{
  self->steps = g_list_store_new (HS_TYPE_STEP);
  self->cancellable = g_cancellable_new ();
  g_queue_init (&self->texts);
  g_queue_init (&self->routes);
  self->heard_line = g_string_new (NULL);
}

/* ---- What the session wishes ---- */

static void
on_leave_requested (HsSession *session, HsConnection *self)
{
  if (self->task != NULL)
    hs_connection_cancel_open (self);
  else if (self->link == NULL && hs_connection_is_under_way (self))
    {
      g_cancellable_cancel (self->cancellable);
      hs_connection_finish (self, NULL);
    }
  else if (self->link == NULL)
    return;
  else if (hs_session_is_plain (session) && !hs_connection_is_datagrams (self)) /* of these there is no goodbye */
    hs_connection_plain_leave (self);
  else
    hs_link_close (self->link, 0);
}

/* "host/slides" leads into that room, wherever else the server puts us. */
static void
join_addressed (HsConnection *self)
{
  if (self->address != NULL && self->address->room != NULL)
    hs_session_join_addressed (self->session, self->address->room);
}

static void
on_session_state (HsSession *session, GParamSpec *pspec, HsConnection *self)
{
  g_autofree char *detail = NULL;

  hs_connection_view_update (self);
  if (hs_session_get_state (session) != HS_SESSION_ONLINE || hs_session_is_plain (session))
    return;
  detail = g_strdup_printf (_("You are %s here"), hs_session_get_nick (session));
  hs_connection_step_done (self, STEP_WELCOME, detail);
  g_clear_handle_id (&self->welcome_source, g_source_remove);
  if (self->task == NULL) /* a late answer made it IRC */
    {
      hs_connection_remember_key (self);
      return;
    }
  join_addressed (self);
  hs_connection_begun (self);
}

HsConnection *
hs_connection_new (HsSession *session, const char *address, HsProtocol protocol, HsLineEnding line_ending)
{
  HsConnection *self = g_object_new (HS_TYPE_CONNECTION, NULL);

  self->session = g_object_ref (session);
  self->address_text = g_strdup (address);
  self->place = hs_address_format_place (address);
  self->protocol = protocol;
  self->line_ending = line_ending;
  self->watch = hs_connection_make_watch (self);
  hs_connection_set_trust (self, NULL, NULL);
  return self;
}

/* ---- Opening ---- */

static HsFailure *
check_scheme (const HsAddress *address, HsEncryption encryption, GError **error)
{
  if (encryption == HS_ENCRYPTION_NEVER && (address->scheme == HS_SCHEME_IRCS || hs_address_is_invite (address)))
    {
      g_set_error_literal (error, HS_SESSION_ERROR, HS_SESSION_ERROR_NEEDS_ENCRYPTION, _("This address asks for encryption."));
      return hs_failure_new (HS_FAILURE_NEEDS_ENCRYPTION, address, NULL);
    }
  if (address->scheme == HS_SCHEME_UDP && encryption == HS_ENCRYPTION_ALWAYS)
    {
      g_set_error_literal (error, HS_SESSION_ERROR, HS_SESSION_ERROR_UNSUPPORTED, _("Datagrams cannot be encrypted."));
      return hs_failure_new (HS_FAILURE_UNSUPPORTED, address, NULL);
    }
  return NULL;
}

/* The scheme says it more clearly than the choice in the dialog. */
static void
choose_protocol (HsConnection *self)
{
  if (self->address->scheme == HS_SCHEME_IRC || self->address->scheme == HS_SCHEME_IRCS || self->host_token != NULL)
    self->protocol = HS_PROTOCOL_IRC;
  else if (self->address->scheme == HS_SCHEME_TCP || self->address->scheme == HS_SCHEME_UDP)
    self->protocol = HS_PROTOCOL_PLAIN;
}

/* An invite's further addresses: the same room behind the same key. */
static void
list_routes (HsConnection *self)
{
  g_autoptr (GPtrArray) routes = hs_address_list_routes (self->address);

  for (guint i = 1; i < routes->len; i++)
    g_queue_push_tail (&self->routes, hs_address_copy (routes->pdata[i]));
}

static gboolean
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  HsConnection *self = user_data;

  hs_connection_cancel_open (self);
  return G_SOURCE_REMOVE;
}

static void
watch_cancellable (HsConnection *self, GCancellable *cancellable)
{
  if (cancellable == NULL)
    return;
  self->cancel_source = g_cancellable_source_new (cancellable);
  g_source_set_callback (self->cancel_source, G_SOURCE_FUNC (on_cancelled), self, NULL);
  g_source_attach (self->cancel_source, g_main_context_get_thread_default ());
}

gboolean
hs_connection_check_address (const char *address, GError **error)
{
  g_autoptr (HsAddress) parsed = hs_address_parse (address, error);

  return parsed != NULL;
}

void
hs_connection_open_async (HsConnection *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  GError *error = NULL;
  HsFailure *failure;

  g_task_set_source_tag (task, hs_connection_open_async);
  if (self->used)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_EXISTS, "%s", _("This connection was opened before."));
      return;
    }
  self->used = TRUE;
  self->task = g_object_ref (task);
  g_signal_connect (self->session, "leave-requested", G_CALLBACK (on_leave_requested), self);
  g_signal_connect (self->session, "half-close-requested", G_CALLBACK (hs_connection_on_half_close_requested), self);
  g_signal_connect (self->session, "view-heard", G_CALLBACK (hs_connection_on_view_heard), self);
  g_signal_connect (self->session, "notify::state", G_CALLBACK (on_session_state), self);
  g_signal_connect (self->session, "login-failed", G_CALLBACK (hs_connection_on_login_failed), self);
  g_signal_connect (self->session, "ours", G_CALLBACK (hs_connection_on_ours), self);
  g_signal_connect (self->session, "capabilities-listed", G_CALLBACK (hs_connection_on_listed), self);
  g_signal_connect_object (self->session, "notify::name", G_CALLBACK (hs_connection_name_watch), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (hs_session_get_rooms (self->session), "items-changed", G_CALLBACK (hs_connection_name_watch), self, G_CONNECT_SWAPPED);
  hs_connection_name_watch (self); /* a session that joins again has its rooms already */

  self->address = hs_address_parse (self->address_text, &error);
  failure = self->address == NULL ? hs_failure_from_error (NULL, error, 0, NULL) : check_scheme (self->address, self->encryption, &error);
  if (failure != NULL)
    {
      hs_connection_fail_open (self, failure, error);
      return;
    }
  choose_protocol (self);
  hs_tcp_watch_set_transport (self->watch, hs_connection_transport_of (self->address));
  hs_session_set_transport (self->session, hs_connection_transport_of (self->address));
  hs_session_set_line_end (self->session, (HsLineEnd) self->line_ending);
  list_routes (self);
  watch_cancellable (self, cancellable);
  hs_session_set_state (self->session, HS_SESSION_CONNECTING, NULL);
  hs_connection_find_passwords (self);
}

gboolean
hs_connection_open_finish (HsConnection *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
clear_cancel_source (HsConnection *self)
{
  if (self->cancel_source == NULL)
    return;
  g_source_destroy (self->cancel_source);
  g_clear_pointer (&self->cancel_source, g_source_unref);
}

gboolean
hs_connection_is_under_way (HsConnection *self)
{
  return !self->finished && (self->task != NULL || self->open);
}

void
hs_connection_begun (HsConnection *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);

  clear_cancel_source (self);
  g_clear_handle_id (&self->welcome_source, g_source_remove);
  hs_connection_remember_key (self);
  if (task != NULL)
    hs_connection_keep_passwords (self);
  self->open = TRUE;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_OPEN]);
  if (task != NULL)
    g_task_return_boolean (task, TRUE);
}

void
hs_connection_fail_open (HsConnection *self, HsFailure *failure, GError *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);
  g_autoptr (HsConnection) hold G_GNUC_UNUSED = g_object_ref (self);
  GError *told = NULL;

  /* Of several addresses the one that told most. */
  if (self->route_failure != NULL && failure->kind != HS_FAILURE_NOT_INVITED)
    {
      hs_failure_free (failure);
      g_clear_error (&error);
      failure = g_steal_pointer (&self->route_failure);
    }
  told = error != NULL ? error
                       : g_error_new (HS_SESSION_ERROR, HS_SESSION_ERROR_REFUSED, "%s. %s", failure->title, failure->sentence);

  hs_connection_finish (self, failure);
  if (task != NULL)
    g_task_return_error (task, told);
  else
    g_error_free (told);
}

/* Cancelled by a person: no failure. What stands already is closed in good order. */
void
hs_connection_cancel_open (HsConnection *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);
  g_autoptr (HsConnection) hold G_GNUC_UNUSED = g_object_ref (self);

  clear_cancel_source (self);
  if (task == NULL)
    return;
  g_cancellable_cancel (self->cancellable);
  hs_connection_step_failed (self, _("Cancelled"));
  if (self->link != NULL)
    hs_link_close (self->link, 0);
  else
    hs_connection_finish (self, NULL);
  g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "%s", _("Cancelled"));
}

/* ---- The end ---- */

void
hs_connection_clear_ticks (HsConnection *self)
{
  g_clear_handle_id (&self->ack_source, g_source_remove);
  g_clear_handle_id (&self->spacing_source, g_source_remove);
  g_clear_handle_id (&self->welcome_source, g_source_remove);
  g_clear_handle_id (&self->offer_source, g_source_remove);
  g_clear_handle_id (&self->settle_source, g_source_remove);
}

void
hs_connection_clear_sources (HsConnection *self)
{
  clear_cancel_source (self);
  hs_connection_clear_ticks (self);
}

void
hs_connection_finish (HsConnection *self, HsFailure *failure)
{
  g_autofree char *why = failure != NULL ? g_strdup_printf ("%s. %s", failure->title, failure->sentence) : NULL;

  if (self->finished)
    {
      g_clear_pointer (&failure, hs_failure_free);
      return;
    }
  self->finished = TRUE;
  hs_connection_clear_sources (self);
  g_signal_handlers_disconnect_by_data (self->session, self);
  g_signal_handlers_disconnect_by_data (hs_session_get_rooms (self->session), self);
  hs_connection_view_clear (self);
  hs_connection_drop_link (self);
  hs_connection_plain_clear (self);
  hs_connection_set_leaving_hint (self, NULL);
  hs_session_ended (self->session, why);
  if (failure != NULL)
    {
      /* An answer came: the step no longer waits for one. Else it goes on saying how often the SYN went out. */
      hs_connection_step_failed (self, failure->kind == HS_FAILURE_NO_ANSWER ? NULL : failure->title);
      g_clear_pointer (&self->failure, hs_failure_free);
      self->failure = failure;
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_FAILURE]);
    }
  if (self->open)
    {
      self->open = FALSE;
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_OPEN]);
    }
  g_signal_emit (self, signals[CLOSED], 0);
}

void
hs_connection_leave (HsConnection *self, gboolean now)
{
  if (now)
    self->leave_now = TRUE;
  if (self->task != NULL)
    hs_connection_cancel_open (self);
  else if (self->leave_wanted)
    hs_connection_plain_leave (self);
  else
    hs_session_quit (self->session, NULL);
}

/* ---- Facts ---- */

void
hs_connection_set_leaving_hint (HsConnection *self, const char *hint)
{
  if (g_strcmp0 (self->leaving_hint, hint) == 0)
    return;
  g_free (self->leaving_hint);
  self->leaving_hint = g_strdup (hint);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LEAVING_HINT]);
}

void
hs_connection_set_found (HsConnection *self, HsDialect dialect)
{
  if (self->found == dialect)
    return;
  self->found = dialect;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_PROTOCOL_FOUND]);
}

void
hs_connection_set_host_token (HsConnection *self, const char *token, const char *key)
{
  hs_secret_set (&self->host_token, token);
  self->is_own = key != NULL && hs_fingerprint_init_from_text (&self->own, key);
}

void
hs_connection_set_encryption (HsConnection *self, HsEncryption encryption)
{
  self->encryption = encryption;
}

void
hs_connection_set_trust (HsConnection *self, HsKnownServers *known, HsOwnKey *own_key)
{
  g_return_if_fail (!self->used);

  g_set_object (&self->known, known);
  g_clear_object (&self->own_key);
  self->own_key = own_key != NULL ? g_object_ref (own_key) : hs_own_key_new (NULL, NULL);
  g_clear_object (&self->security);
  self->security = hs_security_new (known);
}

HsSession *
hs_connection_get_session (HsConnection *self)
{
  return self->session;
}

HsTcpWatch *
hs_connection_get_watch (HsConnection *self)
{
  return self->watch;
}

HsSecurity *
hs_connection_get_security (HsConnection *self)
{
  return self->security;
}

gboolean
hs_connection_is_exception (HsConnection *self)
{
  return self->pinned && !self->encrypted;
}

GListModel *
hs_connection_get_steps (HsConnection *self)
{
  return G_LIST_MODEL (self->steps);
}

gboolean
hs_connection_is_used (HsConnection *self)
{
  return self->used;
}

gboolean
hs_connection_is_open (HsConnection *self)
{
  return self->open;
}

const char *
hs_connection_get_leaving_hint (HsConnection *self)
{
  return self->leaving_hint;
}

const HsFailure *
hs_connection_get_failure (HsConnection *self)
{
  return self->failure;
}

const char *
hs_connection_get_address (HsConnection *self)
{
  return self->address_text;
}

const char *
hs_connection_get_place (HsConnection *self)
{
  return self->place;
}
