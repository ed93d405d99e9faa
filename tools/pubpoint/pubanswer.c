/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubanswer.h"

#include <string.h>

#include "publog.h"
#include "pubrequest.h"
#include "pubserver-private.h"

static gboolean
has_body (guint status)
{
  return status != SOUP_STATUS_NO_CONTENT && status != SOUP_STATUS_NOT_MODIFIED;
}

static gchar *
answer_head (const PubAnswer * answer, gboolean closes)
{
  GString *text = g_string_new (NULL);
  GDateTime *now = g_date_time_new_now_utc ();
  gchar *date = soup_date_time_to_string (now, SOUP_DATE_HTTP);

  g_string_append_printf (text, "HTTP/1.1 %u %s\r\nServer: %s\r\nDate: %s\r\n",
      answer->status, pub_status_phrase (answer->status),
      pub_server_header (), date);
  if (has_body (answer->status))
    g_string_append_printf (text, "Content-Length: %" G_GSIZE_FORMAT "\r\n",
        answer->body != NULL ? g_bytes_get_size (answer->body) : 0);
  if (answer->type != NULL && answer->body != NULL)
    g_string_append_printf (text, "Content-Type: %s\r\n", answer->type);
  g_string_append (text, "Content-Security-Policy: " PUB_ANSWER_PAGE_POLICY
      "\r\nX-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\n"
      "Referrer-Policy: no-referrer\r\n"
      "Cross-Origin-Resource-Policy: same-origin\r\n");
  if (answer->headers != NULL)
    g_string_append (text, answer->headers);
  g_string_append (text, closes ? "Connection: close\r\n\r\n" : "\r\n");
  g_free (date);
  g_date_time_unref (now);
  return g_string_free (text, FALSE);
}

/* libsoup 3.2 would leave a connection open for ever that it has answered on
 * and that the peer then closes; one that it gets back, it closes. */
void
pub_answer_send (PubServer * self, SoupServerMessage * msg,
    const PubAnswer * answer)
{
  gboolean closes = pub_request_is_last (msg);
  gboolean is_head = g_str_equal (soup_server_message_get_method (msg), "HEAD");
  gchar *head = answer_head (answer, closes);
  PubConn *conn = pub_conn_steal (self->conns, msg, NULL, NULL);

  pub_conn_queue_text (conn, head);
  if (answer->body != NULL && !is_head && has_body (answer->status))
    pub_conn_queue (conn, NULL, 0, answer->body);
  if (closes)
    pub_conn_close (conn);
  else
    pub_conn_give_back (conn);
  g_free (head);
}

void
pub_answer_text (PubServer * self, SoupServerMessage * msg, guint status,
    const gchar * headers, const gchar * text)
{
  gchar *line = g_strdup_printf ("%s\n", text);
  GBytes *body = g_bytes_new_take (line, strlen (line));
  gchar *all = g_strdup_printf ("Cache-Control: no-store\r\n%s",
      headers != NULL ? headers : "");
  const PubAnswer answer = { status, "text/plain; charset=utf-8", all, body };

  if (status >= SOUP_STATUS_BAD_REQUEST) {
    gchar *request = pub_log_describe (msg);

    pub_log_refused (request, status, text);
    g_free (request);
  }
  pub_answer_send (self, msg, &answer);
  g_bytes_unref (body);
  g_free (all);
}
