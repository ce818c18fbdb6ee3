#include "base/error.h"

/* clang-format off: it takes the name for a subtraction */
G_DEFINE_QUARK (pardon - error, pardon_error)
