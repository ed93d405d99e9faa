/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* NTLM as HTTP carries it: [MS-NTHT], [MS-NLMP] 2.2.1 (messages) and 3.3.2
 * (NTLMv2).  No session security: only the connection is authenticated. */
#include "wmspush/wmsntlm.h"

#include <gst/base/gstbytereader.h>
#include <gst/base/gstbytewriter.h>
#include <string.h>

#include "asf/asfwriter.h"
#include "wmspush/wmsmd4.h"

#define SIGNATURE "NTLMSSP"     /* with its final zero: 8 bytes */
#define SIGNATURE_SIZE 8
#define TYPE_NEGOTIATE 1
#define TYPE_CHALLENGE 2
#define TYPE_AUTHENTICATE 3

/* 2.2.2.5 */
#define FLAG_UNICODE 0x00000001
#define FLAG_OEM 0x00000002
#define FLAG_REQUEST_TARGET 0x00000004
#define FLAG_NTLM 0x00000200
#define FLAG_ALWAYS_SIGN 0x00008000
#define FLAG_EXTENDED_SESSION_SECURITY 0x00080000
#define FLAG_TARGET_INFO 0x00800000
#define FLAG_VERSION 0x02000000
#define FLAG_128 0x20000000
#define FLAG_56 0x80000000

#define FLAGS (FLAG_UNICODE | FLAG_REQUEST_TARGET | FLAG_NTLM | \
    FLAG_ALWAYS_SIGN | FLAG_EXTENDED_SESSION_SECURITY | FLAG_VERSION | \
    FLAG_128 | FLAG_56)

/* 2.2.2.1 */
#define AV_END 0
#define AV_TIMESTAMP 7

#define KEY_SIZE 16
#define LM_RESPONSE_SIZE 24
/* signature, type, six fields, flags, version */
#define AUTHENTICATE_HEAD_SIZE (SIGNATURE_SIZE + 4 + 6 * 8 + 4 + 8)
/* signature, type, flags, two fields, version */
#define NEGOTIATE_SIZE (SIGNATURE_SIZE + 4 + 4 + 2 * 8 + 8)
/* 2.2.2.7, NTLMv2_CLIENT_CHALLENGE, without its AV pairs, and the end of it */
#define CLIENT_CHALLENGE_SIZE (28 + 4)
#define UNIX_EPOCH_100NS G_GUINT64_CONSTANT (116444736000000000)

/* 2.2.2.10: the Windows that the User-Agent names, NTLM revision 15. */
static const guint8 version[8] = { 6, 1, 0xb0, 0x1d, 0, 0, 0, 15 };

typedef struct
{
  guint8 challenge[WMS_NTLM_CHALLENGE_SIZE];
  const guint8 *info;           /* AV pairs */
  guint info_size;
  gboolean has_time;
  guint64 time;
} Challenge;

typedef struct
{
  guint8 *bytes;
  gsize size;
} Utf16;

static void
write_head (GstByteWriter * writer, guint32 type)
{
  gst_byte_writer_put_data (writer, (const guint8 *) SIGNATURE, SIGNATURE_SIZE);
  gst_byte_writer_put_uint32_le (writer, type);
}

gchar *
wms_ntlm_negotiate (void)
{
  g_autofree guint8 *message = NULL;
  GstByteWriter writer;
  guint size;

  gst_byte_writer_init_with_size (&writer, NEGOTIATE_SIZE, FALSE);
  write_head (&writer, TYPE_NEGOTIATE);
  gst_byte_writer_put_uint32_le (&writer, FLAGS | FLAG_OEM);
  /* neither domain nor workstation */
  gst_byte_writer_fill (&writer, 0, 16);
  gst_byte_writer_put_data (&writer, version, sizeof version);
  size = gst_byte_writer_get_pos (&writer);
  message = gst_byte_writer_reset_and_get_data (&writer);
  return g_base64_encode (message, size);
}

void
wms_ntlm_nonce_init (WmsNtlmNonce * nonce)
{
  wms_random (nonce->client_challenge, sizeof nonce->client_challenge);
  nonce->time = UNIX_EPOCH_100NS + (guint64) g_get_real_time () * 10;
}

/* Looks for the server's time in its AV pairs. */
static void
read_pairs (Challenge * self)
{
  GstByteReader reader = GST_BYTE_READER_INIT (self->info, self->info_size);
  guint16 id, size;

  while (gst_byte_reader_get_uint16_le (&reader, &id)
      && gst_byte_reader_get_uint16_le (&reader, &size) && id != AV_END) {
    if (id == AV_TIMESTAMP && size == 8)
      self->has_time = gst_byte_reader_get_uint64_le (&reader, &self->time);
    else if (!gst_byte_reader_skip (&reader, size))
      return;
  }
}

/* 2.2.1.2 */
static gboolean
read_challenge (Challenge * self, const guint8 * data, gsize size)
{
  GstByteReader reader = GST_BYTE_READER_INIT (data, size);
  const guint8 *bytes;
  guint32 type, flags, offset;
  guint16 info_size;

  memset (self, 0, sizeof *self);
  if (!gst_byte_reader_get_data (&reader, SIGNATURE_SIZE, &bytes)
      || memcmp (bytes, SIGNATURE, SIGNATURE_SIZE) != 0
      || !gst_byte_reader_get_uint32_le (&reader, &type)
      || type != TYPE_CHALLENGE
      /* the target's name */
      || !gst_byte_reader_skip (&reader, 8)
      || !gst_byte_reader_get_uint32_le (&reader, &flags)
      || !gst_byte_reader_get_data (&reader, sizeof self->challenge, &bytes))
    return FALSE;
  memcpy (self->challenge, bytes, sizeof self->challenge);
  if ((flags & FLAG_TARGET_INFO) == 0)
    return TRUE;
  if (!gst_byte_reader_skip (&reader, 8)
      || !gst_byte_reader_get_uint16_le (&reader, &info_size)
      || !gst_byte_reader_skip (&reader, 2)
      || !gst_byte_reader_get_uint32_le (&reader, &offset)
      || offset > size || info_size > size - offset)
    return FALSE;
  self->info = data + offset;
  self->info_size = info_size;
  read_pairs (self);
  return TRUE;
}

static void
utf16_init (Utf16 * self, const gchar * text, gssize n, gboolean uppercase)
{
  g_autofree gchar *valid = g_utf8_make_valid (text, n);
  glong n_chars = 0;
  gunichar *chars = g_utf8_to_ucs4_fast (valid, -1, &n_chars);
  guint8 *end;
  glong i;

  /* simple, not the locale's, case: 3.3.2, Uppercase () */
  for (i = 0; uppercase && i < n_chars; i++)
    chars[i] = g_unichar_toupper (chars[i]);
  self->bytes = end = g_malloc ((n_chars + 1) * sizeof *chars);
  for (i = 0; i < n_chars; i++)
    end = asf_utf16_put (end, chars[i]);
  self->size = end - self->bytes;
  wms_wipe (chars, n_chars * sizeof *chars);
  g_free (chars);
  wms_wipe (valid, strlen (valid));
}

static void
utf16_clear (Utf16 * self)
{
  wms_wipe (self->bytes, self->size);
  g_free (self->bytes);
}

static void
hmac (const guint8 * key, const guint8 * a, gsize a_size, const guint8 * b,
    gsize b_size, guint8 * digest)
{
  GHmac *state = g_hmac_new (G_CHECKSUM_MD5, key, KEY_SIZE);
  gsize size = KEY_SIZE;

  g_hmac_update (state, a, a_size);
  g_hmac_update (state, b, b_size);
  g_hmac_get_digest (state, digest, &size);
  g_hmac_unref (state);
}

/* 3.3.2: NTOWFv2 (). */
static void
make_key (const WmsCredentials * credentials, const gchar * user,
    const Utf16 * domain, guint8 * key)
{
  guint8 hash[WMS_MD4_SIZE];
  Utf16 password, upper;

  utf16_init (&password, credentials->password, -1, FALSE);
  utf16_init (&upper, user, -1, TRUE);
  wms_md4 (password.bytes, password.size, hash);
  hmac (hash, upper.bytes, upper.size, domain->bytes, domain->size, key);
  utf16_clear (&password);
  utf16_clear (&upper);
  wms_wipe (hash, sizeof hash);
}

/* 3.3.2: ComputeResponse (), the part that becomes NtChallengeResponse. */
static guint8 *
make_response (const Challenge * challenge, const WmsNtlmNonce * nonce,
    const guint8 * key, guint * size)
{
  GstByteWriter writer;
  guint8 *response;

  gst_byte_writer_init_with_size (&writer,
      KEY_SIZE + CLIENT_CHALLENGE_SIZE + challenge->info_size, FALSE);
  gst_byte_writer_fill (&writer, 0, KEY_SIZE);
  gst_byte_writer_put_uint16_le (&writer, 0x0101);
  gst_byte_writer_fill (&writer, 0, 6);
  gst_byte_writer_put_uint64_le (&writer, challenge->has_time ?
      challenge->time : nonce->time);
  gst_byte_writer_put_data (&writer, nonce->client_challenge,
      sizeof nonce->client_challenge);
  gst_byte_writer_fill (&writer, 0, 4);
  if (challenge->info_size > 0)
    gst_byte_writer_put_data (&writer, challenge->info, challenge->info_size);
  gst_byte_writer_fill (&writer, 0, 4);
  *size = gst_byte_writer_get_pos (&writer);
  response = gst_byte_writer_reset_and_get_data (&writer);
  hmac (key, challenge->challenge, sizeof challenge->challenge,
      response + KEY_SIZE, *size - KEY_SIZE, response);
  return response;
}

/* Zeros when the server has sent its time (3.1.5.1.2). */
static void
make_lm_response (const Challenge * challenge, const WmsNtlmNonce * nonce,
    const guint8 * key, guint8 * response)
{
  memset (response, 0, LM_RESPONSE_SIZE);
  if (challenge->has_time)
    return;
  hmac (key, challenge->challenge, sizeof challenge->challenge,
      nonce->client_challenge, sizeof nonce->client_challenge, response);
  memcpy (response + KEY_SIZE, nonce->client_challenge,
      sizeof nonce->client_challenge);
}

static void
write_field (GstByteWriter * writer, gsize size, guint * offset)
{
  gst_byte_writer_put_uint16_le (writer, size);
  gst_byte_writer_put_uint16_le (writer, size);
  gst_byte_writer_put_uint32_le (writer, *offset);
  *offset += size;
}

/* 2.2.1.3 */
static gchar *
write_authenticate (const Utf16 * domain, const Utf16 * user,
    const guint8 * lm, const guint8 * nt, guint nt_size)
{
  guint offset = AUTHENTICATE_HEAD_SIZE;
  guint size = offset + LM_RESPONSE_SIZE + nt_size + domain->size + user->size;
  g_autofree guint8 *message = NULL;
  GstByteWriter writer;

  gst_byte_writer_init_with_size (&writer, size, FALSE);
  write_head (&writer, TYPE_AUTHENTICATE);
  write_field (&writer, LM_RESPONSE_SIZE, &offset);
  write_field (&writer, nt_size, &offset);
  write_field (&writer, domain->size, &offset);
  write_field (&writer, user->size, &offset);
  /* neither workstation nor session key */
  write_field (&writer, 0, &offset);
  write_field (&writer, 0, &offset);
  gst_byte_writer_put_uint32_le (&writer, FLAGS);
  gst_byte_writer_put_data (&writer, version, sizeof version);
  gst_byte_writer_put_data (&writer, lm, LM_RESPONSE_SIZE);
  gst_byte_writer_put_data (&writer, nt, nt_size);
  if (domain->size > 0)
    gst_byte_writer_put_data (&writer, domain->bytes, domain->size);
  if (user->size > 0)
    gst_byte_writer_put_data (&writer, user->bytes, user->size);
  message = gst_byte_writer_reset_and_get_data (&writer);
  return g_base64_encode (message, size);
}

static gchar *
answer (const Challenge * challenge, const WmsCredentials * credentials,
    const WmsNtlmNonce * nonce)
{
  const gchar *slash = strpbrk (credentials->user, "\\/");
  const gchar *name = slash != NULL ? slash + 1 : credentials->user;
  guint8 lm[LM_RESPONSE_SIZE];
  g_autofree guint8 *nt = NULL;
  guint8 key[KEY_SIZE];
  Utf16 domain, user;
  guint nt_size;
  gchar *message = NULL;

  utf16_init (&domain, credentials->user,
      slash != NULL ? slash - credentials->user : 0, FALSE);
  utf16_init (&user, name, -1, FALSE);
  make_key (credentials, name, &domain, key);
  nt = make_response (challenge, nonce, key, &nt_size);
  make_lm_response (challenge, nonce, key, lm);
  if (nt_size <= G_MAXUINT16 && domain.size <= G_MAXUINT16
      && user.size <= G_MAXUINT16)
    message = write_authenticate (&domain, &user, lm, nt, nt_size);
  utf16_clear (&domain);
  utf16_clear (&user);
  wms_wipe (key, sizeof key);
  return message;
}

gchar *
wms_ntlm_authenticate (const gchar * challenge,
    const WmsCredentials * credentials, const WmsNtlmNonce * nonce)
{
  g_autofree guint8 *data = NULL;
  Challenge parsed;
  gsize size;

  data = g_base64_decode (challenge, &size);
  if (!read_challenge (&parsed, data, size))
    return NULL;
  return answer (&parsed, credentials, nonce);
}
