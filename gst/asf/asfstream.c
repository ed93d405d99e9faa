/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asf/asfstream.h"

/* BITMAPINFOHEADER before its codec data (section 9.2). */
#define BITMAP_INFO_SIZE 40

/* Reserved Flags of video (section 9.2). */
#define VIDEO_RESERVED_FLAGS 2

/* Replicated data that every payload has (section 5.2.3). */
#define REPLICATED_SIZE 8

/* Codec entry types (section 3.5). */
#define CODEC_VIDEO 1
#define CODEC_AUDIO 2

static gsize
codec_data_size (const AsfStream * stream)
{
  return stream->codec_data ? g_bytes_get_size (stream->codec_data) : 0;
}

/* section 9.1 */
static void
write_wave_format (AsfWriter * w, const AsfStream * stream)
{
  const AsfWaveFormat *wave = &stream->wave;

  asf_writer_u16 (w, wave->format_tag);
  asf_writer_u16 (w, wave->channels);
  asf_writer_u32 (w, wave->rate);
  asf_writer_u32 (w, wave->bytes_per_second);
  asf_writer_u16 (w, wave->block_align);
  asf_writer_u16 (w, wave->bits_per_sample);
  asf_writer_u16 (w, codec_data_size (stream));
  asf_writer_bytes (w, stream->codec_data);
}

/* section 9.2; biSize is Format Data Size (rules, 5.2) */
static void
write_image_format (AsfWriter * w, const AsfStream * stream)
{
  const AsfImageFormat *image = &stream->image;
  gsize format_size = BITMAP_INFO_SIZE + codec_data_size (stream);

  asf_writer_u32 (w, image->width);
  asf_writer_u32 (w, image->height);
  asf_writer_u8 (w, VIDEO_RESERVED_FLAGS);
  asf_writer_u16 (w, format_size);

  asf_writer_u32 (w, format_size);
  asf_writer_u32 (w, image->width);
  asf_writer_u32 (w, image->is_top_down ? -image->height : image->height);
  asf_writer_u16 (w, 1);        /* biPlanes, reserved */
  asf_writer_u16 (w, image->bit_count);
  asf_writer_u32 (w, image->fourcc);
  asf_writer_u32 (w, image->image_size);
  asf_writer_zeros (w, 16);     /* pixels per metre, colours */
  asf_writer_bytes (w, stream->codec_data);
}

/* section 9.4 */
static void
write_jfif_format (AsfWriter * w, const AsfStream * stream)
{
  asf_writer_u32 (w, stream->image.width);
  asf_writer_u32 (w, stream->image.height);
  asf_writer_u32 (w, 0);        /* reserved */
}

/* section 9.5 */
static void
write_binary_format (AsfWriter * w, const AsfStream * stream)
{
  const AsfBinaryFormat *binary = &stream->binary;

  asf_writer_guid (w, &binary->major_type);
  asf_writer_guid (w, &binary->subtype);
  asf_writer_u32 (w, binary->has_fixed_size ? 1 : 0);
  asf_writer_u32 (w, binary->is_temporal ? 1 : 0);
  asf_writer_u32 (w, binary->sample_size);
  asf_writer_guid (w, &binary->format_type);
  asf_writer_u32 (w, codec_data_size (stream));
  asf_writer_bytes (w, stream->codec_data);
}

/* A command stream has no type-specific data (section 9.3). */
static const struct
{
  const AsfGuid *type;
  void (*write_format) (AsfWriter * w, const AsfStream * stream);
} kinds[] = {
  [ASF_STREAM_AUDIO] = {&asf_guid_stream_audio, write_wave_format},
  [ASF_STREAM_VIDEO] = {&asf_guid_stream_video, write_image_format},
  [ASF_STREAM_COMMAND] = {&asf_guid_stream_command, NULL},
  [ASF_STREAM_JFIF] = {&asf_guid_stream_jfif, write_jfif_format},
  [ASF_STREAM_BINARY] = {&asf_guid_stream_binary, write_binary_format},
};

/* section 3.3; span 1 means that nothing is interleaved (rules, 5.4) */
static void
write_audio_spread (AsfWriter * w, const AsfStream * stream)
{
  asf_writer_u8 (w, 1);
  asf_writer_u16 (w, stream->wave.block_align);
  asf_writer_u16 (w, stream->wave.block_align);
  asf_writer_u16 (w, 1);
  asf_writer_u8 (w, 0);
}

static gboolean
can_be_written (const AsfStream * stream)
{
  return (guint) stream->kind < G_N_ELEMENTS (kinds) &&
      kinds[stream->kind].type != NULL;
}

void
asf_stream_write_properties (AsfWriter * w, const AsfStream * stream)
{
  gsize start = asf_writer_begin_object (w, &asf_guid_stream_properties);
  gsize lengths, type_data, correction_data;

  if (!can_be_written (stream)) {
    asf_writer_fail (w, "a stream of no type");
    return;
  }
  asf_writer_guid (w, kinds[stream->kind].type);
  asf_writer_guid (w, stream->has_spread ? &asf_guid_audio_spread :
      &asf_guid_no_error_correction);
  asf_writer_u64 (w, 0);        /* Time Offset */
  lengths = asf_writer_pos (w);
  asf_writer_u32 (w, 0);
  asf_writer_u32 (w, 0);
  asf_writer_stream_number (w, stream->number);
  asf_writer_u32 (w, 0);        /* reserved */

  type_data = asf_writer_pos (w);
  if (kinds[stream->kind].write_format != NULL)
    kinds[stream->kind].write_format (w, stream);
  correction_data = asf_writer_pos (w);
  if (stream->has_spread)
    write_audio_spread (w, stream);

  asf_writer_patch_u32 (w, lengths, correction_data - type_data);
  asf_writer_patch_u32 (w, lengths + 4, asf_writer_pos (w) - correction_data);
  asf_writer_end_object (w, start);
}

/* Their data follows the 8 bytes that all payloads have, and the length of
 * both is a BYTE (rules, 4.2). */
static void
write_extensions (AsfWriter * w, const AsfStream * stream)
{
  guint n = MIN (stream->n_extensions, ASF_MAX_EXTENSIONS);
  guint size = REPLICATED_SIZE;
  guint i;

  for (i = 0; i < n; i++) {
    const AsfExtension *extension = &stream->extensions[i];

    size += extension->size == ASF_EXTENSION_VARIABLE ? 2 : extension->size;
    asf_writer_guid (w, extension->system);
    asf_writer_u16 (w, extension->size);
    asf_writer_u32 (w, 0);      /* no Extension System Info */
  }
  if (n < stream->n_extensions || size > G_MAXUINT8)
    asf_writer_fail (w, "more payload extensions than a payload can have");
}

void
asf_stream_write_extended (AsfWriter * w, const AsfStream * stream,
    gboolean is_hidden)
{
  gsize start =
      asf_writer_begin_object (w, &asf_guid_extended_stream_properties);
  gboolean has_peak = stream->peak_bps > 0;

  asf_writer_u64 (w, 0);        /* Start Time: unspecified */
  asf_writer_u64 (w, 0);        /* End Time: unspecified */
  asf_writer_u32 (w, stream->data_bps);
  asf_writer_u32 (w, stream->buffer_ms);
  asf_writer_u32 (w, 0);        /* Initial Buffer Fullness */
  asf_writer_u32 (w, has_peak ? stream->peak_bps : stream->data_bps);
  asf_writer_u32 (w, has_peak ? stream->peak_buffer_ms : stream->buffer_ms);
  asf_writer_u32 (w, 0);        /* Alternate Initial Buffer Fullness */
  asf_writer_u32 (w, stream->max_object_size);
  asf_writer_u32 (w, stream->flags);
  asf_writer_u16 (w, stream->number);
  asf_writer_u16 (w, stream->language_index);
  asf_writer_u64 (w, stream->frame_time_100ns);
  asf_writer_u16 (w, stream->name ? 1 : 0);
  asf_writer_u16 (w, stream->n_extensions);
  if (stream->name != NULL) {
    asf_writer_u16 (w, stream->language_index);
    asf_writer_text (w, stream->name);
  }
  write_extensions (w, stream);
  if (is_hidden)
    asf_stream_write_properties (w, stream);
  asf_writer_end_object (w, start);
}

gboolean
asf_stream_has_codec_entry (const AsfStream * stream)
{
  return stream->kind == ASF_STREAM_AUDIO || stream->kind == ASF_STREAM_VIDEO;
}

/* The lengths of a codec's texts count WCHARs (rules, 3.5). */
static void
write_counted_text (AsfWriter * w, const gchar * text)
{
  g_autoptr (GBytes) utf16 = asf_utf16_new (text);

  asf_writer_u16 (w, g_bytes_get_size (utf16) / 2);
  asf_writer_bytes (w, utf16);
}

void
asf_stream_write_codec_entry (AsfWriter * w, const AsfStream * stream)
{
  gboolean is_audio = stream->kind == ASF_STREAM_AUDIO;

  asf_writer_u16 (w, is_audio ? CODEC_AUDIO : CODEC_VIDEO);
  write_counted_text (w, stream->codec_name);
  write_counted_text (w, stream->codec_description);
  if (is_audio) {
    asf_writer_u16 (w, 2);
    asf_writer_u16 (w, stream->wave.format_tag);
  } else {
    asf_writer_u16 (w, 4);
    asf_writer_u32 (w, stream->image.fourcc);
  }
}
