/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __DEMO_PLAYER_H__
#define __DEMO_PLAYER_H__

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _DemoPlayer DemoPlayer;

/**
 * DemoPlayedStream:
 * @received: frames that came out of the container
 * @decoded: frames that the decoder made of them
 * @seconds: when the last of these ended
 */
typedef struct
{
  guint64 received;
  guint64 decoded;
  gdouble seconds;
} DemoPlayedStream;

/**
 * DemoPlayed:
 * @has_started: whether the player has shown anything
 * @video: pictures
 * @audio: blocks of sound; a WMA decoder keeps the first one to itself
 * @complaints: warnings and errors that it printed
 * @first_complaint: the first of them, or %NULL
 * @picture: path of the picture, which goes with the player, or %NULL
 */
typedef struct
{
  gboolean has_started;
  DemoPlayedStream video;
  DemoPlayedStream audio;
  guint complaints;
  const gchar *first_complaint;
  const gchar *picture;
} DemoPlayed;

/**
 * demo_player_start:
 * @url: what to play
 * @has_video: whether to keep a picture
 * @ended: called once when the player has come to the end, or cannot go on
 * @user_data: for @ended
 * @error: return location
 *
 * Starts ffmpeg, a player that is no part of this project.  While it has not
 * shown anything it is started again: the programme may not have begun.
 *
 * Returns: (transfer full) (nullable): the player, or %NULL with @error set
 */
DemoPlayer *demo_player_start (const gchar * url, gboolean has_video,
    void (*ended) (gpointer user_data), gpointer user_data, GError ** error);

/**
 * demo_player_programme_ended:
 * @self: a player
 *
 * Tells that nothing more comes: it is not started again.
 */
void demo_player_programme_ended (DemoPlayer * self);

/**
 * demo_player_get_played:
 * @self: a player
 * @played: (out): what it has played up to now; the strings belong to @self
 */
void demo_player_get_played (DemoPlayer * self, DemoPlayed * played);

/**
 * demo_player_free:
 * @self: a player; it is ended when it still runs
 */
void demo_player_free (DemoPlayer * self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemoPlayer, demo_player_free)

G_END_DECLS
#endif /* __DEMO_PLAYER_H__ */
