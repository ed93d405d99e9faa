/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_RUN_H__
#define __PUB_RUN_H__

#include "puboptions.h"

G_BEGIN_DECLS

/**
 * PubExit:
 * @PUB_EXIT_DONE: it was told to end, and has
 * @PUB_EXIT_FAILED: it could not begin
 * @PUB_EXIT_USAGE: an option is wrong
 *
 * Exit statuses of the program.
 */
typedef enum
{
  PUB_EXIT_DONE = 0,
  PUB_EXIT_FAILED = 1,
  PUB_EXIT_USAGE = 2,
} PubExit;

/**
 * pub_run:
 * @arguments: the command line, read again at each SIGHUP
 * @options: (transfer full): what it said the first time
 *
 * Runs a server until SIGTERM or SIGINT.
 */
PubExit pub_run (const gchar * const *arguments, PubOptions * options);

G_END_DECLS
#endif /* __PUB_RUN_H__ */
