/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubtalk.h"

#include <string.h>

void
pub_talk_init (PubTalk * self)
{
  memset (self, 0, sizeof (*self));
  /* 3.2.3 */
  self->features = PUB_MMS_PREDSTRM | PUB_MMS_SSWITCH;
}

void
pub_talk_clear (PubTalk * self)
{
  if (self->pending != NULL)
    g_string_free (self->pending, TRUE);
  self->pending = NULL;
}

void
pub_talk_hear (PubTalk * self, const PubMmsRequest * request)
{
  self->answer.major = request->major;
  self->answer.is_http11 = request->is_http11;
  if (request->has_features)
    self->features = request->features;
}

static void
append (GByteArray * out, const gchar * text)
{
  g_byte_array_append (out, (const guint8 *) text, strlen (text));
}

guint
pub_talk_write_head (PubTalk * self, guint8 * head, gsize size)
{
  gboolean is_first = !self->has_chunk;

  if (!self->is_open)
    return 0;
  self->has_chunk = TRUE;
  return pub_mms_transfer_head (head, size, is_first);
}

void
pub_talk_end (PubTalk * self, GByteArray * out)
{
  guint8 head[PUB_MMS_TRANSFER_MAX];

  if (!self->is_open)
    return;
  g_byte_array_append (out, head, pub_talk_write_head (self, head, 0));
  self->is_open = FALSE;
  if (self->pending != NULL)
    append (out, self->pending->str);
  pub_talk_clear (self);
}

void
pub_talk_open (PubTalk * self, GByteArray * out, const gchar * type)
{
  gchar *head = pub_mms_head (&self->answer, SOUP_STATUS_OK, type,
      PUB_MMS_CHUNKED, FALSE);

  pub_talk_end (self, out);
  append (out, head);
  g_free (head);
  self->is_open = TRUE;
  self->has_chunk = FALSE;
}

/* Takes @head. */
static gboolean
say (PubTalk * self, GByteArray * out, gchar * head)
{
  gboolean fits = TRUE;

  if (!self->is_open) {
    append (out, head);
  } else {
    if (self->pending == NULL)
      self->pending = g_string_new (NULL);
    fits = self->pending->len + strlen (head) <= PUB_TALK_MAX_PENDING;
    if (fits)
      g_string_append (self->pending, head);
  }
  g_free (head);
  return fits;
}

gboolean
pub_talk_answer (PubTalk * self, GByteArray * out, guint status)
{
  return say (self, out, pub_mms_head (&self->answer, status, NULL, 0, FALSE));
}

gboolean
pub_talk_answer_options (PubTalk * self, GByteArray * out)
{
  return say (self, out, pub_mms_options_head (&self->answer));
}

gboolean
pub_talk_test (PubTalk * self, GByteArray * out)
{
  static const guint8 test[PUB_MMS_TEST_SIZE] = { '$', 'T', 0, 0 };
  guint8 head[PUB_MMS_TRANSFER_MAX];
  gboolean fits;

  if (!self->has_tested) {
    self->has_tested = TRUE;
    pub_talk_open (self, out, PUB_MMS_TYPE_FRAMED);
    g_byte_array_append (out, head, pub_talk_write_head (self, head,
            sizeof (test)));
    g_byte_array_append (out, test, sizeof (test));
    return TRUE;
  }
  self->has_tested = FALSE;
  self->answer.has_pipeline_result = TRUE;
  self->answer.pipeline_result = self->is_open;
  pub_talk_end (self, out);
  fits = pub_talk_answer (self, out, SOUP_STATUS_NO_CONTENT);
  self->answer.has_pipeline_result = FALSE;
  return fits;
}
