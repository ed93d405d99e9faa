/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_OPTION_TABLE_H__
#define __PUB_OPTION_TABLE_H__

#include "puboptions.h"

G_BEGIN_DECLS
#define PUB_MAX_OPTIONS 40
/**
 * PubOptionKind:
 * @PUB_OPTION_FLAG: said or not; on the command line only
 * @PUB_OPTION_TEXT: one text
 * @PUB_OPTION_FILE: the name of a file or folder
 * @PUB_OPTION_LIST: any number of texts
 * @PUB_OPTION_NUMBER: a number, into a guint
 * @PUB_OPTION_BYTES: a number, into a guint64
 * @PUB_OPTION_LEVEL: the name of a log level
 *
 * What a value is.
 */
    typedef enum
{
  PUB_OPTION_FLAG,
  PUB_OPTION_TEXT,
  PUB_OPTION_FILE,
  PUB_OPTION_LIST,
  PUB_OPTION_NUMBER,
  PUB_OPTION_BYTES,
  PUB_OPTION_LEVEL,
} PubOptionKind;

/**
 * PubOptionRow:
 * @heading: (nullable): in the help, over this option and those after it
 * @name: on the command line behind two dashes, in the file as it is
 * @letter: behind one dash, or 0
 * @kind: what a value is
 * @offset: of the field of #PubOptions
 * @min: of a number
 * @max: of a number
 * @check: (nullable): says what is wanted instead of a text, or %NULL when
 *     nothing is wrong with it
 * @argument: (nullable): what stands for the value in the help
 * @text: for the help
 *
 * An option.
 */
typedef struct
{
  const gchar *heading;
  const gchar *name;
  gchar letter;
  PubOptionKind kind;
  gsize offset;
  guint64 min, max;
  const gchar *(*check) (const gchar * value);
  const gchar *argument;
  const gchar *text;
} PubOptionRow;

/* Returns: (transfer none): the options in the order of the help. */
const PubOptionRow *pub_option_table (guint * n_rows);

/* Whether the options file may have it as well. */
gboolean pub_option_is_key (const PubOptionRow * row);

/* Puts the defaults into @options, which is empty. */
void pub_option_set_defaults (PubOptions * options);

/* Frees values that may have passwords in them, wiped. */
void pub_option_free_list (gchar ** values);

/**
 * pub_option_set:
 * @row: an option
 * @options: where its values go
 * @values: at least one
 * @bad_value: (out) (transfer none): the value that is none, on failure
 *
 * Returns: (transfer full) (nullable): what is wanted instead, for people;
 *     %NULL when all is well.
 */
gchar *pub_option_set (const PubOptionRow * row, PubOptions * options,
    const GPtrArray * values, const gchar ** bad_value);

G_END_DECLS
#endif /* __PUB_OPTION_TABLE_H__ */
