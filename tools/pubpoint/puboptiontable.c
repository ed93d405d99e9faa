/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "puboptiontable.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "pubpath.h"
#include "pubrelayurl.h"
#include "wmspush/wmscredentials.h"
#include "wmspush/wmsuri.h"

#define DEFAULT_ADDRESS "127.0.0.1"
#define DEFAULT_MAX_PLAYERS 2000
#define DEFAULT_MAX_POINTS 256
#define DEFAULT_IDLE_TIMEOUT 60
/* [MS-WMHTTP] 3.2.2: the least that the idle timer may be. */
#define MIN_IDLE_TIMEOUT 10

static const struct
{
  const gchar *name;
  GLogLevelFlags level;
} log_levels[] = {
  {"error", G_LOG_LEVEL_CRITICAL},
  {"warning", G_LOG_LEVEL_WARNING},
  {"message", G_LOG_LEVEL_MESSAGE},
  {"info", G_LOG_LEVEL_INFO},
  {"debug", G_LOG_LEVEL_DEBUG},
};

static const gchar *
check_text (const gchar * value)
{
  const gchar *p;

  for (p = value; g_ascii_isprint (*p) || (*p & 0x80); p++);
  if (*value == '\0' || *p != '\0' || !g_utf8_validate (value, -1, NULL))
    return N_("a text in UTF-8, without control characters, is wanted");
  return NULL;
}

static const gchar *
check_address (const gchar * value)
{
  GInetAddress *address = g_inet_address_new_from_string (value);

  if (address == NULL)
    return N_("a numeric address such as 127.0.0.1, 0.0.0.0 or :: is wanted");
  g_object_unref (address);
  return NULL;
}

static const gchar *
check_network (const gchar * value)
{
  GInetAddressMask *mask = g_inet_address_mask_new_from_string (value, NULL);

  if (mask == NULL)
    return N_("a network such as 192.0.2.0/24 or 2001:db8::/32 is wanted");
  g_object_unref (mask);
  return NULL;
}

static const gchar *
check_host (const gchar * value)
{
  if (*value == '\0' || check_text (value) != NULL
      || strpbrk (value, " /@?#,;") != NULL)
    return N_("a host name such as media.example.org, or *, is wanted");
  return NULL;
}

static const gchar *
check_url (const gchar * value)
{
  WmsCredentials *user = NULL;
  GUri *uri = wms_uri_parse (value, &user, NULL);
  gboolean is_good = uri != NULL && user == NULL && check_text (value) == NULL
      && g_ascii_strncasecmp (value, "http", strlen ("http")) == 0
      && strpbrk (value, "?#") == NULL;

  wms_credentials_free (user);
  g_clear_pointer (&uri, g_uri_unref);
  return is_good ? NULL : N_("a URL such as https://media.example.org:8443/,"
      " without user and query, is wanted");
}

static const gchar *
check_point (const gchar * value)
{
  if (value[0] != '/' || value[1] == '\0' || check_text (value) != NULL
      || pub_path_is_reserved (value))
    return N_("a path such as /live is wanted");
  return NULL;
}

static const gchar *
check_push_to (const gchar * value)
{
  PubRelayUrl *url = pub_relay_url_parse (value);

  if (url == NULL)
    return N_("a URL such as http://edge.example.org/live,"
        " or /path=URL, is wanted");
  pub_relay_url_free (url);
  return NULL;
}

#define FIELD(name) G_STRUCT_OFFSET (PubOptions, name)
#define MAX_MILLION 1000000

static const PubOptionRow table[] = {
  {N_("The program"), "config", 'c', PUB_OPTION_FILE, FIELD (config), 0, 0,
      NULL, N_("FILE"), N_("Read options from this file as well")},
  {NULL, "log-level", 'l', PUB_OPTION_LEVEL, FIELD (log_level), 0, 0, NULL,
      N_("LEVEL"), N_("Log what is at least as important: error, warning,"
            " message (default), info or debug")},
  {NULL, "version", 'V', PUB_OPTION_FLAG, FIELD (shows_version), 0, 0, NULL,
      NULL, N_("Print the version and exit")},
  {NULL, "help", 'h', PUB_OPTION_FLAG, FIELD (shows_help), 0, 0, NULL,
      NULL, N_("Print this and exit")},
  {N_("Listening"), "address", 'a', PUB_OPTION_TEXT, FIELD (address), 0, 0,
        check_address, N_("ADDRESS"),
      N_("Numeric address to listen on (default 127.0.0.1: this machine only;"
            " 0.0.0.0 or :: for everybody)")},
  {NULL, "port", 'p', PUB_OPTION_NUMBER, FIELD (port), 0, G_MAXUINT16, NULL,
      N_("PORT"), N_("Port to listen on (default 0: a free one)")},
  {NULL, "tls-port", 0, PUB_OPTION_NUMBER, FIELD (tls_port), 0, G_MAXUINT16,
      NULL, N_("PORT"), N_("Port that speaks TLS; without it and with a"
            " certificate, --port does")},
  {NULL, "tls-certificate", 0, PUB_OPTION_FILE, FIELD (tls_certificate), 0, 0,
      NULL, N_("FILE"), N_("The server's certificate chain, PEM")},
  {NULL, "tls-key", 0, PUB_OPTION_FILE, FIELD (tls_key), 0, 0, NULL,
      N_("FILE"), N_("Its key, PEM, when it is not in the certificate's"
            " file")},
  {NULL, "host", 0, PUB_OPTION_LIST, FIELD (hosts), 0, 0, check_host,
      N_("NAME"), N_("Name that clients use for this server; * for any;"
            " default: addresses, localhost and the machine's name")},
  {NULL, "url", 0, PUB_OPTION_TEXT, FIELD (url), 0, 0, check_url, N_("BASE"),
      N_("URL by which players reach this server, for playlists and pages"
            " (default: what they have asked for)")},
  {N_("Who may do what"), "point", 0, PUB_OPTION_LIST, FIELD (points), 0, 0,
        check_point, N_("PATH"),
      N_("Accept pushes to this path only, such as /live")},
  {NULL, "encoder-passwords", 0, PUB_OPTION_FILE, FIELD (encoder.passwords), 0,
        0, NULL, N_("FILE"),
      N_("Encoders log in; their passwords, as htdigest makes them")},
  {NULL, "player-passwords", 0, PUB_OPTION_FILE, FIELD (player.passwords), 0,
      0, NULL, N_("FILE"), N_("Players log in")},
  {NULL, "admin-passwords", 0, PUB_OPTION_FILE, FIELD (admin.passwords), 0, 0,
        NULL, N_("FILE"),
      N_("Administrators log in and may disconnect encoders and players")},
  {NULL, "realm", 0, PUB_OPTION_TEXT, FIELD (realm), 0, 0, check_text,
      N_("TEXT"), N_("Realm of these files (default: that of the first line)")},
  {NULL, "encoder-access", 0, PUB_OPTION_LIST, FIELD (encoder.access), 0, 0,
        check_network, N_("NETWORK"),
      N_("Encoders come from here only, such as 192.0.2.0/24")},
  {NULL, "player-access", 0, PUB_OPTION_LIST, FIELD (player.access), 0, 0,
      check_network, N_("NETWORK"), N_("Players come from here only")},
  {NULL, "admin-access", 0, PUB_OPTION_LIST, FIELD (admin.access), 0, 0,
      check_network, N_("NETWORK"), N_("Administrators come from here only")},
  {N_("Recording"), "record", 'r', PUB_OPTION_FILE, FIELD (record), 0, 0,
      NULL, N_("FOLDER"), N_("Record each session into this folder")},
  {NULL, "record-time", 0, PUB_OPTION_NUMBER, FIELD (record_time), 0,
        G_MAXINT32, NULL, N_("SECONDS"),
      N_("Begin another file after this time (default 0: never)")},
  {NULL, "record-size", 0, PUB_OPTION_BYTES, FIELD (record_size), 0,
        G_MAXINT64, NULL, N_("BYTES"),
      N_("Begin another file at this size (default 0: never)")},
  {N_("Relaying"), "push-to", 0, PUB_OPTION_LIST, FIELD (push_to), 0, 0,
      check_push_to, N_("[PATH=]URL"), N_("Push the programme of the point"
            " PATH on to another publishing point; without PATH that of every"
            " point, whose path is appended when URL ends in a slash")},
  {N_("Limits"), "max-players", 0, PUB_OPTION_NUMBER, FIELD (max_players), 0,
        MAX_MILLION, NULL, N_("NUMBER"),
      N_("Players at one time (default 2000)")},
  {NULL, "max-points", 0, PUB_OPTION_NUMBER, FIELD (max_points), 1,
        MAX_MILLION, NULL, N_("NUMBER"),
      N_("Publishing points at one time (default 256)")},
  {NULL, "idle-timeout", 0, PUB_OPTION_NUMBER, FIELD (idle_timeout),
        MIN_IDLE_TIMEOUT, 86400, NULL, N_("SECONDS"),
      N_("How long an encoder may be silent or away before its session ends"
            " (default 60)")},
  {NULL, "burst", 0, PUB_OPTION_NUMBER, FIELD (burst), 0, 60000, NULL,
      N_("MS"), N_("Let a new player start at the newest key frame that is"
            " at least so old (default 0)")},
};

const PubOptionRow *
pub_option_table (guint * n_rows)
{
  G_STATIC_ASSERT (G_N_ELEMENTS (table) <= PUB_MAX_OPTIONS);
  *n_rows = G_N_ELEMENTS (table);
  return table;
}

gboolean
pub_option_is_key (const PubOptionRow * row)
{
  return row->kind != PUB_OPTION_FLAG && !g_str_equal (row->name, "config");
}

void
pub_option_set_defaults (PubOptions * options)
{
  options->address = g_strdup (DEFAULT_ADDRESS);
  options->tls_port = PUB_NO_PORT;
  options->max_players = DEFAULT_MAX_PLAYERS;
  options->max_points = DEFAULT_MAX_POINTS;
  options->idle_timeout = DEFAULT_IDLE_TIMEOUT;
  options->log_level = G_LOG_LEVEL_MESSAGE;
}

static gchar *
set_text (const PubOptionRow * row, gchar ** field, const gchar * value)
{
  const gchar *wanted = row->check ? row->check (value) : NULL;

  if (row->kind == PUB_OPTION_FILE && *value == '\0')
    wanted = N_("a file name is wanted");
  if (wanted != NULL)
    return g_strdup (_(wanted));
  g_free (*field);
  *field = g_strdup (value);
  return NULL;
}

void
pub_option_free_list (gchar ** values)
{
  guint i;

  for (i = 0; values != NULL && values[i] != NULL; i++)
    wms_free_secret (values[i]);
  g_free (values);
}

static gchar *
set_list (const PubOptionRow * row, gchar *** field, const GPtrArray * values,
    const gchar ** bad_value)
{
  GPtrArray *list = g_ptr_array_new ();
  guint i;

  pub_option_free_list (*field);
  for (i = 0; i < values->len; i++)
    g_ptr_array_add (list, g_strdup (values->pdata[i]));
  g_ptr_array_add (list, NULL);
  *field = (gchar **) g_ptr_array_free (list, FALSE);
  for (i = 0; i < values->len; i++) {
    const gchar *wanted = row->check (values->pdata[i]);

    *bad_value = values->pdata[i];
    if (wanted != NULL)
      return g_strdup (_(wanted));
  }
  return NULL;
}

static gchar *
set_number (const PubOptionRow * row, gpointer field, const gchar * value)
{
  guint64 number;

  if (!g_ascii_string_to_unsigned (value, 10, row->min, row->max, &number,
          NULL)) {
    gchar *min = g_strdup_printf ("%" G_GUINT64_FORMAT, row->min);
    gchar *max = g_strdup_printf ("%" G_GUINT64_FORMAT, row->max);
    gchar *wanted = g_strdup_printf (_("a number from %s to %s is wanted"),
        min, max);

    g_free (min);
    g_free (max);
    return wanted;
  }
  if (row->kind == PUB_OPTION_BYTES)
    *(guint64 *) field = number;
  else
    *(guint *) field = number;
  return NULL;
}

static gchar *
set_level (GLogLevelFlags * field, const gchar * value)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (log_levels); i++) {
    if (g_str_equal (value, log_levels[i].name)) {
      *field = log_levels[i].level;
      return NULL;
    }
  }
  return g_strdup (_("one of error, warning, message, info, debug is wanted"));
}

gchar *
pub_option_set (const PubOptionRow * row, PubOptions * options,
    const GPtrArray * values, const gchar ** bad_value)
{
  gpointer field = (guint8 *) options + row->offset;

  /* what is said again goes before what was said */
  *bad_value = values->pdata[values->len - 1];
  switch (row->kind) {
    case PUB_OPTION_FLAG:
      *(gboolean *) field = TRUE;
      return NULL;
    case PUB_OPTION_LIST:
      return set_list (row, field, values, bad_value);
    case PUB_OPTION_NUMBER:
    case PUB_OPTION_BYTES:
      return set_number (row, field, *bad_value);
    case PUB_OPTION_LEVEL:
      return set_level (field, *bad_value);
    default:
      return set_text (row, field, *bad_value);
  }
}
