/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wmspush/wmscredentials.h"

#include <string.h>
#include <sys/random.h>

void
wms_wipe (gpointer data, gsize size)
{
  if (data != NULL)
    explicit_bzero (data, size);
}

void
wms_free_secret (gchar * text)
{
  if (text != NULL)
    wms_wipe (text, strlen (text));
  g_free (text);
}

void
wms_random (gpointer data, gsize size)
{
  guint8 *bytes = data;
  gsize i;

  if (getrandom (data, size, 0) == (gssize) size)
    return;
  for (i = 0; i < size; i++)
    bytes[i] = g_random_int_range (0, 256);
}

WmsCredentials *
wms_credentials_new (const gchar * user, const gchar * password)
{
  WmsCredentials *self = g_new0 (WmsCredentials, 1);

  self->user = g_strdup (user);
  self->password = g_strdup (password != NULL ? password : "");
  return self;
}

WmsCredentials *
wms_credentials_copy (const WmsCredentials * self)
{
  WmsCredentials *copy;

  if (self == NULL)
    return NULL;
  copy = wms_credentials_new (self->user, self->password);
  copy->may_be_clear_text = self->may_be_clear_text;
  return copy;
}

void
wms_credentials_free (WmsCredentials * self)
{
  if (self == NULL)
    return;
  wms_free_secret (self->user);
  wms_free_secret (self->password);
  g_free (self);
}

gboolean
wms_credentials_equal (const WmsCredentials * a, const WmsCredentials * b)
{
  return strcmp (a->user, b->user) == 0
      && strcmp (a->password, b->password) == 0;
}

gchar *
wms_credentials_to_basic (const WmsCredentials * self)
{
  gchar *pair = g_strconcat (self->user, ":", self->password, NULL);
  gchar *code = g_base64_encode ((const guchar *) pair, strlen (pair));
  gchar *value = g_strconcat ("Basic ", code, NULL);

  wms_free_secret (pair);
  wms_free_secret (code);
  return value;
}
