/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __ASF_SCRIPT_H__
#define __ASF_SCRIPT_H__

#include "asf/asfheader.h"
#include "asf/asfwriter.h"

G_BEGIN_DECLS

/* Writers of what a header says about points in time; used by asfheader.c.
 * None writes anything when there is nothing to say. */

/**
 * asf_script_write_markers:
 * @markers: (element-type AsfMarker) (nullable): in their order
 *
 * Writes the Marker Object (section 3.7).
 */
void asf_script_write_markers (AsfWriter * writer, GArray * markers);

/**
 * asf_script_write_commands:
 * @commands: (element-type AsfCommand) (nullable): in their order
 *
 * Writes the Script Command Object (section 3.6).
 */
void asf_script_write_commands (AsfWriter * writer, GArray * commands);

G_END_DECLS
#endif /* __ASF_SCRIPT_H__ */
