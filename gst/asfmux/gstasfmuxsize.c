/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "asfmux/gstasfmuxsize.h"

#include "asfmux/gstasfmuxintake.h"
#include "asfmux/gstasfmuxpad.h"

/* A file with video has larger packets than the default, which is the old
 * element's: what extension and error correction data cost is won back. */
#define VIDEO_FILE_PACKET 8000

/* Largest packet that is made for one block of audio: Windows' largest, and
 * what known receivers take with the header (protocol.md, C32). */
#define MAX_FITTING_FILE_PACKET 16000
#define MAX_FITTING_LIVE_PACKET 7000

static gboolean
have_video (GPtrArray * pads)
{
  guint i;

  for (i = 0; i < pads->len; i++) {
    GstWmsAsfMuxPad *pad = g_ptr_array_index (pads, i);

    if (pad->format.stream.kind == ASF_STREAM_VIDEO)
      return TRUE;
  }
  return FALSE;
}

guint32
gst_wms_asf_choose_packet_size (const GstWmsAsfSettings * settings,
    gboolean is_file, GPtrArray * pads)
{
  guint32 wanted = settings->packet_size;
  guint32 size = 0;
  gboolean is_regular = FALSE;
  guint32 fit;
  guint i;

  if (settings->packet_size_is_set)
    return wanted;
  if (is_file && have_video (pads))
    return VIDEO_FILE_PACKET;
  for (i = 0; i < pads->len; i++) {
    GstWmsAsfMuxPad *pad = g_ptr_array_index (pads, i);
    GstBuffer *first = gst_wms_asf_intake_peek (pad);
    guint32 object = gst_wms_asf_mux_pad_whole_size (pad, first,
        &is_regular);

    if (object == 0 || (i > 0 && object != size))
      return wanted;
    size = object;
  }
  if (size == 0)
    return wanted;
  fit =
      asf_packetizer_fit (size, is_regular, !is_file, wanted,
      is_file ? MAX_FITTING_FILE_PACKET : MAX_FITTING_LIVE_PACKET);
  return fit > 0 ? fit : wanted;
}
