/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hostilerun.h"

#include "hostile.h"
#include "testasf.h"

#define DEADLINE (20 * test_get_patience () * G_TIME_SPAN_SECOND)

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

/* HostileRun.lock held */
static void
store_locked (HostileRun * run, GstBuffer * buffer)
{
  gsize size = gst_buffer_get_size (buffer);
  GByteArray *file;

  if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_HEADER)
      && (!run->has_bytes_segment || run->files->len == 0)) {
    g_ptr_array_add (run->files, g_byte_array_new ());
    run->pos = 0;
  }
  run->n_stored += size;
  if (run->files->len == 0 || run->n_stored > HOSTILE_MAX_OUTPUT)
    return;
  file = g_ptr_array_index (run->files, run->files->len - 1);
  if (run->pos + size > file->len)
    g_byte_array_set_size (file, run->pos + size);
  gst_buffer_extract (buffer, 0, file->data + run->pos, size);
  run->pos += size;
}

static GstFlowReturn
take_buffer (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  HostileRun *run = GST_PAD_ELEMENT_PRIVATE (pad);

  g_mutex_lock (&run->lock);
  store_locked (run, buffer);
  g_mutex_unlock (&run->lock);
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

static gboolean
take_event (GstPad * pad, GstObject * parent, GstEvent * event)
{
  HostileRun *run = GST_PAD_ELEMENT_PRIVATE (pad);
  const GstSegment *segment;

  g_mutex_lock (&run->lock);
  if (GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT) {
    gst_event_parse_segment (event, &segment);
    run->has_bytes_segment = segment->format == GST_FORMAT_BYTES;
    if (run->has_bytes_segment)
      run->pos = segment->start;
  }
  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS)
    run->ended = TRUE;
  g_cond_signal (&run->cond);
  g_mutex_unlock (&run->lock);
  gst_event_unref (event);
  return TRUE;
}

static gboolean
take_query (GstPad * pad, GstObject * parent, GstQuery * query)
{
  HostileRun *run = GST_PAD_ELEMENT_PRIVATE (pad);

  if (GST_QUERY_TYPE (query) == GST_QUERY_SEEKING) {
    gst_query_set_seeking (query, GST_FORMAT_BYTES, run->is_seekable, 0, -1);
    return TRUE;
  }
  return gst_pad_query_default (pad, parent, query);
}

static void
push_caps (HostileInput * input)
{
  GstCaps *caps = hostile_caps (input->rand, input->sink);

  gst_pad_push_event (input->src, gst_event_new_caps (caps));
  gst_caps_unref (caps);
}

static void
push_start (HostileInput * input)
{
  g_autofree gchar *id = g_strdup_printf ("%p", input);
  GstEvent *event = gst_event_new_stream_start (id);

  gst_event_set_group_id (event, hostile_chance (input->rand, 3) ?
      g_rand_int (input->rand) | 1 : 1);
  gst_pad_push_event (input->src, event);
  if (!hostile_chance (input->rand, 12)) {
    input->has_caps = TRUE;
    push_caps (input);
  }
  gst_pad_push_event (input->src, hostile_segment (input->rand));
}

static void
push_flush (HostileInput * input)
{
  g_atomic_int_set (&input->run->was_disturbed, TRUE);
  gst_pad_push_event (input->src, gst_event_new_flush_start ());
  gst_pad_push_event (input->src, gst_event_new_flush_stop (TRUE));
  gst_pad_push_event (input->src, hostile_segment (input->rand));
}

static void
push_something (HostileInput * input)
{
  GRand *rand = input->rand;
  GstQuery *query;

  switch (g_rand_int_range (rand, 0, 60)) {
    case 0:
      push_flush (input);
      break;
    case 1:
      gst_pad_push_event (input->src, hostile_segment (rand));
      break;
    case 2:
      /* the core insists on caps before the segment */
      if (input->has_caps)
        push_caps (input);
      break;
    case 3:
      hostile_set_property (rand, G_OBJECT (input->sink));
      break;
    case 4:
      if (hostile_chance (rand, 4))
        gst_pad_push_event (input->src, gst_event_new_eos ());
      break;
    case 10:
      query = hostile_query (rand);
      gst_pad_peer_query (input->src, query);
      gst_query_unref (query);
      break;
    case 11:
    case 12:
      gst_pad_push_list (input->src, hostile_list (rand, &input->time));
      break;
    case 5:
    case 6:
    case 7:
    case 8:
    case 9:
      gst_pad_push_event (input->src, hostile_event (rand, input->time));
      break;
    default:
      gst_pad_push (input->src, hostile_buffer (rand, &input->time));
      break;
  }
}

static gpointer
run_input (gpointer data)
{
  HostileInput *input = data;
  guint i;

  push_start (input);
  for (i = 0; i < input->n_ops; i++)
    push_something (input);
  gst_pad_push_event (input->src, gst_event_new_eos ());
  g_mutex_lock (&input->run->lock);
  input->run->n_running--;
  g_cond_signal (&input->run->cond);
  g_mutex_unlock (&input->run->lock);
  return NULL;
}

/* The core warns when a name is taken. */
static gboolean
has_pad (GstElement * element, const gchar * name)
{
  GstPad *pad = gst_element_get_static_pad (element, name);
  gboolean is_there = pad != NULL;

  gst_clear_object (&pad);
  return is_there;
}

/* Asks for a pad of any template. */
static GstPad *
request_pad (HostileRun * run)
{
  GstElementClass *klass = GST_ELEMENT_GET_CLASS (run->mux);
  GstPadTemplate *templ = NULL;
  g_autofree gchar *name = NULL;
  GList *l = gst_element_class_get_pad_template_list (klass);

  while (templ == NULL || templ->direction != GST_PAD_SINK)
    templ = g_list_nth_data (l,
        g_rand_int_range (run->rand, 0, g_list_length (l)));
  if (hostile_chance (run->rand, 4))
    name = g_strdup_printf ("%.*s%u",
        (gint) strcspn (templ->name_template, "%"), templ->name_template,
        (guint) hostile_int (run->rand));
  if (name != NULL && has_pad (run->mux, name))
    g_clear_pointer (&name, g_free);
  return gst_element_request_pad (run->mux, templ, name, NULL);
}

static void
add_input (HostileRun * run)
{
  GstPad *sink = request_pad (run);
  HostileInput *input;

  if (sink == NULL)
    return;
  input = &run->inputs[run->n_inputs++];
  input->run = run;
  input->rand = g_rand_new_with_seed (g_rand_int (run->rand));
  input->n_ops = hostile_chance (run->rand, 8) ? 0 :
      g_rand_int_range (run->rand, 1, run->max_ops > 0 ? run->max_ops : 400);
  input->time = hostile_chance (run->rand, 6) ? 3600000 * GST_SECOND : 0;
  input->sink = sink;
  input->src = gst_pad_new_from_static_template (&src_template, NULL);
  gst_pad_set_active (input->src, TRUE);
  gst_pad_link_full (input->src, sink, GST_PAD_LINK_CHECK_NOTHING);
  if (hostile_chance (run->rand, 3))
    hostile_set_property (run->rand, G_OBJECT (sink));
  g_mutex_lock (&run->lock);
  run->n_running++;
  g_mutex_unlock (&run->lock);
}

static void
query_something (HostileRun * run)
{
  GstPad *src = gst_pad_get_peer (run->out);
  gint64 n;
  GstQuery *query = gst_query_new_latency ();

  gst_pad_query (src, query);
  gst_query_unref (query);
  gst_pad_query_position (src, GST_FORMAT_TIME, &n);
  gst_pad_query_duration (src, GST_FORMAT_BYTES, &n);
  gst_caps_unref (gst_pad_query_caps (src, NULL));
  gst_pad_push_event (run->out, hostile_chance (run->rand, 2) ?
      gst_event_new_reconfigure () :
      gst_event_new_qos (GST_QOS_TYPE_UNDERFLOW, 2.0, g_rand_int (run->rand),
          0));
  gst_object_unref (src);
}

static void
release_input (HostileRun * run)
{
  HostileInput *input =
      &run->inputs[g_rand_int_range (run->rand, 0, run->n_inputs)];

  if (input->is_released)
    return;
  input->is_released = TRUE;
  if (++run->n_released == run->n_inputs)
    g_atomic_int_set (&run->was_disturbed, TRUE);
  gst_element_release_request_pad (run->mux, input->sink);
}

static void
disturb (HostileRun * run)
{
  static const GstState states[] = { GST_STATE_PLAYING, GST_STATE_PAUSED,
    GST_STATE_READY, GST_STATE_NULL, GST_STATE_PLAYING
  };
  GstState state;

  switch (g_rand_int_range (run->rand, 0, 12)) {
    case 0:
      state = states[g_rand_int_range (run->rand, 0, G_N_ELEMENTS (states))];
      g_atomic_int_set (&run->was_disturbed, TRUE);
      gst_element_set_state (run->mux, state);
      break;
    case 1:
    case 2:
      hostile_set_property (run->rand, G_OBJECT (run->mux));
      break;
    case 3:
      release_input (run);
      break;
    case 4:
      if (run->n_inputs < HOSTILE_MAX_INPUTS) {
        guint n = run->n_inputs;

        add_input (run);
        if (run->n_inputs > n)
          run->inputs[n].thread = g_thread_new ("input", run_input,
              &run->inputs[n]);
      }
      break;
    default:
      query_something (run);
      break;
  }
}

void
hostile_run_init (HostileRun * run, guint32 seed)
{
  GstPad *src;
  guint i;

  run->rand = g_rand_new_with_seed (seed);
  g_mutex_init (&run->lock);
  g_cond_init (&run->cond);
  run->files =
      g_ptr_array_new_with_free_func ((GDestroyNotify) g_byte_array_unref);
  run->is_seekable = hostile_chance (run->rand, 2);
  run->mux = gst_object_ref_sink (gst_element_factory_make ("asfmux", NULL));
  run->bus = gst_bus_new ();
  gst_element_set_bus (run->mux, run->bus);
  run->out = gst_pad_new_from_static_template (&sink_template, NULL);
  GST_PAD_ELEMENT_PRIVATE (run->out) = run;
  gst_pad_set_chain_function (run->out, take_buffer);
  gst_pad_set_event_function (run->out, take_event);
  gst_pad_set_query_function (run->out, take_query);
  gst_pad_set_active (run->out, TRUE);
  src = gst_element_get_static_pad (run->mux, "src");
  gst_pad_link (src, run->out);
  gst_object_unref (src);

  if (hostile_chance (run->rand, 2))
    g_object_set (run->mux, "streamable", TRUE, NULL);
  while (hostile_chance (run->rand, 3))
    hostile_set_property (run->rand, G_OBJECT (run->mux));
  for (i = g_rand_int_range (run->rand, 1, HOSTILE_MAX_INPUTS - 2); i > 0; i--)
    add_input (run);
}

/* The clock that looks after what is held back may have one for a moment. */
static void
wait_for_references (HostileRun * run)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE;

  while (GST_OBJECT_REFCOUNT_VALUE (run->mux) > 1) {
    if (g_get_monotonic_time () > deadline) {
      run->fault = "references are left";
      return;
    }
    g_thread_yield ();
  }
}

void
hostile_run_clear (HostileRun * run)
{
  guint i;

  gst_element_set_state (run->mux, GST_STATE_NULL);
  for (i = 0; i < run->n_inputs; i++) {
    gst_pad_set_active (run->inputs[i].src, FALSE);
    gst_object_unref (run->inputs[i].src);
    gst_object_unref (run->inputs[i].sink);
    g_rand_free (run->inputs[i].rand);
  }
  gst_pad_set_active (run->out, FALSE);
  gst_object_unref (run->out);
  gst_element_set_bus (run->mux, NULL);
  gst_object_unref (run->bus);
  wait_for_references (run);
  gst_object_unref (run->mux);
  g_ptr_array_unref (run->files);
  g_rand_free (run->rand);
  g_mutex_clear (&run->lock);
  g_cond_clear (&run->cond);
}

static gboolean
has_error_message (HostileRun * run)
{
  GstMessage *message = gst_bus_pop_filtered (run->bus, GST_MESSAGE_ERROR);

  if (message == NULL)
    return FALSE;
  gst_message_unref (message);
  return TRUE;
}

/* All inputs have ended: now an end is due, or an error has been posted.
 * Returns: whether there was an error. */
static gboolean
wait_for_end (HostileRun * run)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE;
  gboolean has_error = has_error_message (run);

  g_mutex_lock (&run->lock);
  while (!run->ended && !has_error && !g_atomic_int_get (&run->was_disturbed)) {
    if (!g_cond_wait_until (&run->cond, &run->lock,
            g_get_monotonic_time () + 100 * G_TIME_SPAN_MILLISECOND)) {
      has_error = has_error_message (run);
      if (!has_error && g_get_monotonic_time () > deadline) {
        run->fault = "neither an end nor an error";
        break;
      }
    }
  }
  g_mutex_unlock (&run->lock);
  return has_error || has_error_message (run);
}

/* Threads that wait for other pads end with a state change at the latest. */
static void
wait_for_inputs (HostileRun * run)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE;
  guint i;

  g_mutex_lock (&run->lock);
  while (run->n_running > 0) {
    gint64 next = g_get_monotonic_time () + 2 * G_TIME_SPAN_MILLISECOND;

    if (!g_cond_wait_until (&run->cond, &run->lock, MIN (next, deadline))) {
      g_mutex_unlock (&run->lock);
      if (g_get_monotonic_time () > deadline)
        g_error ("it hangs");
      disturb (run);
      g_mutex_lock (&run->lock);
    }
  }
  g_mutex_unlock (&run->lock);
  for (i = 0; i < run->n_inputs; i++)
    g_thread_join (run->inputs[i].thread);
}

gboolean
hostile_run_play (HostileRun * run)
{
  guint i;

  if (gst_element_set_state (run->mux, GST_STATE_PLAYING) ==
      GST_STATE_CHANGE_FAILURE)
    g_atomic_int_set (&run->was_disturbed, TRUE);
  for (i = 0; i < run->n_inputs; i++)
    run->inputs[i].thread = g_thread_new ("input", run_input, &run->inputs[i]);
  wait_for_inputs (run);
  return run->n_inputs > 0 && wait_for_end (run);
}
