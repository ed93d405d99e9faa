/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubconn.h"

#include <string.h>

#include "pubgate.h"
#include "publog.h"
#include "pubpoll.h"
#include "pubrequest.h"
#include "pubsocket.h"
#include "wmspush/wmssource.h"

/* How long a closing connection may take to be closed by the peer, and how long
 * it may take nothing of what is still to be written; how long all of it may
 * take; and how often that is looked at. */
#define CLOSE_TIMEOUT_US (3 * G_TIME_SPAN_SECOND)
#define WRITE_TIMEOUT_US G_TIME_SPAN_MINUTE
/* Of what nobody reads, in one turn. */
#define WASTE_SIZE (64 << 10)
#define CLOSE_CHECK_MS 250

#define WAITING_KEY "pub-waiting"
#define TAKEN_KEY "pub-taken"

typedef enum
{
  CONN_OPEN,
  CONN_GIVING_BACK,             /* writes the rest */
  CONN_CLOSING,                 /* writes the rest */
  CONN_LINGERING,               /* waits for the peer's end */
  CONN_REMOVED,
} ConnState;

struct _PubConns
{
  SoupServer *server;
  PubPoll *poll;
  GHashTable *all;
  guint64 last_id;
  GQueue closing;               /* links of connections, oldest first */
  GSource *close_clock;         /* while there is one */
  void (*emptied) (gpointer data);
  gpointer data;
};

struct _PubConn
{
  gint refs;
  guint64 id;
  PubConns *conns;
  ConnState state;
  PubSocket *socket;
  PubOutput *output;
  PubPollEntry *entry;          /* NULL: nothing is waited for any more */
  GSocketAddress *local, *remote;
  const PubConnFuncs *funcs;
  gpointer data;

  gboolean is_broken;
  gboolean has_peer_ended;      /* seen while closing */

  gint64 close_by_us;
  gint64 write_by_us;
  gint64 wasted_us;             /* when something came last that nobody reads */
  GList closing_link;
};

static void ready (PubPollEvents events, gpointer data);

PubConns *
pub_conns_new (SoupServer * server)
{
  PubConns *self = g_new0 (PubConns, 1);

  self->server = server;
  self->poll = pub_poll_new ();
  self->all = g_hash_table_new (NULL, NULL);
  g_queue_init (&self->closing);
  return self;
}

guint
pub_conns_count (PubConns * self)
{
  return g_hash_table_size (self->all);
}

void
pub_conns_watch (PubConns * self, void (*emptied) (gpointer data),
    gpointer data)
{
  self->emptied = emptied;
  self->data = data;
}

static void
conn_unref (PubConn * self)
{
  if (--self->refs > 0)
    return;
  pub_output_free (self->output);
  pub_socket_free (self->socket);
  g_object_unref (self->local);
  g_object_unref (self->remote);
  g_free (self);
}

/* The end of a connection: nobody hears of it any more. */
static void
remove_conn (PubConn * self)
{
  PubConns *conns = self->conns;

  if (self->state == CONN_REMOVED)
    return;
  self->state = CONN_REMOVED;
  self->funcs = NULL;
  g_hash_table_remove (conns->all, self);
  g_clear_pointer (&self->entry, pub_poll_remove);
  if (self->close_by_us != 0)
    g_queue_unlink (&conns->closing, &self->closing_link);
  conn_unref (self);
  if (conns->emptied != NULL && pub_conns_count (conns) == 0)
    conns->emptied (conns->data);
}

void
pub_conns_free (PubConns * self)
{
  GHashTableIter iter;
  gpointer conn;

  self->emptied = NULL;
  while (g_hash_table_size (self->all) > 0) {
    g_hash_table_iter_init (&iter, self->all);
    g_hash_table_iter_next (&iter, &conn, NULL);
    remove_conn (conn);
  }
  wms_source_clear (&self->close_clock);
  pub_poll_free (self->poll);
  g_hash_table_unref (self->all);
  g_free (self);
}

/* @stream is (transfer full). */
static PubConn *
make_conn (PubConns * conns, GIOStream * stream, GSocketAddress * local,
    GSocketAddress * remote, const PubConnFuncs * funcs, gpointer data)
{
  PubConn *self = g_new0 (PubConn, 1);

  self->refs = 1;
  self->id = ++conns->last_id;
  self->conns = conns;
  self->local = g_object_ref (local);
  self->remote = g_object_ref (remote);
  self->socket = pub_socket_new (stream);
  self->output = pub_output_new (self->socket);
  self->funcs = funcs;
  self->data = data;
  self->closing_link.data = self;
  g_hash_table_add (conns->all, self);
  self->entry = pub_poll_add (conns->poll, pub_socket_get_fd (self->socket),
      ready, self);
  /* bytes that were read with the head */
  pub_poll_wake (self->entry, PUB_POLL_READ);
  return self;
}

/* The object that is handed on from request to request of a connection. */
static GObject *
connection_of (SoupServerMessage * msg)
{
  return G_OBJECT (soup_server_message_get_remote_address (msg));
}

void
pub_conns_note_waiting (SoupServerMessage * msg)
{
  g_object_set_data (connection_of (msg), WAITING_KEY, msg);
}

void
pub_conns_forget_waiting (SoupServerMessage * msg)
{
  if (g_object_get_data (connection_of (msg), WAITING_KEY) == msg)
    g_object_set_data (connection_of (msg), WAITING_KEY, NULL);
}

gboolean
pub_conns_is_taken (SoupServerMessage * msg)
{
  return g_object_get_data (G_OBJECT (msg), TAKEN_KEY) != NULL;
}

GIOStream *
pub_conns_take_stream (SoupServerMessage * msg)
{
  if (pub_conns_is_taken (msg))
    return NULL;
  pub_conns_forget_waiting (msg);
  g_object_set_data (G_OBJECT (msg), TAKEN_KEY, GINT_TO_POINTER (TRUE));
  return soup_server_message_steal_connection (msg);
}

PubConn *
pub_conn_steal (PubConns * conns, SoupServerMessage * msg,
    const PubConnFuncs * funcs, gpointer data)
{
  GSocketAddress *local = g_object_ref
      (soup_server_message_get_local_address (msg));
  GSocketAddress *remote = g_object_ref
      (soup_server_message_get_remote_address (msg));
  PubConn *self = make_conn (conns, pub_conns_take_stream (msg), local,
      remote, funcs, data);

  g_object_unref (local);
  g_object_unref (remote);
  return self;
}

void
pub_conns_close_waiting (PubConns * self, GSocketAddress * remote)
{
  SoupServerMessage *msg = g_object_get_data (G_OBJECT (remote), WAITING_KEY);

  if (msg != NULL)
    pub_conn_close (pub_conn_steal (self, msg, NULL, NULL));
}

/* Whom a gate lets in. */
typedef struct
{
  PubConns *conns;
  GSocketAddress *local, *remote;
} Visitor;

static void
visitor_free (Visitor * self)
{
  g_object_unref (self->local);
  g_object_unref (self->remote);
  g_free (self);
}

static void
refuse_head (GIOStream * stream, const gchar * line, guint status,
    const gchar * why, gpointer data)
{
  Visitor *self = data;
  gchar *request = pub_log_describe_line (line, self->remote);
  gchar *text = pub_response_text (status, NULL, TRUE, NULL);
  PubConn *conn = make_conn (self->conns, g_object_ref (stream),
      self->local, self->remote, NULL, NULL);

  pub_log_refused (request, status, why);
  pub_conn_queue_text (conn, text);
  pub_conn_close (conn);
  g_free (text);
  g_free (request);
}

void
pub_conns_accept (PubConns * self, GIOStream * stream, GSocketAddress * local,
    GSocketAddress * remote)
{
  Visitor *visitor = g_new (Visitor, 1);
  GIOStream *gate;

  visitor->conns = self;
  visitor->local = g_object_ref (local);
  visitor->remote = g_object_ref (remote);
  gate = pub_gate_new (stream, refuse_head, visitor,
      (GDestroyNotify) visitor_free);
  soup_server_accept_iostream (self->server, gate, local, remote, NULL);
  g_object_unref (gate);
}

gssize
pub_conn_read (PubConn * self, guint8 * data, gsize size)
{
  return pub_socket_read (self->socket, data, size);
}

gboolean
pub_conn_is_readable (PubConn * self)
{
  return pub_socket_is_readable (self->socket);
}

guint64
pub_conn_get_id (PubConn * self)
{
  return self->id;
}

gchar *
pub_conn_get_address (PubConn * self)
{
  if (!G_IS_INET_SOCKET_ADDRESS (self->remote))
    return g_strdup ("");
  return g_inet_address_to_string (g_inet_socket_address_get_address
      (G_INET_SOCKET_ADDRESS (self->remote)));
}

/* Reading goes on in each state but the handing over, where the next bytes
 * belong to the SoupServer. */
static gboolean
does_read (PubConn * self)
{
  switch (self->state) {
    case CONN_OPEN:
      return self->funcs != NULL && self->funcs->readable != NULL;
    case CONN_CLOSING:
    case CONN_LINGERING:
      return !self->has_peer_ended;
    case CONN_GIVING_BACK:
    case CONN_REMOVED:
      break;
  }
  return FALSE;
}

static void
update_waits (PubConn * self)
{
  PubPollEvents events = 0;

  if (self->entry == NULL)
    return;
  if (does_read (self) && !self->is_broken)
    events |= PUB_POLL_READ;
  if (pub_output_is_blocked (self->output)
      && !self->is_broken)
    events |= PUB_POLL_WRITE;
  pub_poll_wait_for (self->entry, events);
}

/* A failure is told from the poll, so that nobody is called from inside of
 * what it calls. */
static void
note_failure (PubConn * self)
{
  if (!pub_output_is_broken (self->output) || self->is_broken)
    return;
  self->is_broken = TRUE;
  if (self->entry != NULL)
    pub_poll_wake (self->entry, PUB_POLL_BROKEN);
}

PubOutput *
pub_conn_get_output (PubConn * self)
{
  return self->output;
}

void
pub_conn_queue_text (PubConn * self, const gchar * text)
{
  GBytes *bytes = g_bytes_new (text, strlen (text));

  pub_output_queue (self->output, NULL, 0, bytes);
  g_bytes_unref (bytes);
}

void
pub_conn_queue (PubConn * self, const guint8 * head, gsize head_size,
    GBytes * body)
{
  pub_output_queue (self->output, head, head_size, body);
}

void
pub_conn_flush (PubConn * self)
{
  pub_output_flush (self->output);
  note_failure (self);
  update_waits (self);
}

guint
pub_conn_send (PubConn * self, const PubPiece * pieces, guint n)
{
  guint taken = pub_output_send (self->output, pieces, n);

  note_failure (self);
  if (pub_output_is_blocked (self->output))
    update_waits (self);
  return taken;
}

static void
start_lingering (PubConn * self)
{
  self->state = CONN_LINGERING;
  if (self->has_peer_ended || !pub_socket_shut_down (self->socket))
    remove_conn (self);
}

static void
hand_over (PubConn * self)
{
  GIOStream *stream;

  /* no other request while everything ends */
  if (self->conns->emptied != NULL) {
    start_lingering (self);
    return;
  }
  stream = pub_socket_give_away (self->socket);
  g_clear_pointer (&self->entry, pub_poll_remove);
  pub_conns_accept (self->conns, stream, self->local, self->remote);
  g_object_unref (stream);
  remove_conn (self);
}

static void
broken (PubConn * self)
{
  self->is_broken = TRUE;
  /* an error stays, and would be told of in each turn */
  g_clear_pointer (&self->entry, pub_poll_remove);
  if (self->state != CONN_OPEN)
    remove_conn (self);
  else if (self->funcs != NULL && self->funcs->lost != NULL)
    self->funcs->lost (self, self->data);
}

static void
drained (PubConn * self)
{
  switch (self->state) {
    case CONN_OPEN:
      if (self->funcs != NULL && self->funcs->drained != NULL)
        self->funcs->drained (self, self->data);
      break;
    case CONN_GIVING_BACK:
      hand_over (self);
      break;
    case CONN_CLOSING:
      start_lingering (self);
      break;
    case CONN_LINGERING:
    case CONN_REMOVED:
      break;
  }
}

static void
writable (PubConn * self)
{
  pub_output_flush (self->output);
  note_failure (self);
  if (!pub_output_is_blocked (self->output))
    drained (self);
}

static void
read_waste (PubConn * self)
{
  guint8 waste[WASTE_SIZE];

  if (pub_conn_read (self, waste, sizeof (waste)) != 0) {
    self->wasted_us = g_get_monotonic_time ();
    return;
  }
  self->has_peer_ended = TRUE;
  if (self->state == CONN_LINGERING)
    remove_conn (self);
}

static void
readable (PubConn * self)
{
  if (self->state == CONN_LINGERING || self->state == CONN_CLOSING)
    read_waste (self);
  else if (does_read (self))
    self->funcs->readable (self, self->data);
  if (self->entry != NULL && does_read (self)
      && pub_socket_may_hold_bytes (self->socket))
    pub_poll_wake (self->entry, PUB_POLL_READ);
}

static void
ready (PubPollEvents events, gpointer data)
{
  PubConn *self = data;

  self->refs++;
  if (events & PUB_POLL_BROKEN)
    broken (self);
  if (events & PUB_POLL_WRITE)
    writable (self);
  if (events & PUB_POLL_READ)
    readable (self);
  update_waits (self);
  conn_unref (self);
}

/* A large answer takes its time on a slow network; so does what a proxy has left
 * of a request, behind which it first looks for the answer. */
static gboolean
makes_progress (PubConn * self, gint64 now_us)
{
  gint64 last_us = pub_output_is_blocked (self->output) ?
      pub_output_get_progress_us (self->output) : self->wasted_us;

  return now_us < self->write_by_us && now_us - last_us < CLOSE_TIMEOUT_US;
}

/* To the end of the queue. */
static void
wait_on (PubConn * self, gint64 now_us)
{
  self->close_by_us = now_us + CLOSE_TIMEOUT_US;
  g_queue_unlink (&self->conns->closing, &self->closing_link);
  g_queue_push_tail_link (&self->conns->closing, &self->closing_link);
}

static gboolean
check_closing (gpointer data)
{
  PubConns *self = data;
  gint64 now_us = g_get_monotonic_time ();
  GList *link;

  /* what is here has a reference of its own; clang-tidy takes a count of 0 for
   * possible, here and below */
  while ((link = self->closing.head) != NULL
      /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
      && ((PubConn *) link->data)->close_by_us <= now_us) {
    if (makes_progress (link->data, now_us))
      wait_on (link->data, now_us);
    else
      remove_conn (link->data);
  }
  if (link == NULL)
    wms_source_clear (&self->close_clock);
  return G_SOURCE_CONTINUE;
}

static void
start_close_clock (PubConns * self)
{
  if (self->close_clock != NULL)
    return;
  self->close_clock = g_timeout_source_new (CLOSE_CHECK_MS);
  g_source_set_callback (self->close_clock, check_closing, self, NULL);
  g_source_attach (self->close_clock, g_main_context_get_thread_default ());
}

/* The owner lets go of @self; what is queued is still written. */
static void
release (PubConn * self, ConnState state)
{
  self->refs++;
  self->funcs = NULL;
  self->state = state;
  self->write_by_us = g_get_monotonic_time () + WRITE_TIMEOUT_US;
  self->close_by_us = self->write_by_us - (WRITE_TIMEOUT_US - CLOSE_TIMEOUT_US);
  g_queue_push_tail_link (&self->conns->closing, &self->closing_link);
  start_close_clock (self->conns);
  pub_output_flush (self->output);
  note_failure (self);
  if (self->is_broken)
    remove_conn (self);
  else if (state == CONN_GIVING_BACK)
    /* in another turn: libsoup reads at once, and answers that wait for no
     * one would be made deeper and deeper on the stack */
    pub_poll_wake (self->entry, PUB_POLL_WRITE);
  else if (!pub_output_is_blocked (self->output))
    drained (self);
  /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
  update_waits (self);
  conn_unref (self);
}

void
pub_conn_close (PubConn * self)
{
  release (self, CONN_CLOSING);
}

void
pub_conn_give_back (PubConn * self)
{
  release (self, CONN_GIVING_BACK);
}
