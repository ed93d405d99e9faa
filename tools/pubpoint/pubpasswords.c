/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "pubpasswords.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gio/gio.h>
#include <glib/gi18n-lib.h>

#include "pubrequest.h"
#include "wmspush/wmscredentials.h"

#define MAX_FILE (4 << 20)
#define HA1_SIZE 32

struct _PubPasswords
{
  gchar *realm;
  GHashTable *users;            /* name -> HA1 */
  gchar *nobodys;               /* HA1 */
};

gchar *
pub_random_hex (gsize n)
{
  guint8 *random = g_malloc (n);
  GString *text = g_string_sized_new (2 * n + 1);
  gboolean have_random = getrandom (random, n, 0) == (gssize) n;
  gsize i;

  for (i = 0; i < n; i++)
    g_string_append_printf (text, "%02x", random[i]);
  wms_wipe (random, n);
  g_free (random);
  return g_string_free (text, !have_random);
}

static gboolean
set_file_error (GError ** error, const gchar * filename, int code)
{
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code),
      _("Cannot read the password file %s: %s"), filename, g_strerror (code));
  return FALSE;
}

/* A pipe or a device would block, or never end. */
static gboolean
check_file (int fd, const gchar * filename, gsize * size, GError ** error)
{
  struct stat status;

  if (fstat (fd, &status) != 0)
    return set_file_error (error, filename, errno);
  if (!S_ISREG (status.st_mode))
    return set_file_error (error, filename,
        S_ISDIR (status.st_mode) ? EISDIR : EINVAL);
  if (status.st_size > MAX_FILE)
    return set_file_error (error, filename, EFBIG);
  if ((status.st_mode & S_IROTH) != 0)
    g_warning ("password file %s can be read by everybody: chmod o-r, since"
        " what is in it is as good as the passwords", filename);
  *size = status.st_size;
  return TRUE;
}

static gchar *
read_file (const gchar * filename, gsize * size, GError ** error)
{
  int fd = open (filename, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  gchar *text = NULL;
  gssize n = 0;
  gsize fill = 0;

  if (fd < 0) {
    set_file_error (error, filename, errno);
    return NULL;
  }
  if (check_file (fd, filename, size, error)) {
    text = g_malloc0 (*size + 1);
    while (fill < *size && (n = read (fd, text + fill, *size - fill)) > 0)
      fill += n;
    *size = fill;
  }
  if (n < 0) {
    set_file_error (error, filename, errno);
    wms_free_secret (text);
    text = NULL;
  }
  close (fd);
  return text;
}

static gboolean
is_ha1 (const gchar * text)
{
  gsize i;

  for (i = 0; i < HA1_SIZE && g_ascii_isxdigit (text[i]); i++);
  return i == HA1_SIZE && text[i] == '\0';
}

/* A name goes into logs and pages, and into lines of the protocol. */
static gboolean
is_name (const gchar * text)
{
  const gchar *p;

  for (p = text; *p != '\0'; p++) {
    if (g_ascii_iscntrl (*p))
      return FALSE;
  }
  return p > text;
}

/* Returns: what is wrong with @line, or %NULL.  The realm may have colons in
 * it, user and HA1 cannot. */
static const gchar *
take_line (PubPasswords * self, gchar * line)
{
  gchar *realm = strchr (line, ':'), *ha1 = strrchr (line, ':');

  if (realm == NULL || realm == ha1)
    return _("it is not user:realm:HA1, as htdigest writes it");
  *realm++ = '\0';
  *ha1++ = '\0';
  if (!is_name (line) || !is_name (realm))
    return _("user or realm are empty, or have control characters in them");
  /* some hash what is quoted, others what is meant */
  if (strpbrk (realm, "\"\\") != NULL)
    return _("the realm has quotes or backslashes in it, and clients do not"
        " agree on how to send them");
  if (!is_ha1 (ha1))
    return _("HA1 is not 32 hexadecimal digits, as htdigest writes them");
  if (self->realm == NULL)
    self->realm = g_strdup (realm);
  if (!g_str_equal (realm, self->realm))
    return NULL;
  if (g_hash_table_contains (self->users, line))
    return _("this user has a line already");
  g_hash_table_insert (self->users, g_strdup (line),
      g_ascii_strdown (ha1, HA1_SIZE));
  return NULL;
}

static gboolean
take_text (PubPasswords * self, gchar * text, gsize size,
    const gchar * filename, GError ** error)
{
  gchar *line = text, *end;
  const gchar *problem = NULL;
  guint n;

  if (g_str_has_prefix (line, "\357\273\277"))
    line += 3;
  for (n = 0; line < text + size && problem == NULL; line = end + 1, n++) {
    end = memchr (line, '\n', text + size - line);
    if (end == NULL)
      end = text + size;
    *end = '\0';
    if (end > line && end[-1] == '\r')
      end[-1] = '\0';
    if (end - line > (gssize) strlen (line) + 1)
      problem = _("there is a zero byte in it");
    else if (line[0] != '\0' && line[0] != '#')
      problem = take_line (self, line);
  }
  if (problem != NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
        _("%s, line %u: %s"), filename, n, problem);
  else if (g_hash_table_size (self->users) == 0)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
        _("There is no user of the realm “%s” in the password file %s"),
        self->realm ? self->realm : "", filename);
  return problem == NULL && g_hash_table_size (self->users) > 0;
}

PubPasswords *
pub_passwords_read (const gchar * filename, const gchar * realm,
    GError ** error)
{
  gsize size = 0;
  gchar *text = read_file (filename, &size, error);
  PubPasswords *self;

  if (text == NULL)
    return NULL;
  self = g_new0 (PubPasswords, 1);
  self->realm = g_strdup (realm);
  self->users = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
      (GDestroyNotify) wms_free_secret);
  self->nobodys = pub_random_hex (HA1_SIZE / 2);
  if (self->nobodys == NULL) {
    set_file_error (error, filename, ENODEV);
    g_clear_pointer (&self, pub_passwords_free);
  } else if (!take_text (self, text, size, filename, error)) {
    g_clear_pointer (&self, pub_passwords_free);
  }
  wms_wipe (text, size);
  g_free (text);
  return self;
}

void
pub_passwords_free (PubPasswords * self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->users);
  wms_free_secret (self->nobodys);
  g_free (self->realm);
  g_free (self);
}

const gchar *
pub_passwords_get_realm (PubPasswords * self)
{
  return self->realm;
}

const gchar *
pub_passwords_find (PubPasswords * self, const gchar * user,
    gboolean * is_known)
{
  const gchar *ha1 = user ? g_hash_table_lookup (self->users, user) : NULL;

  *is_known = ha1 != NULL;
  return ha1 != NULL ? ha1 : self->nobodys;
}

gboolean
pub_passwords_check (PubPasswords * self, const gchar * user,
    const gchar * password)
{
  gboolean is_known;
  const gchar *ha1 = pub_passwords_find (self, user, &is_known);
  gchar *text = g_strconcat (user, ":", self->realm, ":", password, NULL);
  gchar *hash = g_compute_checksum_for_string (G_CHECKSUM_MD5, text, -1);
  gboolean is_right = pub_id_equal (ha1, hash);

  wms_free_secret (text);
  wms_free_secret (hash);
  return is_right && is_known;
}
