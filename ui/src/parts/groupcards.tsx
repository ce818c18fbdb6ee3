// Cards of what goes wrong together: owed groups, slices, clusters.
import type { JSX } from "preact";
import type { Cluster, OwedGroup, Slice } from "../documents";
import { number, p_value, percent, share } from "../format";
import { OpenButton } from "./opened";
import { Confused, Sheet } from "./sheet";
import { error_of_all, error_of_fit, type Tally } from "./tally";

const SHOWN = 8;

/** How many times the error of the others it has. */
function lift(error: number, all: number, whom: string): string {
  return all > 0 ? ` · ${number(error / all, 1)} times that of ${whom}` : "";
}

function ErrorLine({ of }: { of: Tally }): JSX.Element {
  if (of.judged === 0) return <p class="soft">none judged</p>;
  const error = of.wrong / of.judged;
  return (
    <p>
      <strong>{percent(error, 0)}</strong> wrong{" "}
      <span class="soft">
        ({number(of.wrong)} of {number(of.judged)}, {number(of.owed)} owed){lift(error, error_of_all.value, "all")}
      </span>
    </p>
  );
}

export function OwedCard({ of, tally, open }: { of: OwedGroup; tally: Tally | undefined; open: string | undefined }): JSX.Element {
  const gone = tally === undefined ? 0 : tally.n - tally.owed;
  return (
    <li class="card group">
      <div class="row">
        <h3>Owed group {of.id}</h3>
        <OpenButton of={`g${of.id}`} now={open} words={`owed group ${of.id}`} />
      </div>
      <p>{of.line}</p>
      <Sheet files={of.members.slice(0, SHOWN).map((m) => m.file)} />
      <p class="soft">
        {number(of.size)} {of.size === 1 ? "mistake" : "mistakes"} · {number(of.alike)} fit pictures look alike, right or wrong
        {of.alike > 0 && of.size <= of.alike && ` · ${percent(of.size / of.alike, 0)} of them wrong${lift(of.size / of.alike, error_of_fit.value, "all fit ones")}`}
        {gone > 0 && ` · ${number(gone)} no longer owed at this threshold`}
      </p>
      <Confused of={of.confusions.slice(0, 3).map((c) => ({ ...c, n: c.pictures }))} />
    </li>
  );
}

const SLICE_KINDS: Record<string, string> = {
  region: "pictures that look alike", value: "a value of your table", range: "a range of numbers",
  truth: "a class", predicted: "a prediction", pair: "a pair of classes",
};

export function SliceCard({ of, number: at, open }: { of: Slice; number: number; open: string | undefined }): JSX.Element {
  return (
    <li class="card group">
      <div class="row">
        <h3>
          Slice {at} <span class="soft">· {SLICE_KINDS[of.kind] ?? of.kind}</span>
        </h3>
        {of.members.length > 0 && <OpenButton of={`s${at}`} now={open} words={`slice ${at}`} />}
      </div>
      <p>{of.line}</p>
      <Sheet files={of.members.slice(0, SHOWN).map((m) => m.file)} />
      <p>
        <strong>{share(of.tested_error, 0)}</strong> wrong <span class="soft">on the half it was tested on</span>, {percent(of.elsewhere_error.value, 0)}{" "}
        elsewhere{of.lift !== null && <> · {number(of.lift, 1)} times the error of all</>}
      </p>
      <p class="soft">
        p {p_value(of.p)}, q {p_value(of.q)} · {of.significant ? "shown" : "not shown: may be chance"}
      </p>
    </li>
  );
}

export function ClusterCard({ of, tally, open, judged }: { of: Cluster; tally: Tally | undefined; open: string | undefined; judged: boolean }): JSX.Element {
  const whole = tally !== undefined && tally.n === of.size;
  const noisy = whole ? tally.noisy : of.noisy;
  const kind = whole ? tally.kind : of.kind;
  const of_kind = whole ? tally.of_kind : of.of_kind;
  return (
    <li class="card group">
      <div class="row">
        <h3>
          Cluster {of.id}{" "}
          <span class="soft">
            · {number(of.size)} {of.size === 1 ? "picture" : "pictures"}, {percent(of.share, 0)}
          </span>
        </h3>
        <OpenButton of={`c${of.id}`} now={open} words={`cluster ${of.id}`} />
      </div>
      <Sheet files={of.members.slice(0, SHOWN).map((m) => m.file)} />
      {judged && tally !== undefined && <ErrorLine of={tally} />}
      {judged && !whole && tally !== undefined && <p class="soft">Counted in the {number(tally.n)} pictures that this page holds.</p>}
      {noisy !== null && (
        <p class="soft">
          {percent(noisy / Math.max(1, of.size), 0)} noisy ({number(noisy)})
          {kind !== null && of_kind > 0 && <>, {number(of_kind)} of them {kind}</>}
          {of.silhouette !== null && <> · silhouette {number(of.silhouette, 2)}</>}
        </p>
      )}
      {judged && tally !== undefined && <Confused of={tally.confusions.slice(0, 3)} />}
    </li>
  );
}
