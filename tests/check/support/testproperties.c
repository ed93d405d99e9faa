/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "testproperties.h"

#include <gst/check/gstcheck.h>

static void
keep_value (GObject * object, GParamSpec * spec, const GValue * value)
{
  g_auto (GValue) kept = G_VALUE_INIT;

  g_value_init (&kept, spec->value_type);
  g_object_set_property (object, spec->name, value);
  g_object_get_property (object, spec->name, &kept);
  if (g_param_values_cmp (spec, value, &kept) != 0) {
    g_autofree gchar *wanted = g_strdup_value_contents (value);
    g_autofree gchar *got = g_strdup_value_contents (&kept);

    fail ("%s is %s, was set to %s", spec->name, got, wanted);
  }
}

/* GObject brings what is out of range to the nearer end. */
static void
keep_ends (GObject * object, GParamSpec * spec)
{
  static const gint64 beyond[] = { G_MININT64, G_MAXINT64 };
  g_auto (GValue) value = G_VALUE_INIT;
  guint i;

  g_value_init (&value, spec->value_type);
  for (i = 0; i < G_N_ELEMENTS (beyond); i++) {
    gboolean is_low = beyond[i] < 0;

    if (G_IS_PARAM_SPEC_UINT (spec))
      g_value_set_uint (&value, is_low ? 0 : G_MAXUINT);
    else if (G_IS_PARAM_SPEC_UINT64 (spec))
      g_value_set_uint64 (&value, is_low ? 0 : G_MAXUINT64);
    else if (G_IS_PARAM_SPEC_INT (spec))
      g_value_set_int (&value, is_low ? G_MININT : G_MAXINT);
    else
      g_value_set_boolean (&value, is_low);
    g_param_value_validate (spec, &value);
    keep_value (object, spec, &value);
  }
}

static void
keep_choices (GObject * object, GParamSpec * spec)
{
  GEnumClass *values = g_type_class_ref (spec->value_type);
  g_auto (GValue) value = G_VALUE_INIT;
  guint i;

  g_value_init (&value, spec->value_type);
  for (i = 0; i < values->n_values; i++) {
    g_value_set_enum (&value, values->values[i].value);
    keep_value (object, spec, &value);
  }
  g_type_class_unref (values);
}

static void
keep_texts (GObject * object, GParamSpec * spec)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, spec->value_type);
  g_value_set_static_string (&value, "text");
  keep_value (object, spec, &value);
  g_value_set_static_string (&value, NULL);
  keep_value (object, spec, &value);
}

guint
test_properties_keep (GObject * object, GType type,
    const gchar * const *rewritten)
{
  g_autofree GParamSpec **specs = NULL;
  guint n_specs, i, n_kept = 0;

  specs = g_object_class_list_properties (G_OBJECT_GET_CLASS (object),
      &n_specs);
  for (i = 0; i < n_specs; i++) {
    GParamSpec *spec = specs[i];

    if (spec->owner_type != type || g_strv_contains (rewritten, spec->name)
        || (spec->flags & G_PARAM_READWRITE) != G_PARAM_READWRITE)
      continue;
    if (G_IS_PARAM_SPEC_STRING (spec))
      keep_texts (object, spec);
    else if (G_IS_PARAM_SPEC_ENUM (spec))
      keep_choices (object, spec);
    else if (G_IS_PARAM_SPEC_UINT (spec) || G_IS_PARAM_SPEC_UINT64 (spec)
        || G_IS_PARAM_SPEC_INT (spec) || G_IS_PARAM_SPEC_BOOLEAN (spec))
      keep_ends (object, spec);
    else
      continue;
    n_kept++;
  }
  return n_kept;
}
