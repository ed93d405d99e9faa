/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubhead.h"

#include <string.h>

#include <libsoup/soup.h>

/* Not among libsoup 3.2's (RFC 6585). */
#define STATUS_HEAD_TOO_LARGE 431
/* What a header's name is of (RFC 9110, 5.6.2). */
#define NAME_CHARACTERS "!#$%&'*+-.^_`|~0123456789" \
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

/* Returns: (nullable): the header's value when it has that name. */
static gchar *
find_value (PubHead * self, const gchar * name)
{
  gsize length = strlen (name);

  if (g_ascii_strncasecmp (self->line, name, length) != 0
      || self->line[length] != ':')
    return NULL;
  return g_strstrip (self->line + length + 1);
}

static gboolean
is_number (const gchar * text)
{
  return *text != '\0' && strspn (text, "0123456789") == strlen (text);
}

/* Others may take "Transfer-Encoding" and a vertical tab, a quote or a byte of
 * no ASCII for that header.
 *
 * Returns: 0, or the status that refuses the header in the line. */
static guint
check_header (PubHead * self, const gchar ** why)
{
  gsize name_size = strspn (self->line, NAME_CHARACTERS);
  gboolean is_cut = self->line_size >= PUB_HEAD_LINE_SIZE;
  const gchar *value;

  *why = "a header that is none";
  if (name_size == 0 || self->line[name_size] != ':')
    return SOUP_STATUS_BAD_REQUEST;
  value = find_value (self, "Content-Length");
  *why = "a Content-Length that is none";
  if (value != NULL && (is_cut || !is_number (value)))
    return SOUP_STATUS_BAD_REQUEST;
  value = find_value (self, "Transfer-Encoding");
  *why = "an unknown Transfer-Encoding";
  if (value != NULL && g_ascii_strcasecmp (value, "chunked") != 0
      && g_ascii_strcasecmp (value, "identity") != 0)
    return SOUP_STATUS_NOT_IMPLEMENTED;
  return 0;
}

/* Returns: 0, or the status that refuses the line that has ended. */
static guint
take_line (PubHead * self, const gchar ** why)
{
  gsize size = MIN (self->line_size, PUB_HEAD_LINE_SIZE - 1);
  guint status = 0;

  if (size > 0 && self->line[size - 1] == '\r')
    size--;
  self->line[size] = '\0';
  if (size == 0)
    /* empty lines may come before a request (RFC 9112, 2.2) */
    self->is_done = self->n_lines > 0;
  else if (self->n_lines++ > 0)
    status = check_header (self, why);
  self->line_size = 0;
  if (status == 0 && self->n_lines > PUB_HEAD_MAX_LINES) {
    *why = "too many headers";
    status = STATUS_HEAD_TOO_LARGE;
  }
  return status;
}

static void
keep_byte (PubHead * self, gchar byte)
{
  if (self->line_size < PUB_HEAD_LINE_SIZE - 1) {
    self->line[self->line_size] = byte;
    if (self->n_lines == 0 && byte != '\r')
      self->first[self->line_size] = byte;
  }
  self->line_size++;
}

/* Returns: 0, or the status that refuses a byte that does not end a line. */
static guint
check_byte (PubHead * self, gchar byte, const gchar ** why)
{
  /* another server in front may take it for the end of a line (RFC 9112, 2.2) */
  *why = "a carriage return inside of a line";
  if (self->had_return)
    return SOUP_STATUS_BAD_REQUEST;
  *why = "this is no request";
  if (byte == '\0' || (self->n_lines == 0 && self->line_size == 0
          && byte != '\r' && !g_ascii_isalpha (byte)))
    return SOUP_STATUS_BAD_REQUEST;
  *why = "a header on several lines";
  if (self->n_lines > 0 && self->line_size == 0 && (byte == ' '
          || byte == '\t'))
    return SOUP_STATUS_BAD_REQUEST;
  *why = "the head is too large";
  if (self->size <= PUB_HEAD_MAX)
    return 0;
  return self->n_lines == 0 ? SOUP_STATUS_REQUEST_URI_TOO_LONG
      : STATUS_HEAD_TOO_LARGE;
}

guint
pub_head_scan (PubHead * self, const gchar * data, gsize size,
    const gchar ** why)
{
  guint status = 0;
  gsize i;

  for (i = 0; i < size && status == 0 && !self->is_done; i++) {
    self->size++;
    if (data[i] == '\n') {
      status = take_line (self, why);
    } else {
      status = check_byte (self, data[i], why);
      keep_byte (self, data[i]);
    }
    self->had_return = data[i] == '\r';
  }
  return status;
}
