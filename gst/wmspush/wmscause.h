/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __WMS_CAUSE_H__
#define __WMS_CAUSE_H__

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * WmsStage:
 * @WMS_STAGE_RESOLVING: it is being found out where the server is
 * @WMS_STAGE_CONNECTING: a connection is being made, with TLS where it is
 *     wanted
 * @WMS_STAGE_CONNECTED: it is there
 *
 * How far a connection has come.
 */
typedef enum
{
  WMS_STAGE_RESOLVING,
  WMS_STAGE_CONNECTING,
  WMS_STAGE_CONNECTED,
} WmsStage;

/**
 * wms_cause_refine:
 * @error: (nullable): why there is no answer; changed in place
 * @stage: when it happened
 * @is_proxy: whether a proxy was being connected to
 *
 * The same code of GIO means one thing while a connection is made and another
 * one when it is lost: makes @error one that the table of wmsstatus.h has the
 * right row for.
 */
void wms_cause_refine (GError * error, WmsStage stage, gboolean is_proxy);

/**
 * wms_cause_set_certificate:
 * @error: (nullable): why there is no connection; changed in place
 * @flags: what the server's certificate is and must not be
 *
 * Where @error says that the certificate is not accepted, makes it say why:
 * the gravest of @flags.
 */
void wms_cause_set_certificate (GError * error, GTlsCertificateFlags flags);

G_END_DECLS
#endif /* __WMS_CAUSE_H__ */
