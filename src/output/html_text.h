/* Text and numbers on their way into HTML: everything that did not come from this program is escaped here. */
#pragma once

#include <glib.h>

/* Safe between tags and inside a quoted attribute. What cannot be seen is made visible: control characters and those that
 * turn the direction of writing or take no width as [U+202E], what is not UTF-8 as U+FFFD. */
void html_append_text (GString *out, const char *bytes);

/* 1234567 as 1,234,567. */
void html_append_count (GString *out, guint64 n);

/* `format` as for g_ascii_formatd ("%.2f"): a point whatever the locale. An en dash where the value is not finite. */
void html_append_number (GString *out, const char *format, double value);

/* About three digits, thousands grouped from 1000 on. */
void html_append_measure (GString *out, double value);
