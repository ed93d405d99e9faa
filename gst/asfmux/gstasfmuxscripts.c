/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "asfmux/gstasfmuxscripts.h"

#include <glib/gi18n-lib.h>

#include "asfmux/gstasfmuxintake.h"
#include "asfmux/gstasfmuxobjects.h"
#include "asfmux/gstasfmuxrestart.h"
#include "asfmux/gstasfmuxtext.h"

GST_DEBUG_CATEGORY_EXTERN (gst_wms_asf_mux_debug);
#define GST_CAT_DEFAULT gst_wms_asf_mux_debug

/* Fields of the Script Command Object are WORDs: how many commands there are,
 * how many WCHARs a text has (rules, 3.6). */
#define MAX_COMMANDS G_MAXUINT16
#define MAX_CHARS G_MAXUINT16
/* Later than any time stamp is taken for. */
#define MAX_RUNNING (G_MAXINT64 / 4)

/* A script command that waits for its time.  GST_CLOCK_STIME_NONE, which is
 * less than all others, is the beginning.  One that takes a text away again
 * has the number of that text's stream, else 0. */
typedef struct
{
  GstClockTimeDiff running;
  gchar *type;
  gchar *text;
  guint8 ends_number;
} Script;

static void
script_clear (Script * script)
{
  g_free (script->type);
  g_free (script->text);
}

static void
lose (GstWmsAsfSession * self, const gchar * type, const gchar * text)
{
  GST_WARNING_OBJECT (self->mux, "script command left out: %s %s", type, text);
  if (self->script_was_lost)
    return;
  self->script_was_lost = TRUE;
  GST_ELEMENT_WARNING (self->mux, STREAM, MUX,
      (_("A script command was left out: there is no text pad for it.")),
      ("command %s", type));
}

/* Those of one time in the order in which they came. */
static void
insert (GArray * scripts, const Script * script)
{
  guint i = scripts->len;

  while (i > 0 && g_array_index (scripts, Script, i - 1).running >
      script->running)
    i--;
  g_array_insert_vals (scripts, i, script, 1);
}

static void
add_waiting (GstWmsAsfSession * self, GstClockTimeDiff running,
    const gchar * type, const gchar * text, guint8 ends_number)
{
  Script script = { running, NULL, NULL, ends_number };

  if (self->scripts == NULL) {
    self->scripts = g_array_new (FALSE, FALSE, sizeof (Script));
    g_array_set_clear_func (self->scripts, (GDestroyNotify) script_clear);
  }
  if (self->scripts->len >= MAX_COMMANDS
      || g_utf8_strlen (type, -1) > MAX_CHARS / 2
      || g_utf8_strlen (text, -1) > MAX_CHARS / 2) {
    GST_ELEMENT_WARNING (self->mux, STREAM, MUX,
        (_("A script command was left out: there are too many, or it is too "
                "long.")), ("command %s", type));
    return;
  }
  script.type = g_strdup (type);
  script.text = g_strdup (text);
  insert (self->scripts, &script);
}

/* The command stream of that number; for 0 the one that events go into.  NULL
 * when there is none. */
static GstWmsAsfMuxPad *
find_stream (GstWmsAsfSession * self, guint8 number)
{
  guint i;

  for (i = 0; i < self->file.pads->len; i++) {
    GstWmsAsfMuxPad *other = g_ptr_array_index (self->file.pads, i);

    if (gst_wms_asf_text_is_text (other)
        && (number == 0 || number == other->number))
      return other;
  }
  return NULL;
}

/* Time stamp of the pad that gets this running time. */
static GstClockTime
to_position (GstWmsAsfMuxPad * pad, GstClockTimeDiff running)
{
  GstSegment segment;

  gst_wms_asf_mux_pad_get_segment (pad, &segment);
  running -= pad->jump_ns;
  if (segment.format != GST_FORMAT_TIME)
    return MAX (running, 0);
  return gst_segment_position_from_running_time (&segment, GST_FORMAT_TIME,
      MAX (running, 0));
}

static GstFlowReturn
send_command (GstWmsAsfSession * self, const Script * script)
{
  GstWmsAsfMuxPad *stream = find_stream (self, script->ends_number);
  GstBuffer *command;
  GstFlowReturn ret;

  if (stream == NULL && script->ends_number > 0)
    return GST_FLOW_OK;
  if (stream == NULL) {
    lose (self, script->type, script->text);
    return GST_FLOW_OK;
  }
  command = gst_wms_asf_text_new_command (script->type, script->text);
  GST_BUFFER_PTS (command) = to_position (stream, MAX (script->running,
          self->output.origin));
  ret = gst_wms_asf_objects_add (self, stream, command);
  gst_buffer_unref (command);
  return ret;
}

/* What the event says, else the time of the data around it. */
static GstClockTimeDiff
event_time (GstWmsAsfSession * self, GstWmsAsfMuxPad * pad, GstEvent * event)
{
  GstClockTime time;

  if (gst_structure_get_clock_time (gst_event_get_structure (event),
          "running-time", &time) && time <= MAX_RUNNING)
    return (GstClockTimeDiff) time + pad->jump_ns;
  if (pad->have_next_running)
    return pad->next_running;
  return self->is_started ? self->now : GST_CLOCK_STIME_NONE;
}

GstFlowReturn
gst_wms_asf_scripts_add (GstWmsAsfSession * self, GstWmsAsfMuxPad * pad,
    GstEvent * event)
{
  const GstStructure *s = gst_event_get_structure (event);
  const gchar *type = gst_structure_get_string (s, "type");
  const gchar *text = gst_structure_get_string (s, "parameter");
  GstClockTimeDiff time = event_time (self, pad, event);

  if (self->is_started && !self->is_file && !pad->in_header &&
      gst_wms_asf_text_is_text (pad)) {
    GstFlowReturn ret = gst_wms_asf_restart_now (self);

    if (ret != GST_FLOW_OK)
      return ret;
  }
  if (self->is_started && find_stream (self, 0) == NULL)
    lose (self, type, text);
  else
    add_waiting (self, time, type, text, 0);
  return GST_FLOW_OK;
}

/* Texts that are shown until another one comes; what a URL has opened stays. */
static gboolean
is_shown (const gchar * type)
{
  return g_ascii_strcasecmp (type, "CAPTION") == 0 ||
      g_ascii_strcasecmp (type, "TEXT") == 0;
}

/* Of the text before it: this one takes its place. */
static void
forget_end (GstWmsAsfSession * self, guint8 number)
{
  guint i;

  for (i = self->scripts ? self->scripts->len : 0; i-- > 0;) {
    if (g_array_index (self->scripts, Script, i).ends_number == number)
      g_array_remove_index (self->scripts, i);
  }
}

void
gst_wms_asf_scripts_end_text (GstWmsAsfSession * self, GstWmsAsfMuxPad * pad,
    GstBuffer * buffer)
{
  GstClockTime duration =
      gst_wms_asf_sane_duration (GST_BUFFER_DURATION (buffer));
  const gchar *type = gst_wms_asf_text_type (pad);

  if (gst_buffer_get_size (buffer) == 0)
    return;
  forget_end (self, pad->number);
  if (GST_CLOCK_TIME_IS_VALID (duration) && duration > 0 && is_shown (type))
    add_waiting (self, gst_wms_asf_mux_pad_object_time (pad, buffer) +
        (GstClockTimeDiff) duration, type, "", pad->number);
}

static void
take_texts (GstWmsAsfSession * self, GstWmsAsfMuxPad * pad)
{
  GstBuffer *buffer;

  while ((buffer = gst_wms_asf_intake_pop (pad)) != NULL) {
    g_autofree gchar *text = gst_wms_asf_text_read (pad, buffer);

    if (text == NULL)
      GST_ELEMENT_WARNING (self->mux, STREAM, MUX,
          (_("A buffer is too large or cannot be read.")), (NULL));
    else if (gst_buffer_get_size (buffer) > 0)
      add_waiting (self, gst_wms_asf_mux_pad_object_time (pad, buffer),
          gst_wms_asf_text_type (pad), text, 0);
    gst_wms_asf_scripts_end_text (self, pad, buffer);
    gst_wms_asf_mux_pad_advance (pad, buffer);
    gst_buffer_unref (buffer);
  }
}

void
gst_wms_asf_scripts_collect (GstWmsAsfSession * self, GPtrArray * pads)
{
  guint i;

  for (i = pads->len; i > 0 && pads->len > 1; i--) {
    GstWmsAsfMuxPad *pad = g_ptr_array_index (pads, i - 1);

    if (!gst_wms_asf_text_is_text (pad) || !GST_PAD_IS_EOS (pad))
      continue;
    gst_wms_asf_mux_pad_reset_stream (pad);
    take_texts (self, pad);
    g_ptr_array_remove_index (pads, i - 1);
  }
}

GArray *
gst_wms_asf_scripts_take (GstWmsAsfSession * self)
{
  GArray *commands;
  guint i;

  if (self->scripts == NULL)
    return NULL;
  commands = g_array_new (FALSE, FALSE, sizeof (AsfCommand));
  g_array_set_clear_func (commands, (GDestroyNotify) asf_command_clear);
  for (i = 0; i < self->scripts->len; i++) {
    Script *script = &g_array_index (self->scripts, Script, i);
    GstClockTimeDiff time = GST_CLOCK_STIME_IS_VALID (script->running) ?
        script->running - self->output.origin : 0;
    guint64 pres_ms = self->settings.preroll_ms + MAX (time, 0) / GST_MSECOND;
    AsfCommand command = { MIN (pres_ms, G_MAXUINT32),
      g_steal_pointer (&script->type), g_steal_pointer (&script->text)
    };

    g_array_append_val (commands, command);
  }
  g_clear_pointer (&self->scripts, g_array_unref);
  return commands;
}

GstFlowReturn
gst_wms_asf_scripts_send (GstWmsAsfSession * self, GstClockTimeDiff time)
{
  GstFlowReturn ret = GST_FLOW_OK;

  while (self->scripts != NULL && self->scripts->len > 0 && ret == GST_FLOW_OK) {
    const Script *script = &g_array_index (self->scripts, Script, 0);

    /* where the next text begins there is nothing to take away */
    if (script->running > time ||
        (script->running == time && script->ends_number > 0))
      break;
    ret = send_command (self, script);
    g_array_remove_index (self->scripts, 0);
  }
  return ret;
}
