/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubrecordrun.h"

#include <string.h>

#include "asf/asfborder.h"
#include "asf/asfkeywait.h"
#include "pubrecordclock.h"

/* A programme whose first object is this near to the beginning of its clock
 * keeps its times. */
#define NEAR_BEGINNING_MS 1000
/* What is looked at at most to find the earliest object of one that does
 * not: time by its clock and by ours, bytes. */
#define HELD_MS 2000
#define HELD_US (500 * G_TIME_SPAN_MILLISECOND)
#define HELD_BYTES (1u << 20)
/* How long the part in front of a cut waits for what belongs to it. */
#define CLOSING_MS 15000
/* A file's times have 32 bits: 45 of 49.7 days. */
#define MAX_FILE_MS (G_GUINT64_CONSTANT (45) * 24 * 3600 * 1000)
/* After a failure of the disk. */
#define MAX_RETRY_US (5 * G_TIME_SPAN_MINUTE)
#define ROOM_AFTER_FAILURE (1u << 20)
#define WELL_AGAIN_US (60 * G_TIME_SPAN_SECOND)

typedef enum
{
  RUN_IDLE,                     /* no header */
  RUN_BEGINNING,                /* packets are held until there is an origin */
  RUN_RECORDING,
  RUN_FAILED,                   /* waits for a time, then for a key frame */
} RunState;

typedef struct
{
  GBytes *packet;
  guint64 send_ms;
} Held;

struct _PubRecordRun
{
  const PubRecordRules *rules;
  gchar *path;

  GBytes *header;
  AsfHeaderInfo info;
  RunState state;

  PubRecordClock clock;
  AsfKeyWait wait;
  AsfView view;

  /* RUN_BEGINNING */
  GQueue held;
  gsize held_bytes;
  gint64 held_since_us;
  gint64 first_pres_ms;
  gboolean has_begun[ASF_MAX_STREAMS + 1];

  /* RUN_RECORDING */
  PubRecordPart *part;
  gint64 part_pres_ms;          /* where it begins, by the programme's clock */
  guint64 key_bytes;            /* since the last key frame, and at most */
  guint64 max_key_bytes;
  gboolean has_border;          /* and not all streams are behind it */
  AsfBorder border;
  PubRecordPart *closing;       /* in front of it, NULL: none */

  /* RUN_FAILED */
  gint64 retry_at_us, retry_us;
  gint64 failed_us;             /* 0: not, or long ago */
  gchar *problem;

  /* of files that are closed, and the newest name */
  PubRecordCounts closed;
  gchar *name;
};

PubRecordRun *
pub_record_run_new (const PubRecordRules * rules, const gchar * path)
{
  PubRecordRun *self = g_new0 (PubRecordRun, 1);

  self->rules = rules;
  self->path = g_strdup (path);
  self->retry_us = rules->retry_us;
  g_queue_init (&self->held);
  return self;
}

static void
free_held (gpointer data)
{
  Held *held = data;

  g_bytes_unref (held->packet);
  g_free (held);
}

static void
clear_held (PubRecordRun * self)
{
  g_queue_clear_full (&self->held, free_held);
  self->held_bytes = 0;
  memset (self->has_begun, 0, sizeof (self->has_begun));
}

static void
add_counts (PubRecordPart * part, PubRecordCounts * counts)
{
  AsfRecording *recording = pub_record_part_get_recording (part);

  counts->bytes += pub_record_part_get_size (part);
  counts->packets += asf_recording_get_packets (recording);
  counts->ms += asf_recording_get_duration_ms (recording);
}

/* One warning, however often the disk fails in a row. */
static void
tell_failure (PubRecordRun * self, GError * error)
{
  gint64 now_us = g_get_monotonic_time ();

  if (self->failed_us == 0)
    g_warning ("recording: %s; the session goes on, the recording waits for"
        " the disk", error->message);
  else
    self->retry_us = MIN (self->retry_us * 2, MAX_RETRY_US);
  self->failed_us = now_us;
  self->retry_at_us = now_us + self->retry_us;
  g_free (self->problem);
  self->problem = g_strdup (error->message);
}

/* Packets that could not be written are lost. */
static void
close_part (PubRecordRun * self, PubRecordPart ** part, GError ** error)
{
  PubRecordPart *closed = g_steal_pointer (part);
  AsfRecording *recording;
  guint64 n_packets;

  if (closed == NULL)
    return;
  recording = pub_record_part_get_recording (closed);
  n_packets = asf_recording_get_packets (recording);
  if (!pub_record_part_finish (closed, *error == NULL ? error : NULL))
    self->closed.lost += n_packets - asf_recording_get_packets (recording);
  add_counts (closed, &self->closed);
  pub_record_part_free (closed);
}

static void
close_all (PubRecordRun * self, GError ** error)
{
  close_part (self, &self->closing, error);
  close_part (self, &self->part, error);
}

static void
close_closing (PubRecordRun * self)
{
  GError *error = NULL;

  close_part (self, &self->closing, &error);
  if (error == NULL)
    return;
  tell_failure (self, error);
  g_error_free (error);
}

/* A file that cannot be written any more is ended with what it has. */
static void
give_up (PubRecordRun * self, GError * error)
{
  tell_failure (self, error);
  close_all (self, &error);
  g_error_free (error);
  clear_held (self);
  self->state = RUN_FAILED;
}

static gboolean
open_part (PubRecordRun * self)
{
  const PubRecordPlace place = { self->rules->disk, self->rules->folder,
    self->path, self->failed_us != 0 ? ROOM_AFTER_FAILURE : 0
  };
  GError *error = NULL;

  self->has_border = FALSE;
  self->part = pub_record_part_new (&place, self->header, &self->info, &error);
  if (self->part == NULL) {
    give_up (self, error);
    return FALSE;
  }
  if (self->problem != NULL)
    g_message ("recording goes on in %s",
        pub_record_part_get_name (self->part));
  g_clear_pointer (&self->problem, g_free);
  g_free (self->name);
  self->name = g_strdup (pub_record_part_get_name (self->part));
  self->closed.files++;
  self->key_bytes = self->max_key_bytes = 0;
  self->state = RUN_RECORDING;
  return TRUE;
}

static gboolean
needs_key (PubRecordRun * self)
{
  return self->info.has_video && !self->wait.is_over;
}

static void
add_rows (PubRecordRun * self, PubRecordPart * part, guint64 rows,
    GBytes * packet)
{
  GError *error = NULL;

  if (!pub_record_part_add (part, &self->view, rows, packet, &error))
    give_up (self, error);
}

/* What belongs in front of the border goes there, if a file is there.
 * Returns: the rows behind it. */
static guint64
split_packet (PubRecordRun * self, GBytes * packet)
{
  guint64 rows = asf_border_split (&self->border, &self->view);
  gboolean is_open = FALSE;

  if (self->closing != NULL)
    add_rows (self, self->closing, ~rows, packet);
  if (self->closing != NULL)
    is_open = asf_recording_has_open (pub_record_part_get_recording
        (self->closing));
  if ((asf_border_is_passed (&self->border) && !is_open)
      || self->clock.send_ms > self->border.send_ms + CLOSING_MS) {
    self->has_border = FALSE;
    close_closing (self);
  }
  return rows;
}

/* About how much the part in front of a cut still gets. */
static guint64
get_lag_bytes (PubRecordRun * self)
{
  AsfRecording *recording = pub_record_part_get_recording (self->part);
  guint64 ms = MAX (asf_recording_get_duration_ms (recording), 1);
  guint lag_ms = pub_record_clock_get_lag (&self->clock, &self->info);

  return (guint64) 2 *self->info.packet_size + MIN (lag_ms, CLOSING_MS)
  * pub_record_part_get_size (self->part) / ms;
}

/* Whether the file would get too large or too long with what comes until the
 * next place for a cut, if that is as much as it was at most. */
static gboolean
is_full (PubRecordRun * self, gint64 pres_ms)
{
  AsfRecording *recording = pub_record_part_get_recording (self->part);
  guint64 size = pub_record_part_get_size (self->part)
      + asf_recording_get_index_size (recording) + self->max_key_bytes
      + get_lag_bytes (self);
  gint64 ms = pres_ms - self->part_pres_ms;

  if (asf_recording_get_packets (recording) == 0)
    return FALSE;
  return (self->rules->max_ms > 0 && ms >= (gint64) self->rules->max_ms)
      || (self->rules->max_bytes > 0 && size > self->rules->max_bytes)
      || ms >= (gint64) MAX_FILE_MS;
}

/* Begins a file at an object of the packet. */
static gboolean
begin_at_row (PubRecordRun * self, guint row)
{
  gboolean is_keyless = self->wait.has_video && !needs_key (self);

  asf_border_init (&self->border, &self->info, &self->view, row, !is_keyless);
  if (!open_part (self))
    return FALSE;
  if (is_keyless)
    asf_recording_begin_anywhere (pub_record_part_get_recording (self->part));
  self->has_border = TRUE;
  self->part_pres_ms = self->border.pres_ms;
  asf_recording_set_origin (pub_record_part_get_recording (self->part),
      self->border.pres_ms, self->border.send_ms);
  return TRUE;
}

static void
cut_if_full (PubRecordRun * self)
{
  gint row = asf_view_find_start (&self->view, &self->info, needs_key (self));
  PubRecordPart *full;

  if (row < 0)
    return;
  self->max_key_bytes = MAX (self->max_key_bytes, self->key_bytes);
  self->key_bytes = 0;
  if (!is_full (self, asf_view_pres_ms (&self->view,
              self->view.rows[row].payload.pres_time_ms)))
    return;
  close_closing (self);
  full = g_steal_pointer (&self->part);
  if (!begin_at_row (self, row))
    self->has_border = FALSE;
  self->closing = full;
  if (!self->has_border)
    close_closing (self);
}

static void
add_packet (PubRecordRun * self, GBytes * packet)
{
  guint64 rows = ASF_VIEW_ALL;

  if (self->has_border)
    rows = split_packet (self, packet);
  if (self->part != NULL)
    add_rows (self, self->part, rows, packet);
  self->key_bytes += g_bytes_get_size (packet);
}

static void
record_packet (PubRecordRun * self, GBytes * packet)
{
  cut_if_full (self);
  pub_record_clock_note (&self->clock, &self->view);
  if (self->state == RUN_RECORDING)
    add_packet (self, packet);
  else
    self->closed.lost++;
}

/* The earliest object that the packets held so far show. */
static void
look_for_origin (PubRecordRun * self)
{
  guint i;

  for (i = 0; i < self->view.n_rows; i++) {
    const AsfViewRow *row = &self->view.rows[i];
    gint64 pres_ms = asf_view_pres_ms (&self->view, row->payload.pres_time_ms);

    if (!row->is_start)
      continue;
    self->first_pres_ms = MIN (self->first_pres_ms, pres_ms);
    self->has_begun[row->payload.stream_number] = TRUE;
  }
}

static gboolean
have_all_begun (PubRecordRun * self)
{
  guint i;

  for (i = 0; i < self->info.n_streams; i++) {
    const AsfStreamInfo *stream = &self->info.streams[i];

    if ((stream->kind == ASF_STREAM_AUDIO || stream->kind == ASF_STREAM_VIDEO)
        && !self->has_begun[stream->number])
      return FALSE;
  }
  return TRUE;
}

static gboolean
is_near_beginning (PubRecordRun * self)
{
  gint64 ms = self->first_pres_ms - (gint64) self->info.preroll_ms;

  return ms >= 0 && ms < NEAR_BEGINNING_MS;
}

/* The programme's first packets make the first file. */
static void
begin_file (PubRecordRun * self)
{
  GQueue held = self->held;
  Held *first = g_queue_peek_head (&held);
  Held *next;

  g_queue_init (&self->held);
  clear_held (self);
  if (open_part (self)) {
    self->part_pres_ms = self->first_pres_ms;
    if (!is_near_beginning (self))
      asf_recording_set_origin (pub_record_part_get_recording (self->part),
          self->first_pres_ms, first->send_ms);
  }
  while ((next = g_queue_pop_head (&held)) != NULL) {
    asf_view_read (&self->view, g_bytes_get_data (next->packet, NULL),
        g_bytes_get_size (next->packet));
    self->view.send_ms = next->send_ms;
    if (self->state == RUN_RECORDING)
      record_packet (self, next->packet);
    else
      self->closed.lost++;
    free_held (next);
  }
}

static void
hold_packet (PubRecordRun * self, GBytes * packet)
{
  Held *held;
  Held *first;

  if (g_queue_is_empty (&self->held)) {
    self->first_pres_ms = G_MAXINT64;
    self->held_since_us = g_get_monotonic_time ();
  }
  look_for_origin (self);
  /* fragments of something that began before */
  if (self->first_pres_ms == G_MAXINT64) {
    self->closed.lost++;
    return;
  }
  held = g_new (Held, 1);
  held->packet = g_bytes_ref (packet);
  held->send_ms = self->view.send_ms;
  g_queue_push_tail (&self->held, held);
  self->held_bytes += g_bytes_get_size (packet);
  first = g_queue_peek_head (&self->held);
  if (have_all_begun (self) || is_near_beginning (self)
      || self->held_bytes >= HELD_BYTES
      || self->view.send_ms - first->send_ms >= HELD_MS)
    begin_file (self);
}

static void
try_again (PubRecordRun * self, GBytes * packet)
{
  gint row = -1;

  if (g_get_monotonic_time () >= self->retry_at_us)
    row = asf_view_find_start (&self->view, &self->info, needs_key (self));
  if (row < 0 || !begin_at_row (self, row)) {
    self->closed.lost++;
    return;
  }
  add_packet (self, packet);
}

static void
end_files (PubRecordRun * self)
{
  GError *error = NULL;

  if (!g_queue_is_empty (&self->held))
    begin_file (self);
  close_all (self, &error);
  self->has_border = FALSE;
  if (error == NULL)
    return;
  tell_failure (self, error);
  g_error_free (error);
}

void
pub_record_run_packet (PubRecordRun * self, GBytes * packet)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (packet, &size);

  if (self->state == RUN_IDLE)
    return;
  if (!asf_view_read (&self->view, data, size)) {
    self->closed.lost++;
    return;
  }
  if (!pub_record_clock_follow (&self->clock, &self->view)) {
    end_files (self);
    asf_view_read (&self->view, data, size);
    pub_record_clock_reset (&self->clock);
    pub_record_clock_follow (&self->clock, &self->view);
    if (self->state == RUN_RECORDING)
      self->state = RUN_BEGINNING;
  }
  asf_key_wait_take (&self->wait, &self->info, &self->view.packet, data);
  if (self->state == RUN_BEGINNING)
    hold_packet (self, packet);
  else if (self->state == RUN_RECORDING)
    record_packet (self, packet);
  else
    try_again (self, packet);
}

void
pub_record_run_header (PubRecordRun * self, GBytes * header)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (header, &size);

  pub_record_run_end (self);
  if (!asf_header_read (data, size, &self->info, NULL))
    return;
  self->header = g_bytes_ref (header);
  self->state = g_get_monotonic_time () < self->retry_at_us ? RUN_FAILED
      : RUN_BEGINNING;
}

void
pub_record_run_gap (PubRecordRun * self, guint n)
{
  self->closed.lost += n;
  if (!g_queue_is_empty (&self->held))
    begin_file (self);
  if (self->closing != NULL)
    asf_recording_set_gap (pub_record_part_get_recording (self->closing));
  if (self->part != NULL)
    asf_recording_set_gap (pub_record_part_get_recording (self->part));
}

void
pub_record_run_end (PubRecordRun * self)
{
  end_files (self);
  g_clear_pointer (&self->header, g_bytes_unref);
  pub_record_clock_reset (&self->clock);
  memset (&self->wait, 0, sizeof (self->wait));
  self->state = RUN_IDLE;
}

void
pub_record_run_free (PubRecordRun * self)
{
  pub_record_run_end (self);
  g_free (self->problem);
  g_free (self->name);
  g_free (self->path);
  g_free (self);
}

static void
flush_part (PubRecordRun * self, PubRecordPart * part)
{
  GError *error = NULL;

  if (part != NULL && !pub_record_part_flush (part, &error))
    give_up (self, error);
}

gboolean
pub_record_run_flush (PubRecordRun * self)
{
  gint64 now_us = g_get_monotonic_time ();

  if (!g_queue_is_empty (&self->held)
      && now_us - self->held_since_us >= HELD_US)
    begin_file (self);
  flush_part (self, self->closing);
  flush_part (self, self->part);
  if (self->failed_us != 0 && self->part != NULL
      && now_us - self->failed_us >= WELL_AGAIN_US + self->retry_us) {
    self->failed_us = 0;
    self->retry_us = self->rules->retry_us;
    g_clear_pointer (&self->problem, g_free);
  }
  return !g_queue_is_empty (&self->held);
}

void
pub_record_run_count (PubRecordRun * self, PubRecordCounts * counts)
{
  *counts = self->closed;
  counts->name = self->name;
  counts->problem = self->problem;
  counts->is_open = self->part != NULL;
  if (self->closing != NULL)
    add_counts (self->closing, counts);
  if (self->part != NULL)
    add_counts (self->part, counts);
}
