/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a session waits for while it proves who it is: an answer of the
 * application, or a token that a Kerberos library makes.  Both come from other
 * threads and are taken on the context thread; what comes when nobody waits
 * any more is dropped.  wmsclient-private.h has the locks. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "wmspush/wmsclient-private.h"

#include <gst/gstinfo.h>

GST_DEBUG_CATEGORY_EXTERN (wmsclient_debug);
#define GST_CAT_DEFAULT wmsclient_debug

struct _WmsTicketStep
{
  gint ref_count;               /* the client's and the thread's */
  WmsClient *client;
  WmsTicket *ticket;
  gchar *challenge;
  gchar *token;
  gboolean is_done;             /* client's lock */
};

static void
step_unref (WmsTicketStep * self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  g_clear_pointer (&self->ticket, wms_ticket_free);
  wms_client_unref (self->client);
  g_free (self->challenge);
  wms_free_secret (self->token);
  g_free (self);
}

static gboolean
answer_cb (gpointer user_data)
{
  WmsClient *self = user_data;
  g_autoptr (GError) error = NULL;
  WmsOutcome outcome = WMS_OUTCOME_FAILED;
  gboolean is_waiting;

  g_mutex_lock (&self->lock);
  /* another question may be open already */
  is_waiting = self->has_answer;
  self->has_answer = FALSE;
  if (is_waiting)
    g_clear_pointer (&self->question, wms_question_unref);
  if (is_waiting)
    outcome = wms_push_answer (self->push, g_steal_pointer (&self->answer),
        &error);
  g_mutex_unlock (&self->lock);
  if (is_waiting)
    wms_client_follow (self, outcome, error);
  return G_SOURCE_REMOVE;
}

static void
take_answer (WmsQuestion * question, WmsCredentials * credentials,
    gpointer user_data)
{
  WmsClient *self = user_data;

  g_mutex_lock (&self->lock);
  /* with the lock, since the context goes with the session */
  if (self->question == question && !self->is_torn_down) {
    self->answer = g_steal_pointer (&credentials);
    self->has_answer = TRUE;
    wms_client_invoke (self, answer_cb);
  }
  g_mutex_unlock (&self->lock);
  wms_credentials_free (credentials);
}

void
wms_client_ask_locked (WmsClient * self)
{
  WmsEvent event = { 0, };
  WmsQuestionInfo info;

  if (wms_client_is_over_locked (self))
    return;
  wms_push_get_question (self->push, &info);
  GST_INFO ("%s asks for credentials", info.site);
  self->question = wms_question_new (&info, take_answer,
      wms_client_ref (self), (GDestroyNotify) wms_client_unref);
  event.question = self->question;
  wms_mailbox_post (self->mailbox, &event);
}

static void
take_token (WmsClient * self, WmsTicket * ticket, const gchar * token)
{
  g_autoptr (GError) error = NULL;
  WmsOutcome outcome;

  g_mutex_lock (&self->lock);
  outcome = wms_push_return_ticket (self->push, ticket, token, &error);
  g_mutex_unlock (&self->lock);
  wms_client_follow (self, outcome, error);
}

static gboolean
step_done_cb (gpointer user_data)
{
  WmsClient *self = user_data;
  WmsTicketStep *step = NULL;

  g_mutex_lock (&self->lock);
  if (self->step != NULL && self->step->is_done)
    step = g_steal_pointer (&self->step);
  g_mutex_unlock (&self->lock);
  if (step != NULL) {
    take_token (self, g_steal_pointer (&step->ticket), step->token);
    step_unref (step);
  }
  return G_SOURCE_REMOVE;
}

static gpointer
step_thread (gpointer user_data)
{
  WmsTicketStep *step = user_data;
  WmsClient *client = step->client;
  g_autoptr (GError) error = NULL;

  step->token = wms_ticket_step (step->ticket, step->challenge, &error);
  if (error != NULL)
    GST_INFO ("%s", error->message);
  g_mutex_lock (&client->lock);
  step->is_done = TRUE;
  if (client->step == step && !client->is_torn_down)
    wms_client_invoke (client, step_done_cb);
  g_mutex_unlock (&client->lock);
  step_unref (step);
  return NULL;
}

void
wms_client_use_ticket (WmsClient * self)
{
  WmsTicketStep *step = NULL;
  GThread *thread = NULL;

  g_mutex_lock (&self->lock);
  /* a request may be asked for again while its token is being made */
  if (!wms_client_is_over_locked (self) && self->step == NULL) {
    step = g_new0 (WmsTicketStep, 1);
    step->ref_count = 2;
    step->client = wms_client_ref (self);
    step->ticket = wms_push_take_ticket (self->push, &step->challenge);
    self->step = step;
  }
  g_mutex_unlock (&self->lock);
  if (step == NULL)
    return;
  wms_client_start_timer (self, self->timeout_ms);
  thread = g_thread_try_new ("wms-negotiate", step_thread, step, NULL);
  if (thread != NULL) {
    g_thread_unref (thread);
  } else {
    step->is_done = TRUE;
    step_unref (step);
    step_done_cb (self);
  }
}

gboolean
wms_client_give_up_auth (WmsClient * self)
{
  g_autoptr (GError) error = NULL;
  WmsOutcome outcome = WMS_OUTCOME_FAILED;
  gboolean was_waiting;

  g_mutex_lock (&self->lock);
  was_waiting = self->question != NULL || self->step != NULL;
  if (self->question != NULL) {
    GST_WARNING ("no credentials within %u ms", self->credentials_timeout_ms);
    outcome = wms_push_answer (self->push, NULL, &error);
  } else if (self->step != NULL) {
    GST_WARNING ("no Negotiate token within %u ms", self->timeout_ms);
    outcome = wms_push_return_ticket (self->push, NULL, NULL, &error);
  }
  wms_client_forget_auth_locked (self);
  g_mutex_unlock (&self->lock);
  if (was_waiting)
    wms_client_follow (self, outcome, error);
  return was_waiting;
}

void
wms_client_forget_auth_locked (WmsClient * self)
{
  g_clear_pointer (&self->question, wms_question_unref);
  g_clear_pointer (&self->answer, wms_credentials_free);
  self->has_answer = FALSE;
  g_clear_pointer (&self->step, step_unref);
}
