/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __WMS_MD4_H__
#define __WMS_MD4_H__

#include <glib.h>

G_BEGIN_DECLS

#define WMS_MD4_SIZE 16

/**
 * wms_md4:
 * @data: (array length=size): bytes
 * @size: how many
 * @digest: (out caller-allocates) (array fixed-size=16): their MD4
 *
 * MD4 (RFC 1320), which NTLM needs and GLib does not have.
 */
void wms_md4 (const guint8 * data, gsize size, guint8 * digest);

G_END_DECLS
#endif /* __WMS_MD4_H__ */
