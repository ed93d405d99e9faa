/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hand-overs through GstBus, whose queue has no lock on the side that posts:
 * what was done before a message was posted comes before what is done by who
 * takes it. */
#include "threads.h"

#include <gst/gst.h>

/* stands for the messages that are made where they are posted */
static gint made_inside;

static GstMessage *
taken (GstMessage * message)
{
  if (message) {
    __tsan_acquire (message);
    __tsan_acquire (&made_inside);
  }
  return message;
}

gboolean
gst_bus_post (GstBus * bus, GstMessage * message)
{
  __tsan_release (message);
  return REAL (gst_bus_post) (bus, message);
}

gboolean
gst_element_post_message (GstElement * element, GstMessage * message)
{
  __tsan_release (message);
  return REAL (gst_element_post_message) (element, message);
}

void
gst_element_message_full (GstElement * element, GstMessageType type,
    GQuark domain, gint code, gchar * text, gchar * debug, const gchar * file,
    const gchar * function, gint line)
{
  __tsan_release (&made_inside);
  REAL (gst_element_message_full) (element, type, domain, code, text, debug,
      file, function, line);
}

void
gst_element_message_full_with_details (GstElement * element,
    GstMessageType type, GQuark domain, gint code, gchar * text,
    gchar * debug, const gchar * file, const gchar * function, gint line,
    GstStructure * details)
{
  __tsan_release (&made_inside);
  REAL (gst_element_message_full_with_details) (element, type, domain, code,
      text, debug, file, function, line, details);
}

GstMessage *
gst_bus_pop (GstBus * bus)
{
  return taken (REAL (gst_bus_pop) (bus));
}

GstMessage *
gst_bus_pop_filtered (GstBus * bus, GstMessageType types)
{
  return taken (REAL (gst_bus_pop_filtered) (bus, types));
}

GstMessage *
gst_bus_timed_pop (GstBus * bus, GstClockTime timeout)
{
  return taken (REAL (gst_bus_timed_pop) (bus, timeout));
}

GstMessage *
gst_bus_timed_pop_filtered (GstBus * bus, GstClockTime timeout,
    GstMessageType types)
{
  return taken (REAL (gst_bus_timed_pop_filtered) (bus, timeout, types));
}
