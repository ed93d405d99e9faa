/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Pipes are freed by a pool of threads, since that may wait for the network;
 * all else belongs to the main context. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "pubrelays.h"

#include <glib/gi18n-lib.h>

#include "wmspush/wmscredentials.h"

typedef struct
{
  gchar *text;
  PubRelayUrl *url;
} Target;

struct _PubRelays
{
  GMainContext *context;
  GHashTable *streams;          /* path to PubStream */
  GPtrArray *targets;
  GPtrArray *relays;
  GThreadPool *closers;
  guint closing;
  void (*changed) (gpointer data);
  gpointer data;
};

static void
free_target (gpointer data)
{
  Target *target = data;

  wms_free_secret (target->text);
  pub_relay_url_free (target->url);
  g_free (target);
}

static gboolean
pipe_closed (gpointer data)
{
  PubRelays *self = data;

  self->closing--;
  self->changed (self->data);
  return G_SOURCE_REMOVE;
}

static void
run_closer (gpointer pipe, gpointer data)
{
  PubRelays *self = data;
  GSource *source = g_idle_source_new ();

  pub_relay_pipe_free (pipe);
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, pipe_closed, self, NULL);
  g_source_attach (source, self->context);
  g_source_unref (source);
}

static void
close_pipe (gpointer data, PubRelayPipe * pipe)
{
  PubRelays *self = data;

  self->closing++;
  g_thread_pool_push (self->closers, pipe, NULL);
}

static void
relay_changed (gpointer data)
{
  PubRelays *self = data;

  self->changed (self->data);
}

PubRelays *
pub_relays_new (void (*changed) (gpointer data), gpointer data)
{
  PubRelays *self = g_new0 (PubRelays, 1);

  self->context = g_main_context_ref_thread_default ();
  self->streams = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->targets = g_ptr_array_new_with_free_func (free_target);
  self->relays = g_ptr_array_new_with_free_func ((GDestroyNotify)
      pub_relay_free);
  self->closers = g_thread_pool_new (run_closer, self, -1, FALSE, NULL);
  self->changed = changed;
  self->data = data;
  return self;
}

void
pub_relays_free (PubRelays * self)
{
  GSource *source;

  g_ptr_array_unref (self->relays);
  g_thread_pool_free (self->closers, FALSE, TRUE);
  while ((source = g_main_context_find_source_by_user_data (self->context,
              self)) != NULL)
    g_source_destroy (source);
  g_ptr_array_unref (self->targets);
  g_hash_table_unref (self->streams);
  g_main_context_unref (self->context);
  g_free (self);
}

static void
add_relay (PubRelays * self, const gchar * path, PubStream * stream,
    const Target * target)
{
  const PubRelayOwner owner = { relay_changed, close_pipe, self };
  PubRelay *relay = pub_relay_new (path, stream, target->url, &owner);

  if (relay != NULL)
    g_ptr_array_add (self->relays, relay);
}

static void
add_relays_of_target (PubRelays * self, const Target * target)
{
  GHashTableIter iter;
  gpointer path, stream;

  g_hash_table_iter_init (&iter, self->streams);
  while (g_hash_table_iter_next (&iter, &path, &stream))
    add_relay (self, path, stream, target);
}

static void
remove_target (PubRelays * self, guint index)
{
  const Target *target = self->targets->pdata[index];
  guint i;

  for (i = self->relays->len; i > 0; i--) {
    if (pub_relay_get_url (self->relays->pdata[i - 1]) == target->url)
      g_ptr_array_remove_index (self->relays, i - 1);
  }
  g_ptr_array_remove_index (self->targets, index);
}

static gboolean
has_target (PubRelays * self, const gchar * text)
{
  guint i;

  for (i = 0; i < self->targets->len; i++) {
    const Target *target = self->targets->pdata[i];

    if (g_str_equal (target->text, text))
      return TRUE;
  }
  return FALSE;
}

static gboolean
check_urls (const gchar * const *urls, GError ** error)
{
  guint i;

  if (urls == NULL || urls[0] == NULL)
    return TRUE;
  for (i = 0; urls[i] != NULL; i++) {
    PubRelayUrl *url = pub_relay_url_parse (urls[i]);

    if (url == NULL) {
      gchar *shown = pub_relay_url_mask (urls[i]);

      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
          _("%s is no URL to push to"), shown);
      g_free (shown);
      return FALSE;
    }
    pub_relay_url_free (url);
  }
  return pub_relay_pipe_prepare (error);
}

gboolean
pub_relays_set_urls (PubRelays * self, const gchar * const *urls,
    GError ** error)
{
  guint i;

  if (!check_urls (urls, error))
    return FALSE;
  for (i = self->targets->len; i > 0; i--) {
    const Target *target = self->targets->pdata[i - 1];

    if (urls == NULL || !g_strv_contains (urls, target->text))
      remove_target (self, i - 1);
  }
  for (i = 0; urls != NULL && urls[i] != NULL; i++) {
    Target *target;

    if (has_target (self, urls[i]))
      continue;
    target = g_new (Target, 1);
    target->text = g_strdup (urls[i]);
    target->url = pub_relay_url_parse (urls[i]);
    g_ptr_array_add (self->targets, target);
    add_relays_of_target (self, target);
  }
  return TRUE;
}

void
pub_relays_add_point (PubRelays * self, const gchar * path, PubStream * stream)
{
  guint i;

  g_hash_table_insert (self->streams, g_strdup (path), stream);
  for (i = 0; i < self->targets->len; i++)
    add_relay (self, path, stream, self->targets->pdata[i]);
}

void
pub_relays_remove_point (PubRelays * self, const gchar * path)
{
  guint i;

  for (i = self->relays->len; i > 0; i--) {
    PubRelayInfo info;

    pub_relay_get_info (self->relays->pdata[i - 1], &info);
    if (g_str_equal (info.path, path))
      g_ptr_array_remove_index (self->relays, i - 1);
  }
  g_hash_table_remove (self->streams, path);
}

void
pub_relays_foreach (PubRelays * self,
    void (*func) (const PubRelayInfo * info, gpointer data), gpointer data)
{
  guint i;

  for (i = 0; i < self->relays->len; i++) {
    PubRelayInfo info;

    pub_relay_get_info (self->relays->pdata[i], &info);
    func (&info, data);
  }
}

gboolean
pub_relays_are_busy (PubRelays * self)
{
  guint i;

  for (i = 0; i < self->relays->len; i++) {
    if (pub_relay_is_busy (self->relays->pdata[i]))
      return TRUE;
  }
  return self->closing > 0;
}
