/* The page's template has two places to fill. */
#pragma once

#include <glib.h>

/* `page` with `head` in place of its first <!--head--> and `data` in place of its first <!--data-->; a place that is not there stays unfilled.
 * What is put in is not looked at. g_string_free. */
GString *page_fill (GBytes *page, const char *head, const char *data);
