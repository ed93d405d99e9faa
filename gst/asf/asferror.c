/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asf/asferror.h"

G_DEFINE_QUARK (asf_error_quark, asf_error)
