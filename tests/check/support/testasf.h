/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __TEST_ASF_H__
#define __TEST_ASF_H__

#include <gst/gst.h>

#include "asf/asfpacket.h"

G_BEGIN_DECLS

/* Appends @value in @n_bytes bytes, little-endian. */
void test_put (GByteArray * bytes, guint64 value, guint n_bytes);

/* Zeroed elements; @clear may be NULL. */
GArray *test_new_array (gsize size, gpointer clear);

/* An object whose size is filled in at its end. */
guint test_begin_object (GByteArray * bytes, const AsfGuid * guid);
void test_end_object (GByteArray * bytes, guint start);

/* What test_asf_header() writes. */
typedef struct
{
  guint32 flags;
  guint32 packet_size;
  guint64 n_packets;            /* the Data Object's size follows from it */
  const AsfGuid *streams[4];    /* types of streams 1, 2, ...; NULL ends */
  gboolean is_last_hidden;
  /* one more object, with these bytes in it: of the Header Extension where its
   * kind belongs there */
  const AsfGuid *description;
  const gchar *description_bytes;
  guint description_size;
} TestHeader;

/* Header Object and head of the Data Object. */
GByteArray *test_asf_header (const TestHeader * header);

/* A data packet with one whole video media object of @object_size bytes, all
 * of them @fill, in stream 1. */
GByteArray *test_asf_packet (guint packet_size, guint object_size,
    guint8 fill, gboolean is_key, guint32 time_ms);
void test_asf_append_packet (GByteArray * bytes, guint packet_size,
    guint object_size, guint8 fill, gboolean is_key, guint32 time_ms);

/* Returns: the path of a new file with @bytes, for the caller to remove. */
gchar *test_asf_file_new (const GByteArray * bytes);

/* A file in the folder of shared media, or NULL, after a SKIP line, when that
 * folder is not there. */
gchar *test_shared_path (const gchar * relative);

/* A file, its header, and where its packets begin. */
typedef struct
{
  gchar *path;
  gchar *contents;
  gsize size;
  AsfHeaderInfo info;
  const guint8 *packets;
  guint n_packets;
} TestMedia;

gboolean test_media_open (TestMedia * media, const gchar * name);
void test_media_close (TestMedia * media);

/* The files of the shared media folder, NULL-terminated. */
#define TEST_N_MEDIA 10
extern const gchar *const test_media_names[TEST_N_MEDIA + 1];

/* Puts media objects together and writes them as asfcheck.py --frames
 * --raw-times does. */
typedef struct _TestObjects TestObjects;

TestObjects *test_objects_new (void);
/* Returns: whether the packet and its payloads could be read. */
gboolean test_objects_add_packet (TestObjects * self, const guint8 * data,
    gsize size);
gchar *test_objects_finish (TestObjects * self);

/* What asfcheck.py says of a file, or NULL when it is not there. */
gchar *test_asfcheck_frames (const gchar * path);

/* Whether it finds no error, or is not there; warnings do not count. */
gboolean test_passes_asfcheck (const gchar * path);

/* How many times longer than usual things may take: CK_TIMEOUT_MULTIPLIER, as
 * libcheck has it, 1 without it. */
guint test_get_patience (void);

/* Whether tests/soak/memcheck runs the program: in valgrind memory is kept when
 * it was freed, and what there is no descriptor for, a connection or a file, is
 * accepted or made before it is closed. */
gboolean test_is_under_memcheck (void);

/* Waits for the end of the threads that sinks have started, which may still let
 * go of messages; FALSE after 20 s. */
gboolean test_wait_for_threads (void);

G_END_DECLS
#endif /* __TEST_ASF_H__ */
