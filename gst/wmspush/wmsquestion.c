/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wmspush/wmsquestion.h"

struct _WmsQuestion
{
  gint ref_count;
  gint is_answered;             /* atomic */
  WmsQuestionInfo info;
  gchar *realm;
  gchar *site;
  gchar *user;
  WmsQuestionFunc func;
  gpointer user_data;
  GDestroyNotify notify;
};

WmsQuestion *
wms_question_new (const WmsQuestionInfo * info, WmsQuestionFunc func,
    gpointer user_data, GDestroyNotify notify)
{
  WmsQuestion *self = g_new0 (WmsQuestion, 1);

  self->ref_count = 1;
  self->info = *info;
  self->info.realm = self->realm = g_strdup (info->realm);
  self->info.site = self->site = g_strdup (info->site);
  self->info.user = self->user = g_strdup (info->user);
  self->func = func;
  self->user_data = user_data;
  self->notify = notify;
  return self;
}

WmsQuestion *
wms_question_ref (WmsQuestion * self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
wms_question_unref (WmsQuestion * self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  if (self->notify != NULL)
    self->notify (self->user_data);
  g_free (self->realm);
  g_free (self->site);
  wms_free_secret (self->user);
  g_free (self);
}

const WmsQuestionInfo *
wms_question_get_info (WmsQuestion * self)
{
  return &self->info;
}

gboolean
wms_question_answer (WmsQuestion * self, WmsCredentials * credentials)
{
  if (!g_atomic_int_compare_and_exchange (&self->is_answered, FALSE, TRUE)) {
    wms_credentials_free (credentials);
    return FALSE;
  }
  self->func (self, credentials, self->user_data);
  return TRUE;
}
