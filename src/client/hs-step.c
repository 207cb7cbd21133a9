/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One step of connecting, as the address dialog lists it. */
#include "hs-step.h"

struct _HsStep
{
  GObject parent_instance;

  /* Owned */
  char *title, *detail;

  /* State */
  HsStepState state;
  gint64 elapsed;
};

G_DEFINE_FINAL_TYPE (HsStep, hs_step, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_TITLE,
  PROP_DETAIL,
  PROP_STATE,
  PROP_ELAPSED,
  N_PROPS
};
static GParamSpec *props[N_PROPS];

static void
hs_step_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  HsStep *self = HS_STEP (object);

  switch (id)
    {
    case PROP_TITLE: g_value_set_string (value, self->title); break;
    case PROP_DETAIL: g_value_set_string (value, self->detail); break;
    case PROP_STATE: g_value_set_int (value, self->state); break;
    case PROP_ELAPSED: g_value_set_int64 (value, self->elapsed); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
hs_step_finalize (GObject *object)
{
  HsStep *self = HS_STEP (object);

  g_free (self->title);
  g_free (self->detail);
  G_OBJECT_CLASS (hs_step_parent_class)->finalize (object);
}

static void
hs_step_class_init (HsStepClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = hs_step_get_property;
  object_class->finalize = hs_step_finalize;

  props[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  props[PROP_DETAIL] = g_param_spec_string ("detail", NULL, NULL, NULL, flags);
  props[PROP_STATE] = g_param_spec_int ("state", NULL, NULL, HS_STEP_WAITING, HS_STEP_FAILED, HS_STEP_WAITING, flags);
  props[PROP_ELAPSED] = g_param_spec_int64 ("elapsed", NULL, NULL, -1, G_MAXINT64, -1, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
hs_step_init (HsStep *self)
{
  self->elapsed = -1;
}

HsStep *
hs_step_new (const char *title)
{
  HsStep *self = g_object_new (HS_TYPE_STEP, NULL);

  self->title = g_strdup (title);
  return self;
}

const char *
hs_step_get_title (HsStep *self)
{
  return self->title;
}

const char *
hs_step_get_detail (HsStep *self)
{
  return self->detail;
}

HsStepState
hs_step_get_state (HsStep *self)
{
  return self->state;
}

gint64
hs_step_get_elapsed (HsStep *self)
{
  return self->elapsed;
}

/* @detail NULL leaves what was said before. */
void
hs_step_set (HsStep *self, HsStepState state, const char *detail, gint64 elapsed)
{
  g_object_freeze_notify (G_OBJECT (self));
  if (detail != NULL && g_strcmp0 (self->detail, detail) != 0)
    {
      g_free (self->detail);
      self->detail = g_strdup (detail);
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_DETAIL]);
    }
  if (self->elapsed != elapsed)
    {
      self->elapsed = elapsed;
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ELAPSED]);
    }
  if (self->state != state)
    {
      self->state = state;
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STATE]);
    }
  g_object_thaw_notify (G_OBJECT (self));
}
