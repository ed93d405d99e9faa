/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_ASF_MUX_TAGS_H__
#define __GST_WMS_ASF_MUX_TAGS_H__

#include <gst/gst.h>

#include "asf/asfheader.h"

G_BEGIN_DECLS

/**
 * GstWmsAsfTags:
 * @description: Content Description Object
 * @attributes: (element-type AsfAttribute): Extended Content Description
 * @n_fixed: the first ones of @attributes, which are in every file
 * @metadata: (element-type AsfAttribute): Metadata Object
 * @library: (element-type AsfAttribute): Metadata Library Object
 * @left_out: (element-type utf8): names of what could not be written, at most
 *     %GST_WMS_ASF_TAGS_MAX_NAMES
 * @n_left_out: how many values that are
 * @digest: the same for tags of which the same would be written, before
 *     anything is left out
 *
 * What the description objects say.
 */
typedef struct
{
  AsfDescription description;
  GArray *attributes;
  guint n_fixed;
  GArray *metadata;
  GArray *library;
  GPtrArray *left_out;
  guint n_left_out;
  gchar *digest;
} GstWmsAsfTags;

/* A message names so many; the others are counted. */
#define GST_WMS_ASF_TAGS_MAX_NAMES 16

/**
 * gst_wms_asf_tags_merged:
 * @setter: the element
 * @pads: (element-type GstWmsAsfMuxPad): streams of the header
 * @merge: whether tags of the streams count
 *
 * Returns: (transfer full): the tags of the whole file.
 */
GstTagList *gst_wms_asf_tags_merged (GstTagSetter * setter, GPtrArray * pads,
    gboolean merge);

/**
 * gst_wms_asf_tags_read:
 * @self: (out): to be cleared with gst_wms_asf_tags_clear()
 * @setter: the element, with the application's tags and their merge mode
 * @pads: (element-type GstWmsAsfMuxPad): streams of the header
 * @merge: whether tags of the streams count
 *
 * Turns tags into attributes.  A stream's tags become the file's by the merge
 * mode.  A value that another stream has displaced is kept as an attribute of
 * its stream.
 */
void gst_wms_asf_tags_read (GstWmsAsfTags * self, GstTagSetter * setter,
    GPtrArray * pads, gboolean merge);

/**
 * gst_wms_asf_tags_clear:
 *
 * Frees what the fields hold.
 */
void gst_wms_asf_tags_clear (GstWmsAsfTags * self);

/**
 * gst_wms_asf_tags_apply:
 * @self: must live as long as @header is used
 * @header: gets the description objects, which @self goes on to own
 */
void gst_wms_asf_tags_apply (const GstWmsAsfTags * self, AsfHeader * header);

/**
 * gst_wms_asf_tags_log_long:
 *
 * Says in the log which values common readers will not show, since they are too
 * long to be anywhere but in the Metadata Library.
 */
void gst_wms_asf_tags_log_long (const GstWmsAsfTags * self);

/**
 * gst_wms_asf_tags_leave_out:
 * @self: tags
 * @name: what is not written
 *
 * Notes a name for the element's warning.
 */
void gst_wms_asf_tags_leave_out (GstWmsAsfTags * self, const gchar * name);

G_END_DECLS
#endif /* __GST_WMS_ASF_MUX_TAGS_H__ */
