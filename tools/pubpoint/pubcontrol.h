/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_CONTROL_H__
#define __PUB_CONTROL_H__

#include "pubroute.h"

G_BEGIN_DECLS

/* Whether an [MS-WMSP] player says something beside its stream, on a connection
 * of its own: SelectStream, KeepAlive, Stop, Log, SendEvent, GetContentInfo, or
 * something that is none of the protocol's requests. */
gboolean pub_control_matches (PubRequest * request);

/* Answers such a request, whose body has been read. */
void pub_control_answer (PubRequest * request);

G_END_DECLS
#endif /* __PUB_CONTROL_H__ */
