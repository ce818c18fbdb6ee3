// The documents the page is given (docs/report.md): report.json, the columns of pictures, thumbnails.
// Only what the page reads is named here.

export interface Share {
  value: number | null;
  low: number | null;
  high: number | null;
  n: number;
}

export interface Excess {
  kind?: string;
  pictures: number;
  wrong: number;
  expected: number | null;
  value: number | null;
  low: number | null;
  high: number | null;
  effect: Share;
  guard: string;
}

/** What the judgement says at one threshold; `headline` is what `pardon scan --threshold` prints, word for word. */
export interface ThresholdStep {
  threshold: number;
  false_alarms: number | null;
  noisy: number;
  right: number;
  right_noisy: number;
  set_aside: number;
  owed: number;
  fit: Share;
  excess: { value: number | null; low: number | null; high: number | null; known: boolean };
  guard: string;
  headline: string;
}

export interface ClassSide {
  support: number;
  precision: Share;
  recall: Share;
  f1: number;
}
export interface ClassRow {
  class: string;
  number: number;
  noisy: number;
  all: ClassSide;
  fit: ClassSide;
}
export interface Confusion {
  label: string;
  prediction: string;
  all: number;
  fit: number;
}
export interface ReliabilityBin {
  low: number;
  high: number;
  confidence: number | null;
  accuracy: number | null;
  n: number;
}
export interface Calibration {
  n: number;
  ece: number | null;
  ece_equal_counts?: number | null;
  confidence: number | null;
  accuracy: number | null;
  bins: ReliabilityBin[];
}
export interface Case {
  file: string;
  label: string | null;
  prediction?: string | null;
  suggested?: string | null;
  confidence: number | null;
  distance?: number;
  score?: number;
}
export interface OwedGroup {
  id: number;
  size: number;
  alike: number;
  line: string;
  confusions: { label: string; prediction: string; pictures: number }[];
  members: Case[];
}
export interface Slice {
  kind: string;
  line: string;
  column?: string | null;
  pictures: number;
  wrong: number;
  found_error: Share;
  tested_error: Share;
  elsewhere_error: Share;
  lift: number | null;
  p: number | null;
  q: number | null;
  significant: boolean;
  members: Case[];
}
export interface NoiseRates {
  uneven: boolean;
  p: number | null;
  cramer_v: number | null;
  groups: { name: string; noisy: Share }[];
}
/** The paired test: the same pictures as they are, and corrupted. */
export interface Stress {
  n: number;
  against: string;
  clean_error: Share;
  mce: Share;
  relative_mce: number | null;
  kinds: { kind: string; family: string; error: Share; relative: number | null }[];
}
export interface Judging {
  words: string[];
  headline?: string;
  verdicts: { right: number; set_aside: number; owed: number; unjudged: number; right_noisy: number };
  accuracy: { all: Share; fit: Share };
  balanced: { all: Share; fit: Share };
  top5: { all: Share; fit: Share };
  class_standardised: Share;
  excess_errors: Excess;
  excess_errors_by_kind: Excess[];
  guard: { overall: string; by_kind: Record<string, string> };
  truth_from?: string;
  predictions_from?: string;
  classes: number;
  per_class: ClassRow[];
  confusions: Confusion[];
  calibration: { all: Calibration; fit: Calibration };
  rejection: {
    n: number;
    area: number | null;
    area_perfect: number | null;
    area_random: number | null;
    points: { rejected: number; error: number }[];
  };
  confident_mistakes: Case[];
  owed_groups: OwedGroup[];
  groups_seen_by?: string;
  slices: Slice[];
  suspected_labels: {
    n: number;
    of: number;
    share: number | null;
    low?: number | null;
    high?: number | null;
    fallback?: boolean;
    first: Case[];
  } | null;
  noise_rates?: { by_class?: NoiseRates | null; by_split?: NoiseRates | null };
  stress?: Stress | null;
  thresholds?: ThresholdStep[];
}

export interface KindRow {
  kind: string;
  family: string;
  count: number;
  share: number;
  severity: number | null;
  severities: number[];
}
export interface Image64 {
  width: number;
  height: number;
  uri: string;
}
export interface Shot {
  file: string;
  noise: number;
  score: number;
  kind: string | null;
  severity: number | null;
  evidence: string[];
  probe?: Image64 | null;
}
export interface Noise {
  detector: string;
  calibrated_on: number;
  false_alarms: number;
  threshold: number;
  judged: number;
  noisy: number;
  prevalence: { share: number | null; low: number | null; high: number | null };
  expected_wrong: number | null;
  expected_wrong_low?: number | null;
  expected_wrong_high?: number | null;
  unlike: number | null;
  by_kind: KindRow[];
  histogram: { edges: number[]; counts: number[]; noisy: number[]; threshold: number };
  probe_of: { file: string } | null;
  worst: Shot[];
  doubtful: { below: Shot[]; above: Shot[] };
}
export interface Cluster {
  id: number;
  size: number;
  share: number;
  silhouette: number | null;
  mean_distance: number | null;
  largest_distance: number | null;
  noisy: number;
  noisy_share: number;
  kind: string | null;
  of_kind: number;
  members: { file: string; distance: number; noisy: boolean; kind: string | null }[];
}
export interface Report {
  version: number;
  program_version: string;
  settings: { name: string; value: string }[];
  counts: {
    found: number;
    ok: number;
    damaged: number;
    unreadable: number;
    skipped: number;
    added: number;
    vanished: number;
  };
  noise: Noise | null;
  duplicates: {
    exact_groups: number;
    exact_pictures: number;
    exact_extra: number;
    near_groups: number;
    near_pictures: number;
    groups_across: number;
    groups: {
      group: number;
      kind: string;
      across: boolean;
      pictures: number;
      files: { file: string; split: string | null; similarity: number | null }[];
    }[];
  } | null;
  splits: {
    name: string;
    pictures: number;
    noisy: number;
    noise_rate: number | null;
    low: number | null;
    high: number | null;
    copied: number;
  }[];
  probes: unknown;
  clustering: {
    pictures: number;
    dimensions: number;
    k: number;
    inertia: number | null;
    silhouette: number | null;
    curve: { k: number; inertia: number; silhouette: number | null }[];
    total_variance: number | null;
    explained_variance: number[];
  };
  clusters: Cluster[];
  problems: { file: string; status: string; reason: string }[];
  judging: Judging | null;
}

/** A column as it is sent: base64 of little-endian numbers, or strings. */
export type SentColumn =
  | { type: "text"; values: (string | null)[] }
  | { type: "category"; names: string[]; data: string; wide?: boolean }
  | { type: "f32" | "i32" | "u8" | "u32"; data: string };

export interface SentPictures {
  version: number;
  n: number;
  total: number;
  selection?: string;
  ids?: SentColumn;
  kinds: string[];
  families: Record<string, string>;
  columns: Record<string, SentColumn>;
  metadata: Record<string, SentColumn>;
  places: { type: "i8"; width: number; scale: number[]; data: string } | null;
}

export interface SentThumbnails {
  side: number;
  ids: number[];
  uris: string[];
  why?: Record<string, string[]>;
}

export interface About {
  mode: "file" | "serve";
  version: string;
  readonly: boolean;
  scan?: number; // of the server: which one the numbers of pictures are of
}

/** What a decision changed, in parallel arrays. */
export interface Changed {
  ids: number[];
  noisy: (boolean | null)[];
  forced: number[];
  kind: (string | null)[];
  severity: (number | null)[];
  label: (string | null)[];
  correct: (boolean | null)[];
  verdict: string[];
  decided: number[];
}
export interface Decided {
  changed: Changed;
  judging: Judging | null;
  undo: number;
}
export interface Decision {
  when: string;
  file: string;
  field: "noisy" | "kind" | "label";
  from: string | null;
  to: string | null;
  undone: boolean;
}
