// What bench_page.mjs watches inside the page: paints, blank cells, frames. Functions handed to the page stand on their own.

/** Before the page's own script: notes when its heading first holds a number, and when it holds its pictures, as painted. */
export function watch_paints() {
  const times = (window.bench = { first: null, whole: null });
  const painted = (name) => {
    times[name] = Infinity; // seen, not yet painted
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => (times[name] = performance.now());
      channel.port2.postMessage(null);
    });
  };
  const look = () => {
    if (times.first === null && /\d/.test(document.querySelector("main h1")?.textContent ?? "")) painted("first");
    if (times.whole === null && document.querySelector("main[data-ready=true]") !== null) painted("whole");
    if (times.first === null || times.whole === null) return;
    watch.disconnect();
  };
  const watch = new MutationObserver(look);
  watch.observe(document, { childList: true, subtree: true, attributes: true, characterData: true });
}

/** Milliseconds from the start of the navigation. */
export async function await_paint(page) {
  await page.waitForFunction(() => Number.isFinite(window.bench.first ?? NaN) && Number.isFinite(window.bench.whole ?? NaN));
  return page.evaluate(() => window.bench);
}

/** Of each filter its times in milliseconds, from asking to the frame that shows the answer, going back to all pictures between. */
export async function filter_times(page, asked, runs) {
  await page.evaluate(() => (location.hash = "gallery"));
  await page.waitForSelector(".grid [data-at]");
  const out = {};
  for (const filter of asked) {
    out[filter] = [];
    for (let run = 0; run < runs; run++) {
      out[filter].push(await page.evaluate(time_filter, `gallery?${filter}`));
      await page.evaluate(time_filter, "gallery");
    }
  }
  return out;
}

function time_filter(hash) {
  return new Promise((done) => {
    const shown = () => `${document.querySelector(".found")?.textContent} ${document.querySelector(".grid [data-at] a")?.getAttribute("href")}`;
    const before = shown();
    const start = performance.now();
    const look = () => {
      if (shown() === before && performance.now() - start < 5000) {
        requestAnimationFrame(look);
        return;
      }
      const channel = new MessageChannel(); // its message comes after this frame is drawn
      channel.port1.onmessage = () => done(performance.now() - start);
      channel.port2.postMessage(null);
    };
    location.hash = hash;
    requestAnimationFrame(look);
  });
}

/** In the page: how many cells of the grid are in sight, and how many of those places hold none. */
function place_counter() {
  window.count_blank = () => {
    const grid = document.querySelector(".grid");
    const box = grid.getBoundingClientRect();
    const style = getComputedStyle(grid);
    const step = parseFloat(style.getPropertyValue("--step"));
    const columns = Number(grid.getAttribute("aria-colcount"));
    const rows = Number(grid.getAttribute("aria-rowcount"));
    const seen = new Set([...grid.querySelectorAll("[data-at]")].map((c) => {
      const at = c.getBoundingClientRect();
      return `${Math.round((at.top - box.top) / step)} ${Math.round((at.left - box.left) / step)}`;
    }));
    const from = Math.max(0, Math.floor(-box.top / step));
    const to = Math.min(rows - 2, Math.floor((window.innerHeight - 1 - box.top) / step)); // the last row may be short
    let cells = 0;
    let blank = 0;
    for (let r = from; r <= to; r++)
      for (let c = 0; c < columns; c++) {
        cells++;
        if (!seen.has(`${r} ${c}`)) blank++;
      }
    return { cells, blank };
  };
  window.pictures_there = () =>
    [...document.querySelectorAll(".grid img")].every((i) => {
      const at = i.getBoundingClientRect();
      return at.bottom < 0 || at.top > window.innerHeight || (i.complete && i.naturalWidth > 0);
    });
}

const LOOKED = 10; // at every so many jumps it is waited for the pictures

/** After each jump, one frame later: places in sight without a cell; now and then how long until every picture in sight is there,
 *  3 s at most. */
export async function jump_blanks(page, jumps) {
  await page.evaluate(place_counter);
  return page.evaluate(async ([jumps, looked]) => {
    const frame = () => new Promise((f) => requestAnimationFrame(() => f()));
    const out = { cells: 0, blank: 0, pictures: [] };
    let seed = 1;
    for (let i = 0; i < jumps; i++) {
      seed = (seed * 48271) % 2147483647; // Park and Miller's
      window.scrollTo({ top: (seed / 2147483647) * (document.documentElement.scrollHeight - window.innerHeight), behavior: "instant" });
      await frame(); // scroll events are told before this
      await frame();
      const { cells, blank } = window.count_blank();
      out.cells += cells;
      out.blank += blank;
      if (i % looked !== 0) continue;
      const start = performance.now();
      while (!window.pictures_there() && performance.now() - start < 3000) await frame();
      out.pictures.push(performance.now() - start);
    }
    return out;
  }, [jumps, LOOKED]);
}

/** Counted in every frame while the wheel turns. */
export async function blanks_while_scrolling(page, turns) {
  await page.evaluate(place_counter);
  await page.evaluate(() => {
    window.scrollTo({ top: 0, behavior: "instant" });
    const sums = (window.scrolled = { frames: 0, cells: 0, blank: 0, on: true });
    const each = () => {
      if (!sums.on) return;
      const { cells, blank } = window.count_blank();
      sums.frames++;
      sums.cells += cells;
      sums.blank += blank;
      requestAnimationFrame(each);
    };
    requestAnimationFrame(each);
  });
  await page.mouse.move(800, 600);
  for (let i = 0; i < turns; i++) {
    await page.mouse.wheel(0, 400);
    await page.waitForTimeout(30);
  }
  return page.evaluate(() => ((window.scrolled.on = false), window.scrolled));
}

/** Milliseconds between frames while the map is dragged about. */
export async function pan_frames(page) {
  await page.evaluate(() => (location.hash = "map"));
  const stage = page.locator(".stage canvas");
  await stage.waitFor();
  await page.waitForTimeout(1500);
  await stage.scrollIntoViewIfNeeded();
  const box = await stage.boundingBox();
  const middle = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(...middle);
  await page.mouse.down();
  await page.evaluate(() => {
    const panned = (window.panned = { last: performance.now(), frames: [], on: true });
    const each = (now) => {
      if (!panned.on) return;
      panned.frames.push(now - panned.last);
      panned.last = now;
      requestAnimationFrame(each);
    };
    requestAnimationFrame((now) => ((panned.last = now), requestAnimationFrame(each)));
  });
  for (let i = 1; i <= 120; i++) await page.mouse.move(middle[0] + 150 * Math.sin(i / 8), middle[1] + 100 * Math.cos(i / 8));
  await page.mouse.up();
  return page.evaluate(() => ((window.panned.on = false), window.panned.frames));
}
