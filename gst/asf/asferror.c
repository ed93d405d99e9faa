/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asf/asferror.h"

/* not by G_DEFINE_QUARK: several threads fail, and that has no lock */
GQuark
asf_error_quark (void)
{
  return g_quark_from_static_string ("asf-error-quark");
}
