/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __TEST_TRACK_H__
#define __TEST_TRACK_H__

#include <gst/check/gstcheck.h>

G_BEGIN_DECLS

/* One stream as it went through a pad: its last caps, and a line "TIME SIZE
 * SHA256" for each buffer with a time in ms from the first one.  Buffers of
 * stream headers are left out. */
typedef struct
{
  GstCaps *caps;
  GString *objects;
  guint n_objects;
  GstClockTime first;
} TestTrack;

TestTrack *test_track_new (void);
void test_track_free (TestTrack * track);
void test_track_watch (TestTrack * track, GstPad * pad);

/* The only stream of a file, through asfdemux. */
TestTrack *test_track_demux (const gchar * path);

/* The same lines as ffprobe sees them, its name of the codec, and its line
 * about the codec data: "SIZE SHA256", or "".  NULL after a SKIP line. */
gchar *test_track_ffprobe (const gchar * path, gchar ** codec_name,
    gchar ** codec_data);

/* What test_track_ffprobe() says of these bytes. */
gchar *test_describe_codec_data (const GstCaps * caps);

/* Fails with the first line that differs. */
void test_assert_same_objects (const gchar * where, const gchar * expected,
    const gchar * got);

G_END_DECLS
#endif /* __TEST_TRACK_H__ */
