/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

/* The main context puts jobs into one queue, and one thread does them in
 * order; it owns each session's run.  One lock: that of the recorder, which
 * protects the queue, what waits in it, and each session's info.  It is not
 * held while a job is done. */
#include "pubrecord.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include <glib/gi18n-lib.h>

#include "pubrecordrun.h"

#define DEFAULT_MAX_WAITING ((gsize) 64 * 1024 * 1024)
#define DEFAULT_RETRY_MS 10000
/* What waits without a job of its own is looked at this often. */
#define LOOK_US (100 * G_TIME_SPAN_MILLISECOND)

typedef enum
{
  JOB_HEADER,
  JOB_PACKET,
  JOB_END,
  JOB_FREE,
} JobKind;

typedef struct
{
  JobKind kind;
  guint gap;                    /* packets missing in front of this one */
  PubRecord *record;
  GBytes *bytes;
} Job;

struct _PubRecorder
{
  PubRecordRules rules;
  gchar *folder;
  gsize max_waiting;
  GThread *thread;

  GMutex lock;
  GCond cond;
  GArray *jobs;
  gsize waiting;                /* bytes */
  gboolean is_ending;

  GPtrArray *records;           /* the thread's */
};

struct _PubRecord
{
  PubRecorder *recorder;
  PubRecordInfo info;           /* with the lock */

  /* the thread's */
  PubRecordRun *run;
  gboolean is_known;
  gboolean is_touched;

  /* the main context's */
  gboolean is_losing;
  gboolean has_lost_header;
  guint gap;
};

/* Files are not made here: the first session does that, and the disk may be
 * another one by then. */
static gboolean
check_folder (const gchar * folder, GError ** error)
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
  info->lost = counts.lost;
  info->seconds = counts.ms / 1000.0;
  g_mutex_unlock (&self->recorder->lock);
}

static void
free_record (PubRecord * self)
{
  g_ptr_array_remove_fast (self->recorder->records, self);
  pub_record_run_free (self->run);
  g_free (self);
}

/* Returns: bytes that no longer wait. */
static gsize
run_job (Job * job)
{
  PubRecord *record = job->record;
  gsize size = job->bytes != NULL ? g_bytes_get_size (job->bytes) : 0;

  if (!record->is_known)
    g_ptr_array_add (record->recorder->records, record);
  record->is_known = record->is_touched = TRUE;
  if (job->gap > 0)
    pub_record_run_gap (record->run, job->gap);
  switch (job->kind) {
    case JOB_HEADER:
      pub_record_run_header (record->run, job->bytes);
      break;
    case JOB_PACKET:
      pub_record_run_packet (record->run, job->bytes);
      break;
    case JOB_END:
      pub_record_run_end (record->run);
      break;
    case JOB_FREE:
      free_record (record);
      break;
  }
  g_clear_pointer (&job->bytes, g_bytes_unref);
  return size;
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

static gsize
run_jobs (GArray * jobs)
{
  gsize done = 0;
  guint i;

  for (i = 0; i < jobs->len; i++)
    done += run_job (&g_array_index (jobs, Job, i));
  g_array_set_size (jobs, 0);
  return done;
}

static void
wait_for_jobs (PubRecorder * self, gboolean has_to_look)
{
  gint64 until_us = g_get_monotonic_time () + LOOK_US;

  while (self->jobs->len == 0 && !self->is_ending) {
    if (!has_to_look)
      g_cond_wait (&self->cond, &self->lock);
    else if (!g_cond_wait_until (&self->cond, &self->lock, until_us))
      return;
  }
}

static gpointer
run_recorder (gpointer data)
{
  PubRecorder *self = data;
  GArray *jobs = g_array_new (FALSE, FALSE, sizeof (Job));
  gboolean has_to_look = FALSE;
  sigset_t signals;

  /* at the limit of a file's size the write fails; the signal would end the
   * program */
  sigemptyset (&signals);
  sigaddset (&signals, SIGXFSZ);
  pthread_sigmask (SIG_BLOCK, &signals, NULL);

  g_mutex_lock (&self->lock);
  while (!self->is_ending || self->jobs->len > 0) {
    GArray *taken = self->jobs;
    gsize done;

    wait_for_jobs (self, has_to_look);
    self->jobs = jobs;
    jobs = taken;
    g_mutex_unlock (&self->lock);
    done = run_jobs (jobs);
    has_to_look = flush_records (self);
    g_mutex_lock (&self->lock);
    self->waiting -= done;
  }
  g_mutex_unlock (&self->lock);
  g_array_unref (jobs);
  return NULL;
}

PubRecorder *
pub_recorder_new (const PubRecordConfig * config, GError ** error)
{
  PubRecorder *self;

  if (!check_folder (config->directory, error))
    return NULL;
  self = g_new0 (PubRecorder, 1);
  self->folder = g_strdup (config->directory);
  self->rules.disk = config->disk ? config->disk : &pub_record_disk;
  self->rules.folder = self->folder;
  self->rules.max_ms = MIN (config->max_seconds, G_MAXINT64 / 1000) * 1000;
  self->rules.max_bytes = config->max_bytes;
  self->rules.retry_us = G_TIME_SPAN_MILLISECOND
      * (gint64) (config->retry_ms ? config->retry_ms : DEFAULT_RETRY_MS);
  self->max_waiting = config->max_waiting ? config->max_waiting
      : DEFAULT_MAX_WAITING;
  self->jobs = g_array_new (FALSE, FALSE, sizeof (Job));
  self->records = g_ptr_array_new ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->thread = g_thread_new ("wms-recorder", run_recorder, self);
  return self;
}

void
pub_recorder_free (PubRecorder * self)
{
  g_mutex_lock (&self->lock);
  self->is_ending = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
  g_thread_join (self->thread);
  g_array_unref (self->jobs);
  g_ptr_array_unref (self->records);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self->folder);
  g_free (self);
}

static void
add_job_locked (PubRecord * self, JobKind kind, GBytes * bytes)
{
  PubRecorder *recorder = self->recorder;
  Job job = { kind, self->gap, self, bytes ? g_bytes_ref (bytes) : NULL };

  recorder->waiting += bytes ? g_bytes_get_size (bytes) : 0;
  self->gap = 0;
  g_array_append_val (recorder->jobs, job);
  if (recorder->jobs->len == 1)
    g_cond_signal (&recorder->cond);
}

static void
add_job (PubRecord * self, JobKind kind, GBytes * bytes)
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
  has_room = self->recorder->waiting + g_bytes_get_size (header)
      <= self->recorder->max_waiting;
  self->has_lost_header = !has_room;
  if (has_room)
    add_job_locked (self, JOB_HEADER, header);
  else if (!had_lost_header)
    add_job_locked (self, JOB_END, NULL);
  g_mutex_unlock (&self->recorder->lock);
}

/* Once packets do not fit any more, none does until half of the queue is
 * free: one gap and not many, and one warning for it. */
static void
packet_came (gpointer data, GBytes * packet, guint64 number,
    gboolean starts_key_frame)
{
  PubRecord *self = data;
  PubRecorder *recorder = self->recorder;
  gsize size = g_bytes_get_size (packet);
  gboolean is_full;

  g_mutex_lock (&recorder->lock);
  is_full = self->has_lost_header || recorder->waiting + size >
      (self->is_losing ? recorder->max_waiting / 2 : recorder->max_waiting);
  if (is_full) {
    self->gap++;
  } else {
    add_job_locked (self, JOB_PACKET, packet);
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
  add_job (data, JOB_END, NULL);
}

PubRecord *
pub_record_new (PubRecorder * recorder, const gchar * path)
{
  PubRecord *self = g_new0 (PubRecord, 1);

  self->recorder = recorder;
  self->run = pub_record_run_new (&recorder->rules, path);
  return self;
}

void
pub_record_free (PubRecord * self)
{
  add_job (self, JOB_FREE, NULL);
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
  info->lost += self->gap;
}
