/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __RECORD_FILES_H__
#define __RECORD_FILES_H__

#include "asf/asfreader.h"

G_BEGIN_DECLS

/* A folder with recordings. */
gchar *record_folder_new (void);

/* Removes it with all that is in it. */
void record_folder_free (gchar * folder);

/* Returns: (transfer full): paths of the files in @folder, as they were begun,
 * with a NULL at the end. */
gchar **record_folder_list (const gchar * folder);

/* Reads a finished recording, whose sizes have to be what its header says;
 * @name is for messages. */
void record_bytes_read (const guint8 * data, gsize size, const gchar * name,
    AsfHeaderInfo * info);

/* Returns: the contents of one. */
gchar *record_file_read (const gchar * path, AsfHeaderInfo * info);

/* Returns: (transfer full): what test_asf_objects would say of a file's
 * packets: a line for each media object. */
gchar *record_file_objects (const gchar * path);

/* A finished file is what the rules want: whole objects with continuous
 * numbers, times from the beginning on and in order, video from a key frame
 * on, an index of each video stream whose places are key frames. */
void record_file_check (const gchar * path);

/* The same, but it need not have the index.  Returns: whether it has. */
gboolean record_bytes_check (const guint8 * data, gsize size,
    const gchar * name);

G_END_DECLS
#endif /* __RECORD_FILES_H__ */
