// Where the threshold may stand.
import { computed } from "@preact/signals";
import { report } from "../data";
import { scan_threshold, steps } from "../judge";

/** Where pardon has said what follows; without a classifier, wherever the histogram can tell. Ascending. */
export const judge_stops = computed<number[]>(() => {
  const said = steps.value.map((s) => s.threshold);
  const edges = report.value?.noise?.histogram?.edges ?? [];
  const all = said.length > 0 ? said : [...edges, ...(Number.isNaN(scan_threshold.value) ? [] : [scan_threshold.value])];
  return [...new Set(all)].sort((a, b) => a - b);
});
