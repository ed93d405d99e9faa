/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "demoreport.h"

#include <glib/gi18n-lib.h>

#include "demostatus.h"

static void
report_streams (const DemoEncoded * encoded, const DemoPlayed * played)
{
  if (encoded->has_video)
    demo_print (_("Pictures: %.0f encoded; the player (ffmpeg) received %.0f "
            "and decoded %.0f, %.2f seconds."), (gdouble) encoded->video_frames,
        (gdouble) played->video.received, (gdouble) played->video.decoded,
        played->video.seconds);
  if (encoded->has_audio)
    demo_print (_("Blocks of sound: %.0f encoded; the player (ffmpeg) received "
            "%.0f and decoded %.0f, %.2f seconds."),
        (gdouble) encoded->audio_frames, (gdouble) played->audio.received,
        (gdouble) played->audio.decoded, played->audio.seconds);
}

static void
report_complaints (const DemoPlayed * played)
{
  demo_print (_("The player's warnings and errors: %u"), played->complaints);
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

gboolean
demo_report (const DemoEncoded * encoded, const DemoPlayed * played,
    const gchar * picture, gboolean joins_later)
{
  if (!played->has_started && joins_later) {
    demo_print (_("No player could read the programme from there, so what "
            "arrived was not looked at."));
    return TRUE;
  }
  report_streams (encoded, played);
  report_complaints (played);
  report_picture (played, picture);
  if (joins_later)
    return TRUE;
  if (encoded->video_frames != played->video.received
      || encoded->video_frames != played->video.decoded
      || encoded->audio_frames != played->audio.received) {
    g_printerr (_("Failed: %s\n"),
        _("the player has not seen and heard all that was encoded."));
    return FALSE;
  }
  if (played->complaints > 0) {
    g_printerr (_("Failed: %s\n"), _("the player was not content."));
    return FALSE;
  }
  demo_print (_("Everything arrived."));
  return TRUE;
}
