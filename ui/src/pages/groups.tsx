// What looks alike, and what goes wrong together.
import type { JSX } from "preact";
import { pictures, report } from "../data";
import type { Judging, Report } from "../documents";
import { count, number } from "../format";
import { moved } from "../judge";
import { own, own_key, params, set_params } from "../route";
import { ClusteringPlots } from "../parts/clustering";
import { judged } from "../parts/counts";
import { ClusterCard, OwedCard, SliceCard } from "../parts/groupcards";
import { Opened } from "../parts/opened";
import { cluster_tallies, group_tallies } from "../parts/tally";

const ORDERS: Record<string, string> = { size: "largest first", error: "most mistakes first", noise: "noisiest first", tight: "best silhouette first" };

/** Numbers of the pictures of these files that the page holds. */
function held(files: string[]): number[] {
  const p = pictures.value;
  return p === null ? [] : files.map((f) => p.find(f)).filter((i) => i >= 0);
}

function Open({ of, what }: { of: Report; what: string }): JSX.Element | null {
  const at = Number(what.slice(1));
  if (what.startsWith("c")) {
    const tally = cluster_tallies.value.get(at);
    if (tally === undefined) return null;
    return <Opened title={`Cluster ${at}`} ids={tally.ids} more={{ cluster: at, sort: "centre" }} note="Nearest to the cluster’s centre first." />;
  }
  if (what.startsWith("g")) {
    const group = of.judging?.owed_groups.find((g) => g.id === at);
    if (group === undefined) return null;
    const first = held(group.members.map((m) => m.file));
    const rest = (group_tallies.value.get(at)?.ids ?? []).filter((i) => !first.includes(i));
    return <Opened title={`Owed group ${at}`} ids={[...first, ...rest]} more={{ group: at }} note={`${group.line}. Nearest to the group’s centre first.`} />;
  }
  const slice = of.judging?.slices[at - 1];
  if (slice === undefined) return null;
  return <Opened title={`Slice ${at}`} ids={held(slice.members.map((m) => m.file))} more={null} note={`${slice.line}. Some of its mistakes.`} />;
}

function Failures({ of, open }: { of: Judging; open: string | undefined }): JSX.Element {
  const groups = of.owed_groups ?? [];
  const all = (of.slices ?? []).map((slice, i) => ({ slice, at: i + 1 }));
  const shown = all.filter((s) => s.slice.significant);
  const others = all.filter((s) => !s.slice.significant);
  return (
    <>
      <section>
        <h2>Where fit pictures show more mistakes than elsewhere</h2>
        <p class="soft">
          Found on one half of the fit pictures and tested on the other, so that looking does not become finding
          {moved.value && "; at the scan’s threshold"}.
        </p>
        {shown.length === 0 && <p>No slice of the fit pictures has shown more mistakes than the others ({number(all.length)} tested{moved.value && " at the scan’s threshold"}).</p>}
        <ul class="plain cards">
          {shown.map((s) => (
            <SliceCard key={s.at} of={s.slice} number={s.at} open={open} />
          ))}
        </ul>
        {others.length > 0 && (
          <details>
            <summary>{count(others.length, "slice")} tested and not shown</summary>
            <ul class="plain cards">
              {others.map((s) => (
                <SliceCard key={s.at} of={s.slice} number={s.at} open={open} />
              ))}
            </ul>
          </details>
        )}
      </section>
      <section>
        <h2>Owed mistakes that look alike</h2>
        {groups.length === 0 ? (
          <p>There are no owed mistakes to group.</p>
        ) : (
          <p class="soft">
            Mistakes alone are grouped, as {of.groups_seen_by ?? "the model"} sees them: a group says what goes wrong, not how often
            {moved.value && "; at the scan’s threshold"}.
          </p>
        )}
        <ul class="plain cards">
          {groups.map((g) => (
            <OwedCard key={g.id} of={g} tally={group_tallies.value.get(g.id)} open={open} />
          ))}
        </ul>
      </section>
    </>
  );
}

function Clusters({ of, open }: { of: Report; open: string | undefined }): JSX.Element {
  const tallies = cluster_tallies.value;
  const with_error = judged.value !== null;
  const order = own_key(ORDERS, params.value.order, "size");
  const error = (id: number): number => {
    const t = tallies.get(id);
    return t === undefined || t.judged === 0 ? -1 : t.wrong / t.judged;
  };
  const keys: Record<string, (i: number) => number> = {
    error: (i) => error(of.clusters[i]?.id ?? -1),
    noise: (i) => {
      const c = of.clusters[i];
      const t = tallies.get(c?.id ?? -1);
      return t !== undefined && t.n === c?.size ? t.noisy / Math.max(1, t.n) : (c?.noisy_share ?? 0);
    },
    tight: (i) => of.clusters[i]?.silhouette ?? -2,
  };
  const key = own(keys, order);
  const sorted = of.clusters.map((_, i) => i);
  if (key !== undefined) sorted.sort((a, b) => key(b) - key(a) || a - b);
  const orders = Object.entries(ORDERS).filter(([name]) => name !== "error" || with_error);
  return (
    <section>
      <div class="row">
        <h2>Clusters</h2>
        {of.clusters.length > 1 && (
          <label>
            Order{" "}
            <select value={order} onChange={(e) => set_params({ order: e.currentTarget.value === "size" ? null : e.currentTarget.value })}>
              {orders.map(([name, words]) => (
                <option key={name} value={name}>
                  {words}
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
      {of.clusters.length === 0 ? (
        <p>No pictures were clustered.</p>
      ) : (
        <p class="soft">All pictures, by what they look like; labels and predictions had no say. Cluster 0 is the largest.</p>
      )}
      <ul class="plain cards">
        {sorted.map((i) => {
          const c = of.clusters[i];
          return c === undefined ? null : <ClusterCard key={c.id} of={c} tally={tallies.get(c.id)} open={open} judged={with_error} />;
        })}
      </ul>
    </section>
  );
}

export function Groups(): JSX.Element {
  const r = report.value as Report;
  const open = params.value.open;
  const j = judged.value;
  const groups = (j?.owed_groups ?? []).length;
  const k = r.clusters.length;
  return (
    <div class="groups">
      <h1>
        {count(k, "cluster")} of pictures
        {groups > 0 && `, ${count(groups, "group")} of owed mistakes`}
      </h1>
      <div aria-live="polite">{open !== undefined && <Open of={r} what={open} />}</div>
      {j !== null && <Failures of={j} open={open} />}
      <Clusters of={r} open={open} />
      <ClusteringPlots of={r.clustering} />
    </div>
  );
}
