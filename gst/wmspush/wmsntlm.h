/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __WMS_NTLM_H__
#define __WMS_NTLM_H__

#include "wmspush/wmscredentials.h"

G_BEGIN_DECLS

#define WMS_NTLM_CHALLENGE_SIZE 8

/**
 * wms_ntlm_negotiate:
 *
 * Returns: (transfer full): the first message ([MS-NLMP] 2.2.1.1) in base 64,
 *     which carries nothing about the user.
 */
gchar *wms_ntlm_negotiate (void);

/**
 * WmsNtlmNonce:
 * @client_challenge: random bytes
 * @time: now, in 100 ns since 1601, for servers that do not send theirs
 *
 * What has to be new for each answer.
 */
typedef struct
{
  guint8 client_challenge[WMS_NTLM_CHALLENGE_SIZE];
  guint64 time;
} WmsNtlmNonce;

/**
 * wms_ntlm_nonce_init:
 * @nonce: (out caller-allocates): a nonce of this moment
 */
void wms_ntlm_nonce_init (WmsNtlmNonce * nonce);

/**
 * wms_ntlm_authenticate:
 * @challenge: the server's message ([MS-NLMP] 2.2.1.2) in base 64
 * @credentials: user, perhaps as `DOMAIN\user`, and password
 * @nonce: what is new
 *
 * Answers with NTLMv2; the older kinds, which give the password away to
 * whoever listens, are not there.
 *
 * Returns: (transfer full) (nullable): the last message ([MS-NLMP] 2.2.1.3) in
 *     base 64; %NULL when @challenge is none.
 */
gchar *wms_ntlm_authenticate (const gchar * challenge,
    const WmsCredentials * credentials, const WmsNtlmNonce * nonce);

G_END_DECLS
#endif /* __WMS_NTLM_H__ */
