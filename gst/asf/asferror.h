/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __ASF_ERROR_H__
#define __ASF_ERROR_H__

#include <glib.h>

G_BEGIN_DECLS

/**
 * ASF_ERROR:
 *
 * Error domain of the format layer; codes are #AsfError.
 */
#define ASF_ERROR (asf_error_quark ())

/**
 * AsfError:
 * @ASF_ERROR_TRUNCATED: the bytes end before the structure does
 * @ASF_ERROR_INVALID: a field has a value that the specification forbids
 * @ASF_ERROR_LIMIT: something is larger than the format or a caller allows
 */
typedef enum
{
  ASF_ERROR_TRUNCATED,
  ASF_ERROR_INVALID,
  ASF_ERROR_LIMIT,
} AsfError;

GQuark asf_error_quark (void);

G_END_DECLS
#endif /* __ASF_ERROR_H__ */
