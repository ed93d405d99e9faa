/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "pubpagetexts.h"

#include <string.h>

#include <glib/gi18n-lib.h>

typedef struct
{
  const gchar *key;
  const gchar *text;
} Text;

static const Text page_texts[] = {
  {"server", N_("Server")},
  {"sign-in", N_("Sign in as administrator")},
  {"administrator", N_("You are the administrator")},
  {"on-air", N_("On air")},
  {"players", N_("Players")},
  {"incoming", N_("Incoming")},
  {"running-for", N_("Running for")},
  {"empty", N_("No encoder has come yet.")},
  {"no-script", N_("This page needs JavaScript. The figures are here:")},
  {"encoder", N_("Encoder")},
  {"bitrate", N_("Bitrate")},
  {"received", N_("Received")},
  {"sent", N_("Sent")},
  {"skipped", N_("Skipped packets")},
  {"late", N_("Late packets")},
  {"recorded", N_("Recorded")},
  {"play-it", N_("Play it")},
  {"playlist", N_("Play (.asx)")},
  {"disconnect-encoder", N_("Disconnect the encoder")},
  {"disconnect", N_("Disconnect")},
  {"player-list", N_("Who is playing")},
  {"address", N_("Address")},
  {"player", N_("Player")},
  {"since", N_("Since")},
  {"action", N_("Action")},
  {"cancel", N_("Cancel")},
  {NULL, NULL}
};

static const Text script_texts[] = {
  {"state-waiting", N_("Waiting for an encoder")},
  {"state-ready", N_("Encoder has announced itself")},
  {"state-streaming", N_("Streaming")},
  {"state-between", N_("Between two requests")},
  {"state-lost", N_("Connection lost")},
  /* a time of day, and how long it has been: 18:03 (12 min) */
  {"since-for", N_("since {1} ({2})")},
  /* 5 min ago */
  {"ago", N_("{1} ago")},
  {"now", N_("now")},
  {"silence", N_("Nothing has come in the last ten minutes.")},
  {"measuring", N_("The bitrate is being measured.")},
  /* 3 of 4 players have got something */
  {"of-players", N_("{1} of {2} playing")},
  /* a duration, and two bitrates */
  {"curve", N_("Bitrate of the last {1}: between {2} and {3}")},
  {"not-listed", N_("{1} more are not listed.")},
  {"ask-encoder", N_("Disconnect the encoder of {1}? All its players lose the"
            " programme.")},
  {"ask-player", N_("Disconnect the player at {1}?")},
  {"encoder-gone", N_("The encoder has been disconnected.")},
  {"player-gone", N_("The player has been disconnected.")},
  {"not-disconnected", N_("This could not be disconnected. Is it still"
            " there, and are you signed in?")},
  {"no-answer", N_("The server does not answer. The page tries again.")},
  {NULL, NULL}
};

static void
append_escaped (GString * html, const gchar * text)
{
  gchar *escaped = g_markup_escape_text (text, -1);

  g_string_append (html, escaped);
  g_free (escaped);
}

static void
append_script_texts (GString * html)
{
  const Text *text;

  for (text = script_texts; text->key != NULL; text++) {
    g_string_append_printf (html, "<data value=\"%s\">", text->key);
    append_escaped (html, _(text->text));
    g_string_append (html, "</data>\n");
  }
}

static void
append_named (GString * html, const gchar * key, const PubPageField * fields)
{
  const Text *text;

  for (; fields->key != NULL; fields++) {
    if (g_str_equal (fields->key, key)) {
      g_string_append (html, fields->html);
      return;
    }
  }
  for (text = page_texts; text->key != NULL; text++) {
    if (g_str_equal (text->key, key))
      append_escaped (html, _(text->text));
  }
  /* the code of the language that the texts are translated into: en, de, ... */
  if (g_str_equal (key, "language"))
    append_escaped (html, C_ ("language code", "en"));
  if (g_str_equal (key, "texts"))
    append_script_texts (html);
}

gchar *
pub_page_texts_fill (const gchar * page, const PubPageField * fields)
{
  GString *html = g_string_new (NULL);
  const gchar *begin, *end;

  while ((begin = strstr (page, "{{")) != NULL
      && (end = strstr (begin, "}}")) != NULL) {
    gchar *key = g_strndup (begin + 2, end - begin - 2);

    g_string_append_len (html, page, begin - page);
    append_named (html, key, fields);
    g_free (key);
    page = end + 2;
  }
  g_string_append (html, page);
  return g_string_free (html, FALSE);
}
