/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __WMS_CLIENT_PRIVATE_H__
#define __WMS_CLIENT_PRIVATE_H__

/* What wmsclient.c (the connection, on the context thread), wmsclientretry.c
 * (lost sessions) and wmsclientstream.c (packets, on the streaming thread)
 * share.
 *
 * Locking: `lock` protects what stands below it in the struct.  Order: the
 * shared thread's turn (wmsthread.h), `lock`, then the writer's, then the
 * mailbox's.  It is held over the write of the
 * final $E and the status after it, so that the statuses of a quick answer
 * come behind. */

#include "wmspush/wmsclient.h"
#include "wmspush/wmshttp.h"

G_BEGIN_DECLS

/* What may be free of a request that is filled up at its end: a minute of a
 * stream of 8 Mbit/s. */
#define WMS_CLIENT_MAX_REST (G_GUINT64_CONSTANT (64) << 20)

typedef enum
{
  WMS_PHASE_SETUP,
  WMS_PHASE_OPEN,
  WMS_PHASE_STARTING,
  WMS_PHASE_STREAMING,
  WMS_PHASE_FILLED,
  WMS_PHASE_LOST,
  WMS_PHASE_ENDING,
  WMS_PHASE_ENDED,
  WMS_PHASE_FAILED,
} WmsPhase;

/* A step of a ticket, on a thread of its own: wmsclientauth.c. */
typedef struct _WmsTicketStep WmsTicketStep;

struct _WmsClient
{
  gint ref_count;
  GMainContext *context;
  WmsMailbox *mailbox;
  WmsHttpConfig http_config;
  guint timeout_ms;
  guint credentials_timeout_ms;

  /* context thread */
  WmsHttp *http;
  GSource *timer;
  guint restarts;
  gboolean wants_connection;    /* the next request opens one */

  /* streaming thread */
  guint64 blocked_bytes;        /* acknowledged when the socket took no more */
  gint64 blocked_us;            /* and since when; 0 when it does */
  gint64 end_us;                /* wms_client_begin_end() */
  gboolean is_action;           /* of that one */

  GMutex lock;
  GCond cond;
  WmsPush *push;
  WmsPhase phase;
  gboolean want_start;
  gboolean has_begun;           /* a packet is written, or one of a former
                                 * session counts at the end; set by the
                                 * streaming thread only */
  gboolean is_filling;
  gboolean end_taken;
  guint64 end_left;             /* bytes of the request behind the final $E */
  gboolean needs_header;        /* before any other packet */
  gboolean has_former;          /* it is to go on with another one */
  gboolean former_has_header;   /* of which the server has the header */
  gboolean is_continuing;       /* it has been told so, and what it means */
  gboolean has_opened;
  gboolean is_open_told;        /* in this try */
  gboolean has_started;
  gboolean is_restarted;        /* PushSetup is sent again without a loss */
  gboolean is_start_told;       /* of the session that the server has now */
  gboolean is_torn_down;
  WmsQuestion *question;        /* that the session waits for */
  WmsCredentials *answer;       /* to it, when has_answer */
  gboolean has_answer;
  WmsTicketStep *step;          /* that the session waits for */
  WmsWriter *writer;
  guint last_unsent;            /* wms_client_is_taking_locked() */
  GError *failure;

  /* of lost sessions: wmsclientretry.c */
  WmsRetry retry;
  guint64 retry_delay_us;
  GError *loss;                 /* why it is tried again, until it goes on */
  gboolean is_reconnecting;     /* RECONNECT_START is told, its end is not */
  gboolean is_delay_over;
  gboolean is_wanted;           /* there is something to write */
  guint n_waiting;              /* for a request that takes packets */
  gboolean is_resumed;          /* the writing thread has to be told */
  guint64 header_mark;          /* where in the request the header ends */
  gint64 change_us;             /* when the last $C was written, or 0 */
  gboolean server_has_header;
  guint n_reconnects;

  /* of former writers */
  guint64 former_bytes;
  guint64 lost_bytes;
  guint64 n_data;
  guint64 data_bytes;
  guint64 n_cut;
  guint http_status;
  guint answering;              /* status of the answer that has effect now */
  const WmsFailure *last_failure;       /* also one that was got over */
  guint64 pacing_bps;
  gboolean is_paced;            /* a limit was set once */
};

/**
 * wms_client_invoke:
 * @self: a #WmsClient
 * @func: called once on the context thread, with @self
 */
void wms_client_invoke (WmsClient * self, GSourceFunc func);

/**
 * wms_client_post:
 * @self: a #WmsClient
 * @status: what happened
 * @error: (nullable): why
 *
 * Puts a status into the mailbox; with `lock` held when there is an @error.
 */
void wms_client_post (WmsClient * self, GstWmsStatus status,
    const GError * error);

/**
 * wms_client_set_phase_locked:
 *
 * Moves the session on and wakes who waits for that; with `lock` held.
 */
void wms_client_set_phase_locked (WmsClient * self, WmsPhase phase);

/**
 * wms_client_pace_locked:
 *
 * Gives the present connection the limit that was set; with `lock` held.
 */
void wms_client_pace_locked (WmsClient * self);

/**
 * wms_client_is_over_locked:
 *
 * Returns: whether the session has ended, well or not; with `lock` held.
 */
gboolean wms_client_is_over_locked (WmsClient * self);

/**
 * wms_client_conclude_locked:
 * @self: a #WmsClient
 * @failure: (nullable): why the session failed
 *
 * Every end of a session comes here, once, and makes its statuses complete;
 * with `lock` held.
 */
void wms_client_conclude_locked (WmsClient * self, const GError * failure);

/* header_mark of a header that is not written as a whole, and of one that an
 * earlier request had. */
#define WMS_CLIENT_NO_HEADER G_MAXUINT64
#define WMS_CLIENT_OLD_HEADER G_GUINT64_CONSTANT (0)

/**
 * wms_client_lose_locked:
 * @self: a #WmsClient
 * @error: why the session cannot go on like this
 *
 * Decides whether it is tried again, and prepares that (protocol.md, C24), or
 * concludes it; with `lock` held, on any thread.
 *
 * Returns: %FALSE when the session is over.
 */
gboolean wms_client_lose_locked (WmsClient * self, const GError * error);

/**
 * wms_client_begin_again_locked:
 * @self: a #WmsClient whose connection was gone before a request could go out
 *
 * Decides what goes out on another connection; with `lock` held, on the context
 * thread.
 *
 * Returns: %FALSE when that has been tried often enough.
 */
gboolean wms_client_begin_again_locked (WmsClient * self);

/**
 * wms_client_want_locked:
 *
 * Tells that there is something to write: a lost session is tried again only
 * then, since one without data is lost again (protocol.md, C40); with `lock`
 * held.
 */
void wms_client_want_locked (WmsClient * self);

/**
 * wms_client_tell_restored_locked:
 *
 * Tells that packets can be written again; with `lock` held, on the context
 * thread.
 */
void wms_client_tell_restored_locked (WmsClient * self);

/**
 * wms_client_retire_writer_locked:
 *
 * Adds up what the writer has done, and lets go of it; with `lock` held.
 */
void wms_client_retire_writer_locked (WmsClient * self);

/**
 * wms_client_send_next:
 *
 * Sends what the protocol says is next, on a new connection where one is
 * wanted; on the context thread.
 */
void wms_client_send_next (WmsClient * self);

/**
 * wms_client_close_http:
 *
 * Closes the connection; on the context thread.
 */
void wms_client_close_http (WmsClient * self);

/**
 * wms_client_start_source:
 * @self: a #WmsClient
 * @delay_us: how long to wait
 * @func: called then, in place of the timer that there was
 *
 * On the context thread.
 */
void wms_client_start_source (WmsClient * self, guint64 delay_us,
    GSourceFunc func);

/**
 * wms_client_stop_timer:
 *
 * Ends the wait; on the context thread.
 */
void wms_client_stop_timer (WmsClient * self);

/**
 * wms_client_wait_for_phase:
 * @self: a #WmsClient
 * @phase: what to wait for
 * @timeout_ms: longest wait, -1 for no limit
 * @cancellable: (nullable): ends the wait
 * @error: return location
 *
 * Returns: %FALSE with the session's failure, or with %WMS_ERROR_NO_SESSION
 *     when it ended without coming to @phase, or when the wait ended.
 */
gboolean wms_client_wait_for_phase (WmsClient * self, WmsPhase phase,
    gint timeout_ms, GCancellable * cancellable, GError ** error);

/**
 * wms_client_is_taking_locked:
 *
 * Looks how far the server has got, before the wait for an answer to all that
 * was written and each time that it is over; with `lock` held.
 *
 * Returns: whether the server has acknowledged something since the last look,
 *     and not all yet: it could not answer.
 */
gboolean wms_client_is_taking_locked (WmsClient * self);

/**
 * wms_client_write_filler:
 * @writer: entered
 * @keep: bytes at the end of the request that stay free
 * @left: (out): bytes of the request that are free before those
 * @error: return location
 *
 * Writes the rest of what was taken, then an $F.
 */
WmsWriteResult wms_client_write_filler (WmsWriter * writer, guint64 keep,
    guint64 * left, GError ** error);

/**
 * wms_client_try_end_locked:
 * @self: a streaming #WmsClient
 * @error: return location
 *
 * One try to write the final $E ([MS-WMHTTP] 3.1.4.4) and what follows from
 * it; with `lock` held.
 */
WmsWriteResult wms_client_try_end_locked (WmsClient * self, GError ** error);

/**
 * wms_client_end_step:
 * @self: a #WmsClient
 * @deadline_us: monotonic time up to which to wait, -1 for no limit
 * @cancellable: (nullable): ends the wait
 * @error: return location
 *
 * A try to write what is left over and the final $E; a request that is being
 * followed by another is waited for.
 *
 * Returns: %FALSE when it is not written yet, perhaps with @error.
 */
gboolean wms_client_end_step (WmsClient * self, gint64 deadline_us,
    GCancellable * cancellable, GError ** error);

/**
 * wms_client_follow:
 * @self: a #WmsClient
 * @outcome: of an answer, a loss, or an authentication step
 * @error: (nullable): with %WMS_OUTCOME_FAILED
 *
 * Does what comes next; on the context thread.
 */
void wms_client_follow (WmsClient * self, WmsOutcome outcome,
    const GError * error);

/**
 * wms_client_start_timer:
 * @self: a #WmsClient
 * @timeout_ms: 0 for none
 *
 * Limits the wait that begins now; on the context thread.
 */
void wms_client_start_timer (WmsClient * self, guint timeout_ms);

/**
 * wms_client_ask_locked:
 *
 * Puts the protocol's question for credentials into the mailbox; its answer
 * comes back to wms_client_follow().  With `lock` held, on the context thread.
 */
void wms_client_ask_locked (WmsClient * self);

/**
 * wms_client_use_ticket:
 *
 * Lets a thread of its own make the token that the protocol wants, since that
 * may block; its outcome comes back to wms_client_follow().  On the context
 * thread.
 */
void wms_client_use_ticket (WmsClient * self);

/**
 * wms_client_give_up_auth:
 *
 * Ends the wait for an answer or a token: it has lasted too long.  On the
 * context thread.
 *
 * Returns: whether there was one.
 */
gboolean wms_client_give_up_auth (WmsClient * self);

/**
 * wms_client_forget_auth_locked:
 *
 * The answer and the token that are waited for do not count any more; with
 * `lock` held.
 */
void wms_client_forget_auth_locked (WmsClient * self);

/**
 * wms_client_close_http_cb:
 *
 * For wms_client_invoke(): closes the connection.
 */
gboolean wms_client_close_http_cb (gpointer user_data);

/**
 * wms_client_start_cb:
 *
 * For wms_client_invoke(): sends the PushStart of an open session.
 */
gboolean wms_client_start_cb (gpointer user_data);

/**
 * wms_client_explain_loss_locked:
 * @self: a #WmsClient
 * @reason: why there is no answer
 *
 * What the writer knows of a loss says more.  After the end a close is as good
 * as an answer, but what nobody has acknowledged has not arrived: in time, or
 * before a FIN or a reset that came in front of it.
 *
 * Returns: (transfer full): the error to go on with.
 */
GError *wms_client_explain_loss_locked (WmsClient * self,
    const GError * reason);

/**
 * wms_client_linger_cb:
 *
 * For wms_client_invoke(): ends the sending side after a while.  A proxy that
 * meets the end of the connection before that of the request drops what it has
 * not passed on yet (protocol.md, Other servers).
 */
gboolean wms_client_linger_cb (gpointer user_data);

/**
 * wms_client_start_timer_cb:
 *
 * For wms_client_invoke(): limits the wait for an answer.
 */
gboolean wms_client_start_timer_cb (gpointer user_data);

G_END_DECLS
#endif /* __WMS_CLIENT_PRIVATE_H__ */
