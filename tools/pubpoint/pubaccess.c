/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "pubaccess.h"

#include <string.h>

#include <glib/gi18n-lib.h>

/* ::ffff:0:0/96 (RFC 4291, 2.5.5.2). */
static const guint8 mapped_prefix[12] =
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

struct _PubAccess
{
  GPtrArray *masks;
};

/* Takes @address. */
static GInetAddress *
unmap (GInetAddress * address)
{
  const guint8 *bytes = g_inet_address_to_bytes (address);
  GInetAddress *inner;

  if (g_inet_address_get_family (address) != G_SOCKET_FAMILY_IPV6
      || memcmp (bytes, mapped_prefix, sizeof (mapped_prefix)) != 0)
    return address;
  inner = g_inet_address_new_from_bytes (bytes + sizeof (mapped_prefix),
      G_SOCKET_FAMILY_IPV4);
  g_object_unref (address);
  return inner;
}

GInetAddress *
pub_address_of (GSocketAddress * address)
{
  if (address == NULL || !G_IS_INET_SOCKET_ADDRESS (address))
    return NULL;
  return unmap (g_object_ref (g_inet_socket_address_get_address
          (G_INET_SOCKET_ADDRESS (address))));
}

guint64
pub_address_network (GInetAddress * address)
{
  guint64 network = G_MAXUINT64;
  gsize size = g_inet_address_get_native_size (address);

  memcpy (&network, g_inet_address_to_bytes (address),
      MIN (size, sizeof (network)));
  return network;
}

/* GLib takes any number, with a sign as well, and then stumbles over it. */
static gboolean
has_good_length (const gchar * text)
{
  const gchar *slash = strchr (text, '/');
  gsize digits = slash ? strspn (slash + 1, "0123456789") : 0;

  return slash == NULL || (digits > 0 && digits <= 3
      && slash[1 + digits] == '\0' && g_ascii_strtoull (slash + 1, NULL, 10)
      <= (strchr (text, ':') != NULL ? 128 : 32));
}

static GInetAddressMask *
parse_mask (const gchar * text, GError ** error)
{
  GInetAddressMask *mask;
  GInetAddress *address, *inner;
  guint length;

  if (!has_good_length (text)) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        _("what follows the slash is no number of bits"));
    return NULL;
  }
  mask = g_inet_address_mask_new_from_string (text, error);
  if (mask == NULL)
    return NULL;
  address = g_inet_address_mask_get_address (mask);
  length = g_inet_address_mask_get_length (mask);
  inner = unmap (g_object_ref (address));
  if (inner != address && length >= 8 * sizeof (mapped_prefix)) {
    g_object_unref (mask);
    mask = g_inet_address_mask_new (inner,
        length - 8 * sizeof (mapped_prefix), error);
  }
  g_object_unref (inner);
  return mask;
}

PubAccess *
pub_access_new (const gchar * const *networks, GError ** error)
{
  GPtrArray *masks = g_ptr_array_new_with_free_func (g_object_unref);
  PubAccess *self;
  guint i;

  for (i = 0; networks != NULL && networks[i] != NULL; i++) {
    GInetAddressMask *mask = parse_mask (networks[i], error);

    if (mask == NULL) {
      g_prefix_error (error, _("“%s” is no network: "), networks[i]);
      g_ptr_array_unref (masks);
      return NULL;
    }
    g_ptr_array_add (masks, mask);
  }
  if (masks->len == 0) {
    g_ptr_array_unref (masks);
    return NULL;
  }
  self = g_new (PubAccess, 1);
  self->masks = masks;
  return self;
}

void
pub_access_free (PubAccess * self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->masks);
  g_free (self);
}

gboolean
pub_access_allows (PubAccess * self, GInetAddress * address)
{
  gboolean allows = FALSE;
  guint i;

  if (self == NULL)
    return TRUE;
  if (address == NULL)
    return FALSE;
  address = unmap (g_object_ref (address));
  for (i = 0; i < self->masks->len && !allows; i++)
    allows = g_inet_address_mask_matches (self->masks->pdata[i], address);
  g_object_unref (address);
  return allows;
}
