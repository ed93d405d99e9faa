/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gatedisk.h"

#include <gst/check/gstcheck.h>

#include "testasf.h"

#define DEADLINE_S 20

static GMutex lock;
static GCond cond;
static gboolean is_closed, is_awaited;

gssize
gate_disk_write (gint fd, const struct iovec *parts, gint n, goffset at)
{
  g_mutex_lock (&lock);
  is_awaited = TRUE;
  g_cond_broadcast (&cond);
  while (is_closed)
    g_cond_wait (&cond, &lock);
  is_awaited = FALSE;
  g_mutex_unlock (&lock);
  return pub_record_disk.write (fd, parts, n, at);
}

static void
set_closed (gboolean value)
{
  g_mutex_lock (&lock);
  is_closed = value;
  g_cond_broadcast (&cond);
  g_mutex_unlock (&lock);
}

void
gate_disk_close (void)
{
  set_closed (TRUE);
}

void
gate_disk_open (void)
{
  set_closed (FALSE);
}

void
gate_disk_wait (void)
{
  gint64 deadline_us = g_get_monotonic_time ()
      + DEADLINE_S * test_get_patience () * G_TIME_SPAN_SECOND;

  g_mutex_lock (&lock);
  while (!is_awaited)
    fail_unless (g_cond_wait_until (&cond, &lock, deadline_us));
  g_mutex_unlock (&lock);
}
