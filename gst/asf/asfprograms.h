/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __ASF_PROGRAMS_H__
#define __ASF_PROGRAMS_H__

#include "asf/asfheader.h"
#include "asf/asfwriter.h"

G_BEGIN_DECLS

/* Writers of what a header says about several streams together: languages,
 * which exclude each other, which matter most, which are in the index; used
 * by asfheader.c.  None writes anything when there is nothing to say. */

/**
 * asf_programs_write_languages:
 *
 * Writes the Language List Object (section 4.6).
 */
void asf_programs_write_languages (AsfWriter * writer, GArray * languages);

/**
 * asf_programs_write_exclusions:
 *
 * Writes an Advanced Mutual Exclusion Object for each element (section 4.2),
 * or for one with records a Group Mutual Exclusion Object (section 4.3).
 */
void asf_programs_write_exclusions (AsfWriter * writer, GArray * exclusions);

/**
 * asf_programs_write_bitrate_exclusions:
 *
 * Writes a Bitrate Mutual Exclusion Object for each exclusion of that type
 * (section 3.8), for readers that do not know the other object; not for
 * hidden streams, of which they do not know either (section 4.2).
 */
void asf_programs_write_bitrate_exclusions (AsfWriter * writer,
    const AsfHeader * header);

/**
 * asf_programs_write_priorities:
 *
 * Writes the Stream Prioritization Object (section 4.4).
 */
void asf_programs_write_priorities (AsfWriter * writer, GArray * priorities);

/**
 * asf_programs_write_index_parameters:
 * @streams: (element-type guint8) (nullable): of the Index Object
 * @has_index: whether there is one
 *
 * Writes the Index Parameters Object (section 4.9), or a placeholder of the
 * same size (rules, 4.12).
 */
void asf_programs_write_index_parameters (AsfWriter * writer,
    GArray * streams, gboolean has_index);

G_END_DECLS
#endif /* __ASF_PROGRAMS_H__ */
