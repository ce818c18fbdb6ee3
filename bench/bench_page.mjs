// The page at size: what it takes to serve, open, filter, scroll and pan very many pictures, beside what was promised.
// Run: PARDON_BUILD=build node bench/bench_page.mjs [--pictures N] [--runs N] [--small] [--json FILE]
// The pictures are made up (tests/tools/tool_page.c), their files real photographs in turns. Chromium draws in software here, so frames of the
// map are the slowest a reader will see. --small: leave out the report of a real scan of 1,000 pictures.
import { execFileSync } from "node:child_process";
import { cpus, loadavg } from "node:os";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { program, shared, source } from "../tests/ui/tap.mjs";
import { open_browser, serve, temporary } from "../tests/ui/site.mjs";
import { await_paint, blanks_while_scrolling, filter_times, jump_blanks, pan_frames, watch_paints } from "./page_watch.mjs";

const { values: asked } = parseArgs({
  options: { pictures: { type: "string", default: "100000" }, runs: { type: "string", default: "5" }, small: { type: "boolean", default: false }, json: { type: "string" }, help: { type: "boolean" } },
});
if (asked.help) {
  console.log(readFileSync(import.meta.filename, "utf8").split("\n").filter((l) => l.startsWith("// ")).slice(0, 4).map((l) => l.slice(3)).join("\n"));
  process.exit(0);
}
const N = Number(asked.pictures);
const RUNS = Number(asked.runs);
const TOOL = join(process.env.PARDON_BUILD ?? join(source, "build"), "tests", "tools", "tool_page");
const THUMBS = 300;

const rows = [];
const middle = (list) => [...list].sort((a, b) => a - b)[(list.length - 1) >> 1];

/** A line of the table: `target` an upper bound in the same unit, or null. */
function tell(name, value, unit, target = null, note = "") {
  rows.push({ name, value, unit, target, held: target === null ? null : value <= target, note });
  const shown = `${unit === "s" ? value.toFixed(2) : unit === "ms" ? value.toFixed(0) : unit === "MB" ? value.toFixed(1) : value} ${unit}`;
  const wanted = target === null ? "" : `${target} ${unit}`;
  console.log(`${name.padEnd(58)} ${shown.padStart(12)} ${wanted.padStart(12)} ${(target === null ? "" : value <= target ? "held" : "MISSED").padEnd(7)} ${note}`);
}

// --- the server --------------------------------------------------------------------------------------

function process_of(pid) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return { peak: Number(/VmHWM:\s+(\d+)/.exec(status)[1]) / 1000, cpu: (Number(stat[11]) + Number(stat[12])) / 100 };
}

async function with_server(dir, work) {
  const start = performance.now();
  const server = await serve(dir);
  try {
    return await work(server, (performance.now() - start) / 1000);
  } finally {
    await server.stop();
  }
}

async function measure_start(dir) {
  const [wall, cpu] = [[], []];
  for (let run = 0; run < RUNS; run++)
    await with_server(dir, (server, seconds) => {
      wall.push(seconds);
      cpu.push(process_of(server.pid).cpu);
    });
  tell("pardon serve: start to address", middle(wall), "s", null, `CPU ${middle(cpu).toFixed(2)} s`);
}

async function measure_memory(dir) {
  await with_server(dir, async (server) => {
    const url = new URL(server.url);
    const welcome = await fetch(server.url, { redirect: "manual" });
    const headers = { Cookie: welcome.headers.get("set-cookie").split(";")[0] };
    const get = async (path) => {
      const start = performance.now();
      const answer = await fetch(url.origin + path, { headers });
      const size = (await answer.arrayBuffer()).byteLength;
      if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
      return { size: size / 1e6, seconds: (performance.now() - start) / 1000 };
    };
    for (const path of ["/api/report", "/api/pictures", "/api/judging", "/api/decisions"]) {
      const { size, seconds } = await get(path);
      tell(`GET ${path}, first of this server`, seconds, "s", null, `${size.toFixed(1)} MB`);
    }
    await get("/api/pictures");
    const ids = Array.from({ length: THUMBS }, (_, i) => Math.floor((i * N) / THUMBS));
    for (let i = 0; i < ids.length; i += 6) await Promise.all(ids.slice(i, i + 6).map((id) => get(`/api/picture/${id}/thumb?side=224`)));
    tell(`server's peak memory, all documents and ${THUMBS} thumbnails`, process_of(server.pid).peak, "MB", 300);
  });
}

// --- the page ----------------------------------------------------------------------------------------

/** Seconds of processor time that the renderers have taken: what is left of a figure where a machine has other work. */
async function renderer_cpu(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  return processInfo.filter((p) => p.type === "renderer").reduce((sum, p) => sum + p.cpuTime, 0);
}

async function open(browser, address) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: "reduce" });
  const page = await context.newPage();
  page.setDefaultTimeout(120000);
  await page.addInitScript(watch_paints);
  await page.goto(address);
  const times = await await_paint(page);
  times.cpu = await renderer_cpu(browser); // of this page: it is the only one
  return { page, times, close: () => context.close() };
}

async function measure_paints(browser, dir) {
  const cold = [];
  const warm = [];
  const whole = [];
  const cpu = [];
  for (let run = 0; run < RUNS; run++)
    await with_server(dir, async (server) => {
      for (const list of [cold, warm]) {
        const site = await open(browser, server.url);
        list.push(site.times.first / 1000);
        if (list === warm) {
          whole.push(site.times.whole / 1000);
          cpu.push(site.times.cpu);
        }
        await site.close();
      }
    });
  tell("first useful paint, server just started", middle(cold), "s", 1.5, `all: ${cold.map((v) => v.toFixed(2)).join(" ")}`);
  tell("first useful paint, opened again", middle(warm), "s", 1.5, `all: ${warm.map((v) => v.toFixed(2)).join(" ")}`);
  tell("all pictures there", middle(whole), "s", null, `CPU of the page ${middle(cpu).toFixed(2)} s`);
}

async function measure_gallery(browser, page) {
  const before = await renderer_cpu(browser);
  const times = await filter_times(page, ["verdict=owed", "noisy=yes", "text=0012", "label=class%2017", "kind=fog&correct=yes", "confidence=50..70", "sort=noisiest"], RUNS);
  const changes = 2 * Object.values(times).flat().length; // to the filter and back
  const cpu = (1000 * ((await renderer_cpu(browser)) - before)) / changes;
  const medians = Object.entries(times).map(([asked, list]) => [asked, middle(list)]);
  const worst = medians.reduce((a, b) => (b[1] > a[1] ? b : a));
  tell("gallery: filter to painted answer, slowest of them", worst[1], "ms", 200, `CPU ${cpu.toFixed(0)} ms a change; ${medians.map(([a, ms]) => `${a} ${ms.toFixed(0)}`).join(", ")}`);
  const jumps = await jump_blanks(page, 200);
  tell("gallery: blank cells a frame after 200 random jumps", jumps.blank, "cells", 0, `of ${jumps.cells}; all their pictures there after ${middle(jumps.pictures).toFixed(0)} ms (3000: or later)`);
  const wheel = await blanks_while_scrolling(page, 60);
  tell("gallery: blank cells in frames of a wheel scroll", wheel.blank, "cells", 0, `of ${wheel.cells} in ${wheel.frames} frames`);
}

async function measure_page(browser, dir) {
  await with_server(dir, async (server) => {
    const { page, close } = await open(browser, server.url);
    await measure_gallery(browser, page);
    const frames = await pan_frames(page);
    const sorted = [...frames].sort((a, b) => a - b);
    tell("map: frame while panning all points, software rendering", middle(frames), "ms", null, `95 % within ${sorted[Math.floor(sorted.length * 0.95)].toFixed(0)} ms, ${frames.length} frames`);
    tell("server's peak memory after this reader", process_of(server.pid).peak, "MB", 300);
    await close();
  });
}

// --- report.html -------------------------------------------------------------------------------------

async function measure_file(browser, path, name, most) {
  tell(`report.html, ${name}`, statSync(path).size / 1e6, "MB", most);
  const first = [];
  const whole = [];
  for (let run = 0; run < RUNS; run++) {
    const site = await open(browser, pathToFileURL(path).href);
    first.push(site.times.first / 1000);
    whole.push(site.times.whole / 1000);
    await site.close();
  }
  tell("  from disk to first useful paint", middle(first), "s");
  tell("  from disk to all its pictures", middle(whole), "s");
}

async function measure_scan(browser, dir) {
  const labels = join(dir, "labels.csv");
  const truth = readFileSync(shared("data", "noise-nette.csv"), "utf8").trim().split(/\r?\n/);
  writeFileSync(labels, truth.map((l) => l.split(",").slice(0, 2).join(",")).join("\n") + "\n");
  const line = ["scan", shared("data", "noise-nette"), "-o", join(dir, "nette"), "--labels", labels, "--classifier", shared("models", "mobilenetv2.onnx"),
    "--classes", shared("models", "imagenet_wnids.txt"), "--view", "none", "--scale", "tf"];
  const seconds = () => {
    const start = performance.now();
    execFileSync(program, line, { stdio: "ignore" });
    return (performance.now() - start) / 1000;
  };
  tell("scan of 1,000 pictures, MobileNetV2", seconds(), "s", null, `again, nothing changed: ${seconds().toFixed(1)} s`);
  await measure_file(browser, join(dir, "nette", "report.html"), "a scan of 1,000", 15);
}

function photos() {
  const folder = shared("data", "photos");
  return readdirSync(folder).filter((f) => /\.jpe?g$/i.test(f)).sort().map((f) => join(folder, f));
}

const place = temporary();
let browser;
try {
  browser = await open_browser();
  const load = loadavg()[0];
  console.log(`${N.toLocaleString("en")} made-up pictures, medians of ${RUNS}; ${cpus().length} cores, load ${load.toFixed(1)} when it began\n`);
  console.log(`${"".padEnd(58)} ${"measured".padStart(12)} ${"target".padStart(12)}`);
  const dir = join(place.dir, "many");
  const made = execFileSync(TOOL, [dir, String(N), "20000", ...photos()], { encoding: "utf8" });
  await measure_start(dir);
  await measure_memory(dir);
  await measure_paints(browser, dir);
  await measure_page(browser, dir);
  const written = /page ([\d.]+) s, peak ([\d.]+) MB/.exec(made);
  tell("report.html written", Number(written[1]), "s", null, `thumbnails included; peak ${written[2]} MB`);
  await measure_file(browser, join(dir, "report.html"), `of ${N.toLocaleString("en")}`, 50);
  if (!asked.small && existsSync(shared("data", "noise-nette"))) await measure_scan(browser, place.dir);
  console.log(`\nload at the end ${loadavg()[0].toFixed(1)}`);
  if (asked.json !== undefined) writeFileSync(asked.json, JSON.stringify({ pictures: N, runs: RUNS, load: [load, loadavg()[0]], rows }, null, 1) + "\n");
} finally {
  await browser?.close();
  place.remove();
}
