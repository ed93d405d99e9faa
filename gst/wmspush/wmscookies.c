/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wmspush/wmscookies.h"

#include <string.h>

/* Cookies that are kept for the server, and the bytes they may take. */
#define MAX_COOKIES 16
#define MAX_COOKIE_BYTES 4096

struct _WmsCookies
{
  gchar *push_id;
  GPtrArray *list;              /* "name=value", without the push-id */
  gchar *header;
};

WmsCookies *
wms_cookies_new (void)
{
  WmsCookies *self = g_new0 (WmsCookies, 1);

  self->push_id = g_strdup ("0");
  self->list = g_ptr_array_new_with_free_func (g_free);
  return self;
}

WmsCookies *
wms_cookies_copy (const WmsCookies * self)
{
  WmsCookies *copy = wms_cookies_new ();
  guint i;

  wms_cookies_set_push_id (copy, self->push_id);
  for (i = 0; i < self->list->len; i++)
    g_ptr_array_add (copy->list, g_strdup (g_ptr_array_index (self->list, i)));
  return copy;
}

void
wms_cookies_free (WmsCookies * self)
{
  g_free (self->push_id);
  g_ptr_array_unref (self->list);
  g_free (self->header);
  g_free (self);
}

void
wms_cookies_clear (WmsCookies * self)
{
  g_free (self->push_id);
  self->push_id = g_strdup ("0");
  g_ptr_array_set_size (self->list, 0);
}

/* A value goes into a header of ours later: printable, nothing that ends the
 * cookie or the line, as @ends does. */
static gboolean
is_text (const gchar * text, const gchar * ends)
{
  const guchar *p;

  for (p = (const guchar *) text; *p != '\0'; p++) {
    if (*p <= 0x20 || *p >= 0x7f || strchr (ends, *p) != NULL)
      return FALSE;
  }
  return p != (const guchar *) text;
}

/* RFC 6265, section 4.1.1. */
static gboolean
is_cookie_text (const gchar * text)
{
  return is_text (text, ";,");
}

/* session-id of [MS-WMHTTP] 2.2.1.3.1, 1*VCHAR.
 * Returns: FALSE for one that cannot be sent back. */
static gboolean
keep_push_id (WmsCookies * self, const gchar * push_id)
{
  if (*push_id == '\0')
    return TRUE;
  if (!is_text (push_id, ";") || strlen (push_id) > WMS_PUSH_MAX_ID)
    return FALSE;
  wms_cookies_set_push_id (self, push_id);
  return TRUE;
}

static void
keep_cookie (WmsCookies * self, const WmsCookie * cookie)
{
  gsize name_size = strlen (cookie->name);
  gsize bytes = name_size + strlen (cookie->value) + 2;
  guint i;

  for (i = 0; i < self->list->len; i++) {
    const gchar *kept = g_ptr_array_index (self->list, i);

    if (strncmp (kept, cookie->name, name_size) == 0 && kept[name_size] == '=')
      g_ptr_array_remove_index (self->list, i--);
    else
      bytes += strlen (kept);
  }
  if (!cookie->is_deleted && self->list->len < MAX_COOKIES
      && bytes <= MAX_COOKIE_BYTES)
    g_ptr_array_add (self->list, g_strconcat (cookie->name, "=", cookie->value,
            NULL));
}

/* [MS-WMHTTP] 2.2.1.6 and 3.1.5.1. */
gboolean
wms_cookies_take (WmsCookies * self, const WmsCookie * cookies, guint n_cookies)
{
  gboolean has_kept_id = TRUE;
  guint i;

  for (i = 0; i < n_cookies; i++) {
    const WmsCookie *cookie = &cookies[i];

    /* a push-id is one, past its time or not */
    if (strcmp (cookie->name, "push-id") == 0)
      has_kept_id = keep_push_id (self, cookie->value);
    else if (is_cookie_text (cookie->name) && (cookie->is_deleted
            || is_cookie_text (cookie->value)))
      keep_cookie (self, cookie);
  }
  return has_kept_id;
}

void
wms_cookies_set_push_id (WmsCookies * self, const gchar * push_id)
{
  g_autofree gchar *former = self->push_id;

  self->push_id = g_strdup (push_id);
}

const gchar *
wms_cookies_get_push_id (WmsCookies * self)
{
  return self->push_id;
}

const gchar *
wms_cookies_get_header (WmsCookies * self)
{
  GString *header = g_string_new ("push-id=");
  guint i;

  g_string_append (header, self->push_id);
  for (i = 0; i < self->list->len; i++) {
    g_string_append (header, "; ");
    g_string_append (header, g_ptr_array_index (self->list, i));
  }
  g_free (self->header);
  self->header = g_string_free (header, FALSE);
  return self->header;
}
