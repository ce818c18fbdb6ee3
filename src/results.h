/* What the steps of a scan found, written into its folder: tables, JSON, the page, and what `pardon serve` needs. */
#pragma once

#include "detecting/own_probes.h"
#include "detecting/verdicts.h"
#include "judging/judging.h"
#include "judging/stress.h"
#include "looking/eyes.h"
#include "repeating/listed_repeats.h"

/* Borrowed, all of it. */
typedef struct {
  store *store;
  const pardon_scan_options *asked;
  const eyes *eyes;
  const verdicts *verdicts;
  const listed_repeats *copies;
  report_probes *probes; /* taken over: empty afterwards */
  judging *judged;
  const stress *stressed;
  int threads;
} findings;

/* Fills in of `result` what the report counts: kinds, copies, splits, probes, and whether there is a page. Nothing is written half: a file is
 * the old one or the new one. */
gboolean results_write (const findings *f, const job *j, pardon_scan_result *result, GError **error);
