/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __TEST_CLOCK_H__
#define __TEST_CLOCK_H__

#include <glib.h>

G_BEGIN_DECLS

/* The clocks of a program that is linked with this: those of the system, and
 * what the test has added.  The kernel's own waits know nothing of it. */
void test_clock_jump_wall (gint64 us);
/* Forward only, as when the machine has slept. */
void test_clock_jump_monotonic (guint64 us);
void test_clock_reset (void);

G_END_DECLS
#endif /* __TEST_CLOCK_H__ */
