/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Defined in the program, these go before the C library's, for all libraries
 * of the process: what LD_PRELOAD does, without a second file. */
#include "testclock.h"

#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define PUBLIC __attribute__ ((visibility ("default")))

static GMutex lock;
static gint64 wall_us;
static gint64 monotonic_us;

void
test_clock_jump_wall (gint64 us)
{
  g_mutex_lock (&lock);
  wall_us += us;
  g_mutex_unlock (&lock);
}

void
test_clock_jump_monotonic (guint64 us)
{
  g_mutex_lock (&lock);
  monotonic_us += us;
  g_mutex_unlock (&lock);
}

void
test_clock_reset (void)
{
  g_mutex_lock (&lock);
  wall_us = monotonic_us = 0;
  g_mutex_unlock (&lock);
}

static gint64
get_jump (clockid_t id)
{
  gint64 us = 0;

  g_mutex_lock (&lock);
  if (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)
    us = wall_us;
  else if (id == CLOCK_MONOTONIC || id == CLOCK_MONOTONIC_COARSE
      || id == CLOCK_MONOTONIC_RAW || id == CLOCK_BOOTTIME)
    us = monotonic_us;
  g_mutex_unlock (&lock);
  return us;
}

PUBLIC int
clock_gettime (clockid_t id, struct timespec *time)
{
  int result = syscall (SYS_clock_gettime, id, time);
  gint64 us;

  if (result != 0)
    return result;
  us = time->tv_nsec / 1000 + get_jump (id);
  time->tv_nsec %= 1000;
  time->tv_sec += us / G_USEC_PER_SEC;
  us %= G_USEC_PER_SEC;
  if (us < 0) {
    time->tv_sec--;
    us += G_USEC_PER_SEC;
  }
  time->tv_nsec += us * 1000;
  return 0;
}

PUBLIC int
gettimeofday (struct timeval *restrict time, void *restrict zone)
{
  struct timespec now;
  int result = clock_gettime (CLOCK_REALTIME, &now);

  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return result;
}

PUBLIC time_t
time (time_t * result)
{
  struct timespec now;

  clock_gettime (CLOCK_REALTIME, &now);
  if (result != NULL)
    *result = now.tv_sec;
  return now.tv_sec;
}
