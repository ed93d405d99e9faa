/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __ASF_GUID_H__
#define __ASF_GUID_H__

#include <glib.h>

G_BEGIN_DECLS

#define ASF_GUID_SIZE 16

/**
 * AsfGuid:
 * @bytes: the identifier as it is stored, its first three fields little-endian
 *     (ASF specification, section 1.1)
 */
typedef struct
{
  guint8 bytes[ASF_GUID_SIZE];
} AsfGuid;

/**
 * asf_guid_equal:
 *
 * Returns: whether both identifiers are the same.
 */
gboolean asf_guid_equal (const AsfGuid * a, const AsfGuid * b);

/**
 * asf_guid_is_index:
 *
 * Returns: whether it is the identifier of one of the index objects, which
 *     follow the Data Object (section 6).
 */
gboolean asf_guid_is_index (const AsfGuid * guid);

/**
 * asf_guid_may_begin_with:
 * @first: a byte where a packet is expected
 *
 * Keeps the comparing of identifiers off the way of the packets, which mostly
 * begin with 0x82.
 *
 * Returns: whether a header or an index can begin there.
 */
gboolean asf_guid_may_begin_with (guint8 first);

/* Those of the ASF specification, section 10, that are read or written here. */

/* top level */
extern const AsfGuid asf_guid_header;
extern const AsfGuid asf_guid_data;
extern const AsfGuid asf_guid_simple_index;
extern const AsfGuid asf_guid_index;
extern const AsfGuid asf_guid_media_object_index;
extern const AsfGuid asf_guid_timecode_index;

/* header */
extern const AsfGuid asf_guid_file_properties;
extern const AsfGuid asf_guid_stream_properties;
extern const AsfGuid asf_guid_header_extension;
extern const AsfGuid asf_guid_codec_list;
extern const AsfGuid asf_guid_script_command;
extern const AsfGuid asf_guid_marker;
extern const AsfGuid asf_guid_bitrate_mutual_exclusion;
extern const AsfGuid asf_guid_content_description;
extern const AsfGuid asf_guid_extended_content_description;
extern const AsfGuid asf_guid_stream_bitrate_properties;
extern const AsfGuid asf_guid_padding;

/* extension */
extern const AsfGuid asf_guid_extended_stream_properties;
extern const AsfGuid asf_guid_advanced_mutual_exclusion;
extern const AsfGuid asf_guid_group_mutual_exclusion;
extern const AsfGuid asf_guid_stream_prioritization;
extern const AsfGuid asf_guid_language_list;
extern const AsfGuid asf_guid_metadata;
extern const AsfGuid asf_guid_metadata_library;
extern const AsfGuid asf_guid_index_parameters;
extern const AsfGuid asf_guid_media_object_index_parameters;
extern const AsfGuid asf_guid_timecode_index_parameters;
extern const AsfGuid asf_guid_compatibility;
extern const AsfGuid asf_guid_index_parameters_placeholder;

/* stream type */
extern const AsfGuid asf_guid_stream_audio;
extern const AsfGuid asf_guid_stream_video;
extern const AsfGuid asf_guid_stream_command;
extern const AsfGuid asf_guid_stream_jfif;
extern const AsfGuid asf_guid_stream_degradable_jpeg;
extern const AsfGuid asf_guid_stream_binary;

/* stream error correction */
extern const AsfGuid asf_guid_no_error_correction;
extern const AsfGuid asf_guid_audio_spread;

/* exclusion */
extern const AsfGuid asf_guid_mutex_language;
extern const AsfGuid asf_guid_mutex_bitrate;
extern const AsfGuid asf_guid_mutex_unknown;

/* reserved value */
extern const AsfGuid asf_guid_header_extension_reserved;
extern const AsfGuid asf_guid_codec_list_reserved;
extern const AsfGuid asf_guid_script_command_reserved;
extern const AsfGuid asf_guid_marker_reserved;

/* payload extension */
extern const AsfGuid asf_guid_payload_ext_timecode;
extern const AsfGuid asf_guid_payload_ext_file_name;
extern const AsfGuid asf_guid_payload_ext_content_type;
extern const AsfGuid asf_guid_payload_ext_pixel_aspect_ratio;
extern const AsfGuid asf_guid_payload_ext_sample_duration;
/* this project's own, see gst_wms_asf_extensions_start() */
extern const AsfGuid asf_guid_payload_ext_shown_time;
#define ASF_SHOWN_TIME_SIZE 24

G_END_DECLS
#endif /* __ASF_GUID_H__ */
