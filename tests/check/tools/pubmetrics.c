/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* /metrics: each line is read as the text format 0.0.4 of Prometheus has it. */
#include <gst/check/gstcheck.h>

#include "pagecase.h"

typedef struct
{
  GHashTable *types;            /* family: type */
  GHashTable *samples;          /* name and labels: value */
  GHashTable *done;             /* families that other ones have followed */
  gchar *family;                /* of the lines before */
} Metrics;

static gboolean
is_name (const gchar * text, gsize size)
{
  gsize i;

  for (i = 0; i < size; i++) {
    if (!g_ascii_isalpha (text[i]) && text[i] != '_' && text[i] != ':'
        && (i == 0 || !g_ascii_isdigit (text[i])))
      return FALSE;
  }
  return size > 0;
}

/* All lines of a family stand together, under one HELP and one TYPE. */
static void
enter_family (Metrics * self, const gchar * name)
{
  if (g_strcmp0 (self->family, name) == 0)
    return;
  fail_if (g_hash_table_contains (self->done, name), "%s comes twice", name);
  if (self->family != NULL)
    g_hash_table_add (self->done, self->family);
  self->family = g_strdup (name);
}

static void
read_comment (Metrics * self, const gchar * line)
{
  gchar **words = g_strsplit (line, " ", 4);

  fail_unless (g_strv_length (words) == 4, "%s", line);
  fail_unless (is_name (words[2], strlen (words[2])));
  if (g_str_equal (words[1], "HELP")) {
    enter_family (self, words[2]);
    fail_if (g_hash_table_contains (self->types, words[2]));
    fail_unless (strlen (words[3]) > 0);
  } else {
    assert_equals_string (words[1], "TYPE");
    /* HELP stands before it, and samples behind */
    assert_equals_string (words[2], self->family);
    fail_unless (g_str_equal (words[3], "counter")
        || g_str_equal (words[3], "gauge"));
    fail_unless (g_str_equal (words[3], "counter")
        == g_str_has_suffix (words[2], "_total"), "%s", line);
    fail_unless (g_hash_table_insert (self->types, g_strdup (words[2]),
            g_strdup (words[3])));
  }
  g_strfreev (words);
}

/* Returns: what follows the closing brace. */
static const gchar *
skip_labels (const gchar * at)
{
  while (*at != '}') {
    const gchar *end = strchr (at, '=');

    fail_unless (end != NULL && is_name (at, end - at), "%s", at);
    fail_unless (end[1] == '"');
    for (at = end + 2; *at != '"'; at++) {
      fail_unless (*at != '\0' && *at != '\n');
      if (*at == '\\') {
        at++;
        fail_unless (*at == '\\' || *at == '"' || *at == 'n', "%s", at);
      }
    }
    at++;
    if (*at == ',')
      at++;
  }
  return at + 1;
}

static void
read_sample (Metrics * self, const gchar * line)
{
  gsize size = strcspn (line, "{ ");
  gchar *name = g_strndup (line, size), *end;
  const gchar *rest = line + size;
  gdouble value;

  fail_unless (is_name (line, size), "%s", line);
  enter_family (self, name);
  fail_unless (g_hash_table_contains (self->types, name), "%s has no TYPE",
      name);
  if (*rest == '{')
    rest = skip_labels (rest + 1);
  fail_unless (*rest == ' ');
  value = g_ascii_strtod (rest + 1, &end);
  fail_unless (end > rest + 1 && *end == '\0' && value >= 0, "%s", line);
  fail_unless (g_hash_table_insert (self->samples, g_strndup (line,
              rest - line), g_memdup2 (&value, sizeof (value))), "%s", line);
  g_free (name);
}

static void
metrics_read (Metrics * self)
{
  PageAnswer answer = page_case_get ("/metrics", NULL);
  gchar **lines;
  guint i;

  assert_equals_int (answer.status, 200);
  fail_unless (page_answer_has (&answer,
          "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
  fail_unless (g_utf8_validate (answer.body, -1, NULL));
  fail_unless (g_str_has_suffix (answer.body, "\n"));
  self->types = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->samples = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
      g_free);
  self->done = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->family = NULL;
  lines = g_strsplit (answer.body, "\n", -1);
  for (i = 0; lines[i + 1] != NULL; i++) {
    if (g_str_has_prefix (lines[i], "# "))
      read_comment (self, lines[i]);
    else
      read_sample (self, lines[i]);
  }
  g_strfreev (lines);
  page_answer_clear (&answer);
}

static void
metrics_clear (Metrics * self)
{
  g_hash_table_unref (self->types);
  g_hash_table_unref (self->samples);
  g_hash_table_unref (self->done);
  g_free (self->family);
}

static gdouble
sample (const Metrics * self, const gchar * name)
{
  gdouble *value = g_hash_table_lookup (self->samples, name);

  fail_unless (value != NULL, "no %s", name);
  return *value;
}

GST_START_TEST (test_format)
{
  RawPush *push = page_case_push ("/live", NULL, NULL);
  Metrics metrics;

  page_case_send_packet (push);
  page_case_send_packet (push);
  fail_unless (pub_thread_wait (page_case_server, "/live", pub_has_packets, 2));
  metrics_read (&metrics);
  assert_equals_float (sample (&metrics, "wms_pubpoint_points"), 1);
  assert_equals_float (sample (&metrics,
          "wms_pubpoint_received_packets_total{point=\"/live\"}"), 2);
  assert_equals_float (sample (&metrics,
          "wms_pubpoint_sessions_total{point=\"/live\"}"), 1);
  assert_equals_float (sample (&metrics,
          "wms_pubpoint_players{point=\"/live\"}"), 0);
  assert_equals_float (sample (&metrics, "wms_pubpoint_encoder_state"
          "{point=\"/live\",state=\"streaming\"}"), 1);
  assert_equals_float (sample (&metrics, "wms_pubpoint_encoder_state"
          "{point=\"/live\",state=\"waiting\"}"), 0);
  fail_unless (sample (&metrics, "process_cpu_seconds_total") > 0);
  fail_unless (sample (&metrics, "process_resident_memory_bytes") > 100000);
  fail_unless (sample (&metrics, "wms_pubpoint_start_time_seconds") > 1e9);
  metrics_clear (&metrics);
  raw_push_free (push);
}

GST_END_TEST;

/* What ends a label elsewhere is escaped in it. */
GST_START_TEST (test_labels)
{
  RawPush *push = page_case_push ("/%22%5C%7D,x=%22", NULL, NULL);
  Metrics metrics;

  metrics_read (&metrics);
  assert_equals_float (sample (&metrics,
          "wms_pubpoint_headers_total{point=\"/\\\"\\\\},x=\\\"\"}"), 1);
  metrics_clear (&metrics);
  raw_push_free (push);
}

GST_END_TEST;

static void
check_counter (gpointer name, gpointer value, gpointer data)
{
  gdouble *later = g_hash_table_lookup (((Metrics *) data)->samples, name);

  if (strstr (name, "_total") == NULL)
    return;
  fail_unless (later != NULL, "%s has gone", (gchar *) name);
  fail_unless (*later >= *(gdouble *) value, "%s went back", (gchar *) name);
}

/* No counter goes back when a session ends and when the next one begins, also
 * where the point has gone in between. */
GST_START_TEST (test_counters_never_go_back)
{
  static const gchar *const bodies[] = { "", "AutoDestroy: 1\r\n" };
  const gchar *body = bodies[__i__];
  Metrics before = { NULL, }, after;
  guint i;

  for (i = 0; i < 3; i++) {
    RawPush *push = raw_push_connect (pub_thread_get_port (page_case_server));

    assert_equals_int (raw_push_setup (push, "/live", "0", body), 204);
    raw_push_start (push, "/live", RAW_LENGTH);
    fail_unless (pub_thread_wait (page_case_server, "/live", pub_has_state,
            PUB_PUSH_STREAMING));
    metrics_read (&after);
    if (i > 0) {
      g_hash_table_foreach (before.samples, check_counter, &after);
      metrics_clear (&before);
    }
    before = after;
    raw_push_frame (push, 'F', "1234", 4);
    assert_equals_int (raw_push_response (push, NULL), 400);
    raw_push_free (push);
    fail_unless (pub_thread_wait (page_case_server, "/live",
            pub_has_no_session, body[0] ? 0 : i + 1));
  }
  assert_equals_float (sample (&before,
          "wms_pubpoint_sessions_total{point=\"/live\"}"), 3);
  assert_equals_float (sample (&before,
          "wms_pubpoint_received_bytes_total{point=\"/live\"}"), 2 * 8);
  metrics_clear (&before);
}

GST_END_TEST;

static Suite *
pubmetrics_suite (void)
{
  Suite *suite = suite_create ("pubmetrics");
  TCase *tc = tcase_create ("metrics");

  tcase_set_timeout (tc, 60);
  tcase_add_checked_fixture (tc, page_case_setup, page_case_teardown);
  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_format);
  tcase_add_test (tc, test_labels);
  tcase_add_loop_test (tc, test_counters_never_go_back, 0, 2);
  return suite;
}

GST_CHECK_MAIN (pubmetrics);
