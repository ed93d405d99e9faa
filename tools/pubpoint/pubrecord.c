/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

/* The main context puts jobs into a queue of each session, and one thread does
 * them, queue by queue in turns; it owns each session's run.  One lock: that of
 * the recorder, which protects the queues, what waits in them, and each
 * session's info.  It is not held while a job is done. */
#include "pubrecord.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include <glib/gi18n-lib.h>

#include "pubrecordqueue.h"
#include "pubrecordrun.h"

#define DEFAULT_MAX_WAITING ((gsize) 64 * 1024 * 1024)
#define DEFAULT_RETRY_MS 10000
/* What waits without a job of its own is looked at this often. */
#define LOOK_US (100 * G_TIME_SPAN_MILLISECOND)
/* What costs the disk time is shared out by time: a file that begins takes as
 * long as thousands of packets. */
#define TURN_US (10 * G_TIME_SPAN_MILLISECOND)
/* At the program's end: for what waits, and then for files to be closed. */
#define DEFAULT_END_MS 10000
#define CLOSING_US (5 * G_TIME_SPAN_SECOND)

struct _PubRecorder
{
  PubRecordRules rules;
  gchar *folder;
  gint64 end_us;
  GThread *thread;

  GMutex lock;
  GCond cond;
  PubRecordQueues queues;
  gint64 end_at_us;             /* 0: goes on */
  guint n_records;              /* those whose run is there */
  gboolean is_former;           /* ends with the last of them */
  guint64 n_dropped;            /* packets that waited at the end */
  gboolean has_ended;           /* the thread */
  gboolean is_left;             /* to the thread, which frees it */

  GPtrArray *records;           /* the thread's */
};

struct _PubRecord
{
  PubRecorder *recorder;

  /* with the lock */
  PubRecordInfo info;           /* without the packets that main lost */
  PubRecordQueue queue;

  /* the thread's */
  PubRecordRun *run;
  guint64 n_gap;                /* packets that the run was told of */
  gboolean is_known;
  gboolean is_touched;

  /* the main context's */
  gboolean is_losing;
  gboolean has_lost_header;
  guint gap;
  guint64 lost;                 /* all gaps */
};

/* Files are not made here: the first session does that, and the disk may be
 * another one by then. */
gboolean
pub_record_check_folder (const gchar * folder, GError ** error)
{
  gint code = 0;

  if (!g_file_test (folder, G_FILE_TEST_IS_DIR))
    code = ENOTDIR;
  if (access (folder, W_OK | X_OK) != 0)
    code = errno;
  if (code == 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code),
      _("Cannot record in the folder %s: %s"), folder, g_strerror (code));
  return FALSE;
}

static void
update_info (PubRecord * self)
{
  PubRecordInfo *info = &self->info;
  PubRecordCounts counts;

  pub_record_run_count (self->run, &counts);
  g_mutex_lock (&self->recorder->lock);
  g_strlcpy (info->file, counts.name ? counts.name : "", sizeof (info->file));
  g_strlcpy (info->error, counts.problem ? counts.problem : "",
      sizeof (info->error));
  info->is_recording = counts.is_open;
  info->files = counts.files;
  info->bytes = counts.bytes;
  info->packets = counts.packets;
  info->lost = counts.lost - self->n_gap;
  info->seconds = counts.ms / 1000.0;
  g_mutex_unlock (&self->recorder->lock);
}

static void
free_record (PubRecord * self)
{
  PubRecorder *recorder = self->recorder;

  g_ptr_array_remove_fast (recorder->records, self);
  pub_record_run_free (self->run);
  g_mutex_lock (&recorder->lock);
  recorder->n_records--;
  g_mutex_unlock (&recorder->lock);
  g_free (self);
}

static void
run_job (PubRecordJob * job)
{
  PubRecord *record = job->record;

  if (!record->is_known)
    g_ptr_array_add (record->recorder->records, record);
  record->is_known = record->is_touched = TRUE;
  record->n_gap += job->gap;
  if (job->gap > 0)
    pub_record_run_gap (record->run, job->gap);
  switch (job->kind) {
    case PUB_RECORD_JOB_HEADER:
      pub_record_run_header (record->run, job->bytes);
      break;
    case PUB_RECORD_JOB_PACKET:
      pub_record_run_packet (record->run, job->bytes);
      break;
    case PUB_RECORD_JOB_END:
      pub_record_run_end (record->run);
      break;
    case PUB_RECORD_JOB_FREE:
      free_record (record);
      break;
  }
  pub_record_job_free (job);
}

/* Returns: whether some have to be looked at again. */
static gboolean
flush_records (PubRecorder * self)
{
  gboolean again = FALSE;
  guint i;

  for (i = 0; i < self->records->len; i++) {
    PubRecord *record = g_ptr_array_index (self->records, i);

    if (!record->is_touched)
      continue;
    record->is_touched = pub_record_run_flush (record->run);
    again |= record->is_touched;
    update_info (record);
  }
  return again;
}

/* Whether the end has come before what waits could be written: files are closed
 * with what they have. */
static gboolean
is_too_late (PubRecorder * self, gint64 now_us)
{
  return self->end_at_us != 0 && now_us >= self->end_at_us;
}

static void
take_turn_locked (PubRecorder * self, GQueue * ready)
{
  gint64 now_us = g_get_monotonic_time ();
  gint64 until_us = now_us + TURN_US;
  PubRecordJob *job;

  pub_record_queues_begin_turn (&self->queues, ready);
  while (now_us < until_us
      && (job = pub_record_queues_take (&self->queues)) != NULL) {
    if (job->bytes != NULL && is_too_late (self, now_us)) {
      self->n_dropped += job->kind == PUB_RECORD_JOB_PACKET ? 1 : 0;
      pub_record_job_free (job);
    } else {
      g_mutex_unlock (&self->lock);
      run_job (job);
      g_mutex_lock (&self->lock);
    }
    now_us = g_get_monotonic_time ();
  }
  pub_record_queues_end_turn (&self->queues);
}

/* One turn for all sessions that are over, so that who comes and goes has no
 * more of them, and one for each of the others, which may follow those. */
static void
take_turns_locked (PubRecorder * self)
{
  PubRecordQueues *queues = &self->queues;
  guint n;

  if (queues->ready_over.length > 0)
    take_turn_locked (self, &queues->ready_over);
  for (n = queues->ready.length; n > 0 && queues->ready.length > 0; n--)
    take_turn_locked (self, &queues->ready);
}

static gboolean
goes_on_locked (PubRecorder * self)
{
  return self->end_at_us == 0 && (!self->is_former || self->n_records > 0);
}

static void
wait_for_jobs_locked (PubRecorder * self, gboolean has_to_look)
{
  gint64 until_us = g_get_monotonic_time () + LOOK_US;

  while (!pub_record_queues_have_jobs (&self->queues)
      && goes_on_locked (self)) {
    if (!has_to_look)
      g_cond_wait (&self->cond, &self->lock);
    else if (!g_cond_wait_until (&self->cond, &self->lock, until_us))
      return;
  }
}

static void
release (PubRecorder * self)
{
  g_ptr_array_unref (self->records);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self->folder);
  g_free (self);
}

static gpointer
run_recorder (gpointer data)
{
  PubRecorder *self = data;
  gboolean has_to_look = FALSE, is_left;
  sigset_t signals;

  /* at the limit of a file's size the write fails; the signal would end the
   * program */
  sigemptyset (&signals);
  sigaddset (&signals, SIGXFSZ);
  pthread_sigmask (SIG_BLOCK, &signals, NULL);

  g_mutex_lock (&self->lock);
  while (goes_on_locked (self)
      || pub_record_queues_have_jobs (&self->queues)) {
    wait_for_jobs_locked (self, has_to_look);
    take_turns_locked (self);
    g_mutex_unlock (&self->lock);
    has_to_look = flush_records (self);
    g_mutex_lock (&self->lock);
  }
  self->has_ended = TRUE;
  is_left = self->is_left;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
  if (is_left)
    release (self);
  return NULL;
}

PubRecorder *
pub_recorder_new (const PubRecordConfig * config)
{
  PubRecorder *self = g_new0 (PubRecorder, 1);

  self->folder = g_strdup (config->directory);
  self->rules.disk = config->disk ? config->disk : &pub_record_disk;
  self->rules.folder = self->folder;
  self->rules.max_ms = MIN (config->max_seconds, G_MAXINT64 / 1000) * 1000;
  self->rules.max_bytes = config->max_bytes;
  self->rules.retry_us = G_TIME_SPAN_MILLISECOND
      * (gint64) (config->retry_ms ? config->retry_ms : DEFAULT_RETRY_MS);
  self->queues.max_waiting = config->max_waiting ? config->max_waiting
      : DEFAULT_MAX_WAITING;
  self->end_us = G_TIME_SPAN_MILLISECOND
      * (gint64) (config->end_ms ? config->end_ms : DEFAULT_END_MS);
  self->records = g_ptr_array_new ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->thread = g_thread_new ("wms-recorder", run_recorder, self);
  return self;
}

void
pub_recorder_retire (PubRecorder * self)
{
  g_mutex_lock (&self->lock);
  self->is_former = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
}

gboolean
pub_recorder_has_ended (PubRecorder * self)
{
  gboolean has_ended;

  g_mutex_lock (&self->lock);
  has_ended = self->has_ended;
  g_mutex_unlock (&self->lock);
  return has_ended;
}

static void
begin_end_locked (PubRecorder * self)
{
  if (self->end_at_us == 0)
    self->end_at_us = g_get_monotonic_time () + self->end_us;
  g_cond_signal (&self->cond);
}

void
pub_recorder_begin_end (PubRecorder * self)
{
  g_mutex_lock (&self->lock);
  begin_end_locked (self);
  g_mutex_unlock (&self->lock);
}

/* Returns: whether the thread is through; a disk may keep it for ever. */
static gboolean
end_thread_locked (PubRecorder * self)
{
  gint64 until_us;

  begin_end_locked (self);
  until_us = self->end_at_us + CLOSING_US;
  while (!self->has_ended && !self->is_left)
    self->is_left = !g_cond_wait_until (&self->cond, &self->lock, until_us)
        && !self->has_ended;
  return self->has_ended;
}

void
pub_recorder_free (PubRecorder * self)
{
  GThread *thread = self->thread;
  gboolean has_ended;
  guint64 n_missing;

  g_mutex_lock (&self->lock);
  has_ended = end_thread_locked (self);
  n_missing = self->n_dropped + self->queues.n_packets;
  g_mutex_unlock (&self->lock);
  if (n_missing > 0 || !has_ended)
    g_warning ("recording: the disk is too slow for the end, %" G_GUINT64_FORMAT
        " packets are missing%s", n_missing,
        has_ended ? "" : ", and files are not closed");
  if (!has_ended) {
    g_thread_unref (thread);
    return;
  }
  g_thread_join (thread);
  release (self);
}

static void
add_job_locked (PubRecord * self, PubRecordJobKind kind, GBytes * bytes)
{
  PubRecorder *recorder = self->recorder;
  PubRecordJob *job = g_new (PubRecordJob, 1);

  job->kind = kind;
  job->gap = self->gap;
  job->record = self;
  job->bytes = bytes ? g_bytes_ref (bytes) : NULL;
  self->gap = 0;
  if (pub_record_queues_add (&recorder->queues, &self->queue, job))
    g_cond_signal (&recorder->cond);
}

static void
add_job (PubRecord * self, PubRecordJobKind kind, GBytes * bytes)
{
  g_mutex_lock (&self->recorder->lock);
  add_job_locked (self, kind, bytes);
  g_mutex_unlock (&self->recorder->lock);
}

/* Packets that came after a header which found no room are not of the file
 * that is open: that one is ended. */
static void
header_came (gpointer data, GBytes * header, const AsfHeaderInfo * info)
{
  PubRecord *self = data;
  gboolean has_room, had_lost_header = self->has_lost_header;

  g_mutex_lock (&self->recorder->lock);
  has_room = pub_record_queues_have_room (&self->recorder->queues,
      &self->queue, header, 1);
  self->has_lost_header = !has_room;
  if (has_room)
    add_job_locked (self, PUB_RECORD_JOB_HEADER, header);
  else if (!had_lost_header)
    add_job_locked (self, PUB_RECORD_JOB_END, NULL);
  g_mutex_unlock (&self->recorder->lock);
}

/* Once packets do not fit any more, none does until there is twice the room:
 * one gap and not many, and one warning for it. */
static void
packet_came (gpointer data, GBytes * packet, guint64 number,
    gboolean starts_key_frame)
{
  PubRecord *self = data;
  PubRecorder *recorder = self->recorder;
  gboolean is_full;

  g_mutex_lock (&recorder->lock);
  is_full = self->has_lost_header
      || !pub_record_queues_have_room (&recorder->queues, &self->queue, packet,
      self->is_losing ? 2 : 1);
  if (is_full) {
    self->gap++;
    self->lost++;
  } else {
    add_job_locked (self, PUB_RECORD_JOB_PACKET, packet);
  }
  g_mutex_unlock (&recorder->lock);
  if (is_full && !self->is_losing)
    g_warning ("recording: the disk is too slow, packets from %"
        G_GUINT64_FORMAT " on are missing", number);
  self->is_losing = is_full;
}

static void
stream_ended (gpointer data)
{
  add_job (data, PUB_RECORD_JOB_END, NULL);
}

PubRecord *
pub_record_new (PubRecorder * recorder, const gchar * path)
{
  PubRecord *self = g_new0 (PubRecord, 1);

  self->recorder = recorder;
  self->run = pub_record_run_new (&recorder->rules, path);
  g_mutex_lock (&recorder->lock);
  recorder->n_records++;
  g_mutex_unlock (&recorder->lock);
  return self;
}

static const PubListenerFuncs listener_funcs = {
  header_came, packet_came, stream_ended
};

void
pub_record_attach (PubRecord * self, PubStream * stream)
{
  pub_stream_add_listener (stream, &listener_funcs, self);
}

void
pub_record_get_info (PubRecord * self, PubRecordInfo * info)
{
  g_mutex_lock (&self->recorder->lock);
  *info = self->info;
  g_mutex_unlock (&self->recorder->lock);
  info->lost += self->lost;
}

void
pub_record_free (PubRecord * self)
{
  PubRecorder *recorder = self->recorder;
  guint n_lost;

  g_mutex_lock (&recorder->lock);
  add_job_locked (self, PUB_RECORD_JOB_FREE, NULL);
  n_lost = pub_record_queues_end (&recorder->queues, &self->queue);
  g_mutex_unlock (&recorder->lock);
  if (n_lost > 0)
    g_warning
        ("recording: the disk is too slow, the last %u packets of sessions"
        " that are over are missing", n_lost);
}
