/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __DEMO_PROCESS_H__
#define __DEMO_PROCESS_H__

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * DemoLineFunc:
 * @line: one line of output, without its end
 * @user_data: as given to demo_process_start()
 */
typedef void (*DemoLineFunc) (const gchar * line, gpointer user_data);

/**
 * DemoExitFunc:
 * @success: whether it ended with exit code 0
 * @user_data: as given to demo_process_start()
 *
 * Called once, after the last line of output.
 */
typedef void (*DemoExitFunc) (gboolean success, gpointer user_data);

typedef struct _DemoProcess DemoProcess;

/**
 * demo_process_start:
 * @argv: program and arguments
 * @out: what takes the lines of its standard output
 * @err: what takes the lines of its standard error, or %NULL to leave them
 *     on the terminal
 * @exited: what is told when it has ended
 * @user_data: for the three
 * @error: return location
 *
 * Starts a program that ends with this one, whatever becomes of it.  All
 * functions are called from the default main context.
 *
 * Returns: (transfer full) (nullable): the process, or %NULL with @error set
 */
DemoProcess *demo_process_start (const gchar * const *argv, DemoLineFunc out,
    DemoLineFunc err, DemoExitFunc exited, gpointer user_data,
    GError ** error);

/**
 * demo_process_free:
 * @process: a process; when it still runs, it is ended
 *
 * No function is called any more.
 */
void demo_process_free (DemoProcess * process);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemoProcess, demo_process_free)

G_END_DECLS
#endif /* __DEMO_PROCESS_H__ */
