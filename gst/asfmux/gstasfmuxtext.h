/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_ASF_MUX_TEXT_H__
#define __GST_WMS_ASF_MUX_TEXT_H__

#include "asfmux/gstasfmuxpad.h"

G_BEGIN_DECLS

/* What a text pad takes. */
#define GST_WMS_ASF_MUX_TEXT_CAPS \
    "text/x-raw, format = (string) { utf8, pango-markup }"

/* Name of the event that is a script command of any type. */
#define GST_WMS_ASF_SCRIPT_NAME "wms-script"

/**
 * gst_wms_asf_text_init:
 *
 * Makes a new pad one of script commands.
 */
void gst_wms_asf_text_init (GstWmsAsfMuxPad * pad);

/**
 * gst_wms_asf_text_is_text:
 *
 * Returns: whether it is one of script commands, whose caps say nothing that
 *     the header has.
 */
gboolean gst_wms_asf_text_is_text (const GstWmsAsfMuxPad * pad);

/**
 * gst_wms_asf_text_take_caps:
 *
 * Remembers whether the text has markup.
 */
void gst_wms_asf_text_take_caps (GstWmsAsfMuxPad * pad, const GstCaps * caps);

/**
 * gst_wms_asf_text_read:
 * @pad: a text pad
 * @buffer: a buffer of it
 *
 * Returns: (transfer full) (nullable): the text without markup, or %NULL when
 *     @buffer cannot be read.
 */
gchar *gst_wms_asf_text_read (GstWmsAsfMuxPad * pad, GstBuffer * buffer);

/**
 * gst_wms_asf_text_type:
 *
 * Returns: type of the commands that the text of @pad becomes.
 */
const gchar *gst_wms_asf_text_type (const GstWmsAsfMuxPad * pad);

/**
 * gst_wms_asf_text_is_script:
 *
 * Returns: whether @event is a script command: a custom serialized one named
 *     "wms-script" with the texts "type" and "parameter".
 */
gboolean gst_wms_asf_text_is_script (GstEvent * event);

/**
 * gst_wms_asf_text_new_command:
 * @type: such as "URL"
 * @parameter: what the command is about
 *
 * Returns: (transfer full): the media object of a command stream (rules, 5.3).
 */
GstBuffer *gst_wms_asf_text_new_command (const gchar * type,
    const gchar * parameter);

G_END_DECLS
#endif /* __GST_WMS_ASF_MUX_TEXT_H__ */
