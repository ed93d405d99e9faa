/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A programme whose pictures change, through asfmux and wmspushsink to a
 * publishing point: $E(1) and $C instead of another session (migration.md,
 * NotifyEndOfSegment). */
#include <gst/check/gstcheck.h>
#include <string.h>

#include "players.h"
#include "pubthread.h"
#include "testasf.h"

#define PATH "/live"

#define PICTURES(size) "videotestsrc num-buffers=25 ! video/x-raw," size \
    ",framerate=25/1 ! avenc_wmv2 ! c. "

/* Pictures of another size, and of the same size in another group. */
static const gchar *const launches[] = {
  PICTURES ("width=176,height=144") PICTURES ("width=320,height=240"),
  PICTURES ("width=176,height=144") PICTURES ("width=176,height=144"),
};

static PubThread *server;

static void
setup (void)
{
  server = pub_thread_new (NULL, NULL);
}

static void
teardown (void)
{
  g_clear_pointer (&server, pub_thread_stop);
}

static void
note_status (GString * statuses, GstMessage * message)
{
  const GstStructure *structure = gst_message_get_structure (message);

  if (gst_structure_has_name (structure, "wms-status"))
    g_string_append_printf (statuses, " %s",
        gst_structure_get_string (structure, "status-name") + strlen ("WMT_"));
}

static void
run (GstElement * pipeline, GString * statuses)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  gboolean ended = FALSE;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while (!ended) {
    GstMessage *message = gst_bus_timed_pop_filtered (bus, 60 * GST_SECOND,
        GST_MESSAGE_ELEMENT | GST_MESSAGE_EOS | GST_MESSAGE_ERROR |
        GST_MESSAGE_WARNING);

    fail_unless (message != NULL);
    ended = GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS;
    fail_unless (ended || GST_MESSAGE_TYPE (message) == GST_MESSAGE_ELEMENT,
        "%s", GST_MESSAGE_TYPE_NAME (message));
    if (!ended)
      note_status (statuses, message);
    gst_message_unref (message);
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
}

GST_START_TEST (test_pictures_change)
{
  g_autofree gchar *url = pub_thread_url (server, "http", PATH);
  g_autofree gchar *launch = g_strdup_printf ("concat name=c ! asfmux "
      "streamable=true ! wmspushsink sync=false location=%s %s", url,
      launches[__i__]);
  g_autoptr (GError) error = NULL;
  GString *statuses = g_string_new (NULL);
  PubPointInfo info;
  GstElement *pipeline;

  if (!player_have_element ("avenc_wmv2"))
    return;
  pipeline = gst_parse_launch (launch, &error);
  fail_unless (error == NULL, "%s", error ? error->message : "");
  run (pipeline, statuses);
  gst_object_unref (pipeline);
  fail_unless_equals_string (statuses->str, " LOCATING CONNECTING OPENED "
      "STARTED END_OF_SEGMENT SOURCE_SWITCH END_OF_STREAMING STOPPED CLOSED");
  pub_thread_get_point (server, PATH, &info);
  fail_unless_equals_int (info.sessions, 1);
  fail_unless_equals_int (info.counters.headers, 2);
  g_string_free (statuses, TRUE);
}

GST_END_TEST;

static Suite *
changes_suite (void)
{
  Suite *s = suite_create ("changes");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 90);
  tcase_add_checked_fixture (tc, setup, teardown);
  tcase_add_loop_test (tc, test_pictures_change, 0, G_N_ELEMENTS (launches));
  return s;
}

GST_CHECK_MAIN (changes);
