/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __TEST_PROPERTIES_H__
#define __TEST_PROPERTIES_H__

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * test_properties_keep:
 * @object: an object whose properties can be written
 * @type: the class whose own properties are tried
 * @rewritten: names of properties that do not give back the same text
 *
 * Fails unless each property that can be written and read gives back what it
 * was given: numbers at both ends of their range, each enumeration value,
 * texts and none.
 *
 * Returns: how many properties there were.
 */
guint test_properties_keep (GObject * object, GType type,
    const gchar * const *rewritten);

G_END_DECLS
#endif /* __TEST_PROPERTIES_H__ */
