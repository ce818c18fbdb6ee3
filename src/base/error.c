#include "base/error.h"

G_DEFINE_QUARK (pardon-error, pardon_error)
