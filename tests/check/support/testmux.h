/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __TEST_MUX_H__
#define __TEST_MUX_H__

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>

#include "asf/asfpacket.h"

G_BEGIN_DECLS

#define TEST_VIDEO_CAPS "video/x-wmv, wmvversion=2, format=WMV2, width=320, " \
    "height=240, framerate=25/1, codec_data=(buffer)f2eeb480"
#define TEST_AUDIO_CAPS "audio/x-wma, wmaversion=2, channels=2, rate=44100, " \
    "bitrate=64000, depth=16, block_align=400, " \
    "codec_data=(buffer)00880000000000000000"

typedef enum
{
  TEST_MUX_VIDEO = 1 << 0,
  TEST_MUX_AUDIO = 1 << 1,
  TEST_MUX_LIVE_SOURCE = 1 << 2,
  TEST_MUX_SEEKABLE = 1 << 3,   /* downstream: a file comes out */
  TEST_MUX_NO_CAPS = 1 << 4,
} TestMuxFlags;

/* An asfmux in harnesses: one for each input, the first one with the output.
 * Test clock, upstream live or not. */
typedef struct
{
  GstHarness *video;
  GstHarness *audio;
  GstHarness *out;
  GstBus *bus;
  TestMuxFlags flags;
} TestMux;

/* @first_property and what follows it are set before PAUSED. */
void test_mux_init (TestMux * mux, TestMuxFlags flags,
    const gchar * first_property, ...) G_GNUC_NULL_TERMINATED;
void test_mux_clear (TestMux * mux);
/* One more input, of any name and caps; to be torn down before the others. */
GstHarness *test_mux_add_input (TestMux * mux, const gchar * name,
    const gchar * caps);

/* A buffer of @size bytes; times in ms, -1 for none. */
GstBuffer *test_mux_buffer (gint64 pts_ms, gint64 duration_ms, gsize size,
    gboolean is_key);
void test_mux_push (GstHarness * input, gint64 pts_ms, gint64 duration_ms,
    gsize size, gboolean is_key);
void test_mux_end (TestMux * mux);

/* Of one seek, which comes to all inputs: a flush, and a segment from there. */
void test_mux_flush (TestMux * mux, guint64 start_ms);

/* A regular stream, which a thread of its own pushes: while the source is not
 * live, a pad takes no second buffer before the others have one. */
typedef struct
{
  GstHarness *input;
  guint n_buffers;
  gint64 first_ms;
  gint64 step_ms;
  gsize size;
  guint key_interval;
  GThread *thread;
} TestStream;

void test_stream_start (TestStream * stream);
void test_stream_join (TestStream * stream);

/* Waits for the next output buffer, at most some seconds. */
GstBuffer *test_mux_pull (TestMux * mux);
/* Everything up to EOS, put together as a file sink does. */
GByteArray *test_mux_pull_all (TestMux * mux);

/* The same for a broadcast with several headers: a GByteArray for each, which
 * begins with it.  Takes the first header when it was pulled already. */
GPtrArray *test_mux_pull_parts (TestMux * mux, GstBuffer * header);

/* Notes what leaves the muxer, to be read after EOS: 't' stream-start, 'c'
 * caps, 's' segment, 'h' a header, 'p' a packet, 'd' a packet that is DISCONT,
 * 'e' EOS, 'm' another serialized event. */
void test_mux_trace (TestMux * mux, GString * trace);

/* Called with each payload of a file or broadcast, and the number of its
 * packet. */
typedef void (*TestPayloadFunc) (const AsfHeaderInfo * info, guint number,
    const AsfPacketInfo * packet, const AsfPayload * payload, gpointer user);
void test_mux_foreach_payload (const guint8 * data, gsize size,
    TestPayloadFunc func, gpointer user);

/* The times of all media objects in ms without the preroll, in the order of
 * the file: "1:0 2:0 1:40", '*' after a key frame of a video stream. */
gchar *test_mux_describe (const guint8 * data, gsize size);

/* Fails unless all that comes up to EOS is described so. */
void test_mux_check_objects (TestMux * mux, const gchar * wanted);

/* How many there are in all that comes up to EOS. */
guint test_mux_count_objects (TestMux * mux);

/* Waits until the first header is out. */
void test_mux_wait_for_header (TestMux * mux);

/* Key frames @first to @first + @n - 1 of a stream of 25 a second. */
void test_mux_push_many (GstHarness * input, guint first, guint n, gsize size);

/* The next message of that type, NULL when there is none at once. */
GstMessage *test_mux_message (TestMux * mux, GstMessageType type);

/* What the command writes to both its outputs. */
gchar *test_run_command (const gchar * const *argv, GBytes * input);

/* asfcheck.py on a file: fails with its lines unless it finds no error, and
 * no warning either.  Skipped where the tool is absent. */
void test_assert_asfcheck (const gchar * path, gboolean is_live);
/* The same, but the header does not fit one frame of a stream and cannot. */
void test_assert_asfcheck_too_long (const gchar * path);
/* ffmpeg decodes it without a word. */
void test_assert_ffmpeg (const gchar * path, gboolean is_live);

/* A file that is removed with test_file_free(). */
gchar *test_file_new (void);
void test_file_free (gchar * path);
void test_file_write (const gchar * path, const GByteArray * bytes);

/* Runs a launch line until EOS; fails on an error and after a minute. */
void test_run_pipeline (const gchar * launch, ...) G_GNUC_PRINTF (1, 2);

G_END_DECLS
#endif /* __TEST_MUX_H__ */
