/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "testnet.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "testmounts.h"

#define SKIPPED 77
#define NAME_PORT 53
#define NAME_HEAD 12
#define MAX_NAME_PACKET 512

/* RFC 1035, 4.1.1 */
#define ANSWER 0x80
#define RECURSION 0x80
#define SERVER_FAILURE 2
#define NO_SUCH_NAME 3
#define REFUSED 5
#define TYPE_A 1

#define RESOLV_CONF "nameserver 127.0.0.1\n"
#define NSSWITCH_CONF "hosts: files dns\n"
#define HOSTS "127.0.0.1 localhost\n::1 localhost\n"

static gboolean was_root;
static gint near_fd = -1;
static gint far_fd = -1;

static const struct
{
  const gchar *name;
  guint8 code;
  const gchar *address;
} names[] = {
  {"far", 0, TEST_NET_FAR},
  {"hole", 0, TEST_NET_BLACK_HOLE},
  {"broken", SERVER_FAILURE, NULL},
  {"refused", REFUSED, NULL},
  {"empty", 0, NULL},
  {"nowhere", NO_SUCH_NAME, NULL},
};

G_GNUC_NORETURN static void
give_up (const gchar * what)
{
  gint status = was_root ? EXIT_FAILURE : SKIPPED;

  printf ("%s: %s: %s\n", status == SKIPPED ? "SKIP" : "FAIL", what,
      g_strerror (errno));
  exit (status);
}

static void
must (gboolean ok, const gchar * what)
{
  if (ok)
    return;
  printf ("FAIL: %s: %s\n", what, g_strerror (errno));
  exit (EXIT_FAILURE);
}

static void
write_file (const gchar * path, const gchar * text)
{
  gint fd = open (path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

  must (fd >= 0 && write (fd, text, strlen (text)) == (gssize) strlen (text),
      path);
  close (fd);
}

/* An ordinary user becomes root of a user namespace, where the kernel lets
 * him. */
static void
become_root (void)
{
  g_autofree gchar *user = g_strdup_printf ("0 %u 1", geteuid ());
  g_autofree gchar *group = g_strdup_printf ("0 %u 1", getegid ());

  was_root = geteuid () == 0;
  if (was_root)
    return;
  if (unshare (CLONE_NEWUSER) != 0)
    give_up ("no user namespace");
  write_file ("/proc/self/setgroups", "deny");
  write_file ("/proc/self/uid_map", user);
  write_file ("/proc/self/gid_map", group);
}

static gint
new_network (void)
{
  if (unshare (CLONE_NEWNET) != 0)
    give_up ("no network namespace");
  return open ("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
}

/* A file of the test's own in the place of one of the system's. */
static void
replace_file (const gchar * path, const gchar * text)
{
  g_autofree gchar *name = g_build_filename (g_get_tmp_dir (),
      "testnet-XXXXXX", NULL);
  gint fd = mkstemp (name);

  must (fd >= 0 && write (fd, text, strlen (text)) == (gssize) strlen (text)
      && fchmod (fd, 0644) == 0, name);
  close (fd);
  must (mount (name, path, NULL, MS_BIND, NULL) == 0, path);
  g_unlink (name);
}

void
test_net_run (const gchar * commands)
{
  must (system (commands) == 0, commands);
}

void
test_net_go_far (void)
{
  must (setns (far_fd, CLONE_NEWNET) == 0, "far network");
}

void
test_net_go_near (void)
{
  must (setns (near_fd, CLONE_NEWNET) == 0, "near network");
}

static void
connect_networks (void)
{
  g_autofree gchar *link = g_strdup_printf ("set -e\n"
      "ip link set lo up\n"
      "ip link add near type veth peer name far netns /proc/%d/fd/%d\n"
      "ip addr add " TEST_NET_NEAR "/24 dev near\n"
      "ip link set near up\n"
      "ip neigh add " TEST_NET_BLACK_HOLE
      " lladdr 02:00:00:00:00:01 dev near\n"
      "ip route add unreachable " TEST_NET_UNREACHABLE "\n"
      "ip route add prohibit " TEST_NET_PROHIBITED "\n"
      "ip route add blackhole " TEST_NET_DISCARDED "\n", getpid (), far_fd);

  test_net_run (link);
  test_net_go_far ();
  test_net_run ("set -e\nip link set lo up\n"
      "ip addr add " TEST_NET_FAR "/24 dev far\nip link set far up\n");
  test_net_go_near ();
}

/* Length of an answer made in place out of the question, 0 for none. */
static gsize
answer_name (guint8 * packet, gsize size)
{
  const guint8 *label = packet + NAME_HEAD;
  guint8 record[16] = { 0xc0, NAME_HEAD, 0, TYPE_A, 0, 1, 0, 0, 0, 1, 0, 4 };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    if (label[0] == strlen (names[i].name)
        && memcmp (label + 1, names[i].name, label[0]) == 0)
      break;
  }
  if (i == G_N_ELEMENTS (names))
    return 0;
  packet[2] |= ANSWER;
  packet[3] = RECURSION | names[i].code;
  /* without the additional record of EDNS */
  memset (packet + 6, 0, 6);
  size = NAME_HEAD;
  while (packet[size] != 0)
    size += packet[size] + 1;
  size += 5;
  if (names[i].address != NULL && packet[size - 3] == TYPE_A) {
    packet[7] = 1;
    inet_pton (AF_INET, names[i].address, record + 12);
    memcpy (packet + size, record, sizeof record);
    size += sizeof record;
  }
  return size;
}

G_GNUC_NORETURN static void
serve_names (gint fd)
{
  guint8 packet[2 * MAX_NAME_PACKET] = { 0, };

  for (;;) {
    struct sockaddr_storage peer;
    socklen_t peer_size = sizeof peer;
    gssize size = recvfrom (fd, packet, MAX_NAME_PACKET, 0,
        (struct sockaddr *) &peer, &peer_size);

    if (size > NAME_HEAD)
      size = answer_name (packet, size);
    if (size > NAME_HEAD)
      sendto (fd, packet, size, 0, (struct sockaddr *) &peer, peer_size);
  }
}

/* Ends with the test. */
static void
start_name_service (void)
{
  struct sockaddr_in address = {.sin_family = AF_INET,
    .sin_port = g_htons (NAME_PORT),.sin_addr.s_addr = g_htonl (INADDR_LOOPBACK)
  };
  gint fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  pid_t parent = getpid ();
  pid_t child;

  must (fd >= 0 && bind (fd, (struct sockaddr *) &address, sizeof address) == 0,
      "port of the name service");
  child = fork ();
  must (child >= 0, "process of the name service");
  if (child == 0) {
    prctl (PR_SET_PDEATHSIG, SIGKILL);
    if (getppid () == parent)
      serve_names (fd);
    _exit (0);
  }
  close (fd);
}

void
test_net_enter (void)
{
  become_root ();
  far_fd = new_network ();
  near_fd = new_network ();
  if (!test_mounts_enter ())
    give_up ("no mount namespace");
  replace_file ("/etc/resolv.conf", RESOLV_CONF);
  replace_file ("/etc/nsswitch.conf", NSSWITCH_CONF);
  replace_file ("/etc/hosts", HOSTS);
  connect_networks ();
  start_name_service ();
}
