/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* asfmux: random caps, buffers, events, tags, properties and states, from
 * several threads, as the bytes of the input decide. */
#include "asfmux/gstasfmux.h"
#include "fuzz.h"
#include "fuzzdice.h"
#include "hostilerun.h"

/* Parts of the input: the application's and each pad's. */
#define N_PARTS 4
/* Of an input; what goes wrong after more of them goes wrong after some. */
#define MAX_OPS 60

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  gst_init (argc, argv);
  fuzz_be_quiet ();
  gst_debug_set_active (FALSE);
  GST_ELEMENT_REGISTER (asfmux, NULL);
  return 0;
}

int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  gsize n = size / N_PARTS;
  HostileRun run = { MAX_OPS };

  fuzz_dice_deal (data + n, size - n, N_PARTS - 1);
  fuzz_dice_load (data, n);
  hostile_run_init (&run, 0);
  hostile_run_play (&run);
  hostile_run_clear (&run);
  if (run.fault != NULL)
    g_error ("%s", run.fault);
  return 0;
}
