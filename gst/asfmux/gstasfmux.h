/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-asfmux
 * @title: asfmux
 * @short_description: writes ASF files and live streams
 *
 * Muxes video and sound of nearly any codec into ASF (.asf, .wmv, .wma).
 * When downstream can seek, a file is written: an index follows the data and
 * the header is completed at the end.  With #GstWmsAsfMux:streamable, or when
 * downstream cannot seek, a broadcast is written, which needs no second pass,
 * such as `wmspushsink` sends.
 *
 * Times are running times; the stream that starts first begins at 0.  The DTS
 * of a packet is when a sink may send it: with a live source the time of its
 * last media object, else its Send Time.  The PTS is the running time of the
 * earliest media object in it.  A broadcast's header has the PTS of the packet
 * behind it and no DTS, so that `multifilesink next-file=max-duration` can make
 * files of it; a sink that keeps to the clock would wait for it, `wmspushsink`
 * does not.
 *
 * A buffer without time stamps follows the one before it.  That one ends when
 * its duration says, or, where it has none, when its bytes do (PCM, A-law,
 * mu-law), else after the step before it; other sound of which nothing is known
 * makes a warning.  Empty buffers are dropped with a warning, and so are
 * objects that arrive when later packets have left already, with a QoS message.
 * Times of one stream that step back are held at the latest one.
 *
 * ## Pads
 *
 * - `audio_%u` and `video_%u`, sinks, on request: a stream each, in one of the
 *   codecs below;
 * - `text_%u`, sink, on request: `text/x-raw` as UTF-8 or Pango markup, which
 *   becomes script commands;
 * - `src`, always: `video/x-ms-asf, parsed=true` with the header as
 *   `streamheader`; a buffer with the header, then one for each packet.  Where
 *   there is video, packets in which no key frame begins have
 *   %GST_BUFFER_FLAG_DELTA_UNIT.
 *
 * Sink pads have the properties of #GstWmsAsfMuxPad, the source pad has none.
 *
 * ## Codecs
 *
 * Everything that asfdemux knows can be written, under the tag that Windows
 * uses for it, or else FFmpeg: Windows Media Video 7 to 9 and Screen, VC-1,
 * MS-MPEG4, MPEG-1, -2 and -4, H.263, H.264, HEVC, JPEG, PNG, VP8, Theora, DV,
 * Huffyuv, FFV1, Cinepak, Indeo and others, and uncompressed pictures; Windows
 * Media Audio 1, 2, Pro, Lossless and Voice, MP3, MP2, AAC, AC-3, E-AC-3, DTS,
 * PCM of 8 to 32 bits and of floats, A-law, mu-law,
 * ADPCM, G.722, G.726, GSM, AMR, Siren, TrueSpeech, ATRAC3 and Voxware.  VP9,
 * AV1, H.261, FLAC, Vorbis, Speex and Yamaha ADPCM are for FFmpeg: asfdemux
 * does not know their tags.  FFmpeg 5 does not know HEVC in ASF; asfdemux and
 * VLC do.
 *
 * - VC-1 and WMV 9 as Windows writes them (vc1parse makes that of others).
 * - H.264 and HEVC a picture in each buffer, as byte stream under `H264`, which
 *   encoders and parsers choose, or with lengths under `avc1`; FFmpeg takes the
 *   access unit delimiters of the latter for pictures.
 * - AAC as raw frames (aacparse makes them of ADTS).
 * - Rows of uncompressed pictures have no padding, which width and height have
 *   to allow for: a multiple of 8 and an even number for I420.  RGB comes from
 *   the top as FFmpeg and asfdemux read it; Windows' players turn it over.
 *
 * FFmpeg does not read a picture of 16 MiB or more (uncompressed, 4096x4096 in
 * 8 bits a pixel): an element warning says so.
 *
 * Stream headers that an encoder sends ahead become codec data.  The data of
 * MP3, MP2, ADPCM, GSM and PCM is made where caps do not have it.  What
 * asfdemux itself does not know, it gives without size, rate and codec data:
 * such caps (`video/x-asf-unknown`, `audio/x-asf-unknown`) have to be
 * completed, by capssetter for example.
 *
 * ## Tags
 *
 * Tags that the application sets through #GstTagSetter and, with
 * #GstWmsAsfMux:merge-stream-tags, those of the streams are written under the
 * names that Windows' writers use, such as WM/AlbumTitle; replay gain and
 * MusicBrainz identifiers under those that taggers agree on.  A tag without a
 * name in ASF keeps GStreamer's, and a "key=value" comment becomes the
 * attribute "key".  Title, artist, copyright, description and comment are the
 * Content Description, the comment as its Rating, where asfdemux looks for it,
 * and as WM/Comments.  A date is WM/Year, as exact as it is known; a disc's
 * number and their count are WM/PartOfSet.  Pictures are WM/Picture;
 * attachments are WM/Binary, without their name and type.
 *
 * Further values of a tag and values over 65,535 bytes are in the Metadata
 * Library, and so is, as a stream's own, what a stream says and another one
 * has displaced.  FFmpeg and asfdemux do not look there, which the log says of
 * long values.  Codec names, bit rates, durations and the languages of streams
 * are said by other objects.
 * What cannot be written is named in an element warning.
 *
 * The header of a broadcast stays within #GstWmsAsfMux:max-header-size: first
 * #GstWmsAsfMux:padding gives way, then pictures from the largest on, then the
 * other tags from the longest on.  Tags that come later make a new header in a
 * broadcast; in a file they need the room of #GstWmsAsfMux:padding.  While data
 * flows an application changes its tags with gst_element_send_event() and a TAG
 * event, from any thread; what it changes through #GstTagSetter then counts
 * with the next TAG event.
 *
 * ## Chapters
 *
 * A table of contents, set through #GstTocSetter or from a TOC event of a
 * stream, becomes the Marker Object of a file: one marker for each chapter or
 * track, named by its title or else numbered, of the first edition.  The
 * application's times count from the beginning of the file, a stream's are
 * stream times.  Each marker leads to the key frame before its time.  Known
 * before the data, chapters are in the header from the start; later they need
 * the room of #GstWmsAsfMux:padding.  A broadcast has no markers, since they
 * need offsets of data that is not sent yet: an element warning says so.
 *
 * ## Several streams
 *
 * There can be 127 streams.  Pads have properties, which a pipeline can set on
 * the muxer before there is a pad, such as `audio_0::language=fr`.  The
 * language of a stream is #GstWmsAsfMuxPad:language, or what its tags say; it
 * is written as Windows does, "pt-br", and a stream without one beside others
 * that have one as "und".  Streams of one #GstWmsAsfMuxPad:exclusion-group are
 * alternatives to each other, by language or by bit rate; audio streams in
 * different languages are by themselves.  Of such a group only the highest
 * rate counts in the rate of the file.  Streams of one
 * #GstWmsAsfMuxPad:exclusion-set in such a group, such as a picture and its
 * sound, go together.  #GstWmsAsfMuxPad:hidden keeps an alternative from
 * players that would play all at once.  #GstWmsAsfMuxPad:priority says which
 * streams a server keeps when it cannot send all.
 *
 * ## Text and script commands
 *
 * Text on a `text_%u` pad becomes script commands of the type
 * #GstWmsAsfMuxPad:command-type, markup is taken out.  A custom serialized
 * downstream event named "wms-script" is a command of any type: it has the
 * strings "type", such as "URL", and "parameter", and may have the clock time
 * "running-time", else it counts for the data after it.  Events go into the
 * stream of the first text pad.  A "CAPTION" or "TEXT" whose buffer has a
 * duration is taken away after it by an empty one, unless the next text comes
 * before.  What is known before a file begins, which is
 * events and the text of pads that have ended, is in its header instead.
 *
 * ## Changes in mid-stream
 *
 * A broadcast gets another header when the format of a stream changes, a
 * stream comes or goes, a stream begins another group (as `concat` sends it)
 * or times would not fit any more after 49 days: data before the change leaves
 * with the old header, then come new caps, the header and a packet that is
 * DISCONT.  Send and presentation times go on, after 49 days they begin anew.
 * Tags make another header a second after they came, and at most every ten
 * seconds; bit rates and what else no header has make none.
 *
 * In a file another format and a stream that comes late are element errors; a
 * stream that goes has ended.
 *
 * A flush, as of a seek, begins another file where downstream can seek: file
 * sinks have emptied theirs.  Where it cannot, the broadcast goes on behind the
 * flush, and `wmspushsink` keeps its session.  A flushing seek is refused where
 * an input says that it cannot seek.
 *
 * ## Markers
 *
 * A custom serialized downstream event named "wms-marker" comes out behind the
 * packet that holds the last data before it, which it ends, so that
 * `wmspushsink` can tell when that data was sent.
 *
 * ## Messages
 *
 * An error ends the stream.  Its text says what is wrong, and what to do:
 *
 * - %GST_RESOURCE_ERROR_SETTINGS: a property is outside of its legal range;
 * - %GST_CORE_ERROR_NEGOTIATION: data came on a pad without caps;
 * - %GST_STREAM_ERROR_FORMAT: caps of a pad cannot be written, or are other
 *   ones in mid-file; no stream has said what it is;
 * - %GST_STREAM_ERROR_MUX: a stream came after the header of a file; a header
 *   is too large; a time is behind the 49 days of a file; a buffer cannot be
 *   read.
 *
 * A warning, %GST_STREAM_ERROR_MUX, tells what was left out: tags, chapters,
 * script commands, a language that is none, empty buffers, entries of an index;
 * and of pictures that FFmpeg does not read, and of sound that nobody says the
 * time of.
 *
 * A QoS message, one for each run of them and at most one a second for a pad,
 * tells of media objects that came after later packets had left: its source is
 * the pad, its statistics (%GST_FORMAT_BUFFERS) are the objects that were
 * written and dropped.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 videotestsrc num-buffers=300 ! avenc_wmv2 ! asfmux name=m \
 *     ! filesink location=test.wmv \
 *     audiotestsrc num-buffers=430 ! avenc_wmav2 ! m.
 * ]|
 * This writes ten seconds of a test picture and a tone into a file.
 * |[
 * gst-launch-1.0 asfmux name=m audio_0::language=en audio_1::language=fr \
 *     ! filesink location=two.wma \
 *     audiotestsrc num-buffers=430 ! avenc_wmav2 ! m.audio_0 \
 *     audiotestsrc num-buffers=430 freq=880 ! avenc_wmav2 ! m.audio_1
 * ]|
 * Two tones, of which a player takes the one in the listener's language.
 * |[
 * gst-launch-1.0 asfmux name=m video_0::exclusion-group=1 \
 *     video_1::exclusion-group=1 ! filesink location=rates.wmv \
 *     videotestsrc num-buffers=300 ! avenc_wmv2 bitrate=100000 ! m.video_0 \
 *     videotestsrc num-buffers=300 ! avenc_wmv2 bitrate=300000 ! m.video_1
 * ]|
 * One picture at two rates.
 * |[
 * printf '1\n00:00:01,000 --> 00:00:03,000\nHello\n' | gst-launch-1.0 \
 *     asfmux name=m ! filesink location=titles.wmv \
 *     videotestsrc num-buffers=300 ! avenc_wmv2 ! m. \
 *     fdsrc ! subparse ! m.text_0
 * ]|
 * A title that a player shows after a second.
 */

#ifndef __GST_WMS_ASF_MUX_H__
#define __GST_WMS_ASF_MUX_H__

#include <gst/base/gstaggregator.h>

G_BEGIN_DECLS

/**
 * GstWmsAsfMux:
 *
 * Writes ASF files and broadcasts.
 */
#define GST_TYPE_WMS_ASF_MUX (gst_wms_asf_mux_get_type ())
G_DECLARE_FINAL_TYPE (GstWmsAsfMux, gst_wms_asf_mux, GST, WMS_ASF_MUX,
    GstAggregator)

GST_ELEMENT_REGISTER_DECLARE (asfmux);

G_END_DECLS
#endif /* __GST_WMS_ASF_MUX_H__ */
