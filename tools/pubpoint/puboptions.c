/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "puboptions.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "puboptiontable.h"
#include "pubrelayurl.h"
#include "wmspush/wmscredentials.h"

#define GROUP "server"

/* What one place, the command line or the file, says of each option. */
typedef struct
{
  const gchar *filename;        /* NULL: the command line */
  GPtrArray *values[PUB_MAX_OPTIONS];
} Source;

static void
clear_source (Source * source)
{
  guint i;

  for (i = 0; i < PUB_MAX_OPTIONS; i++)
    g_clear_pointer (&source->values[i], g_ptr_array_unref);
}

static void
add_value (Source * source, guint index, gchar * value)
{
  if (source->values[index] == NULL)
    source->values[index] = g_ptr_array_new_with_free_func ((GDestroyNotify)
        wms_free_secret);
  g_ptr_array_add (source->values[index], value);
}

/* @name: as GOption says it, with its dashes. */
static gboolean
option_said (const gchar * name, const gchar * value, gpointer data,
    GError ** error)
{
  guint i, n_rows;
  const PubOptionRow *rows = pub_option_table (&n_rows);

  for (i = 0; i < n_rows; i++) {
    if (name[1] == '-' ? g_str_equal (name + 2, rows[i].name)
        : name[1] == rows[i].letter)
      add_value (data, i, g_strdup (value ? value : ""));
  }
  return TRUE;
}

static void
fill_entries (GOptionEntry * entries)
{
  guint i, n_rows;
  const PubOptionRow *rows = pub_option_table (&n_rows);

  memset (entries, 0, (n_rows + 1) * sizeof (*entries));
  for (i = 0; i < n_rows; i++) {
    entries[i].long_name = rows[i].name;
    entries[i].short_name = rows[i].letter;
    entries[i].arg = G_OPTION_ARG_CALLBACK;
    entries[i].arg_data = option_said;
    /* bytes as they are: what is wanted of them is checked later */
    entries[i].flags = rows[i].kind == PUB_OPTION_FLAG ? G_OPTION_FLAG_NO_ARG
        : G_OPTION_FLAG_FILENAME;
  }
}

static gboolean
read_command_line (Source * source, const gchar * const *arguments,
    GError ** error)
{
  GOptionEntry entries[PUB_MAX_OPTIONS + 1];
  GOptionContext *context = g_option_context_new (NULL);
  GOptionGroup *group = g_option_group_new ("main", "", "", source, NULL);
  gchar **rest = g_strdupv ((gchar **) arguments);
  gboolean is_valid;

  fill_entries (entries);
  g_option_group_add_entries (group, entries);
  g_option_context_set_main_group (context, group);
  g_option_context_set_help_enabled (context, FALSE);
  is_valid = g_option_context_parse_strv (context, &rest, error);
  if (is_valid && g_strv_length (rest) > 1) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        _("%s is no option; try --help"), rest[1]);
    is_valid = FALSE;
  }
  pub_option_free_list (rest);
  g_option_context_free (context);
  return is_valid;
}

static gboolean
find_key (const gchar * key, guint * index)
{
  guint n_rows;
  const PubOptionRow *rows = pub_option_table (&n_rows);

  for (*index = 0; *index < n_rows; (*index)++) {
    if (pub_option_is_key (&rows[*index])
        && g_str_equal (key, rows[*index].name))
      return TRUE;
  }
  return FALSE;
}

/* A file's name is relative to the options file, wherever the program was
 * started. */
static void
add_text (Source * source, guint index, const PubOptionRow * row, gchar * text)
{
  gchar *folder;

  if (row->kind != PUB_OPTION_FILE || *text == '\0'
      || g_path_is_absolute (text)) {
    add_value (source, index, text);
    return;
  }
  folder = g_path_get_dirname (source->filename);
  add_value (source, index, g_build_filename (folder, text, NULL));
  g_free (folder);
  g_free (text);
}

static gboolean
read_key (Source * source, GKeyFile * file, const gchar * key, GError ** error)
{
  guint index, i, n_rows;
  const PubOptionRow *rows = pub_option_table (&n_rows);
  gchar **list, *text;

  if (!find_key (key, &index)) {
    g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_KEY_NOT_FOUND,
        _("%s: there is no option %s"), source->filename, key);
    return FALSE;
  }
  if (rows[index].kind == PUB_OPTION_LIST) {
    list = g_key_file_get_string_list (file, GROUP, key, NULL, error);
    for (i = 0; list != NULL && list[i] != NULL; i++)
      add_value (source, index, g_strstrip (g_strdup (list[i])));
    pub_option_free_list (list);
    if (list == NULL)
      g_prefix_error (error, "%s: %s: ", source->filename, key);
    return list != NULL;
  }
  text = g_key_file_get_string (file, GROUP, key, error);
  if (text == NULL) {
    g_prefix_error (error, "%s: %s: ", source->filename, key);
    return FALSE;
  }
  g_strchomp (text);
  add_text (source, index, &rows[index], text);
  return TRUE;
}

/* GKeyFile takes the last one and says nothing. */
static gboolean
check_repetition (const gchar * filename, const gchar * contents,
    GError ** error)
{
  GHashTable *seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
      NULL);
  gchar **lines = g_strsplit (contents, "\n", -1);
  gboolean is_once = TRUE;
  guint i;

  for (i = 0; lines[i] != NULL && is_once; i++) {
    gchar *line = g_strstrip (lines[i]);
    gchar *key = g_strndup (line, strcspn (line, "="));

    if (*line == '#' || *line == '[' || *line == '\0') {
      g_free (key);
      continue;
    }
    g_strchomp (key);
    if (g_hash_table_contains (seen, key)) {
      g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
          _("%s: %s is there twice"), filename, key);
      is_once = FALSE;
    }
    g_hash_table_add (seen, key);
  }
  pub_option_free_list (lines);
  g_hash_table_unref (seen);
  return is_once;
}

static gboolean
read_groups (Source * source, GKeyFile * file, GError ** error)
{
  gchar **names = g_key_file_get_groups (file, NULL);
  gchar **keys = NULL;
  gboolean is_valid = TRUE;
  guint i;

  for (i = 0; names[i] != NULL && is_valid; i++) {
    if (!g_str_equal (names[i], GROUP)) {
      g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_GROUP_NOT_FOUND,
          _("%s: there is no group [%s], only [%s]"), source->filename,
          names[i], GROUP);
      is_valid = FALSE;
    }
  }
  if (is_valid)
    keys = g_key_file_get_keys (file, GROUP, NULL, NULL);
  for (i = 0; keys != NULL && keys[i] != NULL && is_valid; i++)
    is_valid = read_key (source, file, keys[i], error);
  g_strfreev (keys);
  g_strfreev (names);
  return is_valid;
}

static gboolean
read_file (Source * source, GError ** error)
{
  GKeyFile *file = g_key_file_new ();
  gchar *contents = NULL;
  gsize size = 0;
  gboolean is_valid;

  if (!g_file_get_contents (source->filename, &contents, &size, error)) {
    g_key_file_unref (file);
    return FALSE;
  }
  /* GKeyFile takes no empty text for a file */
  is_valid = size == 0 || g_key_file_load_from_data (file, contents, size,
      G_KEY_FILE_NONE, error);
  if (!is_valid)
    g_prefix_error (error, "%s: ", source->filename);
  is_valid = is_valid && check_repetition (source->filename, contents, error)
      && read_groups (source, file, error);
  wms_free_secret (contents);
  g_key_file_unref (file);
  return is_valid;
}

/* Whether a receiver's password is in it. */
static gboolean
has_password (const Source * source)
{
  const GPtrArray *urls = NULL;
  gboolean is_found = FALSE;
  guint index, i;

  if (find_key ("push-to", &index))
    urls = source->values[index];
  for (i = 0; urls != NULL && i < urls->len && !is_found; i++) {
    PubRelayUrl *url = pub_relay_url_parse (g_ptr_array_index (urls, i));

    is_found = url != NULL && url->password != NULL;
    g_clear_pointer (&url, pub_relay_url_free);
  }
  return is_found;
}

static gboolean
take_source (PubOptions * self, const Source * source, GError ** error)
{
  guint i, n_rows;
  const PubOptionRow *rows = pub_option_table (&n_rows);

  for (i = 0; i < n_rows; i++) {
    const gchar *bad_value;
    gchar *wanted, *shown;

    if (source->values[i] == NULL)
      continue;
    wanted = pub_option_set (&rows[i], self, source->values[i], &bad_value);
    if (wanted == NULL)
      continue;
    shown = pub_relay_url_mask (bad_value);
    if (source->filename != NULL)
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
          "%s: %s=%s: %s", source->filename, rows[i].name, shown, wanted);
    else
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
          "--%s=%s: %s", rows[i].name, shown, wanted);
    g_free (shown);
    g_free (wanted);
    return FALSE;
  }
  return TRUE;
}

/* Options that mean nothing alone. */
static gboolean
check_company (const PubOptions * self, GError ** error)
{
  const gchar *lonely = NULL, *company = "tls-certificate";

  if (self->tls_certificate == NULL && self->tls_port != PUB_NO_PORT)
    lonely = "tls-port";
  else if (self->tls_certificate == NULL && self->tls_key != NULL)
    lonely = "tls-key";
  if (self->record == NULL && (self->record_time > 0 || self->record_size > 0)) {
    lonely = self->record_time > 0 ? "record-time" : "record-size";
    company = "record";
  }
  if (lonely != NULL)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
        _("%s is of no use without %s"), lonely, company);
  return lonely == NULL;
}

PubOptions *
pub_options_new (const gchar * const *arguments, GError ** error)
{
  PubOptions *self = g_new0 (PubOptions, 1);
  Source command_line = { NULL, }, file = { NULL, };
  gchar *config = NULL;
  gboolean is_valid;

  pub_option_set_defaults (self);
  is_valid = read_command_line (&command_line, arguments, error)
      && take_source (self, &command_line, error);
  if (is_valid && self->config != NULL) {
    /* the command line once more on top: it goes before the file */
    config = g_strdup (self->config);
    file.filename = config;
    is_valid = read_file (&file, error) && take_source (self, &file, error)
        && take_source (self, &command_line, error);
    self->config_has_password = has_password (&file);
  }
  is_valid = is_valid && check_company (self, error);
  clear_source (&command_line);
  clear_source (&file);
  g_free (config);
  if (!is_valid)
    g_clear_pointer (&self, pub_options_free);
  return self;
}

static void
clear_role (PubRoleOptions * role)
{
  g_free (role->passwords);
  g_strfreev (role->access);
}

void
pub_options_free (PubOptions * self)
{
  g_free (self->config);
  g_free (self->address);
  g_free (self->tls_certificate);
  g_free (self->tls_key);
  g_strfreev (self->hosts);
  g_free (self->url);
  g_strfreev (self->points);
  clear_role (&self->encoder);
  clear_role (&self->player);
  clear_role (&self->admin);
  g_free (self->realm);
  g_free (self->record);
  pub_option_free_list (self->push_to);
  g_free (self);
}
