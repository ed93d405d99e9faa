/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __WMS_CREDENTIALS_H__
#define __WMS_CREDENTIALS_H__

#include <glib.h>

G_BEGIN_DECLS

/**
 * GstWmsAuthMethods:
 * @GST_WMS_AUTH_METHOD_BASIC: Basic (RFC 7617): the password itself
 * @GST_WMS_AUTH_METHOD_DIGEST: Digest (RFC 7616): MD5 and SHA-256
 * @GST_WMS_AUTH_METHOD_NTLM: NTLM ([MS-NTHT]), version 2 only
 * @GST_WMS_AUTH_METHOD_NEGOTIATE: Negotiate (RFC 4559): the user's Kerberos
 *     ticket
 *
 * Ways to prove who one is.
 *
 * Since: 1.22
 */
typedef enum
{
  GST_WMS_AUTH_METHOD_BASIC = (1 << 0),
  GST_WMS_AUTH_METHOD_DIGEST = (1 << 1),
  GST_WMS_AUTH_METHOD_NTLM = (1 << 2),
  GST_WMS_AUTH_METHOD_NEGOTIATE = (1 << 3),
} GstWmsAuthMethods;

#define WMS_AUTH_METHODS_ALL (GST_WMS_AUTH_METHOD_BASIC | \
    GST_WMS_AUTH_METHOD_DIGEST | GST_WMS_AUTH_METHOD_NTLM | \
    GST_WMS_AUTH_METHOD_NEGOTIATE)

/**
 * GstWmsCredentialFlags:
 * @GST_WMS_CREDENTIAL_FLAG_CLEAR_TEXT: the password will travel unencrypted
 * @GST_WMS_CREDENTIAL_FLAG_PROXY: it is for the proxy, not for the server
 *
 * What the credentials that are asked for will be used for: those members of
 * WMT_CREDENTIAL_FLAGS that a question can have, with their numbers
 * (wmsdkidl.h).
 *
 * Since: 1.22
 */
typedef enum
{
  GST_WMS_CREDENTIAL_FLAG_CLEAR_TEXT = (1 << 2),
  GST_WMS_CREDENTIAL_FLAG_PROXY = (1 << 3),
} GstWmsCredentialFlags;

/**
 * WmsCredentials:
 * @user: user name, perhaps with its domain: `DOMAIN\user`, `user@domain`
 * @password: password, may be empty
 * @may_be_clear_text: whether they may travel unencrypted, since whoever gave
 *     them had been told that they would
 */
typedef struct
{
  gchar *user;
  gchar *password;
  gboolean may_be_clear_text;
} WmsCredentials;

/**
 * wms_random:
 * @data: is filled
 * @size: bytes
 *
 * Random bytes of the kernel's: the numbers of g_random_int() can be told from
 * some hundred before, and those are what a server gets.
 */
void wms_random (gpointer data, gsize size);

/**
 * wms_credentials_new:
 * @user: copied
 * @password: (nullable): copied; %NULL counts as empty
 *
 * Returns: (transfer full): credentials that never travel unencrypted.
 */
WmsCredentials *wms_credentials_new (const gchar * user,
    const gchar * password);

/**
 * wms_credentials_copy:
 * @self: (nullable): #WmsCredentials
 *
 * Returns: (transfer full) (nullable): a copy.
 */
WmsCredentials *wms_credentials_copy (const WmsCredentials * self);

/**
 * wms_credentials_free:
 * @self: (transfer full) (nullable): #WmsCredentials; their memory is wiped
 */
void wms_credentials_free (WmsCredentials * self);

/**
 * wms_credentials_equal:
 *
 * Returns: whether both are the same user with the same password.
 */
gboolean wms_credentials_equal (const WmsCredentials * a,
    const WmsCredentials * b);

/**
 * wms_credentials_to_basic:
 *
 * Returns: (transfer full): value of an Authorization header that shows them
 *     (RFC 7617, section 2). Whoever gets it wipes it.
 */
gchar *wms_credentials_to_basic (const WmsCredentials * self);

/**
 * wms_wipe:
 * @data: (nullable): memory
 * @size: its bytes
 *
 * Overwrites memory, also where the compiler thinks that nobody looks.
 */
void wms_wipe (gpointer data, gsize size);

/**
 * wms_free_secret:
 * @text: (transfer full) (nullable): a string that holds a secret
 *
 * Wipes and frees it.
 */
void wms_free_secret (gchar * text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WmsCredentials, wms_credentials_free)
G_END_DECLS
#endif /* __WMS_CREDENTIALS_H__ */
