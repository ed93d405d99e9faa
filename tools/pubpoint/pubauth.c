/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubauth.h"

#include <string.h>

#include "pubaccess.h"
#include "pubattempts.h"
#include "pubdigest.h"
#include "publog.h"
#include "pubnonces.h"
#include "pubrequest.h"
#include "wmspush/wmscredentials.h"

/* How long a challenge waits for its answer: as long as a person takes. */
#define NONCE_LIFETIME_MS (5 * 60 * 1000)
/* Wrong passwords from one address: some at once, then 20 in a minute. */
#define WRONG_BURST 20
#define WRONG_INTERVAL_MS 3000

struct _PubAuth
{
  PubPasswords *passwords[PUB_N_ROLES];
  guint generation;             /* of the encoders' */
  PubNonces *nonces;
  PubAttempts *attempts;
  gboolean has_told_basic;
};

typedef enum
{
  VERDICT_UNKNOWN,
  VERDICT_NONE,                 /* no credentials */
  VERDICT_WRONG,
  VERDICT_STALE,                /* right, but for the nonce */
  VERDICT_RIGHT,
} Verdict;

/* What a request brings along, and what was found about it: a nonce's count
 * is good once, and several may ask. */
typedef struct
{
  gboolean has_header;
  gchar *user, *password;       /* Basic */
  PubDigest *digest;
  Verdict nonce;
  Verdict verdicts[PUB_N_ROLES];
} Credentials;

PubAuth *
pub_auth_new (void)
{
  PubAuth *self = g_new0 (PubAuth, 1);

  self->nonces = pub_nonces_new (NONCE_LIFETIME_MS);
  self->attempts = pub_attempts_new (WRONG_BURST, WRONG_INTERVAL_MS);
  return self;
}

void
pub_auth_free (PubAuth * self)
{
  guint i;

  for (i = 0; i < PUB_N_ROLES; i++)
    pub_passwords_free (self->passwords[i]);
  pub_nonces_free (self->nonces);
  pub_attempts_free (self->attempts);
  g_free (self);
}

void
pub_auth_set_passwords (PubAuth * self, PubRole role, PubPasswords * passwords)
{
  pub_passwords_free (self->passwords[role]);
  self->passwords[role] = passwords;
  self->generation += role == PUB_ROLE_ENCODER;
}

gboolean
pub_auth_asks (PubAuth * self, PubRole role)
{
  return self->passwords[role] != NULL;
}

static void
credentials_free (Credentials * self)
{
  g_free (self->user);
  wms_free_secret (self->password);
  pub_digest_free (self->digest);
  g_free (self);
}

/* RFC 7617, 2: a user's name ends at the first colon. */
static void
parse_basic (Credentials * self, const gchar * token)
{
  gsize size;
  gchar *text = (gchar *) g_base64_decode (token, &size);
  gchar *colon = memchr (text, ':', size);

  if (colon != NULL && memchr (text, '\0', size) == NULL) {
    self->user = g_strndup (text, colon - text);
    self->password = g_strndup (colon + 1, text + size - colon - 1);
  }
  wms_wipe (text, size);
  g_free (text);
}

static const gchar *
after_scheme (const gchar * header, const gchar * scheme)
{
  gsize length = strlen (scheme);

  if (g_ascii_strncasecmp (header, scheme, length) != 0
      || header[length] != ' ')
    return NULL;
  return header + length + strspn (header + length, " ");
}

static Credentials *
get_credentials (SoupServerMessage * msg)
{
  Credentials *self = g_object_get_data (G_OBJECT (msg), "pub-credentials");
  const gchar *header, *rest;

  if (self != NULL)
    return self;
  self = g_new0 (Credentials, 1);
  g_object_set_data_full (G_OBJECT (msg), "pub-credentials", self,
      (GDestroyNotify) credentials_free);
  header = soup_message_headers_get_one
      (soup_server_message_get_request_headers (msg), "Authorization");
  self->has_header = header != NULL;
  if (header != NULL && (rest = after_scheme (header, "Basic")) != NULL)
    parse_basic (self, rest);
  else if (header != NULL && (rest = after_scheme (header, "Digest")) != NULL)
    self->digest = pub_digest_parse (rest);
  return self;
}

static const gchar *
get_user (Credentials * self)
{
  return self->digest ? pub_digest_get_user (self->digest) : self->user;
}

/* Browsers and players send what was typed as UTF-8 or as Latin-1, and nobody
 * can tell before (RFC 7617, 2.1); files are in UTF-8. */
static gboolean
check_basic (Credentials * self, PubPasswords * passwords)
{
  gchar *user, *password;
  gboolean is_right;

  if (pub_passwords_check (passwords, self->user, self->password))
    return TRUE;
  user = g_convert (self->user, -1, "UTF-8", "ISO-8859-1", NULL, NULL, NULL);
  password = g_convert (self->password, -1, "UTF-8", "ISO-8859-1", NULL, NULL,
      NULL);
  is_right = user != NULL && password != NULL
      && pub_passwords_check (passwords, user, password);
  g_free (user);
  wms_free_secret (password);
  return is_right;
}

static gboolean
check_digest (Credentials * self, PubPasswords * passwords,
    SoupServerMessage * msg)
{
  gboolean is_known;
  const gchar *ha1 = pub_passwords_find (passwords,
      pub_digest_get_user (self->digest), &is_known);

  return pub_digest_matches (self->digest, pub_passwords_get_realm (passwords),
      soup_server_message_get_method (msg), soup_server_message_get_uri (msg),
      ha1) && is_known;
}

static Verdict
judge_table (PubAuth * self, Credentials * credentials, SoupServerMessage * msg,
    PubPasswords * passwords)
{
  if (passwords == NULL)
    return VERDICT_WRONG;
  if (credentials->user != NULL)
    return check_basic (credentials, passwords) ? VERDICT_RIGHT : VERDICT_WRONG;
  if (credentials->digest == NULL
      || !check_digest (credentials, passwords, msg))
    return VERDICT_WRONG;
  if (credentials->nonce == VERDICT_UNKNOWN)
    credentials->nonce = self->nonces != NULL && pub_nonces_use (self->nonces,
        pub_digest_get_nonce (credentials->digest),
        pub_digest_get_count (credentials->digest)) ? VERDICT_RIGHT
        : VERDICT_STALE;
  return credentials->nonce;
}

static Verdict
judge (PubAuth * self, SoupServerMessage * msg, PubRole role)
{
  Credentials *credentials = get_credentials (msg);
  Verdict verdict = credentials->verdicts[role];

  if (verdict != VERDICT_UNKNOWN)
    return verdict;
  if (!credentials->has_header) {
    verdict = VERDICT_NONE;
  } else {
    verdict = judge_table (self, credentials, msg, self->passwords[role]);
    if (verdict == VERDICT_WRONG && role == PUB_ROLE_PLAYER)
      verdict = judge_table (self, credentials, msg,
          self->passwords[PUB_ROLE_ADMIN]);
  }
  credentials->verdicts[role] = verdict;
  return verdict;
}

/* [MS-WMHTTP] 3.2.5.1: a scheme that X-Accept-Authentication lists, where an
 * encoder has it; those of Windows do not list Basic, which they know (note
 * 2). */
static gboolean
is_wanted (SoupServerMessage * msg, const gchar * scheme)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (msg);
  const gchar *name = "X-Accept-Authentication";

  return !soup_message_headers_header_contains (headers, name, "Digest")
      || soup_message_headers_header_contains (headers, name, scheme);
}

/* Digest first: many take the first one that they know.  MD5 is what the file
 * has. */
static void
add_challenges (PubAuth * self, SoupServerMessage * msg, PubRole role,
    gboolean is_stale)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (msg);
  const gchar *realm = pub_passwords_get_realm (self->passwords[role]);
  g_autofree gchar *nonce =
      self->nonces ? pub_nonces_make (self->nonces) : NULL;
  GString *text = g_string_new ("Digest ");

  soup_message_headers_remove (headers, "WWW-Authenticate");
  if (nonce != NULL && is_wanted (msg, "Digest")) {
    soup_header_g_string_append_param_quoted (text, "realm", realm);
    g_string_append_printf (text, ", nonce=\"%s\", qop=\"auth\","
        " algorithm=MD5, charset=UTF-8%s", nonce,
        is_stale ? ", stale=true" : "");
    soup_message_headers_append (headers, "WWW-Authenticate", text->str);
  }
  g_string_assign (text, "Basic ");
  soup_header_g_string_append_param_quoted (text, "realm", realm);
  g_string_append (text, ", charset=\"UTF-8\"");
  if (is_wanted (msg, "Basic"))
    soup_message_headers_append (headers, "WWW-Authenticate", text->str);
  g_string_free (text, TRUE);
}

void
pub_auth_mark_secure (GSocketAddress * peer)
{
  g_object_set_data (G_OBJECT (peer), "pub-secure", GINT_TO_POINTER (TRUE));
}

gboolean
pub_auth_is_secure (GSocketAddress * peer)
{
  return g_object_get_data (G_OBJECT (peer), "pub-secure") != NULL;
}

static void
tell_basic (PubAuth * self, GSocketAddress * peer, GInetAddress * address)
{
  gchar *text;

  if (self->has_told_basic || g_inet_address_get_is_loopback (address)
      || pub_auth_is_secure (peer))
    return;
  self->has_told_basic = TRUE;
  text = g_inet_address_to_string (address);
  g_warning ("%s has sent a password unencrypted, and others may do so:"
      " Basic is safe with TLS only", text);
  g_free (text);
}

static gboolean
is_start (SoupServerMessage * msg)
{
  return g_strcmp0 (soup_message_headers_get_content_type
      (soup_server_message_get_request_headers (msg), NULL),
      PUB_START_TYPE) == 0;
}

/* An encoder's connection is remembered by the object that goes with it from
 * request to request, also when it is taken over in between. */
static void
remember_encoder (PubAuth * self, GSocketAddress * peer, const gchar * user)
{
  g_object_set_data_full (G_OBJECT (peer), "pub-encoder", g_strdup (user),
      g_free);
  g_object_set_data (G_OBJECT (peer), "pub-encoder-generation",
      GUINT_TO_POINTER (self->generation));
}

static const gchar *
remembered_encoder (PubAuth * self, GSocketAddress * peer)
{
  if (GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (peer),
              "pub-encoder-generation")) != self->generation)
    return NULL;
  return g_object_get_data (G_OBJECT (peer), "pub-encoder");
}

static void
count_wrong (PubAuth * self, SoupServerMessage * msg, GInetAddress * address)
{
  gchar *request = pub_log_describe (msg);
  gchar *user = pub_text_escape (get_user (get_credentials (msg)), 64);

  g_info ("wrong user or password, user %s: %s", user, request);
  pub_attempts_failed (self->attempts, address);
  g_free (user);
  g_free (request);
}

const gchar *
pub_auth_get_reason (SoupServerMessage * msg)
{
  return g_object_get_data (G_OBJECT (msg), "pub-reason");
}

void
pub_auth_set_reason (SoupServerMessage * msg, const gchar * reason)
{
  g_object_set_data (G_OBJECT (msg), "pub-reason", (gpointer) reason);
}

static guint
refuse_for_a_while (SoupServerMessage * msg, guint seconds)
{
  gchar *text = g_strdup_printf ("%u", seconds);

  soup_message_headers_replace (soup_server_message_get_response_headers (msg),
      "Retry-After", text);
  g_free (text);
  pub_auth_set_reason (msg, "too many wrong passwords from this address");
  return 429;
}

/* Who sent @msg, when it may go on without credentials. */
static const gchar *
find_companion (PubAuth * self, SoupServerMessage * msg, PubRole role)
{
  return role == PUB_ROLE_ENCODER && is_start (msg) ? remembered_encoder (self,
      soup_server_message_get_remote_address (msg)) : NULL;
}

/* Credentials count as wrong once, whoever asks. */
static void
note_wrong (PubAuth * self, SoupServerMessage * msg, GInetAddress * address,
    gboolean was_judged)
{
  pub_auth_set_reason (msg, "wrong user or password");
  if (!was_judged)
    count_wrong (self, msg, address);
}

static guint
check (PubAuth * self, SoupServerMessage * msg, PubRole role,
    GInetAddress * address, const gchar ** user)
{
  GSocketAddress *peer = soup_server_message_get_remote_address (msg);
  Credentials *credentials = get_credentials (msg);
  gboolean was_judged = credentials->verdicts[role] != VERDICT_UNKNOWN;
  guint wait = credentials->has_header && !was_judged
      ? pub_attempts_wait (self->attempts, address) : 0;
  Verdict verdict;

  if (wait > 0)
    return refuse_for_a_while (msg, wait);
  verdict = judge (self, msg, role);
  if (credentials->user != NULL)
    tell_basic (self, peer, address);
  *user = verdict == VERDICT_NONE ? find_companion (self, msg, role)
      : get_user (credentials);
  if (verdict == VERDICT_RIGHT && role == PUB_ROLE_ENCODER)
    remember_encoder (self, peer, *user);
  if (verdict == VERDICT_RIGHT || (verdict == VERDICT_NONE && *user != NULL))
    return 0;
  if (verdict == VERDICT_WRONG)
    note_wrong (self, msg, address, was_judged);
  add_challenges (self, msg, role, verdict == VERDICT_STALE);
  return SOUP_STATUS_UNAUTHORIZED;
}

guint
pub_auth_check (PubAuth * self, SoupServerMessage * msg, PubRole role,
    gchar ** user)
{
  GInetAddress *address;
  const gchar *who = NULL;
  guint status;

  if (user != NULL)
    *user = NULL;
  pub_auth_set_reason (msg, "nobody is an administrator here");
  if (self->passwords[role] == NULL)
    return role == PUB_ROLE_ADMIN ? SOUP_STATUS_FORBIDDEN : 0;
  pub_auth_set_reason (msg, NULL);
  address = pub_address_of (soup_server_message_get_remote_address (msg));
  if (address == NULL)
    return SOUP_STATUS_FORBIDDEN;
  status = check (self, msg, role, address, &who);
  if (status == 0 && user != NULL)
    *user = g_strdup (who);
  g_object_unref (address);
  return status;
}

static gboolean
was_judged_at_all (Credentials * self)
{
  guint i;

  for (i = 0; i < PUB_N_ROLES; i++) {
    if (self->verdicts[i] != VERDICT_UNKNOWN)
      return TRUE;
  }
  return FALSE;
}

/* Credentials that another role's answer has needed are not wrong for being
 * none of this one's; those that nobody else has asked for would be tried here
 * without an end. */
static gboolean
try_role (PubAuth * self, SoupServerMessage * msg, PubRole role,
    GInetAddress * address)
{
  gboolean was_judged = was_judged_at_all (get_credentials (msg));
  Verdict verdict;

  if (pub_attempts_wait (self->attempts, address) > 0)
    return FALSE;
  verdict = judge (self, msg, role);
  if (verdict == VERDICT_WRONG && !was_judged)
    count_wrong (self, msg, address);
  return verdict == VERDICT_RIGHT;
}

gboolean
pub_auth_is (PubAuth * self, SoupServerMessage * msg, PubRole role)
{
  GInetAddress *address;
  gboolean is_right;

  if (self->passwords[role] == NULL)
    return role != PUB_ROLE_ADMIN;
  address = pub_address_of (soup_server_message_get_remote_address (msg));
  is_right = address != NULL && try_role (self, msg, role, address);
  g_clear_object (&address);
  return is_right;
}
