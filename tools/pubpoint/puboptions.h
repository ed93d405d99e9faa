/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_OPTIONS_H__
#define __PUB_OPTIONS_H__

#include <gio/gio.h>

G_BEGIN_DECLS

/* A port that was not given. */
#define PUB_NO_PORT G_MAXUINT

/**
 * PubRoleOptions:
 * @passwords: (nullable): name of a htdigest file
 * @access: (nullable): networks, in CIDR notation
 *
 * Who may do what a role does.
 */
typedef struct
{
  gchar *passwords;
  gchar **access;
} PubRoleOptions;

/**
 * PubOptions:
 * @config: (nullable): name of the options file
 * @config_has_password: a receiver's, in a URL of its push-to
 * @address: numeric address to listen on
 * @port: 0 for a free one
 * @tls_port: the same with TLS; %PUB_NO_PORT for none
 * @tls_certificate: (nullable): name of a PEM file
 * @tls_key: (nullable): the same, where the key is not beside the certificate
 * @hosts: (nullable): names that the server goes by
 * @url: (nullable): of the server, as players reach it
 * @points: (nullable): paths; any when there are none
 * @encoder: who may push
 * @player: who may play
 * @admin: who may disconnect
 * @realm: (nullable): whose passwords count; that of the first line
 * @record: (nullable): a folder
 * @record_time: seconds of one file, 0 for no limit
 * @record_size: bytes of one file, 0 for no limit
 * @push_to: (nullable): URLs, with the point's path and an equals sign in
 *     front where only that one is meant
 * @max_players: at one time
 * @max_points: at one time
 * @idle_timeout: seconds
 * @burst: ms of programme that a new player gets at once, at least
 * @log_level: the least important that is logged
 * @shows_version: version wanted, and nothing else
 * @shows_help: the same
 *
 * What the command line and the options file say, checked.
 */
typedef struct
{
  gchar *config;
  gboolean config_has_password;
  gchar *address;
  guint port, tls_port;
  gchar *tls_certificate, *tls_key;
  gchar **hosts;
  gchar *url;
  gchar **points;
  PubRoleOptions encoder, player, admin;
  gchar *realm;
  gchar *record;
  guint record_time;
  guint64 record_size;
  gchar **push_to;
  guint max_players, max_points;
  guint idle_timeout;
  guint burst;
  GLogLevelFlags log_level;
  gboolean shows_version, shows_help;
} PubOptions;

/**
 * pub_options_new:
 * @arguments: the command line, the program's name in front
 * @error: return location
 *
 * Reads the command line, and the options file that it names.  What the
 * command line says goes before what the file says; a list in the one takes
 * the place of the list in the other.
 *
 * Returns: (transfer full) (nullable): the options; %NULL with @error, whose
 *     text is for people and names file, key and value.
 */
PubOptions *pub_options_new (const gchar * const *arguments, GError ** error);
void pub_options_free (PubOptions * self);

/* Returns: (transfer full): what --help prints. */
gchar *pub_options_get_help (void);

G_END_DECLS
#endif /* __PUB_OPTIONS_H__ */
