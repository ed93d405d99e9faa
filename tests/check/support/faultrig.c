/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "faultrig.h"

#include <dirent.h>

#include <gst/check/gstcheck.h>
#include <string.h>

#include "randomserver.h"
#include "testasf.h"

#define DEADLINE_S (20 * test_get_patience ())

static void
note_status_locked (FaultRig * self, const GstStructure * structure)
{
  const gchar *name = gst_structure_get_string (structure, "status-name");
  const gchar *hresult = gst_structure_get_string (structure, "hresult-name");
  gboolean is_loss = g_str_equal (name, "WMT_RECONNECT_START");
  gboolean is_error = g_str_equal (name, "WMT_ERROR");

  if ((is_loss || is_error) && self->noticed_us == 0) {
    self->noticed_us = g_get_monotonic_time ();
    gst_structure_get_uint (structure, "hresult", &self->noticed_hresult);
  }
  self->n_lost += is_loss;
  if (is_error) {
    g_free (self->error);
    self->error = g_strdup (hresult);
  }
  if (!g_str_equal (name, "WMT_RECONNECT_END"))
    return;
  if (g_str_equal (hresult, "S_OK")) {
    self->n_restored++;
  } else {
    self->n_failed_tries++;
    g_ptr_array_add (self->reasons, g_strdup (hresult));
  }
}

static void
note_message_locked (FaultRig * self, GstMessage * message)
{
  const GstStructure *structure = gst_message_get_structure (message);

  self->is_over |= GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS
      || GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR;
  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ELEMENT)
    return;
  if (gst_structure_has_name (structure, "wms-status"))
    note_status_locked (self, structure);
  else if (gst_structure_has_name (structure, "wms-finalize"))
    self->is_good = g_str_equal (gst_structure_get_string (structure,
            "hresult-name"), "S_OK");
}

static GstBusSyncReply
message_cb (GstBus * bus, GstMessage * message, gpointer user_data)
{
  FaultRig *self = user_data;

  g_mutex_lock (&self->lock);
  note_message_locked (self, message);
  /* appsrc has an error of its own when the sink has one */
  if (GST_MESSAGE_SRC (message) == GST_OBJECT (self->rig->sink)
      && !status_course_take (&self->course, message))
    self->is_out_of_order = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  gst_message_unref (message);
  return GST_BUS_DROP;
}

FaultRig *
fault_rig_new (const gchar * url)
{
  FaultRig *self = g_new0 (FaultRig, 1);

  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->course.log = g_string_new (NULL);
  self->reasons = g_ptr_array_new_with_free_func (g_free);
  self->rig = sink_rig_new (url);
  g_object_set (self->rig->sink, "retries", -1, "retry-first", TRUE,
      "retry-delay", GST_MSECOND, "tls-validation-flags", 0, NULL);
  gst_bus_set_sync_handler (self->rig->bus, message_cb, self, NULL);
  return self;
}

void
fault_rig_free (FaultRig * self)
{
  sink_rig_free (self->rig);
  g_string_free (self->course.log, TRUE);
  g_ptr_array_unref (self->reasons);
  g_free (self->error);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self);
}

void
fault_rig_push_header (FaultRig * self, guint variant)
{
  g_autoptr (GBytes) header = random_server_make_header (variant);

  sink_rig_push (self->rig, header);
}

void
fault_rig_push_packets (FaultRig * self, guint first, guint n)
{
  guint i;

  for (i = first; i < first + n; i++) {
    g_autoptr (GBytes) packet = random_server_make_packet (i);

    sink_rig_push (self->rig, packet);
  }
  self->n_pushed += n;
}

gboolean
fault_rig_wait (FaultRig * self, FaultCondition condition, guint value)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE_S * G_TIME_SPAN_SECOND;
  gboolean is_so;

  g_mutex_lock (&self->lock);
  while (!(is_so = condition (self, value))
      && g_get_monotonic_time () < deadline)
    g_cond_wait_until (&self->cond, &self->lock,
        g_get_monotonic_time () + G_TIME_SPAN_MILLISECOND);
  g_mutex_unlock (&self->lock);
  return is_so;
}

gboolean
fault_is_lost (FaultRig * self, guint n)
{
  return self->n_lost >= n || self->is_over;
}

gboolean
fault_is_restored (FaultRig * self, guint n)
{
  return self->n_restored >= n || self->is_over;
}

gboolean
fault_has_failed_tries (FaultRig * self, guint n)
{
  return self->n_failed_tries >= n || self->is_over;
}

gboolean
fault_is_over (FaultRig * self, guint unused)
{
  return self->is_over;
}

gboolean
fault_has_sent (FaultRig * self, guint n_packets)
{
  return sink_rig_get_stat (self->rig, "packets-sent") >= n_packets;
}

void
fault_rig_check (FaultRig * self, const gchar * name)
{
  guint64 known = sink_rig_get_stat (self->rig, "packets-sent")
      + sink_rig_get_stat (self->rig, "packets-dropped")
      + sink_rig_get_stat (self->rig, "packets-refused")
      + sink_rig_get_stat (self->rig, "packets-queued");

  g_mutex_lock (&self->lock);
  fail_if (self->is_out_of_order, "%s: %s", name, self->course.log->str);
  g_mutex_unlock (&self->lock);
  fail_unless_equals_uint64 (sink_rig_get_stat (self->rig,
          "packets-received"), known);
}

guint
fault_count_descriptors (void)
{
  DIR *dir = opendir ("/proc/self/fd");
  guint n = 0;

  fail_unless (dir != NULL);
  while (readdir (dir) != NULL)
    n++;
  closedir (dir);
  /* without ".", ".." and the folder's own */
  return n - 3;
}

guint
fault_count_threads (void)
{
  GDir *dir = g_dir_open ("/proc/self/task", 0, NULL);
  const gchar *id;
  guint n = 0;

  while ((id = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *path = g_build_filename ("/proc/self/task", id, "comm",
        NULL);
    g_autofree gchar *comm = NULL;

    if (g_file_get_contents (path, &comm, NULL, NULL)
        && g_str_has_prefix (comm, "wms-"))
      n++;
  }
  g_dir_close (dir);
  return n;
}
