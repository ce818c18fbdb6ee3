// The page: a bar of places to go, and the place the address names.
import { render, type ComponentType, type JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import "./app.css";
import { failure, load, may_decide, pictures, report, serving } from "./data";
import { moved, scan_threshold, set_threshold, threshold } from "./judge";
import { number } from "./format";
import { address, link, page, params } from "./route";
import { Confusions } from "./pages/confusions";
import { Gallery } from "./pages/gallery";
import { Groups } from "./pages/groups";
import { MapPage } from "./pages/map";
import { Method } from "./pages/method";
import { Noise } from "./pages/noise";
import { Overview } from "./pages/overview";
import { PicturePage } from "./pages/picture";
import { Review } from "./pages/review";
import { Again } from "./parts/again";
import { Boundary } from "./parts/boundary";
import { ThemeButton } from "./parts/theme";

interface Place {
  page: string;
  name: string;
  view: ComponentType;
  hidden?: boolean; // not in the bar
}
const PLACES: Place[] = [
  { page: "overview", name: "Overview", view: Overview },
  { page: "noise", name: "Noise", view: Noise },
  { page: "groups", name: "Groups", view: Groups },
  { page: "map", name: "Map", view: MapPage },
  { page: "confusions", name: "Confusions", view: Confusions },
  { page: "gallery", name: "Gallery", view: Gallery },
  { page: "review", name: "Review", view: Review, hidden: !serving },
  { page: "method", name: "Method", view: Method, hidden: true },
  { page: "picture", name: "Picture", view: PicturePage, hidden: true },
];

function Moved(): JSX.Element | null {
  if (!moved.value) return null;
  return (
    <p class="moved" role="status">
      The threshold is moved to {number(threshold.value, 2)} (the scan: {number(scan_threshold.value, 2)}). Counts and verdicts
      follow it. <button onClick={() => set_threshold(scan_threshold.value)}>Back to the scan’s</button>
    </p>
  );
}

function App(): JSX.Element {
  const main = useRef<HTMLElement>(null);
  const bar = useRef<HTMLElement>(null);
  const here = page.value;
  useLayoutEffect(() => {
    window.scrollTo({ top: 0, behavior: "instant" }); // at once: the page may go on to where the reader was
    bar.current?.querySelector("[aria-current]")?.scrollIntoView({ inline: "nearest", block: "nearest", behavior: "instant" });
    document.title = `${PLACES.find((p) => p.page === here)?.name ?? "pardon"} · pardon`;
  }, [here]);
  const place = PLACES.find((p) => p.page === here);
  const View = place?.view;
  return (
    <>
      <a class="skip" href="#main" onClick={(e) => (e.preventDefault(), main.current?.focus())}>
        Skip to the content
      </a>
      <header>
        <a class="brand" href={link("overview")}>
          pardon
        </a>
        <nav aria-label="Pages" ref={bar}>
          {PLACES.filter((p) => p.hidden !== true).map((p) => (
            <a key={p.page} href={link(p.page)} aria-current={p.page === here ? "page" : undefined}>
              {p.name}
            </a>
          ))}
        </nav>
        <ThemeButton />
      </header>
      <div class="notes">
        <Again />
        <Moved />
      </div>
      <main id="main" tabIndex={-1} ref={main} data-ready={pictures.value !== null}>
        {failure.value !== null ? (
          <p class="failure" role="alert">
            {failure.value}
          </p>
        ) : report.value === null ? (
          <p class="loading">Loading…</p>
        ) : View === undefined ? (
          <p class="failure">
            There is no page “{here}”. <a href={link("overview")}>Overview</a>
          </p>
        ) : (
          <Boundary at={address(here, params.value)}>
            <View />
          </Boundary>
        )}
      </main>
      <footer>
        pardon {report.value?.program_version ?? ""}
        {pictures.value?.selection !== undefined && <> · {pictures.value.selection}</>}
        {serving && !may_decide && <> · read-only</>}
      </footer>
    </>
  );
}

const root = document.getElementById("app") as HTMLElement;
root.replaceChildren(); // what stood there while this was read
render(<App />, root);
void load();
