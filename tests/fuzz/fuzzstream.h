/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __FUZZ_STREAM_H__
#define __FUZZ_STREAM_H__

#include <gst/gst.h>

#include "fuzz.h"

G_BEGIN_DECLS

/* Bytes of a stream of ASF that an input puts together out of headers and
 * packets that are right, of those with faults, and of bytes of its own. */
typedef struct _FuzzStream FuzzStream;

FuzzStream *fuzz_stream_new (void);
void fuzz_stream_free (FuzzStream * self);

/* Appends what @input says: a header, a packet, bytes, with or without a
 * frame round it. */
void fuzz_stream_add (FuzzStream * self, FuzzInput * input);

/* The same, with the frame of a push round it. */
GByteArray *fuzz_stream_make_frame (FuzzInput * input);

gboolean fuzz_stream_is_empty (FuzzStream * self);

/* Returns: (transfer full): the next bytes, at most @max. */
GstBuffer *fuzz_stream_take (FuzzStream * self, gsize max);

/* Returns: (transfer full): up to the end of what was added in one call. */
GstBuffer *fuzz_stream_take_item (FuzzStream * self);

G_END_DECLS
#endif /* __FUZZ_STREAM_H__ */
