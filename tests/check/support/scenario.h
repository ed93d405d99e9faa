/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __SCENARIO_H__
#define __SCENARIO_H__

#include <glib.h>

G_BEGIN_DECLS

/* One line of docs/messages/NAME.txt: who does what. */
typedef struct
{
  guint number;
  gchar *who;
  gchar *what;
} ScenarioLine;

/* The lines of a scenario, without empty ones and remarks; NULL with a line on
 * the standard error when there is no such file, or one of its lines has not
 * the form WHO: WHAT. */
GPtrArray *scenario_read (const gchar * folder, const gchar * name);

/* The names of a folder's scenarios, in order, one a line. */
gchar *scenario_list (const gchar * folder);

G_END_DECLS
#endif /* __SCENARIO_H__ */
