/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubnonces.h"

#include <string.h>

#include "pubpasswords.h"
#include "pubrequest.h"
#include "wmspush/wmscredentials.h"

#define SECRET_SIZE 32
/* A nonce: time and random number, and the first half of their HMAC-SHA256,
 * all in hexadecimal digits. */
#define TIME_DIGITS 16
#define RANDOM_SIZE 8
#define SIGNED_DIGITS (TIME_DIGITS + 2 * RANDOM_SIZE)
#define MAC_DIGITS 32
#define NONCE_DIGITS (SIGNED_DIGITS + MAC_DIGITS)
/* Requests that are on their way at the same time may overtake each other by
 * so many. */
#define WINDOW 64

typedef struct
{
  gchar text[NONCE_DIGITS + 1];
  guint32 highest;              /* nc */
  guint64 seen;                 /* bit n: highest - n */
} Nonce;

struct _PubNonces
{
  gchar *secret;
  gint64 lifetime_us;
  GHashTable *used;             /* text -> link in the queue */
  GQueue queue;                 /* of Nonce, the last one used longest ago */
};

PubNonces *
pub_nonces_new (guint lifetime_ms)
{
  gchar *secret = pub_random_hex (SECRET_SIZE);
  PubNonces *self;

  if (secret == NULL)
    return NULL;
  self = g_new0 (PubNonces, 1);
  self->secret = secret;
  self->lifetime_us = (gint64) lifetime_ms *1000;
  self->used = g_hash_table_new (g_str_hash, g_str_equal);
  g_queue_init (&self->queue);
  return self;
}

void
pub_nonces_free (PubNonces * self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->used);
  g_queue_clear_full (&self->queue, g_free);
  wms_free_secret (self->secret);
  g_free (self);
}

guint
pub_nonces_count (PubNonces * self)
{
  return self->queue.length;
}

static gchar *
sign (PubNonces * self, const gchar * text)
{
  return g_compute_hmac_for_string (G_CHECKSUM_SHA256,
      (const guint8 *) self->secret, strlen (self->secret), text,
      SIGNED_DIGITS);
}

gchar *
pub_nonces_make (PubNonces * self)
{
  gchar *random = pub_random_hex (RANDOM_SIZE), *text, *mac, *nonce;

  if (random == NULL)
    return NULL;
  text = g_strdup_printf ("%016" G_GINT64_MODIFIER "x%s",
      (guint64) g_get_monotonic_time (), random);
  mac = sign (self, text);
  nonce = g_strdup_printf ("%s%.32s", text, mac);
  g_free (mac);
  g_free (text);
  g_free (random);
  return nonce;
}

/* Whether it was made here, and not too long ago. */
static gboolean
is_fresh (PubNonces * self, const gchar * nonce)
{
  gchar time_text[TIME_DIGITS + 1], *mac;
  gboolean is_ours;
  gint64 age;

  if (strlen (nonce) != NONCE_DIGITS)
    return FALSE;
  mac = sign (self, nonce);
  mac[MAC_DIGITS] = '\0';
  is_ours = pub_id_equal (mac, nonce + SIGNED_DIGITS);
  g_free (mac);
  if (!is_ours)
    return FALSE;
  g_strlcpy (time_text, nonce, sizeof (time_text));
  age = g_get_monotonic_time () -
      (gint64) g_ascii_strtoull (time_text, NULL, 16);
  return age >= 0 && age <= self->lifetime_us;
}

static void
remember (PubNonces * self, const gchar * nonce, guint32 count)
{
  Nonce *entry = g_new0 (Nonce, 1);

  if (self->queue.length >= PUB_NONCES_MAX) {
    Nonce *oldest = g_queue_pop_tail (&self->queue);

    g_hash_table_remove (self->used, oldest->text);
    g_free (oldest);
  }
  g_strlcpy (entry->text, nonce, sizeof (entry->text));
  entry->highest = count;
  entry->seen = 1;
  g_queue_push_head (&self->queue, entry);
  g_hash_table_insert (self->used, entry->text, self->queue.head);
}

static gboolean
count_is_new (Nonce * entry, guint32 count)
{
  guint32 distance;

  if (count > entry->highest) {
    distance = count - entry->highest;
    entry->seen = distance < WINDOW ? entry->seen << distance | 1 : 1;
    entry->highest = count;
    return TRUE;
  }
  distance = entry->highest - count;
  if (distance >= WINDOW || (entry->seen >> distance & 1) != 0)
    return FALSE;
  entry->seen |= (guint64) 1 << distance;
  return TRUE;
}

gboolean
pub_nonces_use (PubNonces * self, const gchar * nonce, guint32 count)
{
  GList *link;

  if (count == 0)
    return FALSE;
  link = g_hash_table_lookup (self->used, nonce);
  if (link == NULL) {
    if (!is_fresh (self, nonce))
      return FALSE;
    remember (self, nonce, count);
    return TRUE;
  }
  if (!count_is_new (link->data, count))
    return FALSE;
  g_queue_unlink (&self->queue, link);
  g_queue_push_head_link (&self->queue, link);
  return TRUE;
}
