/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_FILES_H__
#define __PUB_FILES_H__

#include "pubauth.h"
#include "puboptions.h"
#include "pubpasswords.h"

G_BEGIN_DECLS

/**
 * PubFiles:
 *
 * What the files are that options name: password tables, the certificate, and
 * whether the folder for recordings can be written to.  Secrets that everybody
 * can read are warned of, in the options file as well.
 */
typedef struct _PubFiles PubFiles;

/**
 * pub_files_read:
 * @options: name them
 *
 * Takes as long as the disk does, and may be called on any thread.
 *
 * Returns: (transfer full): what is there; what cannot be read is told to who
 *     asks for it.
 */
PubFiles *pub_files_read (const PubOptions * options);
void pub_files_free (PubFiles * self);

/**
 * pub_files_take_passwords:
 * @role: whose
 * @passwords: (out) (transfer full) (nullable): %NULL where none are named
 * @error: return location
 *
 * To be called once for each role.
 *
 * Returns: %FALSE with @error when they could not be read.
 */
gboolean pub_files_take_passwords (PubFiles * self, PubRole role,
    PubPasswords ** passwords, GError ** error);

/* The same for the certificate. */
gboolean pub_files_take_certificate (PubFiles * self,
    GTlsCertificate ** certificate, GError ** error);

/* Returns: %FALSE with @error when there is no writing to the folder. */
gboolean pub_files_check_folder (PubFiles * self, GError ** error);

G_END_DECLS
#endif /* __PUB_FILES_H__ */
