/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __FUZZ_H__
#define __FUZZ_H__

#include <glib.h>

G_BEGIN_DECLS

/* What each target offers, to libFuzzer and to fuzzreplay.c alike. */
int LLVMFuzzerInitialize (int *argc, char ***argv);
int LLVMFuzzerTestOneInput (const guint8 * data, gsize size);

/* Bytes of an input that have not been used yet. */
typedef struct
{
  const guint8 *data;
  gsize size;
} FuzzInput;

/* 0 when nothing is left. */
guint fuzz_take_byte (FuzzInput * self);
guint fuzz_take_uint16 (FuzzInput * self);

/* At most @max bytes, which stay the input's.  Returns: how many. */
gsize fuzz_take_bytes (FuzzInput * self, gsize max, const guint8 ** data);

/* Up to the next zero byte, or to the end.  Returns: (transfer full): text
 * without control characters but tab, since no HTTP library lets others
 * through. */
gchar *fuzz_take_text (FuzzInput * self);

/* What a program does whose inputs go wrong by the thousand: it says nothing,
 * but ends with a core dump where something says CRITICAL. */
void fuzz_be_quiet (void);

G_END_DECLS
#endif /* __FUZZ_H__ */
