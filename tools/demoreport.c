/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "demoreport.h"

#include <glib/gi18n-lib.h>

#include "demostatus.h"

static void
report_played (const DemoPlayed * played)
{
  demo_print (_("The player (ffmpeg) decoded %.0f pictures in %.2f s and "
          "%.0f blocks of sound in %.2f s, with %u warnings or errors."),
      (gdouble) played->video_frames, played->video_seconds,
      (gdouble) played->audio_frames, played->audio_seconds,
      played->complaints);
  if (played->first_complaint != NULL)
    demo_print (_("The first of them: %s"), played->first_complaint);
}

static void
report_picture (const DemoPlayed * played, const gchar * picture)
{
  g_autoptr (GFile) from = NULL;
  g_autoptr (GFile) to = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *path = NULL;

  if (played->picture == NULL)
    return;
  from = g_file_new_for_path (played->picture);
  to = g_file_new_for_commandline_arg (picture);
  path = g_file_get_path (to);
  if (g_file_move (from, to, G_FILE_COPY_OVERWRITE, NULL, NULL, NULL, &error))
    demo_print (_("A picture as the player saw it: %s"), path);
  else
    g_printerr (_("The picture could not be kept: %s\n"), error->message);
}

static void
report_arrived (const DemoEncoded * encoded, const DemoPlayed * played)
{
  if (encoded->video_frames == played->video_frames)
    demo_print (_("All %.0f pictures of the encoder arrived."),
        (gdouble) encoded->video_frames);
  else
    demo_print (_("Only %.0f of the encoder's %.0f pictures arrived."),
        (gdouble) played->video_frames, (gdouble) encoded->video_frames);
  if (encoded->audio_frames == played->audio_frames)
    demo_print (_("All %.0f blocks of sound of the encoder arrived."),
        (gdouble) encoded->audio_frames);
  else
    demo_print (_("Only %.0f of the encoder's %.0f blocks of sound arrived."),
        (gdouble) played->audio_frames, (gdouble) encoded->audio_frames);
}

gboolean
demo_report (const DemoEncoded * encoded, const DemoPlayed * played,
    const gchar * picture, gboolean joins_later)
{
  if (!played->has_started && joins_later) {
    demo_print (_("No player could read the programme from there, so what "
            "arrived was not looked at."));
    return TRUE;
  }
  report_played (played);
  report_picture (played, picture);
  report_arrived (encoded, played);
  return joins_later
      || (encoded->video_frames == played->video_frames
      && encoded->audio_frames == played->audio_frames
      && played->complaints == 0);
}
