/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Stands in for libFuzzer: gives a target the files that are named, or those
 * of folders.  So each input that once did harm stays a test. */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

static guint n_inputs;

static void
replay_file (const gchar * path)
{
  gchar *contents;
  gsize size;
  GError *error = NULL;

  if (!g_file_get_contents (path, &contents, &size, &error)) {
    g_printerr ("%s\n", error->message);
    exit (EXIT_FAILURE);
  }
  LLVMFuzzerTestOneInput ((const guint8 *) contents, size);
  n_inputs++;
  g_free (contents);
}

static void
replay_folder (const gchar * path)
{
  GDir *folder = g_dir_open (path, 0, NULL);
  const gchar *name;

  while ((name = g_dir_read_name (folder)) != NULL) {
    gchar *file = g_build_filename (path, name, NULL);

    replay_file (file);
    g_free (file);
  }
  g_dir_close (folder);
}

int
main (int argc, char **argv)
{
  int i;

  LLVMFuzzerInitialize (&argc, &argv);
  for (i = 1; i < argc; i++) {
    if (g_file_test (argv[i], G_FILE_TEST_IS_DIR))
      replay_folder (argv[i]);
    else
      replay_file (argv[i]);
  }
  /* a harness that finds no file tests nothing */
  printf ("%u inputs\n", n_inputs);
  return n_inputs > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
