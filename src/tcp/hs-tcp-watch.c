/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people see of one connection: the tap's events and numbers as an object to bind to, on the main thread. Does no I/O. */
#include "hs-tcp-watch-private.h"

#include <string.h>

struct _HsTcpWatch
{
  GObject parent_instance;

  /* Owned */
  char *name;
  char *local;
  char *remote;
  char *source;
  GListStore *log;
  HsTcpWays *ways;
  HsTcpTold *told;

  /* State */
  struct { gboolean known, calculated; guint32 number; } first[2]; /* by outgoing: [TRUE] ours */
  HsTcpCannot cannot;
  HsTcpRole role;
  HsTcpState state;
  HsTcpKnown known;
  gint64 since;
  gint64 expires;
  HsTcpBegan began;
  HsTcpTally tally;      /* where there is no TCP */
  HsTcpNumbers numbers;
  guint experiments;
  HsTcpNumbers other_numbers;
  gboolean has_other;
  int other;
  gboolean has_numbers;
  gboolean gone;
  gboolean shown;
};

G_DEFINE_FINAL_TYPE (HsTcpWatch, hs_tcp_watch, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_NAME,
  PROP_LOCAL,
  PROP_REMOTE,
  PROP_ROLE,
  PROP_TRANSPORT,
  PROP_STATE,
  PROP_KNOWN,
  PROP_SOURCE,
  PROP_SINCE,
  PROP_BEGAN,
  PROP_EXPIRES,
  PROP_GONE,
  PROP_SHOWN,
  PROP_CANNOT,
  PROP_NUMBERED,
  PROP_EXPERIMENTS,
  PROP_OTHER,
  PROP_TOLD,
  N_PROPS
};

enum { NUMBERS_CHANGED, WAY_CHANGED, EXPERIMENT, OTHER_CHANGED, TOLD_CHANGED, TOLD_NUMBERS_CHANGED, N_SIGNALS };

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

static void
hs_tcp_watch_finalize (GObject *object)
{
  HsTcpWatch *self = HS_TCP_WATCH (object);

  g_free (self->name);
  g_free (self->local);
  g_free (self->remote);
  g_free (self->source);
  g_object_unref (self->log);
  hs_tcp_ways_free (self->ways);
  hs_tcp_told_free (self->told);
  G_OBJECT_CLASS (hs_tcp_watch_parent_class)->finalize (object);
}

static void
hs_tcp_watch_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  HsTcpWatch *self = HS_TCP_WATCH (object);

  switch (id)
    {
    case PROP_NAME: g_value_set_string (value, self->name); break;
    case PROP_LOCAL: g_value_set_string (value, self->local); break;
    case PROP_REMOTE: g_value_set_string (value, self->remote); break;
    case PROP_ROLE: g_value_set_int (value, self->role); break;
    case PROP_TRANSPORT: g_value_set_int (value, self->tally.transport); break;
    case PROP_STATE: g_value_set_int (value, self->state); break;
    case PROP_KNOWN: g_value_set_int (value, self->known); break;
    case PROP_SOURCE: g_value_set_string (value, self->source); break;
    case PROP_SINCE: g_value_set_int64 (value, self->since); break;
    case PROP_BEGAN: g_value_set_int (value, (int) self->began); break;
    case PROP_EXPIRES: g_value_set_int64 (value, self->expires); break;
    case PROP_GONE: g_value_set_boolean (value, self->gone); break;
    case PROP_SHOWN: g_value_set_boolean (value, self->shown); break;
    case PROP_CANNOT: g_value_set_uint (value, self->cannot); break;
    case PROP_NUMBERED: g_value_set_boolean (value, self->first[TRUE].known || self->first[FALSE].known); break;
    case PROP_OTHER: g_value_set_int (value, self->other); break;
    case PROP_TOLD: g_value_set_int (value, hs_tcp_told_get_state (self->told)); break;
    case PROP_EXPERIMENTS: g_value_set_uint (value, self->experiments); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
hs_tcp_watch_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  HsTcpWatch *self = HS_TCP_WATCH (object);

  switch (id)
    {
    case PROP_NAME: hs_tcp_watch_set_name (self, g_value_get_string (value)); break;
    case PROP_SHOWN: hs_tcp_watch_set_shown (self, g_value_get_boolean (value)); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
hs_tcp_watch_class_init (HsTcpWatchClass *klass)
{
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
  const GParamFlags writable = readable | G_PARAM_WRITABLE;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hs_tcp_watch_finalize;
  object_class->get_property = hs_tcp_watch_get_property;
  object_class->set_property = hs_tcp_watch_set_property;

  props[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, writable);
  props[PROP_LOCAL] = g_param_spec_string ("local", NULL, NULL, NULL, readable);
  props[PROP_REMOTE] = g_param_spec_string ("remote", NULL, NULL, NULL, readable);
  props[PROP_ROLE] = g_param_spec_int ("role", NULL, NULL, 0, HS_TCP_ROLE_LISTENER, 0, readable);
  props[PROP_TRANSPORT] = g_param_spec_int ("transport", NULL, NULL, 0, HS_TCP_TRANSPORT_UNIX, 0, readable);
  props[PROP_STATE] = g_param_spec_int ("state", NULL, NULL, 0, HS_TCP_N_STATES - 1, 0, readable);
  props[PROP_KNOWN] = g_param_spec_int ("known", NULL, NULL, 0, HS_TCP_INFERRED, 0, readable);
  props[PROP_SOURCE] = g_param_spec_string ("source", NULL, NULL, NULL, readable);
  props[PROP_SINCE] = g_param_spec_int64 ("since", NULL, NULL, 0, G_MAXINT64, 0, readable);
  props[PROP_BEGAN] = g_param_spec_int ("began", NULL, NULL, 0, HS_TCP_BEGAN_BOTH, 0, readable);
  props[PROP_EXPIRES] = g_param_spec_int64 ("expires", NULL, NULL, 0, G_MAXINT64, 0, readable);
  props[PROP_GONE] = g_param_spec_boolean ("gone", NULL, NULL, FALSE, readable);
  props[PROP_SHOWN] = g_param_spec_boolean ("shown", NULL, NULL, FALSE, writable);
  props[PROP_CANNOT] = g_param_spec_uint ("cannot", NULL, NULL, 0, G_MAXUINT, 0, readable);
  props[PROP_NUMBERED] = g_param_spec_boolean ("numbered", NULL, NULL, FALSE, readable);
  props[PROP_EXPERIMENTS] = g_param_spec_uint ("experiments", NULL, NULL, 0, G_MAXUINT, 0, readable);
  props[PROP_OTHER] = g_param_spec_int ("other", NULL, NULL, -1, HS_TCP_N_STATES - 1, -1, readable);
  props[PROP_TOLD] = g_param_spec_int ("told", NULL, NULL, HS_TCP_TOLD_NOTHING, HS_TCP_TOLD_REFUSED, HS_TCP_TOLD_NOTHING, readable);
  g_object_class_install_properties (object_class, N_PROPS, props);

  signals[NUMBERS_CHANGED] =
    g_signal_new ("numbers-changed", HS_TYPE_TCP_WATCH, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[WAY_CHANGED] =
    g_signal_new ("way-changed", HS_TYPE_TCP_WATCH, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[OTHER_CHANGED] =
    g_signal_new ("other-changed", HS_TYPE_TCP_WATCH, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[TOLD_CHANGED] =
    g_signal_new ("told-changed", HS_TYPE_TCP_WATCH, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[TOLD_NUMBERS_CHANGED] =
    g_signal_new ("told-numbers-changed", HS_TYPE_TCP_WATCH, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[EXPERIMENT] = g_signal_new ("experiment", HS_TYPE_TCP_WATCH, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_UINT,
                                      G_TYPE_BOOLEAN);
}

static void
hs_tcp_watch_init (HsTcpWatch *self)
{
  self->log = hs_tcp_log_new ();
  self->ways = hs_tcp_ways_new ();
  self->told = hs_tcp_told_new ();
  self->other = -1;
}

HsTcpWatch *
hs_tcp_watch_new (HsTcpRole role, const char *name)
{
  HsTcpWatch *self = g_object_new (HS_TYPE_TCP_WATCH, NULL);

  self->role = role;
  self->name = g_strdup (name);
  return self;
}

/* ---- Filled by the tap's owner ---- */

static void
set_string (HsTcpWatch *self, char **field, const char *value, guint prop)
{
  if (g_strcmp0 (*field, value) == 0)
    return;
  g_free (*field);
  *field = g_strdup (value);
  g_object_notify_by_pspec (G_OBJECT (self), props[prop]);
}

static void
set_began (HsTcpWatch *self, HsTcpBegan began)
{
  if (self->began == began)
    return;
  self->began = began;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_BEGAN]);
}

static void
set_expires (HsTcpWatch *self, gint64 expires)
{
  if (self->expires == expires)
    return;
  self->expires = expires;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_EXPIRES]);
}

static void
take_state (HsTcpWatch *self, const HsTcpEvent *event)
{
  g_autofree char *old_source = g_steal_pointer (&self->source);
  gboolean entered = self->state != event->state || self->since == 0;
  HsTcpKnown old_known = self->known;

  self->state = event->state;
  self->known = event->known;
  self->source = g_strdup (event->source);
  if (entered)
    {
      self->since = event->real_time;
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STATE]);
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SINCE]);
    }
  if (old_known != self->known)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_KNOWN]);
  if (g_strcmp0 (old_source, self->source) != 0)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SOURCE]);
  if (event->state == HS_TCP_TIME_WAIT && event->expires_ms != 0)
    set_expires (self, event->time + (gint64) event->expires_ms * 1000);
  else
    set_expires (self, 0);
}

static void
take_number (HsTcpWatch *self, gboolean own, gboolean has, guint32 number, gboolean calculated)
{
  if (!has)
    return;
  self->first[own].known = TRUE;
  self->first[own].number = number;
  self->first[own].calculated = calculated;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_NUMBERED]);
}

static void
take_other (HsTcpWatch *self, int state)
{
  if (self->other == state)
    return;
  self->other = state;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_OTHER]);
}

/* A second address is another connection: what was known of the first is no longer true. */
static void
begin_anew (HsTcpWatch *self)
{
  take_other (self, -1);
  self->has_other = FALSE;
  memset (self->first, 0, sizeof self->first);
  hs_tcp_ways_free (self->ways);
  self->ways = hs_tcp_ways_new ();
}

static void
take_event (HsTcpWatch *self, const HsTcpEvent *event)
{
  switch (event->kind)
    {
    case HS_TCP_EVENT_STATE:
      if (event->state == HS_TCP_SYN_SENT && self->state != HS_TCP_SYN_SENT)
        begin_anew (self);
      take_state (self, event);
      break;
    case HS_TCP_EVENT_SEGMENT:
      if (event->flags == HS_TCP_SYN)
        take_number (self, event->outgoing, event->has_seq, event->seq, event->seq_calculated);
      break;
    case HS_TCP_EVENT_NUMBERED:
      take_number (self, TRUE, event->has_seq, event->seq, event->seq_calculated);
      take_number (self, FALSE, event->has_ack, event->ack, event->ack_calculated);
      break;
    case HS_TCP_EVENT_OTHER:
      take_other (self, (int) event->other);
      break;
    case HS_TCP_EVENT_NOTE:
      if ((self->cannot | event->cannot) == self->cannot)
        break;
      self->cannot |= event->cannot;
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CANNOT]);
      break;
    default:
      break;
    }
}

HsTcpTold *
hs_tcp_watch_own_told (HsTcpWatch *self)
{
  return self->told;
}

void
hs_tcp_watch_add_event (HsTcpWatch *self, HsTcpEvent *event)
{
  g_return_if_fail (HS_IS_TCP_WATCH (self));

  hs_tcp_log_add (self->log, event);
  g_object_freeze_notify (G_OBJECT (self));
  set_began (self, hs_tcp_began_after (self->began, event));
  take_event (self, event);
  hs_tcp_ways_add (self->ways, event);
  g_object_thaw_notify (G_OBJECT (self));
  if (event->kind == HS_TCP_EVENT_DATA && event->stage != HS_TCP_STAGE_RECEIVED)
    g_signal_emit (self, signals[WAY_CHANGED], 0);
}

void
hs_tcp_watch_set_numbers (HsTcpWatch *self, const HsTcpNumbers *numbers)
{
  g_return_if_fail (HS_IS_TCP_WATCH (self));

  self->numbers = *numbers;
  self->has_numbers = TRUE;
  g_signal_emit (self, signals[NUMBERS_CHANGED], 0);
}

void
hs_tcp_watch_set_transport (HsTcpWatch *self, HsTcpTransport transport)
{
  g_return_if_fail (HS_IS_TCP_WATCH (self));

  if (self->tally.transport == transport)
    return;
  self->tally.transport = transport;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_TRANSPORT]);
}

void
hs_tcp_watch_set_tally (HsTcpWatch *self, const HsTcpTally *tally)
{
  g_return_if_fail (HS_IS_TCP_WATCH (self));

  hs_tcp_watch_set_transport (self, tally->transport);
  self->tally = *tally;
  g_signal_emit (self, signals[NUMBERS_CHANGED], 0);
}

void
hs_tcp_watch_set_other (HsTcpWatch *self, const HsTcpNumbers *numbers)
{
  g_return_if_fail (HS_IS_TCP_WATCH (self));

  self->other_numbers = *numbers;
  self->has_other = TRUE;
  g_signal_emit (self, signals[OTHER_CHANGED], 0);
}

const HsTcpNumbers *
hs_tcp_watch_get_other (HsTcpWatch *self)
{
  return self->has_other ? &self->other_numbers : NULL;
}

int
hs_tcp_watch_get_other_state (HsTcpWatch *self)
{
  return self->other;
}

void
hs_tcp_watch_set_addresses (HsTcpWatch *self, const char *local, const char *remote)
{
  g_return_if_fail (HS_IS_TCP_WATCH (self));

  set_string (self, &self->local, local, PROP_LOCAL);
  set_string (self, &self->remote, remote, PROP_REMOTE);
}

void
hs_tcp_watch_experiment (HsTcpWatch *self, HsTcpLab experiment, gboolean on)
{
  g_return_if_fail (HS_IS_TCP_WATCH (self));

  g_signal_emit (self, signals[EXPERIMENT], 0, (guint) experiment, on != FALSE);
}

void
hs_tcp_watch_set_experiments (HsTcpWatch *self, guint experiments)
{
  g_return_if_fail (HS_IS_TCP_WATCH (self));

  if (self->experiments == experiments)
    return;
  self->experiments = experiments;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_EXPERIMENTS]);
}

guint
hs_tcp_watch_get_experiments (HsTcpWatch *self)
{
  return self->experiments;
}

void
hs_tcp_watch_set_gone (HsTcpWatch *self)
{
  g_return_if_fail (HS_IS_TCP_WATCH (self));

  if (self->gone)
    return;
  self->gone = TRUE;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_GONE]);
}

void
hs_tcp_watch_set_name (HsTcpWatch *self, const char *name)
{
  g_return_if_fail (HS_IS_TCP_WATCH (self));

  set_string (self, &self->name, name, PROP_NAME);
}

void
hs_tcp_watch_set_shown (HsTcpWatch *self, gboolean shown)
{
  g_return_if_fail (HS_IS_TCP_WATCH (self));

  shown = shown != FALSE;
  if (self->shown == shown)
    return;
  self->shown = shown;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SHOWN]);
}

/* ---- Facts ---- */

gboolean
hs_tcp_watch_get_shown (HsTcpWatch *self)
{
  return self->shown;
}

const char *
hs_tcp_watch_get_name (HsTcpWatch *self)
{
  return self->name;
}

const char *
hs_tcp_watch_get_local (HsTcpWatch *self)
{
  return self->local;
}

const char *
hs_tcp_watch_get_remote (HsTcpWatch *self)
{
  return self->remote;
}

HsTcpRole
hs_tcp_watch_get_role (HsTcpWatch *self)
{
  return self->role;
}

HsTcpTransport
hs_tcp_watch_get_transport (HsTcpWatch *self)
{
  return self->tally.transport;
}

HsTcpState
hs_tcp_watch_get_state (HsTcpWatch *self)
{
  return self->state;
}

HsTcpKnown
hs_tcp_watch_get_known (HsTcpWatch *self)
{
  return self->known;
}

const char *
hs_tcp_watch_get_source (HsTcpWatch *self)
{
  return self->source;
}

gint64
hs_tcp_watch_get_since (HsTcpWatch *self)
{
  return self->since;
}

gint64
hs_tcp_watch_get_expires (HsTcpWatch *self)
{
  return self->expires;
}

HsTcpBegan
hs_tcp_watch_get_began (HsTcpWatch *self)
{
  return self->began;
}

gboolean
hs_tcp_watch_get_gone (HsTcpWatch *self)
{
  return self->gone;
}

const HsTcpNumbers *
hs_tcp_watch_get_numbers (HsTcpWatch *self)
{
  return self->has_numbers ? &self->numbers : NULL;
}

const HsTcpTally *
hs_tcp_watch_get_tally (HsTcpWatch *self)
{
  return self->tally.time != 0 ? &self->tally : NULL;
}

GListModel *
hs_tcp_watch_get_log (HsTcpWatch *self)
{
  return G_LIST_MODEL (self->log);
}

HsTcpCannot
hs_tcp_watch_get_cannot (HsTcpWatch *self)
{
  return self->cannot;
}

gboolean
hs_tcp_watch_get_first_number (HsTcpWatch *self, gboolean own, guint32 *number, gboolean *calculated)
{
  own = own != FALSE;
  *number = self->first[own].number;
  if (calculated != NULL)
    *calculated = self->first[own].calculated;
  return self->first[own].known;
}

gboolean
hs_tcp_watch_get_way (HsTcpWatch *self, guint64 begin, guint64 end, HsTcpWay *way)
{
  return hs_tcp_ways_get (self->ways, begin, end, way);
}
