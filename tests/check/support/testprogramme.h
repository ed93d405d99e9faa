/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __TEST_PROGRAMME_H__
#define __TEST_PROGRAMME_H__

#include "testasf.h"

G_BEGIN_DECLS

#define TEST_PROGRAMME_PACKET 400
#define TEST_PROGRAMME_AUDIO 1
#define TEST_PROGRAMME_VIDEO 2

/**
 * TestProgramme:
 * @first_ms: where its clock begins; may be shortly before the wrap of 32 bits
 * @seconds: how long it lasts
 * @has_video: a picture each 40 ms, a key frame each second
 * @audio_lag_ms: how much later than the pictures the sound is in the packets
 * @is_keyless: no key frame is marked as one
 *
 * What test_programme_new() makes: sound in objects of 100 ms, and pictures
 * that packets have in pieces; key frames take several packets.  No two
 * objects have the same bytes.
 */
typedef struct
{
  guint32 first_ms;
  guint seconds;
  gboolean has_video;
  guint audio_lag_ms;
  gboolean is_keyless;
} TestProgrammeConfig;

typedef struct
{
  GBytes *header;
  GPtrArray *packets;           /* of GBytes */
  guint packet_size;
} TestProgramme;

TestProgramme *test_programme_new (const TestProgrammeConfig * config);

/* One of the shared files, or NULL after a SKIP line. */
TestProgramme *test_programme_open (const gchar * name);
void test_programme_free (TestProgramme * self);

/* Adds the packets of @self from @first to before @end to @objects. */
void test_programme_list (TestProgramme * self, guint first, guint end,
    TestObjects * objects);

/* Returns: (transfer full): the lines of @objects, see test_objects_finish(),
 * that are of this stream, without their times. */
gchar *test_programme_stream (const gchar * objects, guint stream);

G_END_DECLS
#endif /* __TEST_PROGRAMME_H__ */
