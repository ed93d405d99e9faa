/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One lock: lock protects lines and worst. */
#include "loglines.h"

#include <string.h>

#include <gst/check/gstcheck.h>

static GMutex lock;
static GPtrArray *lines;
static gchar *worst;

static void
take_line (const gchar * domain, GLogLevelFlags level, const gchar * text,
    gpointer data)
{
  g_mutex_lock (&lock);
  if (level & (G_LOG_LEVEL_WARNING | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_ERROR)
      && worst == NULL)
    worst = g_strdup (text);
  if (level & (G_LOG_LEVEL_MESSAGE | G_LOG_LEVEL_INFO))
    g_ptr_array_add (lines, g_strdup (text));
  g_mutex_unlock (&lock);
}

void
log_lines_begin (void)
{
  static const gchar *const domains[] = { "wms-pubpoint", "GLib",
    "GLib-GObject", "GLib-GIO", "libsoup", NULL
  };
  guint i;

  lines = g_ptr_array_new_with_free_func (g_free);
  for (i = 0; domains[i] != NULL; i++)
    g_log_set_handler (domains[i], G_LOG_LEVEL_MASK | G_LOG_FLAG_FATAL
        | G_LOG_FLAG_RECURSION, take_line, NULL);
}

void
log_lines_clear (void)
{
  g_mutex_lock (&lock);
  g_ptr_array_set_size (lines, 0);
  g_mutex_unlock (&lock);
}

GPtrArray *
log_lines_find (const gchar * text)
{
  GPtrArray *found = g_ptr_array_new_with_free_func (g_free);
  gchar *fault;
  guint i;

  g_mutex_lock (&lock);
  for (i = 0; i < lines->len; i++) {
    if (strstr (lines->pdata[i], text) != NULL)
      g_ptr_array_add (found, g_strdup (lines->pdata[i]));
  }
  fault = g_strdup (worst);
  g_mutex_unlock (&lock);
  fail_unless (fault == NULL, "%s", fault);
  return found;
}
