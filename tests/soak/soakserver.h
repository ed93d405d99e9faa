/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __SOAK_SERVER_H__
#define __SOAK_SERVER_H__

#include <sys/types.h>

#include <glib.h>

G_BEGIN_DECLS

/* A wms-pubpoint of its own process on loopback, and what it holds. */
typedef struct
{
  pid_t pid;
  guint port;
} SoakServer;

/* @options: NULL-terminated, besides the port.  FALSE after a complaint. */
gboolean soak_server_start (SoakServer * self, const gchar * const *options);

/* Has it end by itself, what it records included, and with sanitizers with what
 * they find.  FALSE when it does not, or not well. */
gboolean soak_server_shut_down (SoakServer * self, guint seconds);

/* Lets GStreamer, which is not initialised yet, find the plugin that was built
 * with this program. */
void soak_use_plugin (void);

/* The command line, with GStreamer's options, which it is initialised with; a
 * wrong one ends the program. */
void soak_parse (int *argc, char ***argv, const GOptionEntry * entries);

/* A figure of the point @path in /status.json: "GROUP" and "NAME".  -1 when the
 * server does not answer or there is none. */
gint64 soak_server_read (const SoakServer * self, const gchar * path,
    const gchar * group, const gchar * name);

/* Asks until the figure is at least @low and at most @high, for at most so many
 * seconds.  FALSE after a complaint. */
gboolean soak_server_wait (const SoakServer * self, const gchar * path,
    const gchar * group, const gchar * name, gint64 low, gint64 high,
    guint seconds);

/* What a process holds. */
typedef struct
{
  glong rss_kb;
  guint n_files;
} SoakHeld;

void soak_held_read (SoakHeld * self, pid_t pid);

/* The same, when there are no more descriptors than @before had, or after so
 * many seconds: what is closed takes its time. */
void soak_held_settle (SoakHeld * self, pid_t pid, const SoakHeld * before,
    guint seconds);

/* Prints both, and says when memory has grown by more than @kb or descriptors
 * by any.  FALSE then. */
gboolean soak_held_compare (const gchar * what, const SoakHeld * before,
    const SoakHeld * after, glong kb);

/* A row of the report; counts what is wrong.  Returns: @is_good. */
gboolean soak_check (gboolean is_good, const gchar * format, ...)
    G_GNUC_PRINTF (2, 3);

/* Returns: how many rows were not as they should be. */
guint soak_count_faults (void);

G_END_DECLS
#endif /* __SOAK_SERVER_H__ */
