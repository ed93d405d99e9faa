/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asf/asferror.h"

G_DEFINE_QUARK (asf-error-quark, asf_error);
