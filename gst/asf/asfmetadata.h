/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __ASF_METADATA_H__
#define __ASF_METADATA_H__

#include "asf/asfheader.h"
#include "asf/asfwriter.h"

G_BEGIN_DECLS

/* Writers of the objects that describe the content; used by asfheader.c.
 * None writes anything when there is nothing to say. */

/**
 * asf_metadata_write_description:
 *
 * Writes the Content Description Object (section 3.10).
 */
void asf_metadata_write_description (AsfWriter * w,
    const AsfDescription * texts);

/**
 * asf_metadata_write_extended:
 * @attributes: (element-type AsfAttribute) (nullable): of the file
 *
 * Writes the Extended Content Description Object (section 3.11).
 */
void asf_metadata_write_extended (AsfWriter * writer, GArray * attributes);

/**
 * asf_metadata_write_metadata:
 * @attributes: (element-type AsfAttribute) (nullable): of streams or the file
 *
 * Writes the Metadata Object (section 4.7).
 */
void asf_metadata_write_metadata (AsfWriter * writer, GArray * attributes);

/**
 * asf_metadata_write_library:
 * @attributes: (element-type AsfAttribute) (nullable): long, repeated, of a
 *     language
 *
 * Writes the Metadata Library Object (section 4.8).
 */
void asf_metadata_write_library (AsfWriter * writer, GArray * attributes);

G_END_DECLS
#endif /* __ASF_METADATA_H__ */
