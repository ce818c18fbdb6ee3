/* Which instruction set measures: the best the machine has, or what PARDON_CPU names (an unknown or missing one:
 * scalar). */
#include "feature/quality_internal.h"

#include <string.h>

const quality_kernels *
quality_kernels_named (const char *name)
{
  if (strcmp (name, "scalar") == 0)
    return &quality_kernels_scalar;
#ifdef QUALITY_HAVE_AVX2
  if (strcmp (name, "avx2") == 0 && __builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("popcnt"))
    return &quality_kernels_avx2;
#endif
  return NULL;
}

static const quality_kernels *
choose (void)
{
  const char *wanted = g_getenv ("PARDON_CPU");
  const quality_kernels *found = quality_kernels_named (wanted != NULL ? wanted : "avx2");

  return found != NULL ? found : &quality_kernels_scalar;
}

const quality_kernels *
quality_kernels_best (void)
{
  static gsize chosen = 0;

  if (g_once_init_enter (&chosen))
    g_once_init_leave (&chosen, (gsize) choose ());
  return (const quality_kernels *) chosen;
}
