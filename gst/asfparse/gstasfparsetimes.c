/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asfparse/gstasfparsetimes.h"

#include <string.h>

#include <gst/gstutils.h>

/* Later times are none: sums with 32 bits of ms have to hold. */
#define MAX_TIME ((GstClockTime) G_MAXINT64 / 2)

void
gst_wms_asf_times_take_source (GstWmsAsfTimes * self, gboolean is_timed)
{
  self->is_source_timed = is_timed;
  self->shift = 0;
}

void
gst_wms_asf_times_take_header (GstWmsAsfTimes * self,
    const AsfHeaderInfo * header, GstClockTime begin)
{
  guint64 play_ms = header->play_duration_100ns / ASF_UNITS_PER_MS;

  memset (&self->elapsed, 0, sizeof (self->elapsed));
  self->begin = MIN (begin, MAX_TIME);
  self->data_size = 0;
  self->packet_size = header->packet_size;
  self->duration = (play_ms - MIN (header->preroll_ms, play_ms)) * GST_MSECOND;
}

GstClockTime
gst_wms_asf_times_take_places (GstWmsAsfTimes * self, guint64 data_begin,
    guint64 data_size)
{
  self->data_begin = data_begin;
  self->data_size = data_size;
  return self->begin + self->duration;
}

void
gst_wms_asf_times_jump (GstWmsAsfTimes * self, gboolean is_before)
{
  self->elapsed.is_elsewhere = TRUE;
  if (is_before)
    self->begin = 0;
}

gboolean
gst_wms_asf_times_doubts (const GstWmsAsfTimes * self,
    const AsfHeaderInfo * header, const AsfPacketInfo * packet)
{
  return asf_elapsed_doubts (&self->elapsed, header, packet);
}

gboolean
gst_wms_asf_times_mend (const GstWmsAsfTimes * self,
    const AsfHeaderInfo * header, AsfPacketInfo * packet, const guint8 * next)
{
  AsfPacketInfo info;
  gboolean has_next = next != NULL
      && asf_packet_read (next, header->packet_size, &info, NULL);

  return asf_elapsed_mend (&self->elapsed, header, packet,
      has_next ? &info : NULL);
}

void
gst_wms_asf_times_take_packet (GstWmsAsfTimes * self,
    const AsfHeaderInfo * header, const AsfPacketInfo * packet,
    const guint8 * data, GstClockTime said)
{
  GstClockTime dts = self->begin + GST_MSECOND
      * asf_elapsed_take (&self->elapsed, header, packet);
  GstClockTime pts = self->begin + GST_MSECOND
      * asf_elapsed_first_pres (&self->elapsed, header, packet, data);

  if (self->is_source_timed && said <= MAX_TIME)
    self->shift = GST_CLOCK_DIFF (dts, said);
  self->dts = MAX (0, (gint64) dts + self->shift);
  self->pts = MAX (0, (gint64) pts + self->shift);
  self->end = dts + packet->duration_ms * GST_MSECOND;
}

gboolean
gst_wms_asf_times_to_bytes (const GstWmsAsfTimes * self, gint64 time,
    gint64 * bytes)
{
  guint64 at;

  if (self->data_size == 0 || self->duration == 0
      || time <= (gint64) self->begin)
    return FALSE;
  at = gst_util_uint64_scale (self->data_size,
      MIN ((guint64) time - self->begin, self->duration), self->duration);
  *bytes = self->data_begin + at / self->packet_size * self->packet_size;
  return TRUE;
}

gboolean
gst_wms_asf_times_to_time (const GstWmsAsfTimes * self, gint64 bytes,
    gint64 * time)
{
  guint64 at = bytes > (gint64) self->data_begin ? bytes - self->data_begin : 0;

  if (self->data_size == 0 || self->duration == 0 || bytes <= 0)
    return FALSE;
  *time = self->begin + gst_util_uint64_scale (self->duration,
      MIN (at, self->data_size), self->data_size);
  return TRUE;
}
