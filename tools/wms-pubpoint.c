/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <locale.h>

#include <glib/gi18n.h>

#include "pubrun.h"

static PubExit
show (const PubOptions * options)
{
  gchar *help = pub_options_get_help ();

  if (options->shows_help)
    g_print ("%s", help);
  else
    g_print ("wms-pubpoint %s\n", VERSION);
  g_free (help);
  return PUB_EXIT_DONE;
}

int
main (int argc, char **argv)
{
  const gchar *const *arguments = (const gchar * const *) argv;
  GError *error = NULL;
  PubOptions *options;
  PubExit status;

  setlocale (LC_ALL, "");
#if ENABLE_NLS
  bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
#endif

  options = pub_options_new (arguments, &error);
  if (options == NULL) {
    g_printerr ("wms-pubpoint: %s\n", error->message);
    g_error_free (error);
    return PUB_EXIT_USAGE;
  }
  if (!options->shows_help && !options->shows_version)
    return pub_run (arguments, options);
  status = show (options);
  pub_options_free (options);
  return status;
}
