/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Command line of the demonstration: see demoflow.c for what it does. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <locale.h>
#include <stdlib.h>

#include <glib/gi18n-lib.h>
#include <gst/gst.h>

#include "demoflow.h"

/* Translations of a build that is not installed; the plugin, which shares the
 * text domain, has to be loaded first, since it binds the installed ones. */
static void
bind_texts (void)
{
  const gchar *folder = g_getenv ("WMS_DEMO_LOCALEDIR");
  GstPlugin *plugin = gst_plugin_load_by_name ("asfmux");

  g_clear_pointer (&plugin, gst_object_unref);
  bindtextdomain (GETTEXT_PACKAGE, folder != NULL ? folder : LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
}

static gboolean
parse_arguments (DemoOptions * self, gchar *** files, gint * argc,
    gchar *** argv)
{
  const GOptionEntry entries[] = {
    {"url", 0, 0, G_OPTION_ARG_STRING, &self->url,
        N_("Push to this server instead of an own publishing point"), "URL"},
    {"duration", 0, 0, G_OPTION_ARG_INT, &self->seconds,
        N_("End after so many seconds"), N_("SECONDS")},
    {"picture", 0, 0, G_OPTION_ARG_FILENAME, &self->picture,
        N_("Where to put the picture that the player saw"), N_("FILE")},
    {"pubpoint", 0, 0, G_OPTION_ARG_FILENAME, &self->point_program,
        N_("The publishing point program"), N_("FILE")},
    {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, files,
        NULL, N_("[FILE]")},
    {NULL}
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_option_context_set_summary (context,
      _("Encodes a media file, or a test picture with a clock and a tone, and "
          "pushes it to\na publishing point, from which a player takes it."));
  g_option_context_set_translation_domain (context, GETTEXT_PACKAGE);
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, argc, argv, &error)) {
    g_printerr (_("Failed: %s\n"), error->message);
    return FALSE;
  }
  if ((*files != NULL && g_strv_length (*files) > 1) || self->seconds < 0) {
    g_printerr (_("Failed: %s\n"),
        _("give at most one file, and no negative duration."));
    return FALSE;
  }
  self->file = *files != NULL ? (*files)[0] : NULL;
  if (self->picture == NULL)
    self->picture = g_strdup ("wms-demo.png");
  if (self->point_program == NULL)
    self->point_program = g_strdup ("wms-pubpoint");
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_auto (GStrv) files = NULL;
  DemoOptions options = { NULL };
  gboolean success;

  setlocale (LC_ALL, "");
  gst_init (NULL, NULL);
  bind_texts ();
  success = parse_arguments (&options, &files, &argc, &argv)
      && demo_run (&options);
  g_free (options.url);
  g_free (options.picture);
  g_free (options.point_program);
  return success ? EXIT_SUCCESS : EXIT_FAILURE;
}
