/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __STATUS_COURSE_H__
#define __STATUS_COURSE_H__

#include <gst/gst.h>

G_BEGIN_DECLS

/* Where the statuses of a session are: protocol.md, Messages. */
typedef enum
{
  COURSE_IDLE,
  COURSE_CONNECTING,
  COURSE_OPEN,
  COURSE_TRYING,                /* RECONNECT_START, no END */
  COURSE_WAITING,               /* RECONNECT_END with a failure */
  COURSE_ENDED,                 /* END_OF_STREAMING */
  COURSE_FAILED,
  COURSE_STOPPED,
  COURSE_CLOSED,                /* FINALIZE is due */
  COURSE_FINALIZED,             /* an error message is due */
} CourseState;

/* What a sink tells, session after session.  All zeros, but for the log, at
 * first. */
typedef struct
{
  CourseState state;
  gboolean has_started;
  gboolean has_failed;
  gboolean has_ended;
  GString *log;
} StatusCourse;

/* FALSE when this message of the sink's may not come now. */
gboolean status_course_take (StatusCourse * self, GstMessage * message);

G_END_DECLS
#endif /* __STATUS_COURSE_H__ */
