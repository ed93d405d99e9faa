/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __DEMO_FLOW_H__
#define __DEMO_FLOW_H__

#include <glib.h>

G_BEGIN_DECLS

/**
 * DemoOptions:
 * @url: server to push to, or %NULL for an own publishing point
 * @point_program: the publishing point program
 * @file: media file, or %NULL for the test picture
 * @picture: where to put the picture that the player saw
 * @seconds: when to end, 0 for the end of the file
 */
typedef struct
{
  gchar *url;
  gchar *point_program;
  const gchar *file;
  gchar *picture;
  gint seconds;
} DemoOptions;

/**
 * demo_run:
 * @options: what to do
 *
 * Runs the whole chain to its end and says what arrived.
 *
 * Returns: whether every link of it worked
 */
gboolean demo_run (const DemoOptions * options);

G_END_DECLS
#endif /* __DEMO_FLOW_H__ */
