/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubfiles.h"

#include <sys/stat.h>

#include "pubcertificate.h"
#include "pubrecord.h"

struct _PubFiles
{
  PubPasswords *passwords[PUB_N_ROLES];
  GError *passwords_errors[PUB_N_ROLES];
  GTlsCertificate *certificate;
  GError *certificate_error;
  GError *folder_error;
};

static void
read_passwords (PubFiles * self, PubRole role, const PubRoleOptions * options,
    const gchar * realm)
{
  if (options->passwords != NULL)
    self->passwords[role] = pub_passwords_read (options->passwords, realm,
        &self->passwords_errors[role]);
}

static void
check_options_file (const PubOptions * options)
{
  struct stat status;

  if (options->config_has_password && stat (options->config, &status) == 0
      && (status.st_mode & S_IROTH) != 0)
    g_warning ("options file %s can be read by everybody: chmod o-r, since a"
        " password is in its push-to", options->config);
}

PubFiles *
pub_files_read (const PubOptions * options)
{
  PubFiles *self = g_new0 (PubFiles, 1);

  check_options_file (options);
  read_passwords (self, PUB_ROLE_ENCODER, &options->encoder, options->realm);
  read_passwords (self, PUB_ROLE_PLAYER, &options->player, options->realm);
  read_passwords (self, PUB_ROLE_ADMIN, &options->admin, options->realm);
  if (options->tls_certificate != NULL)
    self->certificate = pub_certificate_load (options->tls_certificate,
        options->tls_key, &self->certificate_error);
  if (options->record != NULL)
    pub_record_check_folder (options->record, &self->folder_error);
  return self;
}

void
pub_files_free (PubFiles * self)
{
  guint i;

  for (i = 0; i < PUB_N_ROLES; i++) {
    pub_passwords_free (self->passwords[i]);
    g_clear_error (&self->passwords_errors[i]);
  }
  g_clear_object (&self->certificate);
  g_clear_error (&self->certificate_error);
  g_clear_error (&self->folder_error);
  g_free (self);
}

/* Returns: whether there is no @problem, which is taken. */
static gboolean
tell (GError ** problem, GError ** error)
{
  if (*problem == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (problem));
  return FALSE;
}

gboolean
pub_files_take_passwords (PubFiles * self, PubRole role,
    PubPasswords ** passwords, GError ** error)
{
  *passwords = g_steal_pointer (&self->passwords[role]);
  return tell (&self->passwords_errors[role], error);
}

gboolean
pub_files_take_certificate (PubFiles * self, GTlsCertificate ** certificate,
    GError ** error)
{
  *certificate = g_steal_pointer (&self->certificate);
  return tell (&self->certificate_error, error);
}

gboolean
pub_files_check_folder (PubFiles * self, GError ** error)
{
  return tell (&self->folder_error, error);
}
