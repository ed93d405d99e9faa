/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubattempts.h"

#include <string.h>

#include "pubaccess.h"

#define N_SETS 512
#define N_WAYS 4
#define KEY_SIZE 8

/* An address and when it will have been forgiven everything; zero: free. */
typedef struct
{
  guint8 key[KEY_SIZE];
  gint64 clean_us;
} Entry;

struct _PubAttempts
{
  gint64 interval_us;
  gint64 burst_us;
  guint32 seed;
  Entry entries[N_SETS][N_WAYS];
};

PubAttempts *
pub_attempts_new (guint burst, guint interval_ms)
{
  PubAttempts *self = g_new0 (PubAttempts, 1);

  self->interval_us = (gint64) interval_ms *1000;
  self->burst_us = burst * self->interval_us;
  self->seed = g_random_int ();
  return self;
}

void
pub_attempts_free (PubAttempts * self)
{
  g_free (self);
}

static void
make_key (GInetAddress * address, guint8 * key)
{
  guint64 network = pub_address_network (address);

  memcpy (key, &network, KEY_SIZE);
}

static Entry *
find_set (PubAttempts * self, const guint8 * key)
{
  guint32 hash = self->seed;
  guint i;

  for (i = 0; i < KEY_SIZE; i++)
    hash = (hash ^ key[i]) * 16777619u;
  return self->entries[(hash >> 16 ^ hash) % N_SETS];
}

static Entry *
find_entry (PubAttempts * self, const guint8 * key)
{
  Entry *set = find_set (self, key);
  guint i;

  for (i = 0; i < N_WAYS; i++) {
    if (set[i].clean_us != 0 && memcmp (set[i].key, key, KEY_SIZE) == 0)
      return &set[i];
  }
  return NULL;
}

guint
pub_attempts_wait (PubAttempts * self, GInetAddress * address)
{
  guint8 key[KEY_SIZE];
  Entry *entry;
  gint64 wait;

  make_key (address, key);
  entry = find_entry (self, key);
  if (entry == NULL)
    return 0;
  wait = entry->clean_us + self->interval_us - self->burst_us
      - g_get_monotonic_time ();
  return wait > 0 ? (wait + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC : 0;
}

void
pub_attempts_failed (PubAttempts * self, GInetAddress * address)
{
  gint64 now = g_get_monotonic_time ();
  guint8 key[KEY_SIZE];
  Entry *entry, *set;
  guint i;

  make_key (address, key);
  entry = find_entry (self, key);
  if (entry == NULL) {
    set = find_set (self, key);
    for (entry = set, i = 1; i < N_WAYS; i++) {
      if (set[i].clean_us < entry->clean_us)
        entry = &set[i];
    }
    memcpy (entry->key, key, KEY_SIZE);
    entry->clean_us = 0;
  }
  entry->clean_us = MAX (entry->clean_us, now) + self->interval_us;
}
