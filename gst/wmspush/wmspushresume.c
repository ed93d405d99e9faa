/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A session whose connection is lost goes on in another one ([MS-WMHTTP]
 * 3.2.7.1; protocol.md, C24). */
#include "wmspush/wmspush-private.h"

#include <string.h>

#define NO_ID "0"

static gboolean
has_id (WmsPush * self)
{
  return strcmp (wms_cookies_get_push_id (self->cookies), NO_ID) != 0;
}

void
wms_push_memory_free (WmsPushMemory * self)
{
  if (self == NULL)
    return;
  g_uri_unref (self->uri);
  wms_cookies_free (self->cookies);
  g_free (self);
}

WmsPushMemory *
wms_push_remember (WmsPush * self, gboolean has_header)
{
  WmsPushMemory *memory;

  if (!has_id (self))
    return NULL;
  memory = g_new (WmsPushMemory, 1);
  memory->uri = g_uri_ref (self->uri);
  memory->cookies = wms_cookies_copy (self->cookies);
  memory->has_header = has_header;
  return memory;
}

void
wms_push_recall (WmsPush * self, const WmsPushMemory * memory)
{
  g_uri_unref (self->uri);
  self->uri = g_uri_ref (memory->uri);
  if (!wms_push_is_at_home (self))
    wms_push_leave_server (self);
  wms_cookies_free (self->cookies);
  self->cookies = wms_cookies_copy (memory->cookies);
  self->resume_id = g_strdup (wms_cookies_get_push_id (self->cookies));
  self->is_resuming = self->is_recalled = TRUE;
}

/* Nor is there a proxy that the server had named. */
static void
leave_proxy (WmsPush * self)
{
  if (self->proxy == NULL)
    return;
  g_clear_pointer (&self->proxy, g_free);
  wms_auth_free (self->proxy_auth);
  self->proxy_auth = self->home_proxy_auth;
  self->using_proxy = FALSE;
}

/* Where the session was is not there: begins again where the configuration
 * leads. */
static void
go_home (WmsPush * self)
{
  leave_proxy (self);
  if (!wms_push_is_at_home (self)) {
    wms_push_leave_server (self);
    wms_auth_free (self->server_auth);
    self->server_auth = self->home_auth;
  }
  g_uri_unref (self->uri);
  self->uri = g_uri_ref (self->home);
}

static gboolean
is_elsewhere (WmsPush * self)
{
  return !wms_push_is_at_home (self)
      || g_strcmp0 (g_uri_get_path (self->uri),
      g_uri_get_path (self->home)) != 0
      || g_strcmp0 (g_uri_get_query (self->uri),
      g_uri_get_query (self->home)) != 0;
}

WmsOutcome
wms_push_return_home (WmsPush * self, WmsOutcome outcome, GError ** error)
{
  if (outcome != WMS_OUTCOME_FAILED || !self->is_recalled
      || !is_elsewhere (self))
    return outcome;
  g_clear_error (error);
  self->is_recalled = FALSE;
  go_home (self);
  self->redirects = 0;
  self->state = WMS_PUSH_STATE_SETUP;
  wms_push_begin_connection (self);
  return WMS_OUTCOME_AGAIN;
}

static void
keep_id (WmsPush * self)
{
  g_clear_pointer (&self->resume_id, g_free);
  if (has_id (self))
    self->resume_id = g_strdup (wms_cookies_get_push_id (self->cookies));
}

void
wms_push_restart (WmsPush * self)
{
  if (self->state == WMS_PUSH_STATE_OVER)
    return;
  if (!self->is_resuming) {
    keep_id (self);
    self->is_renewed = FALSE;
  }
  self->state = WMS_PUSH_STATE_SETUP;
  wms_push_begin_connection (self);
}

void
wms_push_resume (WmsPush * self)
{
  if (self->is_resuming)
    go_home (self);
  else
    keep_id (self);
  wms_cookies_set_push_id (self->cookies,
      self->resume_id != NULL ? self->resume_id : NO_ID);
  self->is_resuming = TRUE;
  self->is_renewed = self->is_recalled = FALSE;
  self->redirects = 0;
  /* servers forget nonces when they restart, or after minutes */
  wms_auth_settle (self->server_auth);
  wms_auth_settle (self->proxy_auth);
  self->state = WMS_PUSH_STATE_SETUP;
  wms_push_begin_connection (self);
}

gboolean
wms_push_is_continued (WmsPush * self)
{
  return !self->is_renewed && self->resume_id != NULL
      && g_str_equal (self->resume_id, wms_cookies_get_push_id (self->cookies));
}

void
wms_push_settle (WmsPush * self)
{
  g_clear_pointer (&self->resume_id, g_free);
  self->is_resuming = self->is_renewed = self->is_recalled = FALSE;
}

/* The server says which push-id it means with its status alone: a session that
 * it does not know, or whose old connection it takes for alive ([MS-WMHTTP]
 * 3.2.5.1). */
gboolean
wms_push_can_renew (WmsPush * self, guint status)
{
  if (self->is_renewed || self->resume_id == NULL
      || status < 400 || status >= 500 || status == 408 || status == 429)
    return FALSE;
  self->is_renewed = TRUE;
  wms_cookies_set_push_id (self->cookies, NO_ID);
  wms_push_begin_connection (self);
  return TRUE;
}

void
wms_push_take_refusal (WmsPush * self, guint status)
{
  if (status != 400 && status != 404 && status != 410)
    return;
  wms_cookies_set_push_id (self->cookies, NO_ID);
  g_clear_pointer (&self->resume_id, g_free);
}
