/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __TEST_NET_H__
#define __TEST_NET_H__

#include <glib.h>

G_BEGIN_DECLS

/* A network of the test's own, in namespaces of the kernel:
 *
 *     near (the test)  TEST_NET_NEAR ---- TEST_NET_FAR  far
 *
 * Both have a loopback device. */
#define TEST_NET_NEAR "192.0.2.1"
#define TEST_NET_FAR "192.0.2.2"
/* packets to it leave, and nobody takes them */
#define TEST_NET_BLACK_HOLE "192.0.2.66"
/* what routes say */
#define TEST_NET_UNREACHABLE "198.51.100.1"
#define TEST_NET_PROHIBITED "198.51.100.2"
#define TEST_NET_DISCARDED "198.51.100.3"
#define TEST_NET_NO_ROUTE "203.0.113.1"

/* The name service knows NAME.example: "far" is the far address, "hole" the
 * black hole; of the others it says no such name ("nowhere"), server failure
 * ("broken"), refused ("refused"), no address ("empty"), or nothing at all
 * ("mute"). */

/* To be called first in main(), while there is no other thread: moves the
 * program into that network.  Ends it where that cannot be: skipped for an
 * ordinary user, failed for root. */
void test_net_enter (void);
/* Runs shell commands in the near network; they have to succeed. */
void test_net_run (const gchar * commands);
/* From here on this thread opens sockets in the far network, or again in the
 * near one. */
void test_net_go_far (void);
void test_net_go_near (void);

G_END_DECLS
#endif /* __TEST_NET_H__ */
