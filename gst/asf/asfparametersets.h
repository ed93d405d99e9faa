/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __ASF_PARAMETER_SETS_H__
#define __ASF_PARAMETER_SETS_H__

#include <glib.h>

G_BEGIN_DECLS

/**
 * asf_parameter_sets_find:
 * @data: an access unit of an H.264 byte stream (ITU-T H.264, Annex B)
 * @size: its size
 * @has_picture: (out) (optional): whether there is more than parameter sets
 *     and the like
 *
 * Looks for what a decoder has to have before it can begin, in front of the
 * first slice.
 *
 * Returns: (nullable) (transfer full): the parameter sets, each with a start
 *     code of four bytes; %NULL when there are none, or absurdly large ones.
 */
GBytes *asf_parameter_sets_find (const guint8 * data, gsize size,
    gboolean * has_picture);

/**
 * asf_parameter_sets_from_record:
 * @data: codec data of H.264 in the form with length fields, an
 *     AVCDecoderConfigurationRecord (ISO/IEC 14496-15)
 * @size: its size
 *
 * Returns: (nullable) (transfer full): the same as asf_parameter_sets_find()
 *     would find in a byte stream; %NULL when it is no such record.
 */
GBytes *asf_parameter_sets_from_record (const guint8 * data, gsize size);

G_END_DECLS
#endif /* __ASF_PARAMETER_SETS_H__ */
