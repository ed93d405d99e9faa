/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __TEST_TAGS_H__
#define __TEST_TAGS_H__

#include <gst/gst.h>

G_BEGIN_DECLS

/* What a header says of its content, one line for each text or value:
 *
 *   CD Title=text                     Content Description
 *   EX WM/Genre=text                  Extended Content Description
 *   MD 1 IsVBR=b0                     Metadata, of stream 1
 *   ML 0 1 Author=text                Metadata Library, language 0, stream 1
 *   MA 1578 10 3004 beginning         Marker: ms, packet, Send Time, text
 *
 * Numbers are d1 (DWORD), q1 (QWORD), w1 (WORD), b1 (BOOL); bytes x and their
 * hexadecimal digits, over 16 of them how many they are: x[70000]. */
gchar *test_describe_header (const guint8 * data, gsize size);

/* Whether one of the lines is @line. */
gboolean test_has_line (const gchar * text, const gchar * line);
/* How many lines begin with @start. */
guint test_count_lines (const gchar * text, const gchar * start);

/* A sample with an image of that type; @size bytes that asfdemux takes for a
 * JPEG, which begin with @mark. */
GstSample *test_sample_new (const gchar * caps, gint image_type, gsize size,
    guint8 mark);

/* What ffprobe says of a file, one "key=value" a line; NULL where it is absent,
 * after a SKIP line. */
gchar *test_ffprobe (const gchar * path, const gchar * what);

G_END_DECLS
#endif /* __TEST_TAGS_H__ */
