/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __FUZZ_SEEDS_H__
#define __FUZZ_SEEDS_H__

#include <glib.h>

G_BEGIN_DECLS

/* Writes an input for @target; @bytes is (transfer full). */
void fuzz_seed_save (const gchar * target, const gchar * name,
    GByteArray * bytes);

void fuzz_seed_put_text (GByteArray * bytes, const gchar * text);

/* Requests of encoders and players, NULL-terminated. */
extern const gchar *const fuzz_seed_requests[];

/* Inputs for those targets that take programmes: the reader's, the
 * splitter's, the frames', the server's and the sink's. */
void fuzz_seed_programmes (void);

G_END_DECLS
#endif /* __FUZZ_SEEDS_H__ */
