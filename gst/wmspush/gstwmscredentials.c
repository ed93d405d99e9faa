/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* IWMCredentialCallback::AcquireCredentials as signals.  The question that is
 * open hangs on the element as data, whose access GObject makes safe from any
 * thread. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "wmspush/gstwmscredentials.h"

#include <string.h>

#include "wmspush/gstwms-enumtypes.h"

#define ANSWER_PENDING "pending"
#define FIELD_USER "user"
#define FIELD_PASSWORD "password"

static guint acquire_signal;

static GQuark
question_quark (void)
{
  return g_quark_from_static_string ("gst-wms-question");
}

/* Takes the credentials out of an answer that is ours, and wipes it. */
static WmsCredentials *
take_credentials (GstStructure * answer)
{
  const gchar *user = gst_structure_get_string (answer, FIELD_USER);
  const gchar *password = gst_structure_get_string (answer, FIELD_PASSWORD);
  WmsCredentials *credentials = NULL;

  if (user != NULL)
    credentials = wms_credentials_new (user, password);
  if (password != NULL)
    wms_wipe ((gchar *) password, strlen (password));
  gst_structure_free (answer);
  return credentials;
}

void
gst_wms_credentials_ask (GstElement * element, WmsQuestion * question)
{
  const WmsQuestionInfo *info = wms_question_get_info (question);
  GstStructure *answer = NULL;

  /* before the signal: its handler may have it answered at once */
  g_object_set_qdata_full (G_OBJECT (element), question_quark (),
      wms_question_ref (question), (GDestroyNotify) wms_question_unref);
  g_signal_emit (element, acquire_signal, 0, info->realm, info->site,
      info->user, info->hresult, info->flags, &answer);
  if (answer != NULL && gst_structure_has_name (answer, ANSWER_PENDING))
    gst_structure_free (answer);
  else
    wms_question_answer (question,
        answer != NULL ? take_credentials (answer) : NULL);
}

void
gst_wms_credentials_forget (GstElement * element)
{
  g_object_set_qdata (G_OBJECT (element), question_quark (), NULL);
}

static gboolean
provide_credentials (GstElement * element, const GstStructure * answer)
{
  WmsQuestion *question = g_object_steal_qdata (G_OBJECT (element),
      question_quark ());
  gboolean is_taken;

  if (question == NULL)
    return FALSE;
  is_taken = wms_question_answer (question, answer == NULL ? NULL :
      take_credentials (gst_structure_copy (answer)));
  wms_question_unref (question);
  return is_taken;
}

/* The first handler that has an answer is the last one that is asked. */
static gboolean
take_first (GSignalInvocationHint * hint, GValue * result,
    const GValue * answer, gpointer user_data)
{
  gpointer boxed = g_value_get_boxed (answer);

  if (boxed == NULL)
    return TRUE;
  g_value_set_boxed (result, boxed);
  return FALSE;
}

void
gst_wms_credentials_install_signals (GstElementClass * klass)
{
  /**
   * GstWmsPushSink::acquire-credentials:
   * @sink: the element
   * @realm: what the credentials are for, as the server calls it, may be empty
   * @site: the host that asks
   * @user: (nullable): the user that was refused before
   * @hresult: S_OK at first, else why @user was refused:
   *     NS_E_SERVER_ACCESSDENIED or NS_E_PROXY_ACCESSDENIED
   * @flags: #GstWmsCredentialFlags: what they will be used for
   *
   * Asks for a user name and a password when those that were set are not there
   * or were refused: IWMCredentialCallback::AcquireCredentials of the Windows
   * Media Format SDK.  It comes on a thread of the element, at most three times
   * for the server and three times for the proxy, and never with a password
   * again that was refused.
   *
   * The answer is a structure with the strings `user` and `password`, or a
   * structure named `pending` when it will come later, by
   * #GstWmsPushSink::provide-credentials.  An answer to a question with
   * %GST_WMS_CREDENTIAL_FLAG_CLEAR_TEXT is sent in clear text.
   *
   * Returns: (transfer full) (nullable): the answer, %NULL to give up
   *
   * Since: 1.22
   */
  acquire_signal = g_signal_new ("acquire-credentials",
      G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, take_first, NULL, NULL,
      GST_TYPE_STRUCTURE, 5, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING,
      G_TYPE_UINT, GST_TYPE_WMS_CREDENTIAL_FLAGS);

  /**
   * GstWmsPushSink::provide-credentials:
   * @sink: the element
   * @answer: (nullable): a structure with the strings `user` and `password`,
   *     %NULL to give up
   *
   * Answers the last #GstWmsPushSink::acquire-credentials, from any thread.
   *
   * Returns: whether an answer was waited for
   *
   * Since: 1.22
   */
  g_signal_new_class_handler ("provide-credentials",
      G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION,
      G_CALLBACK (provide_credentials), NULL, NULL, NULL, G_TYPE_BOOLEAN, 1,
      GST_TYPE_STRUCTURE);
}
