/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __ASF_STREAM_H__
#define __ASF_STREAM_H__

#include "asf/asfheader.h"
#include "asf/asfwriter.h"

G_BEGIN_DECLS

/* Writers of what a header says about one stream; used by asfheader.c. */

/**
 * asf_stream_write_properties:
 *
 * Writes the Stream Properties Object (section 3.3).
 */
void asf_stream_write_properties (AsfWriter * writer,
    const AsfStream * stream);

/**
 * asf_stream_write_extended:
 * @is_hidden: whether the Stream Properties Object is in it
 *
 * Writes the Extended Stream Properties Object (section 4.1).
 */
void asf_stream_write_extended (AsfWriter * writer,
    const AsfStream * stream, gboolean is_hidden);

/**
 * asf_stream_has_codec_entry:
 *
 * Returns: whether the Codec List names the stream: audio and video.
 */
gboolean asf_stream_has_codec_entry (const AsfStream * stream);

/**
 * asf_stream_write_codec_entry:
 *
 * Writes an entry of the Codec List Object (section 3.5).
 */
void asf_stream_write_codec_entry (AsfWriter * writer,
    const AsfStream * stream);

G_END_DECLS
#endif /* __ASF_STREAM_H__ */
