/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __ASF_BORDER_H__
#define __ASF_BORDER_H__

#include "asf/asfview.h"

G_BEGIN_DECLS

/**
 * AsfBorder:
 * @pres_ms: presentation time, without wrap, with which the part behind the
 *     border begins
 * @send_ms: Send Time of the packet of the border, without wrap
 *
 * Where a programme is cut in two.  Each media object is on one side, whole.
 * The stream whose object makes the border is behind it from that object on.
 * Of each other stream the first object that is not before @pres_ms, of video
 * the first such key frame where one is needed, is the first one behind it:
 * what comes late in the packets still goes to the part in front.
 */
typedef struct
{
  gint64 pres_ms;
  guint64 send_ms;

  const AsfHeaderInfo *header;
  gboolean needs_key;
  gboolean is_behind[ASF_MAX_STREAMS + 1];
} AsfBorder;

/**
 * asf_border_init:
 * @self: (out caller-allocates): a border
 * @header: (transfer none): of the programme, as long as @self is used
 * @view: the packet of the border
 * @row: from asf_view_find_start()
 * @needs_key: as for that
 */
void asf_border_init (AsfBorder * self, const AsfHeaderInfo * header,
    const AsfView * view, guint row, gboolean needs_key);

/**
 * asf_border_split:
 * @self: a border
 * @view: its packet, then each one after it
 *
 * Returns: the bits of the rows that are behind the border.
 */
guint64 asf_border_split (AsfBorder * self, const AsfView * view);

/**
 * asf_border_is_passed:
 *
 * Returns: whether each stream of sound or picture has come behind it.
 */
gboolean asf_border_is_passed (const AsfBorder * self);

G_END_DECLS
#endif /* __ASF_BORDER_H__ */
