/* JSON as the judgement writes it: base/json_write.h, and shares with their intervals. */
#pragma once

#include "base/json_write.h"
#include "judge/statistics.h"

void json_put_share (GString *o, const char *key, const proportion *p); /* value, low, high, n */
void json_put_members (GString *o, const char *object); /* of a finished object, as text; into an open one */
