/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_RELAY_URL_H__
#define __PUB_RELAY_URL_H__

#include <glib.h>

G_BEGIN_DECLS

/**
 * PubRelayUrl:
 * @path: (nullable): the point that is meant, %NULL for every one
 * @location: where to, without user and password
 * @user: (nullable): who we are there
 * @password: (nullable): and how we prove it
 *
 * What --push-to says.
 */
typedef struct
{
  gchar *path;
  gchar *location;
  gchar *user, *password;
} PubRelayUrl;

/**
 * pub_relay_url_parse:
 * @text: "[PATH=]URL"
 *
 * Returns: (transfer full) (nullable): its parts; %NULL when it is none.
 */
PubRelayUrl *pub_relay_url_parse (const gchar * text);
void pub_relay_url_free (PubRelayUrl * self);

/* Returns: (transfer full) (nullable): where the programme of the point @path
 * goes, %NULL when it does not go there. */
gchar *pub_relay_url_target (const PubRelayUrl * self, const gchar * path);

/* Returns: (transfer full): @text without what may be a password in it. */
gchar *pub_relay_url_mask (const gchar * text);

G_END_DECLS
#endif /* __PUB_RELAY_URL_H__ */
