/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Those who hear what is said in a room, and what is said there until something else is queued to one of them: one entry of the gate. Who said
 * none of it gets it in one piece, which is made once for all who have negotiated the same. */
#include "hs-engine-keep-private.h"

#include "hs-limits.h"

typedef struct
{
  HsPeer *peer; /* (nullable) it is gone */
  guint variant;
} Hearer;

typedef struct
{
  HsPeer *from; /* (nullable) it is gone */
  guint append; /* index */
  HsLines lines;
} Said;

struct _HsCrowd
{
  GArray *hearers; /* of Hearer */
  GArray *said;    /* of Said */
  guint64 channel_id;
  guint32 age;
  guint32 variants; /* bits: somebody has it */
  gsize size;       /* bytes: no variant's piece is longer */
};

static void
clear_said (gpointer data)
{
  hs_lines_clear (&((Said *) data)->lines);
}

/* Who is closing hears nothing more. */
static void
add_hearer (HsCrowd *self, HsPeer *peer)
{
  Hearer hearer = { peer, hs_peer_get_variant (peer) };

  if (peer->flushing)
    return;
  peer->n_held++;
  self->variants |= 1u << hearer.variant;
  g_array_append_val (self->hearers, hearer);
}

HsCrowd *
hs_crowd_new (HsEngine *engine, HsChannel *channel)
{
  HsCrowd *self = g_new0 (HsCrowd, 1);

  self->channel_id = channel->id;
  self->age = channel->crowd_age;
  self->said = g_array_new (FALSE, FALSE, sizeof (Said));
  g_array_set_clear_func (self->said, clear_said);
  self->hearers = g_array_sized_new (FALSE, FALSE, sizeof (Hearer), channel->members->len);
  for (guint i = 0; i < channel->members->len; i++)
    add_hearer (self, ((HsMembership *) g_ptr_array_index (channel->members, i))->peer);
  if (channel == engine->lobby && engine->n_listeners > 0)
    for (GList *l = engine->unregistered.head; l != NULL; l = l->next)
      if (((HsPeer *) l->data)->listener)
        add_hearer (self, l->data);
  return self;
}

void
hs_crowd_free (HsCrowd *self)
{
  g_array_unref (self->hearers);
  g_array_unref (self->said);
  g_free (self);
}

gboolean
hs_crowd_is_of (const HsCrowd *self, const HsChannel *channel)
{
  return self->channel_id == channel->id && self->age == channel->crowd_age;
}

gboolean
hs_crowd_is_full (const HsCrowd *self, const HsEngine *engine)
{
  return self->size >= MIN (HS_CROWD_PIECE_MAX, engine->config->send_queue / 4);
}

void
hs_crowd_add (HsCrowd *self, HsFanout *fanout, guint append, HsPeer *from)
{
  Said said = { .from = from, .append = append };
  gsize longest = 0;

  for (guint variant = 0; variant < HS_N_VARIANTS; variant++)
    {
      const HsBuf *line = (self->variants & (1u << variant)) != 0 ? hs_fanout_get_line (fanout, variant) : NULL;

      if (line != NULL)
        longest = MAX (longest, line->len);
    }
  self->size += longest;
  said.lines = fanout->lines;
  fanout->lines = (HsLines){ 0 };
  g_array_append_val (self->said, said);
}

void
hs_crowd_forget_peer (HsCrowd *self, HsPeer *peer)
{
  for (guint i = 0; i < self->hearers->len; i++)
    {
      Hearer *hearer = &g_array_index (self->hearers, Hearer, i);

      if (hearer->peer != peer)
        continue;
      hearer->peer = NULL;
      peer->n_held--;
      break;
    }
  for (guint i = 0; i < self->said->len; i++)
    {
      Said *said = &g_array_index (self->said, Said, i);

      if (said->from == peer)
        said->from = NULL;
    }
}

/* ---- Out ---- */

/* (nullable) Borrowed. */
static HsBuf *
get_line (const Said *said, const GArray *appends, guint variant)
{
  if (hs_append_is_dropped (&g_array_index (appends, HsAppend, said->append)))
    return NULL;
  return hs_lines_get (&said->lines, variant);
}

/* (transfer full) */
static HsBuf *
make_piece (const HsCrowd *self, const GArray *appends, guint variant)
{
  g_autoptr (GString) all = g_string_new (NULL);

  for (guint i = 0; i < self->said->len; i++)
    {
      const HsBuf *line = get_line (&g_array_index (self->said, Said, i), appends, variant);

      if (line != NULL)
        g_string_append_len (all, line->data, line->len);
    }
  return hs_buf_new (all->str, all->len);
}

/* Who said some of it hears what the others said, and in between is told what became of its own. */
static void
let_out_to_speaker (HsCrowd *self, HsEngine *engine, const GArray *appends, const Hearer *hearer)
{
  for (guint i = 0; i < self->said->len; i++)
    {
      const Said *said = &g_array_index (self->said, Said, i);
      HsBuf *line = get_line (said, appends, hearer->variant);

      if (said->from == hearer->peer)
        hs_gate_answer (engine, hearer->peer, &g_array_index (appends, HsAppend, said->append));
      else if (line != NULL)
        engine->funcs->send (hearer->peer, line, engine->user_data);
    }
}

static void
mark_speakers (HsCrowd *self, guint32 mark)
{
  for (guint i = 0; i < self->said->len; i++)
    {
      HsPeer *from = g_array_index (self->said, Said, i).from;

      if (from != NULL)
        from->mark = mark;
    }
}

void
hs_crowd_let_out (HsCrowd *self, HsEngine *engine, const GArray *appends)
{
  HsBuf *pieces[HS_N_VARIANTS] = { NULL };
  guint32 mark = ++engine->mark;

  mark_speakers (self, mark);
  for (guint i = 0; i < self->hearers->len; i++)
    {
      const Hearer *hearer = &g_array_index (self->hearers, Hearer, i);
      HsBuf **piece = &pieces[hearer->variant];

      if (hearer->peer == NULL)
        continue;
      hearer->peer->n_held--;
      if (hearer->peer->mark == mark)
        {
          let_out_to_speaker (self, engine, appends, hearer);
          continue;
        }
      if (*piece == NULL)
        *piece = make_piece (self, appends, hearer->variant);
      if ((*piece)->len > 0)
        engine->funcs->send (hearer->peer, *piece, engine->user_data);
    }
  for (guint i = 0; i < HS_N_VARIANTS; i++)
    g_clear_pointer (&pieces[i], hs_buf_unref);
}
