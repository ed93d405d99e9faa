/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "statuscourse.h"

#include <string.h>

#include "wmspush/wmsstatus.h"

#define AT(state) (1u << COURSE_ ## state)
#define LIVE (AT (OPEN) | AT (TRYING) | AT (WAITING))

/* In which states a status may come. */
static const struct
{
  GstWmsStatus status;
  guint states;
} rules[] = {
  {GST_WMS_STATUS_LOCATING,
      AT (IDLE) | AT (CONNECTING) | AT (OPEN) | AT (TRYING)},
  {GST_WMS_STATUS_CONNECTING,
      AT (IDLE) | AT (CONNECTING) | AT (OPEN) | AT (TRYING)},
  {GST_WMS_STATUS_OPENED, AT (CONNECTING) | AT (TRYING)},
  {GST_WMS_STATUS_RECONNECT_START, AT (CONNECTING) | AT (OPEN) | AT (WAITING)},
  {GST_WMS_STATUS_RECONNECT_END, AT (TRYING)},
  /* data may have left before the loss */
  {GST_WMS_STATUS_STARTED, LIVE},
  {GST_WMS_STATUS_END_OF_SEGMENT, LIVE},
  {GST_WMS_STATUS_SOURCE_SWITCH, LIVE},
  {GST_WMS_STATUS_NEW_METADATA, LIVE},
  {GST_WMS_STATUS_END_OF_STREAMING, AT (OPEN)},
  {GST_WMS_STATUS_ERROR,
      AT (IDLE) | AT (CONNECTING) | AT (OPEN) | AT (WAITING) | AT (ENDED)},
  {GST_WMS_STATUS_STOPPED, AT (OPEN) | AT (WAITING) | AT (ENDED) | AT (FAILED)},
  {GST_WMS_STATUS_CLOSED, AT (IDLE) | AT (CONNECTING) | AT (OPEN) | AT (WAITING)
      | AT (ENDED) | AT (FAILED) | AT (STOPPED)},
};

static void
begin (StatusCourse * self)
{
  self->state = COURSE_IDLE;
  self->has_started = self->has_failed = self->has_ended = FALSE;
}

static gboolean
may_come (StatusCourse * self, GstWmsStatus status, gboolean is_good)
{
  guint states = 0;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rules); i++) {
    if (rules[i].status == status)
      states = rules[i].states;
  }
  if (status == GST_WMS_STATUS_STOPPED && !self->has_started)
    return FALSE;
  if (status == GST_WMS_STATUS_CLOSED
      && self->has_started != (self->state == COURSE_STOPPED))
    return FALSE;
  if (is_good && (status == GST_WMS_STATUS_ERROR
          || status == GST_WMS_STATUS_RECONNECT_START))
    return FALSE;
  return (states & (1u << self->state)) != 0;
}

static void
move_on (StatusCourse * self, GstWmsStatus status, gboolean is_good)
{
  switch (status) {
    case GST_WMS_STATUS_LOCATING:
    case GST_WMS_STATUS_CONNECTING:
      self->state = MAX (self->state, COURSE_CONNECTING);
      break;
    case GST_WMS_STATUS_OPENED:
      self->state = MAX (self->state, COURSE_OPEN);
      break;
    case GST_WMS_STATUS_RECONNECT_START:
      self->state = COURSE_TRYING;
      break;
    case GST_WMS_STATUS_RECONNECT_END:
      self->state = is_good ? COURSE_OPEN : COURSE_WAITING;
      break;
    case GST_WMS_STATUS_STARTED:
      self->has_started = TRUE;
      break;
    case GST_WMS_STATUS_END_OF_STREAMING:
      self->state = COURSE_ENDED;
      self->has_ended = TRUE;
      break;
    case GST_WMS_STATUS_ERROR:
      self->state = COURSE_FAILED;
      self->has_failed = TRUE;
      break;
    case GST_WMS_STATUS_STOPPED:
      self->state = COURSE_STOPPED;
      break;
    case GST_WMS_STATUS_CLOSED:
      self->state = COURSE_CLOSED;
      if (!self->has_failed && !self->has_ended)
        begin (self);
      break;
    default:
      break;
  }
}

static gboolean
take_status (StatusCourse * self, const GstStructure * structure)
{
  guint hresult = 0;
  gint status = -1;
  gboolean ok;

  gst_structure_get_uint (structure, "hresult", &hresult);
  gst_structure_get_enum (structure, "status",
      g_type_from_name ("GstWmsStatus"), &status);
  g_string_append_printf (self->log, "%s%s ",
      wms_status_name (status) + strlen ("WMT_"), hresult == 0 ? "" : "!");
  ok = may_come (self, status, hresult == 0);
  move_on (self, status, hresult == 0);
  return ok;
}

static gboolean
take_finalize (StatusCourse * self)
{
  gboolean ok = self->state == COURSE_CLOSED;

  g_string_append (self->log, "FINALIZE ");
  if (self->has_failed)
    self->state = COURSE_FINALIZED;
  else
    begin (self);
  return ok;
}

gboolean
status_course_take (StatusCourse * self, GstMessage * message)
{
  const GstStructure *structure = gst_message_get_structure (message);
  gboolean ok = TRUE;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    g_string_append (self->log, "error ");
    ok = self->state == COURSE_FINALIZED;
    begin (self);
  } else if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ELEMENT) {
    return TRUE;
  } else if (gst_structure_has_name (structure, "wms-status")) {
    ok = take_status (self, structure);
  } else if (gst_structure_has_name (structure, "wms-finalize")) {
    ok = take_finalize (self);
  }
  return ok;
}
