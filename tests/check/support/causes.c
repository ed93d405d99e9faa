/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "causes.h"

#include <gst/check/gstcheck.h>
#include <string.h>

static const gchar *listed_program;
static GHashTable *listed_rows;

/* The debug text has what the table was asked for. */
static void
check_error (SinkRig * rig, const gchar * name, GQuark domain, gint code)
{
  g_autofree gchar *asked = g_strdup_printf ("(%s %d, HTTP status ",
      g_quark_to_string (domain), code);

  fail_unless_equals_int (rig->n_errors, 1);
  fail_unless (strstr (rig->debug, asked) != NULL, "%s: %s is not %s", name,
      rig->debug, asked);
  fail_unless (g_str_has_prefix (rig->error->message, "Cannot publish to "));
}

static guint
get_hresult (const GstStructure * structure)
{
  guint hresult = 0;

  fail_unless (gst_structure_get_uint (structure, "hresult", &hresult));
  return hresult;
}

static void
check_messages (SinkRig * rig, const gchar * name, const FailureRow * row,
    guint http_status)
{
  guint status = 0;

  fail_unless (get_hresult (rig->failed) == row->hresult
      && get_hresult (rig->finalized) == row->hresult
      && get_hresult (rig->details) == row->hresult,
      "%s: %s", name, rig->log->str);
  fail_unless (g_error_matches (rig->error, row->gst_domain (), row->gst_code),
      "%s: code %d", name, rig->error->code);
  gst_structure_get_uint (rig->failed, "http-status", &status);
  fail_unless (status == http_status && rig->http_status == http_status,
      "%s: HTTP status %u", name, status);
}

void
cause_check_answer (SinkRig * rig, const gchar * name, GQuark domain,
    gint code, guint status)
{
  const FailureRow *row = failure_row_find (domain, code);

  fail_unless (row != NULL && row->program != NULL, "%s", name);
  fail_unless (sink_rig_wait (rig, " ERROR:"), "%s: %s", name, rig->log->str);
  check_error (rig, name, domain, code);
  check_messages (rig, name, row, status);
}

void
cause_check (SinkRig * rig, const gchar * name, GQuark domain, gint code)
{
  cause_check_answer (rig, name, domain, code, 0);
}

void
cause_begin_list (const gchar * program)
{
  listed_program = program;
  listed_rows = g_hash_table_new (NULL, NULL);
}

void
cause_list (GQuark domain, gint code)
{
  const FailureRow *row = failure_row_find (domain, code);

  fail_unless (row != NULL);
  g_hash_table_add (listed_rows, (gpointer) row);
}

void
cause_end_list (void)
{
  const FailureRow *row;
  guint i;

  for (i = 0; (row = failure_row_get (i)) != NULL; i++)
    fail_unless (g_strcmp0 (row->program, listed_program) != 0
        || g_hash_table_contains (listed_rows, row),
        "nothing causes %s %d", g_quark_to_string (row->domain ()), row->first);
  g_hash_table_unref (listed_rows);
}
