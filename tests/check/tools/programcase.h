/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PROGRAM_CASE_H__
#define __PROGRAM_CASE_H__

#include <gio/gio.h>

G_BEGIN_DECLS

/* The program wms-pubpoint as a process, which ends with the test at the
 * latest.  What is waited for is bounded by the test's own time. */
typedef struct
{
  GSubprocess *process;
  GDataInputStream *output, *errors;
  GString *log;                 /* lines of standard error that were read */
  guint port;
} ProgramCase;

/* @environment: NAME=VALUE, or NULL.  program_case_get_ready() is to be called
 * for one that listens. */
ProgramCase *program_case_start (const gchar * const *options,
    const gchar * const *environment);

/* Reads the line that says where it listens. */
void program_case_get_ready (ProgramCase * self);

/* Both of them. */
ProgramCase *program_case_run (const gchar * const *options);

void program_case_signal (ProgramCase * self, gint signal);

/* Reads the log up to a line that has @text in it. */
void program_case_wait_log (ProgramCase * self, const gchar * text);

/* Returns: the exit status; -1 when a signal has ended it.  The log is read to
 * its end. */
gint program_case_wait (ProgramCase * self);
void program_case_free (ProgramCase * self);

/* SIGTERM, and the exit status has to be 0. */
void program_case_finish (ProgramCase * self);

/* Writes a file into a new folder.  Returns: (transfer full): its name. */
gchar *program_case_write (const gchar * contents);
void program_case_remove (gchar * filename);

G_END_DECLS
#endif /* __PROGRAM_CASE_H__ */
