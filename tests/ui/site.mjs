// A browser that watches what a page does, and the two faces of a scan: its report.html and `pardon serve`.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { check, program, shared, Skip, source } from "./tap.mjs";

const require = createRequire(join(process.env.PARDON_UI ?? join(source, "ui"), "package.json"));
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

export const PAGES = ["overview", "noise", "groups", "map", "confusions", "gallery"];
const BROWSERS = ["/usr/bin/chromium", "/usr/bin/chromium-browser"];

export async function open_browser() {
  const executablePath = BROWSERS.find(existsSync);
  if (executablePath === undefined) throw new Skip("Chromium is not installed (apt-get install chromium)");
  const { chromium } = require("playwright-core");
  return chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-background-networking", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
  });
}

/** A page, with what it said on the console and whom it asked. `address`: a URL of the site; nothing else may be asked. */
export async function open_page(browser, address, { width = 1280, height = 900, dark = false } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: dark ? "dark" : "light", reducedMotion: "reduce", bypassCSP: false });
  const page = await context.newPage();
  const errors = [];
  const outside = [];
  const origin = address.startsWith("file:") ? "file:" : new URL(address).origin;
  page.on("console", (m) => m.type() === "error" && errors.push(m.text()));
  page.on("pageerror", (e) => errors.push(String(e)));
  page.on("request", (r) => {
    const u = r.url();
    if (!u.startsWith(origin) && !u.startsWith("data:") && !u.startsWith("blob:")) outside.push(u);
  });
  await page.goto(address);
  await ready(page);
  return { page, errors, outside, close: () => context.close() };
}

export async function ready(page) {
  await page.waitForSelector("main[data-ready=true]", { timeout: 30000 });
}

/** Goes to a page of the page, by its address. */
export async function visit(page, hash) {
  await page.evaluate((h) => (location.hash = h), hash);
  await page.waitForFunction((h) => location.hash.startsWith("#" + h), hash.split("?")[0]);
  await page.waitForTimeout(150);
}

/** Violations of accessibility rules, a line each. */
export async function violations(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return found.violations.map((v) => `${v.id}: ${v.nodes[0]?.target.join(" ")} (${v.nodes.length}): ${v.nodes[0]?.failureSummary?.split("\n")[1] ?? v.help}`);
}

// --- scans and servers -----------------------------------------------------------------------------

export function temporary() {
  const dir = mkdtempSync(join(tmpdir(), "pardon-ui-"));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

/** A real scan: noise-dev (300 pictures, half of them degraded) judged with MobileNetV2. Returns what was printed. */
export function scan_noise_dev(dir, more = []) {
  const truth = readFileSync(shared("data", "noise-dev.csv"), "utf8").trim().split(/\r?\n/).map((l) => l.split(",").slice(0, 2).join(","));
  const labels = join(dir, "labels.csv");
  writeFileSync(labels, truth.join("\n") + "\n"); // without the columns that say how each was corrupted
  const out = join(dir, "out");
  const text = execFileSync(program, ["scan", shared("data", "noise-dev"), "-o", out, "--labels", labels, "--classifier", shared("models", "mobilenetv2.onnx"),
    "--classes", shared("models", "imagenet_classes.txt"), "--view", "none", "--scale", "tf", ...more], { encoding: "utf8" });
  return { out, text, report: pathToFileURL(join(out, "report.html")).href };
}

/** `pardon serve`, once it has said where. */
export async function serve(dir, more = []) {
  const child = spawn(program, ["serve", dir, ...more], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  const url = await new Promise((found, failed) => {
    const late = setTimeout(() => failed(new Error(`pardon serve said no address within 20 s: ${said}`)), 20000);
    const take = (chunk) => {
      said += chunk;
      const m = /http:\/\/\S+/.exec(said);
      if (m !== null) {
        clearTimeout(late);
        found(m[0]);
      }
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.on("exit", (code) => failed(new Error(`pardon serve ended with ${code}: ${said}`)));
  });
  const ended = new Promise((done) => child.on("exit", done));
  return { url, pid: child.pid, stop: async () => (child.kill("SIGTERM"), ended) };
}

export function quiet({ errors, outside }, where) {
  check(errors.length === 0, `${where}: the console says ${errors.join(" | ")}`);
  check(outside.length === 0, `${where}: asked ${outside.join(" ")}`);
}
