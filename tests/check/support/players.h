/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PLAYERS_H__
#define __PLAYERS_H__

#include <gio/gio.h>
#include <gst/check/gstcheck.h>

G_BEGIN_DECLS

/* What a player has decoded, in order: one line for the hash of each picture,
 * and of each block of samples, however the decoder cut them. */
typedef struct
{
  GString *pictures;
  GString *samples;
  GByteArray *block;
  gsize block_size;
} PlayerHashes;

PlayerHashes *player_hashes_new (void);
void player_hashes_free (PlayerHashes * self);

/* Whether @seen is @expected but for the last @n_lost lines. */
gboolean player_lines_equal (const GString * expected, const GString * seen,
    guint n_lost);
guint player_count_lines (const GString * lines);
/* Lines from the first one on that are the same. */
guint player_count_common (const GString * one, const GString * other);

/* Returns: FALSE after a SKIP line. */
gboolean player_have_program (const gchar * name);
gboolean player_have_element (const gchar * name);

/* ffmpeg -f framemd5, and the text that it prints; @complaints gets what it
 * says besides, and may be NULL. */
GSubprocess *player_start_ffmpeg (const gchar * input);
gchar *player_finish_ffmpeg (GSubprocess * process, gchar ** complaints);
void player_read_framemd5 (const gchar * text, PlayerHashes * hashes);

/* Fails on a complaint that FFmpeg has not about the file itself; @of_file
 * are those. */
void player_check_complaints (const gchar * complaints, const gchar * of_file,
    gboolean is_mms);

/* SOURCE location=... ! asfdemux or matroskademux, and a decoder for each
 * stream: "video/x-wmv ! avdec_wmv2", NULL for none.  It must end within a
 * minute, without an error. */
GstElement *player_start_gstreamer (const gchar * input, const gchar * video,
    const gchar * audio, PlayerHashes * hashes);
void player_finish_gstreamer (GstElement * pipeline);

/* MPlayer decodes the pictures or, with the name of one of its audio codecs,
 * the samples.  @output is its own file. */
GSubprocess *player_start_mplayer (const gchar * input, const gchar * output,
    const gchar * audio_codec);
void player_finish_mplayer (GSubprocess * process, const gchar * output,
    gboolean is_audio, PlayerHashes * hashes);

/* VLC puts the streams that it gets into the file @output, whose folder becomes
 * anybody's: VLC refuses to run as root, and then runs as nobody. */
GSubprocess *player_start_vlc (const gchar * input, const gchar * output);
/* Waits for it, and reads what FFmpeg decodes from @output. */
void player_finish_vlc (GSubprocess * process, const gchar * output,
    PlayerHashes * hashes);

/* Removes a folder and what is in it. */
void player_remove_folder (const gchar * path);

G_END_DECLS
#endif /* __PLAYERS_H__ */
