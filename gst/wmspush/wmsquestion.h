/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __WMS_QUESTION_H__
#define __WMS_QUESTION_H__

#include "wmspush/wmsauth.h"

G_BEGIN_DECLS

/**
 * WmsQuestion:
 *
 * A question for credentials on its way to the application, and its answer on
 * the way back, which may come late and from any thread.
 */
typedef struct _WmsQuestion WmsQuestion;

/**
 * WmsQuestionFunc:
 * @question: what is answered
 * @credentials: (transfer full) (nullable): the answer
 * @user_data: as given to wms_question_new()
 *
 * Takes the answer, once, on the thread that gives it.
 */
typedef void (*WmsQuestionFunc) (WmsQuestion * question,
    WmsCredentials * credentials, gpointer user_data);

/**
 * wms_question_new:
 * @info: copied
 * @func: gets the answer
 * @user_data: (closure): for @func
 * @notify: (nullable): frees @user_data with the question
 */
WmsQuestion *wms_question_new (const WmsQuestionInfo * info,
    WmsQuestionFunc func, gpointer user_data, GDestroyNotify notify);

/**
 * wms_question_ref:
 *
 * Returns: (transfer full): @self.
 */
WmsQuestion *wms_question_ref (WmsQuestion * self);

/**
 * wms_question_unref:
 * @self: (transfer full): a #WmsQuestion
 */
void wms_question_unref (WmsQuestion * self);

/**
 * wms_question_get_info:
 *
 * Returns: (transfer none): what is asked.
 */
const WmsQuestionInfo *wms_question_get_info (WmsQuestion * self);

/**
 * wms_question_answer:
 * @self: a #WmsQuestion
 * @credentials: (transfer full) (nullable): the answer, %NULL to give up
 *
 * Only the first answer counts.
 *
 * Returns: whether this was it.
 */
gboolean wms_question_answer (WmsQuestion * self,
    WmsCredentials * credentials);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WmsQuestion, wms_question_unref)
G_END_DECLS
#endif /* __WMS_QUESTION_H__ */
