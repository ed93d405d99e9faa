/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The password file, Digest responses, nonces, and wrong passwords by
 * address: without a socket. */
#include <gst/check/gstcheck.h>

#include <glib/gstdio.h>
#include <sys/stat.h>

#include "pubattempts.h"
#include "pubdigest.h"
#include "pubnonces.h"
#include "pubpasswords.h"
#include "testasf.h"

/* RFC 2617, 3.5: Mufasa, "Circle Of Life". */
#define REALM "testrealm@host.com"
#define HA1 "939e7578ed9e3c518a452acee763bce9"
#define NONCE "dcd98b7102dd2f0e8b11d0f600bfb0c093"
#define RESPONSE "6629fae49393a05397450978507c4ef1"
#define LINE "Mufasa:" REALM ":" HA1 "\n"
#define PARAMS(rest) "username=\"Mufasa\", realm=\"" REALM "\", nonce=\"" \
    NONCE "\", uri=\"/dir/index.html\", response=\"" RESPONSE "\"" rest
#define QOP ", qop=auth, nc=00000001, cnonce=\"0a4f113b\""

static gchar *folder, *filename;

static void
make_folder (void)
{
  folder = g_dir_make_tmp ("pubpasswords-XXXXXX", NULL);
  filename = g_build_filename (folder, "passwords", NULL);
}

static void
remove_folder (void)
{
  g_unlink (filename);
  g_rmdir (folder);
  g_free (filename);
  g_free (folder);
}

static PubPasswords *
read_text (const gchar * text, gssize size, const gchar * realm,
    GError ** error)
{
  fail_unless (g_file_set_contents_full (filename, text, size,
          G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
  return pub_passwords_read (filename, realm, error);
}

static gboolean
knows (PubPasswords * self, const gchar * user)
{
  gboolean is_known;

  fail_unless (strlen (pub_passwords_find (self, user, &is_known)) == 32);
  return is_known;
}

GST_START_TEST (test_file)
{
  static const gchar text[] = "\357\273\277# who may come in\r\n\r\n"
      "Mufasa:" REALM ":939E7578ED9E3C518A452ACEE763BCE9\r\n"
      "j\xc3\xbcrgen m:" REALM ":00000000000000000000000000000000\n"
      "Mufasa:other:11111111111111111111111111111111\n"
      "scar:a:b:22222222222222222222222222222222";
  PubPasswords *self = read_text (text, -1, NULL, NULL);

  fail_unless (self != NULL);
  assert_equals_string (pub_passwords_get_realm (self), REALM);
  fail_unless (knows (self, "Mufasa"));
  fail_unless (knows (self, "j\xc3\xbcrgen m"));
  fail_if (knows (self, "mufasa"));
  fail_if (knows (self, "scar"));
  fail_if (knows (self, ""));
  fail_unless (pub_passwords_check (self, "Mufasa", "Circle Of Life"));
  fail_if (pub_passwords_check (self, "Mufasa", "Circle Of Lif"));
  fail_if (pub_passwords_check (self, "Mufasa", ""));
  fail_if (pub_passwords_check (self, "Nobody", "Circle Of Life"));
  pub_passwords_free (self);

  self = read_text (text, -1, "a:b", NULL);
  fail_unless (self != NULL && knows (self, "scar"));
  fail_if (knows (self, "Mufasa"));
  pub_passwords_free (self);
}

GST_END_TEST;

/* A line that cannot be meant is refused with its number. */
GST_START_TEST (test_broken_lines)
{
  static const struct
  {
    const gchar *text;
    gssize size;
    const gchar *where;
  } rows[] = {
    {LINE "nonsense\n", -1, "line 2:"},
    {LINE "\n\nuser:" HA1 "\n", -1, "line 4:"},
    {":" REALM ":" HA1 "\n", -1, "line 1:"},
    {"user::" HA1 "\n", -1, "line 1:"},
    {"user:realm:\n", -1, "line 1:"},
    {"user:realm:123\n", -1, "line 1:"},
    {"user:realm:" HA1 "0\n", -1, "line 1:"},
    {"user:realm:z39e7578ed9e3c518a452acee763bce9\n", -1, "line 1:"},
    {"user:realm:" HA1 " \n", -1, "line 1:"},
    {"us\x1b" "er:realm:" HA1 "\n", -1, "line 1:"},
    {"user:re\talm:" HA1 "\n", -1, "line 1:"},
    {LINE "Mufasa:" REALM ":00000000000000000000000000000000\n", -1, "line 2:"},
    {"user:re\"alm:" HA1 "\n", -1, "line 1:"},
    {"user:re\\alm:" HA1 "\n", -1, "line 1:"},
    {"a\0b:realm:" HA1 "\n", 3 + 7 + 32 + 1, "line 1:"},
    {"\n#\n", -1, "no user"},
    {"", -1, "no user"},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    GError *error = NULL;

    fail_unless (read_text (rows[i].text, rows[i].size, NULL, &error) == NULL,
        "row %u", i);
    fail_unless (strstr (error->message, filename) != NULL);
    fail_unless (strstr (error->message, rows[i].where) != NULL, "row %u: %s",
        i, error->message);
    /* what is nearly a password is none of the log's business */
    fail_unless (strstr (error->message, HA1) == NULL);
    g_error_free (error);
  }
  fail_unless (read_text (LINE, -1, "another realm", NULL) == NULL);
}

GST_END_TEST;

/* Files that are none: a pipe would block the server for ever. */
GST_START_TEST (test_broken_files)
{
  GError *error = NULL;

  fail_unless (pub_passwords_read (filename, NULL, &error) == NULL);
  fail_unless (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND));
  fail_unless (strstr (error->message, filename) != NULL);
  g_clear_error (&error);
  fail_unless (pub_passwords_read (folder, NULL, &error) == NULL);
  fail_unless (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY));
  g_clear_error (&error);
  fail_unless_equals_int (mkfifo (filename, 0600), 0);
  fail_unless (pub_passwords_read (filename, NULL, &error) == NULL);
  g_clear_error (&error);
}

GST_END_TEST;

/* Whoever can read the file can log in. */
GST_START_TEST (test_readable_by_others)
{
  PubPasswords *self = read_text (LINE, -1, NULL, NULL);

  pub_passwords_free (self);
  fail_unless_equals_int (g_chmod (filename, 0644), 0);
  g_log_set_fatal_mask (NULL, G_LOG_FATAL_MASK);
  g_test_expect_message ("wms-pubpoint", G_LOG_LEVEL_WARNING,
      "*can be read by everybody*");
  self = pub_passwords_read (filename, NULL, NULL);
  fail_unless (self != NULL);
  g_test_assert_expected_messages ();
  pub_passwords_free (self);
}

GST_END_TEST;

static gboolean
matches (const gchar * params, const gchar * method, const gchar * url)
{
  PubDigest *digest = pub_digest_parse (params);
  GUri *target = g_uri_parse (url, G_URI_FLAGS_ENCODED, NULL);
  gboolean matches = digest != NULL && pub_digest_matches (digest, REALM,
      method, target, HA1);

  pub_digest_free (digest);
  g_uri_unref (target);
  return matches;
}

GST_START_TEST (test_digest)
{
  static const gchar url[] = "http://www.example/dir/index.html";

  fail_unless (matches (PARAMS (QOP), "GET", url));
  fail_unless (matches (PARAMS (QOP ", algorithm=md5"), "GET", url));
  fail_unless (matches (PARAMS (QOP), "GET",
          "http://www.example/dir/%69ndex.html"));
  fail_if (matches (PARAMS (QOP), "POST", url));
  fail_if (matches (PARAMS (QOP), "GET", "http://www.example/dir/index.htm"));
  fail_if (matches (PARAMS (QOP), "GET",
          "http://www.example/dir/index.html?x"));
  /* each of what it is made of counts */
  fail_if (matches (PARAMS (", qop=auth, nc=00000002, cnonce=\"0a4f113b\""),
          "GET", url));
  fail_if (matches (PARAMS (", qop=auth, nc=00000001, cnonce=\"0a4f113c\""),
          "GET", url));
  fail_if (matches (PARAMS (""), "GET", url));
  /* RFC 2069, 2.4, has another realm's HA1; ours is of openssl md5 */
  fail_unless (matches ("username=Mufasa, realm=\"" REALM "\", nonce=\"" NONCE
          "\", uri=\"/dir/index.html\","
          " response=\"670fd8c2df070c60b045671b8b24ff02\"", "GET", url));
}

GST_END_TEST;

GST_START_TEST (test_broken_digests)
{
  static const gchar *const broken[] = { "", ",,,", "username=\"Mufasa\"",
    PARAMS (", qop=auth-int, nc=00000001, cnonce=\"0a4f113b\""),
    PARAMS (", qop=auth, nc=00000000, cnonce=\"0a4f113b\""),
    PARAMS (", qop=auth, nc=000000001, cnonce=\"0a4f113b\""),
    PARAMS (", qop=auth, nc=-1, cnonce=\"0a4f113b\""),
    PARAMS (", qop=auth, nc=, cnonce=\"0a4f113b\""),
    PARAMS (", qop=auth, nc=00000001"), PARAMS (", qop=auth, cnonce=\"x\""),
    PARAMS (", qop=\"auth,auth-int\", nc=00000001, cnonce=\"0a4f113b\""),
    PARAMS (QOP ", algorithm=SHA-256"), PARAMS (QOP ", algorithm=MD5-sess"),
    PARAMS (QOP ", username=\"scar\""), PARAMS (QOP ", username"),
    "username=\"Mufasa\", realm=\"x\", nonce=\"x\", uri=\"/\", response=\"\"",
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (broken); i++)
    fail_unless (pub_digest_parse (broken[i]) == NULL, "%s", broken[i]);
}

GST_END_TEST;

/* RFC 7616, 3.4.4. */
GST_START_TEST (test_digest_names)
{
  PubDigest *digest = pub_digest_parse ("username*=UTF-8''J%C3%A4s%C3%B8n%20Doe"
      ", realm=\"x\", nonce=\"x\", uri=\"/\", nc=0000000a, qop=auth,"
      " cnonce=\"x\", response=\"" RESPONSE "\"");

  fail_unless (digest != NULL);
  assert_equals_string (pub_digest_get_user (digest),
      "J\xc3\xa4s\xc3\xb8n Doe");
  assert_equals_int (pub_digest_get_count (digest), 10);
  pub_digest_free (digest);
}

GST_END_TEST;

GST_START_TEST (test_nonces)
{
  PubNonces *self = pub_nonces_new (60000), *other = pub_nonces_new (60000);
  gchar *nonce = pub_nonces_make (self), *spare = pub_nonces_make (self);
  guint i;

  fail_if (g_str_equal (nonce, spare));
  /* nothing is kept for a challenge */
  assert_equals_int (pub_nonces_count (self), 0);
  fail_if (pub_nonces_use (other, nonce, 1));
  fail_unless (pub_nonces_use (self, nonce, 1));
  fail_if (pub_nonces_use (self, nonce, 1));
  /* out of order, as two connections may bring them */
  fail_unless (pub_nonces_use (self, nonce, 3));
  fail_unless (pub_nonces_use (self, nonce, 2));
  fail_if (pub_nonces_use (self, nonce, 2));
  fail_if (pub_nonces_use (self, nonce, 3));
  fail_unless (pub_nonces_use (self, nonce, 1000));
  fail_if (pub_nonces_use (self, nonce, 4));
  fail_unless (pub_nonces_use (self, nonce, 1000 - 63));
  fail_if (pub_nonces_use (self, nonce, 1000 - 64));
  fail_unless (pub_nonces_use (self, nonce, G_MAXUINT32));
  fail_if (pub_nonces_use (self, nonce, 0));
  for (i = 0; nonce[i] != '\0'; i++) {
    gchar was = spare[i];

    spare[i] = was == '0' ? '1' : '0';
    fail_if (pub_nonces_use (self, spare, 1), "digit %u", i);
    spare[i] = was;
  }
  fail_if (pub_nonces_use (self, "", 1));
  fail_unless (pub_nonces_use (self, spare, 1));
  g_free (spare);
  g_free (nonce);
  pub_nonces_free (other);
  pub_nonces_free (self);
}

GST_END_TEST;

/* One that waited for too long is stale; one that is in use is not. */
GST_START_TEST (test_nonces_age)
{
  PubNonces *self = pub_nonces_new (20 * test_get_patience ());
  gchar *nonce = pub_nonces_make (self), *late = pub_nonces_make (self);
  gint64 start = g_get_monotonic_time ();

  fail_unless (pub_nonces_use (self, nonce, 1));
  while (g_get_monotonic_time () - start < 30000 * test_get_patience ())
    g_thread_yield ();
  fail_if (pub_nonces_use (self, late, 1));
  fail_unless (pub_nonces_use (self, nonce, 2));
  g_free (late);
  g_free (nonce);
  pub_nonces_free (self);
}

GST_END_TEST;

/* What is kept is bounded, and the one used last stays. */
GST_START_TEST (test_nonces_bound)
{
  PubNonces *self = pub_nonces_new (600000);
  gchar *kept = pub_nonces_make (self), *left = pub_nonces_make (self);
  guint i;

  fail_unless (pub_nonces_use (self, left, 1));
  fail_unless (pub_nonces_use (self, kept, 1));
  for (i = 0; i < PUB_NONCES_MAX - 1; i++) {
    gchar *nonce = pub_nonces_make (self);

    fail_unless (pub_nonces_use (self, nonce, 1));
    g_free (nonce);
    if (i == 100)
      fail_unless (pub_nonces_use (self, kept, 2));
  }
  assert_equals_int (pub_nonces_count (self), PUB_NONCES_MAX);
  fail_if (pub_nonces_use (self, kept, 2));
  fail_unless (pub_nonces_use (self, kept, 3));
  g_free (left);
  g_free (kept);
  pub_nonces_free (self);
}

GST_END_TEST;

static GInetAddress *
address (const gchar * text)
{
  return g_inet_address_new_from_string (text);
}

GST_START_TEST (test_attempts)
{
  PubAttempts *self = pub_attempts_new (3, 60000);
  GInetAddress *one = address ("192.0.2.1"), *two = address ("192.0.2.2");
  GInetAddress *six = address ("2001:db8::1"), *near =
      address ("2001:db8::ffff:1"), *far = address ("2001:db8:0:1::1");
  guint i;

  for (i = 0; i < 3; i++) {
    assert_equals_int (pub_attempts_wait (self, one), 0);
    pub_attempts_failed (self, one);
    pub_attempts_failed (self, six);
  }
  fail_unless (pub_attempts_wait (self, one) > 50);
  fail_unless (pub_attempts_wait (self, one) <= 60);
  assert_equals_int (pub_attempts_wait (self, two), 0);
  fail_unless (pub_attempts_wait (self, six) > 0);
  fail_unless (pub_attempts_wait (self, near) > 0);
  assert_equals_int (pub_attempts_wait (self, far), 0);
  pub_attempts_free (self);
  g_object_unref (far);
  g_object_unref (near);
  g_object_unref (six);
  g_object_unref (two);
  g_object_unref (one);
}

GST_END_TEST;

/* It goes on after a while, one at a time. */
GST_START_TEST (test_attempts_are_forgiven)
{
  PubAttempts *self = pub_attempts_new (2, 50);
  GInetAddress *one = address ("192.0.2.1");
  gint64 start = g_get_monotonic_time ();

  pub_attempts_failed (self, one);
  pub_attempts_failed (self, one);
  assert_equals_int (pub_attempts_wait (self, one), 1);
  while (pub_attempts_wait (self, one) > 0)
    fail_unless (g_get_monotonic_time () - start < 10 * G_USEC_PER_SEC);
  fail_unless (g_get_monotonic_time () - start >= 45000);
  pub_attempts_failed (self, one);
  assert_equals_int (pub_attempts_wait (self, one), 1);
  g_object_unref (one);
  pub_attempts_free (self);
}

GST_END_TEST;

static Suite *
pubpasswords_suite (void)
{
  Suite *suite = suite_create ("pubpasswords");
  TCase *tc = tcase_create ("passwords");

  tcase_add_checked_fixture (tc, make_folder, remove_folder);
  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_file);
  tcase_add_test (tc, test_broken_lines);
  tcase_add_test (tc, test_broken_files);
  tcase_add_test (tc, test_readable_by_others);
  tcase_add_test (tc, test_digest);
  tcase_add_test (tc, test_broken_digests);
  tcase_add_test (tc, test_digest_names);
  tcase_add_test (tc, test_nonces);
  tcase_add_test (tc, test_nonces_age);
  tcase_add_test (tc, test_nonces_bound);
  tcase_add_test (tc, test_attempts);
  tcase_add_test (tc, test_attempts_are_forgiven);
  return suite;
}

GST_CHECK_MAIN (pubpasswords);
