/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Authentication schemes one by one, against the examples of their
 * specifications. */
#include <gst/check/gstcheck.h>
#include <string.h>

#include "testbytes.h"
#include "wmspush/wmschallenge.h"
#include "wmspush/wmsdigest.h"
#include "wmspush/wmsmd4.h"
#include "wmspush/wmsntlm.h"

/* What is found in a header, written as SCHEME[token]{name=value;...}, the
 * parameters in the order of their names. */
static const struct
{
  const gchar *header;
  const gchar *found;
} headers[] = {
  {NULL, ""},
  {"", ""},
  {"Basic realm=\"a\"", "Basic{realm=a}"},
  {"basic REALM = a", "basic{realm=a}"},
  {"Negotiate", "Negotiate{}"},
  {"NTLM, Negotiate", "NTLM{}Negotiate{}"},
  {"NTLM TlRMTVNTUAAC==", "NTLM[TlRMTVNTUAAC==]{}"},
  {"Negotiate abc, Basic realm=\"x\"", "Negotiate[abc]{}Basic{realm=x}"},
  {"Digest realm=\"a, b\", nonce=\"n=\", qop=\"auth\", Basic realm=\"c\"",
      "Digest{nonce=n=;qop=auth;realm=a, b}Basic{realm=c}"},
  /* escapes stay */
  {"Basic realm=\"a\\\"b\"", "Basic{realm=a\\\"b}"},
  {",, Basic ,, realm=\"a\" ,", "Basic{realm=a}"},
  /* what breaks off, belongs nowhere or is no word */
  {"Basic realm=\"a", "Basic{}"},
  {"realm=\"a\", Basic", "Basic{}"},
  {"Basic realm=, x=1", "Basic[realm=]{x=1}"},
  {"\"quoted\", Basic realm=a", "Basic{realm=a}"},
  {"(), @@, NTLM", "NTLM{}"},
};

static gchar *
describe (const GPtrArray * challenges)
{
  GString *text = g_string_new (NULL);
  guint i;

  for (i = 0; i < challenges->len; i++) {
    WmsChallenge *challenge = g_ptr_array_index (challenges, i);
    GList *names = g_list_sort (g_hash_table_get_keys (challenge->params),
        (GCompareFunc) strcmp);
    GList *l;

    g_string_append (text, challenge->scheme);
    if (challenge->token != NULL)
      g_string_append_printf (text, "[%s]", challenge->token);
    g_string_append_c (text, '{');
    for (l = names; l != NULL; l = l->next)
      g_string_append_printf (text, "%s%s=%s", l == names ? "" : ";",
          (gchar *) l->data, wms_challenge_get (challenge, l->data));
    g_string_append_c (text, '}');
    g_list_free (names);
  }
  return g_string_free (text, FALSE);
}

GST_START_TEST (test_challenges)
{
  GPtrArray *challenges = wms_challenges_parse (headers[__i__].header);
  g_autofree gchar *found = describe (challenges);

  fail_unless_equals_string (found, headers[__i__].found);
  g_ptr_array_unref (challenges);
}

GST_END_TEST;

GST_START_TEST (test_challenges_are_bounded)
{
  GString *header = g_string_new (NULL);
  GPtrArray *challenges;
  guint i;

  for (i = 0; i < 10000; i++)
    g_string_append_printf (header, "X%u, ", i);
  for (i = 0; i < 10000; i++)
    g_string_append_printf (header, "p%u=1, ", i);
  challenges = wms_challenges_parse (header->str);
  fail_unless_equals_int (challenges->len, WMS_MAX_CHALLENGES);
  g_ptr_array_unref (challenges);
  g_string_assign (header, "Digest ");
  for (i = 0; i < 10000; i++)
    g_string_append_printf (header, "p%u=1, ", i);
  challenges = wms_challenges_parse (header->str);
  fail_unless_equals_int (g_hash_table_size (((WmsChallenge *)
              g_ptr_array_index (challenges, 0))->params),
      WMS_MAX_CHALLENGE_PARAMS);
  g_ptr_array_unref (challenges);
  g_string_free (header, TRUE);
}

GST_END_TEST;

#define RFC2617 "Digest realm=\"testrealm@host.com\", " \
    "nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", " \
    "opaque=\"5ccc069c403ebaf9f0171e9517f40e41\""
#define RFC7616 "realm=\"http-auth@example.org\", qop=\"auth, auth-int\", " \
    "nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", " \
    "opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""
#define CNONCE_7616 "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"

static const struct
{
  const gchar *challenge;
  const gchar *user;
  const gchar *password;
  WmsDigestRequest request;
  const gchar *part;
} digests[] = {
  /* RFC 2617, section 3.5 */
  {RFC2617 ", qop=\"auth,auth-int\"", "Mufasa", "Circle Of Life",
        {"GET", "/dir/index.html", "0a4f113b", 1},
      "response=\"6629fae49393a05397450978507c4ef1\""},
  /* RFC 2617, section 3.2.2.1: without qop; RFC 2069's way */
  {RFC2617, "Mufasa", "Circle Of Life",
        {"GET", "/dir/index.html", "0a4f113b", 1},
      "response=\"670fd8c2df070c60b045671b8b24ff02\", opaque="},
  /* RFC 7616, section 3.9.1 */
  {"Digest algorithm=MD5, " RFC7616, "Mufasa", "Circle of Life",
        {"GET", "/dir/index.html", CNONCE_7616, 1},
      "response=\"8ca523f5e9506fed4657c9700eebdbec\", algorithm=MD5"},
  {"Digest algorithm=SHA-256, " RFC7616, "Mufasa", "Circle of Life",
        {"GET", "/dir/index.html", CNONCE_7616, 1},
      "response=\"753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1\""},
  {"Digest algorithm=MD5, " RFC7616, "Mufasa", "Circle of Life",
        {"GET", "/dir/index.html", CNONCE_7616, 0x1a},
      "qop=auth, nc=0000001a, opaque=\"FQhe/"},
  {"Digest realm=\"r\", nonce=\"n\"", "DOM\\a\"b", "p",
      {"POST", "/", "c", 1}, "Digest username=\"DOM\\\\a\\\"b\", realm=\"r\""},
  /* no line of ours is ended by a name */
  {"Digest realm=\"r\", nonce=\"n\"", "a\r\nX: b", "p",
      {"POST", "/", "c", 1}, "username=\"aX: b\""},
  {"Digest realm=\"r\", nonce=\"n\", algorithm=md5-SESS", "u", "p",
      {"POST", "/", "c", 1}, "algorithm=MD5-sess, cnonce=\"c\""},
};

static gchar *
authorize (gsize n)
{
  GPtrArray *challenges = wms_challenges_parse (digests[n].challenge);
  WmsCredentials *credentials = wms_credentials_new (digests[n].user,
      digests[n].password);
  gchar *value;

  fail_unless_equals_int (challenges->len, 1);
  fail_unless (wms_digest_is_usable (g_ptr_array_index (challenges, 0)));
  value = wms_digest_authorize (g_ptr_array_index (challenges, 0), credentials,
      &digests[n].request);
  wms_credentials_free (credentials);
  g_ptr_array_unref (challenges);
  return value;
}

GST_START_TEST (test_digest)
{
  g_autofree gchar *value = authorize (__i__);

  fail_unless (strstr (value, digests[__i__].part) != NULL, "%s", value);
}

GST_END_TEST;

/* A1 of the -sess kinds, counted here step by step (RFC 7616, 3.4.2). */
GST_START_TEST (test_digest_session)
{
  g_autofree gchar *value = authorize (G_N_ELEMENTS (digests) - 1);
  g_autofree gchar *secret = g_compute_checksum_for_string (G_CHECKSUM_MD5,
      "u:r:p", -1);
  g_autofree gchar *a1_text = g_strconcat (secret, ":n:c", NULL);
  g_autofree gchar *a1 = g_compute_checksum_for_string (G_CHECKSUM_MD5,
      a1_text, -1);
  g_autofree gchar *a2 = g_compute_checksum_for_string (G_CHECKSUM_MD5,
      "POST:/", -1);
  g_autofree gchar *text = g_strconcat (a1, ":n:", a2, NULL);
  g_autofree gchar *response = g_compute_checksum_for_string (G_CHECKSUM_MD5,
      text, -1);

  fail_unless (strstr (value, response) != NULL, "%s", value);
}

GST_END_TEST;

/* RFC 7616, section 3.9.2, but with SHA-256: the name goes out as its hash. */
GST_START_TEST (test_digest_hidden_user)
{
  GPtrArray *challenges = wms_challenges_parse ("Digest realm=\"api\", "
      "nonce=\"n\", algorithm=SHA-256, userhash=true");
  g_autoptr (WmsCredentials) credentials = wms_credentials_new ("Jason", "p");
  WmsDigestRequest request = { "POST", "/", "c", 1 };
  g_autofree gchar *hidden = g_compute_checksum_for_string (G_CHECKSUM_SHA256,
      "Jason:api", -1);
  g_autofree gchar *value = NULL;

  value = wms_digest_authorize (g_ptr_array_index (challenges, 0), credentials,
      &request);
  fail_unless (strstr (value, hidden) != NULL);
  fail_unless (strstr (value, "userhash=true") != NULL);
  fail_unless (strstr (value, "Jason") == NULL);
  g_ptr_array_unref (challenges);
}

GST_END_TEST;

static const gchar *const unusable[] = {
  "Digest realm=\"r\"",
  "Digest nonce=\"n\"",
  "Digest realm=\"r\", nonce=\"n\", algorithm=SHA-512-256",
  "Digest realm=\"r\", nonce=\"n\", qop=\"auth-int\"",
  "Digest realm=\"\357\277\275\", nonce=\"n\"",
  "Digest realm=\"r\", nonce=\"n\357\277\275\"",
  "Digest realm=\"r\", nonce=\"n\", opaque=\"\357\277\275o\"",
};

GST_START_TEST (test_digest_unusable)
{
  GPtrArray *challenges = wms_challenges_parse (unusable[__i__]);

  fail_if (wms_digest_is_usable (g_ptr_array_index (challenges, 0)));
  g_ptr_array_unref (challenges);
}

GST_END_TEST;

/* RFC 1320, section A.5, and the sizes at which a block ends. */
static const struct
{
  const gchar *text;
  const gchar *digest;
} md4s[] = {
  {"", "31d6cfe0d16ae931b73c59d7e0c089c0"},
  {"a", "bde52cb31de33e46245e05fbdbd6fb24"},
  {"abc", "a448017aaf21d8525fc10ae87aa6729d"},
  {"message digest", "d9130a8164549fe818874806e1c7014b"},
  {"abcdefghijklmnopqrstuvwxyz", "d79e1c308aa5bbcdeea8ed63df412da9"},
  {"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
      "043f8582f241db351ce627e153e7f0e4"},
  {"1234567890123456789012345678901234567890123456789012345678901234567890"
        "1234567890", "e33b4ddc9c38f2199c3e7b164fcc0536"},
};

GST_START_TEST (test_md4)
{
  guint8 digest[WMS_MD4_SIZE];
  GString *text = g_string_new (NULL);
  gsize i;

  wms_md4 ((const guint8 *) md4s[__i__].text, strlen (md4s[__i__].text),
      digest);
  for (i = 0; i < sizeof digest; i++)
    g_string_append_printf (text, "%02x", digest[i]);
  fail_unless_equals_string (text->str, md4s[__i__].digest);
  g_string_free (text, TRUE);
}

GST_END_TEST;

/* Servers that want room for the version in it take no shorter message. */
GST_START_TEST (test_ntlm_negotiate)
{
  g_autofree gchar *message = wms_ntlm_negotiate ();
  g_autofree guint8 *data = NULL;
  gsize size;

  data = g_base64_decode (message, &size);
  fail_unless_equals_int (size, 40);
  fail_unless (memcmp (data, "NTLMSSP\0\1\0\0\0", 12) == 0);
}

GST_END_TEST;

/* [MS-NLMP] 4.2.4: User, Domain, Password, server challenge 0123456789abcdef,
 * client challenge of aa, time 0, target info of 4.2.4.1.3. */
static const guint8 challenge_message[] = {
  'N', 'T', 'L', 'M', 'S', 'S', 'P', 0, 2, 0, 0, 0,
  0x0c, 0, 0x0c, 0, 0x38, 0, 0, 0,
  0x33, 0x82, 0x8a, 0xe2,
  0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef,
  0, 0, 0, 0, 0, 0, 0, 0,
  0x24, 0, 0x24, 0, 0x44, 0, 0, 0,
  0x06, 0x00, 0x70, 0x17, 0, 0, 0, 0x0f,
  'S', 0, 'e', 0, 'r', 0, 'v', 0, 'e', 0, 'r', 0,
  2, 0, 0x0c, 0, 'D', 0, 'o', 0, 'm', 0, 'a', 0, 'i', 0, 'n', 0,
  1, 0, 0x0c, 0, 'S', 0, 'e', 0, 'r', 0, 'v', 0, 'e', 0, 'r', 0,
  0, 0, 0, 0,
};

#define FIELD_LM 12
#define FIELD_NT 20
#define FIELD_DOMAIN 28
#define FIELD_USER 36

static guint8 *
answer_ntlm (const guint8 * challenge, gsize challenge_size,
    const gchar * user, gsize * size)
{
  g_autofree gchar *text = g_base64_encode (challenge, challenge_size);
  g_autoptr (WmsCredentials) credentials = wms_credentials_new (user,
      "Password");
  g_autofree gchar *message = NULL;
  WmsNtlmNonce nonce = {.time = 0 };

  memset (nonce.client_challenge, 0xaa, sizeof nonce.client_challenge);
  message = wms_ntlm_authenticate (text, credentials, &nonce);
  return message != NULL ? g_base64_decode (message, size) : NULL;
}

static const guint8 *
get_field (const guint8 * message, gsize size, gsize at, guint * field_size)
{
  guint offset = GST_READ_UINT32_LE (message + at + 4);

  *field_size = GST_READ_UINT16_LE (message + at);
  fail_unless (offset + *field_size <= size);
  return message + offset;
}

GST_START_TEST (test_ntlm_authenticate)
{
  static const guint8 lm[] = {
    0x86, 0xc3, 0x50, 0x97, 0xac, 0x9c, 0xec, 0x10,
    0x25, 0x54, 0x76, 0x4a, 0x57, 0xcc, 0xcc, 0x19,
    0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa,
  };
  static const guint8 proof[] = {
    0x68, 0xcd, 0x0a, 0xb8, 0x51, 0xe5, 0x1c, 0x96,
    0xaa, 0xbc, 0x92, 0x7b, 0xeb, 0xef, 0x6a, 0x1c,
  };
  g_autofree guint8 *message = NULL;
  const guint8 *field;
  gsize size = 0;
  guint n;

  message = answer_ntlm (challenge_message, sizeof challenge_message,
      "Domain\\User", &size);
  fail_unless (message != NULL);
  fail_unless (memcmp (message, "NTLMSSP\0\3\0\0\0", 12) == 0);
  field = get_field (message, size, FIELD_LM, &n);
  fail_unless (n == sizeof lm && memcmp (field, lm, n) == 0);
  field = get_field (message, size, FIELD_NT, &n);
  fail_unless (n > sizeof proof && memcmp (field, proof, sizeof proof) == 0);
  field = get_field (message, size, FIELD_DOMAIN, &n);
  fail_unless (n == 12 && memcmp (field, "D\0o\0m\0a\0i\0n\0", n) == 0);
  field = get_field (message, size, FIELD_USER, &n);
  fail_unless (n == 8 && memcmp (field, "U\0s\0e\0r\0", n) == 0);
}

GST_END_TEST;

/* A name without a domain stays whole. */
GST_START_TEST (test_ntlm_principal)
{
  g_autofree guint8 *message = NULL;
  gsize size = 0;
  guint n;

  message = answer_ntlm (challenge_message, sizeof challenge_message,
      "u@d", &size);
  get_field (message, size, FIELD_DOMAIN, &n);
  fail_unless_equals_int (n, 0);
  fail_unless (memcmp (get_field (message, size, FIELD_USER, &n),
          "u\0@\0d\0", 6) == 0);
}

GST_END_TEST;

/* No cut of the server's message, and none of its numbers, is read beyond. */
GST_START_TEST (test_ntlm_bad_challenges)
{
  g_autofree guint8 *message = g_memdup2 (challenge_message,
      sizeof challenge_message);
  gsize size, i;

  for (i = 0; i < 48; i++)
    fail_unless (answer_ntlm (message, i, "u", &size) == NULL);
  for (i = 48; i < sizeof challenge_message; i++)
    fail_unless (answer_ntlm (message, i, "u", &size) == NULL);
  message[44] = 0xff;
  fail_unless (answer_ntlm (message, sizeof challenge_message, "u",
          &size) == NULL);
  message[44] = 0x44;
  message[8] = 3;
  fail_unless (answer_ntlm (message, sizeof challenge_message, "u",
          &size) == NULL);
}

GST_END_TEST;

static Suite *
wmsschemes_suite (void)
{
  Suite *suite = suite_create ("wmsschemes");
  TCase *tc = tcase_create ("schemes");

  suite_add_tcase (suite, tc);
  tcase_add_loop_test (tc, test_challenges, 0, G_N_ELEMENTS (headers));
  tcase_add_test (tc, test_challenges_are_bounded);
  tcase_add_loop_test (tc, test_digest, 0, G_N_ELEMENTS (digests));
  tcase_add_test (tc, test_digest_session);
  tcase_add_test (tc, test_digest_hidden_user);
  tcase_add_loop_test (tc, test_digest_unusable, 0, G_N_ELEMENTS (unusable));
  tcase_add_loop_test (tc, test_md4, 0, G_N_ELEMENTS (md4s));
  tcase_add_test (tc, test_ntlm_negotiate);
  tcase_add_test (tc, test_ntlm_authenticate);
  tcase_add_test (tc, test_ntlm_principal);
  tcase_add_test (tc, test_ntlm_bad_challenges);
  return suite;
}

GST_CHECK_MAIN (wmsschemes);
