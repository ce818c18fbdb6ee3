// Decisions by keys: they change the numbers at once, and survive a restart of the server and a rescan.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { check, run, same } from "./tap.mjs";
import { open_browser, open_page, quiet, ready, scan_noise_dev, serve, temporary, violations, visit } from "./site.mjs";

const place = temporary();
const DECISIONS = 20;
let browser, scan;

async function prepare() {
  if (scan !== undefined) return;
  const made = scan_noise_dev(place.dir);
  browser = await open_browser();
  scan = made;
}

/** images.csv by file: {noisy, kind, label, verdict, decided}. */
function rows() {
  const [head, ...lines] = readFileSync(join(scan.out, "images.csv"), "utf8").trim().split("\r\n").map((l) => l.match(/("([^"]|"")*"|[^,]*)(,|$)/g).map((f) => f.replace(/,$/, "").replace(/^"|"$/g, "")));
  return new Map(lines.map((l) => [l[0], Object.fromEntries(head.map((name, i) => [name, l[i]]))]));
}
const headline = async (page) => (await page.locator("[data-headline]").first().innerText()).trim();
const log = (page) => page.evaluate(async () => (await (await fetch("/api/decisions")).json()).decisions);
const standing = async (page) => (await log(page)).filter((d) => !d.undone);

async function until(holds, what) {
  for (let i = 0; i < 100; i++) {
    if (await holds()) return;
    await new Promise((go) => setTimeout(go, 100));
  }
  throw new Error(`within 10 s not so: ${what}`);
}

run(
  [
    [`${DECISIONS} decisions by keys survive a restart and a rescan`, async () => {
      await prepare();
      const before = rows();
      let server = await serve(scan.out);
      let site = await open_page(browser, server.url);
      await visit(site.page, "overview");
      const first = await headline(site.page);
      await visit(site.page, "review");
      await site.page.waitForTimeout(500);
      for (let i = 0; i < DECISIONS; i++) {
        await site.page.keyboard.press(i % 3 === 0 ? "n" : "f"); // more of one: what they change must not cancel out
        await until(async () => (await standing(site.page)).filter((d) => d.field === "noisy").length > i, `${i + 1} decisions`);
      }
      const decided = (await standing(site.page)).filter((d) => d.field === "noisy");
      check(new Set(decided.map((d) => d.file)).size === DECISIONS, `${new Set(decided.map((d) => d.file)).size} different pictures were decided`);
      await visit(site.page, "overview");
      const second = await headline(site.page);
      check(second !== first || decided.every((d) => d.from === d.to), `the headline stayed: ${first}`);
      quiet(site, "review");
      await site.close();
      await server.stop();

      server = await serve(scan.out);
      site = await open_page(browser, server.url);
      same(await headline(site.page), second, "headline after a restart");
      await site.close();
      await server.stop();

      const { text } = scan_noise_dev(place.dir);
      check(text.includes(second.replace(/\.$/, "")), `after a rescan the command line says otherwise than "${second}":\n${text}`);
      const after = rows();
      decided.forEach((d) => {
        const noisy = d.to === "noisy" || d.to === "true" || d.to === "1" ? "1" : "0";
        same(after.get(d.file)?.noisy, noisy, `${d.file} after a rescan`);
        check(after.get(d.file)?.decided !== "", `${d.file} is not marked as decided`);
      });
      for (const [file, row] of before) if (!decided.some((d) => d.file === file)) same(after.get(file)?.noisy, row.noisy, `${file}, which nobody decided`);
    }],
    ["undo takes the last decision back", async () => {
      await prepare();
      const server = await serve(scan.out);
      const site = await open_page(browser, server.url);
      await visit(site.page, "review");
      await site.page.waitForTimeout(500);
      const n = (await standing(site.page)).length;
      await site.page.keyboard.press("n");
      await until(async () => (await standing(site.page)).length > n, "a decision");
      await site.page.keyboard.press("u");
      await until(async () => (await standing(site.page)).length === n, "taken back");
      quiet(site, "undo");
      await site.close();
      await server.stop();
    }],
    ["a kind is chosen by writing part of it; what is written reaches no picture behind", async () => {
      await prepare();
      const server = await serve(scan.out);
      const site = await open_page(browser, server.url);
      await visit(site.page, "review");
      await site.page.waitForTimeout(500);
      const n = (await standing(site.page)).length;
      await site.page.keyboard.press("k");
      await site.page.keyboard.type("defocus"); // has the keys of the page in it: f, u
      same(await site.page.locator("dialog.choose [role=option]").count(), 1, "kinds that hold what was written");
      await site.page.waitForTimeout(300);
      same((await standing(site.page)).length, n, "decisions while a kind is written");
      await site.page.keyboard.press("Enter");
      await until(async () => (await standing(site.page)).some((d) => d.field === "kind" && /defocus/.test(d.to)), "a kind is decided");
      same(await site.page.locator("dialog[open]").count(), 0, "open dialogs");
      const by_name = await standing(site.page);
      same(new Set(by_name.slice(n).map((d) => d.file)).size, 1, "pictures decided about");
      await site.page.keyboard.press("k");
      await site.page.waitForSelector("dialog.choose[open]");
      const stood = JSON.stringify(await standing(site.page));
      same(await site.page.locator("dialog.choose [aria-selected=true]").count(), 0, "kinds picked before the reader did anything");
      for (const key of ["Enter", "Space", "Enter"]) await site.page.keyboard.press(key);
      await site.page.waitForTimeout(300);
      same(await site.page.locator("dialog.choose[open]").count(), 1, "dialogs that are open after Enter on an empty field");
      same(JSON.stringify(await standing(site.page)), stood, "decisions after Enter on an empty field");
      await site.page.keyboard.press("Backspace");
      await site.page.keyboard.press("ArrowDown"); // of no kind in the list
      same(await site.page.locator("dialog.choose [aria-selected=true]").innerText(), "1 of no kind in the list", "the line the arrow goes to");
      await site.page.keyboard.press("Enter");
      await until(async () => (await standing(site.page)).some((d) => d.field === "kind" && d.to === "unknown"), "no kind in the list, by arrow");
      await site.page.keyboard.press("u");
      await until(async () => JSON.stringify(await standing(site.page)) === stood, "taken back");
      await site.page.waitForTimeout(200);
      await site.page.keyboard.press("k");
      await site.page.waitForSelector("dialog.choose[open]");
      await site.page.keyboard.press("1"); // of no kind in the list
      await until(async () => (await standing(site.page)).some((d) => d.field === "kind" && d.to === "unknown"), "no kind in the list");
      await site.page.keyboard.press("u");
      await until(async () => !(await standing(site.page)).some((d) => d.to === "unknown"), "taken back");
      const outcome = await site.page.locator(".outcome").innerText();
      check(/\.jpg/i.test(outcome) || /\.\w+: the last decision/.test(outcome), `undo names no picture: ${outcome}`);
      quiet(site, "kind");
      await site.close();
      await server.stop();
    }],
    ["a label may be any class of the scan, also one that no picture has", async () => {
      await prepare();
      const server = await serve(scan.out);
      const site = await open_page(browser, server.url);
      const { page } = site;
      await visit(page, "review");
      await page.waitForTimeout(500);
      const { all, held } = await page.evaluate(async () => {
        const sent = async (path) => (await fetch(path)).json();
        return { all: (await sent("/api/classes")).classes, held: (await sent("/api/pictures")).columns.label.names };
      });
      same(all.length, 1000, "classes");
      check(held.length < all.length && held.every((name) => all.includes(name)), `${held.length} classes occur`);
      const rare = all.find((name) => !held.includes(name) && all.filter((other) => other.includes(name)).length === 1);
      await page.keyboard.press("l");
      await page.waitForSelector("dialog.choose [role=option]");
      await page.keyboard.type(rare);
      await page.waitForFunction((name) => document.querySelector("dialog.choose [role=option]")?.textContent.trim() === name, rare);
      await page.keyboard.press("Enter");
      await until(async () => (await standing(page)).some((d) => d.field === "label" && d.to === rare), `the label ${rare}`);
      await page.keyboard.press("u");
      await until(async () => !(await standing(page)).some((d) => d.field === "label"), "taken back");
      quiet(site, "label");
      await site.close();
      await server.stop();
    }],
    ["a rescan while the page is open: it is said, and Load again shows the new scan with the decisions", async () => {
      await prepare();
      const server = await serve(scan.out);
      const site = await open_page(browser, server.url);
      const { page, errors } = site;
      await visit(page, "review");
      await page.waitForTimeout(500);
      const n = (await standing(page)).length;
      await page.keyboard.press("f");
      await until(async () => (await standing(page)).length > n, "a decision");
      const decided = (await standing(page)).length;
      same(await page.locator(".again").count(), 0, "words about another scan");
      const files = [...rows().keys()];
      scan_noise_dev(place.dir, ["--exclude", files[0]]); // all others have another number now
      await page.keyboard.press("n"); // goes by the former numbers
      await page.waitForSelector(".again button");
      check(/scanned again/.test(await page.locator(".again").innerText()), "it is not said that the folder was scanned again");
      check(/not stored/.test(await page.locator(".failure").first().innerText()), "it is not said that nothing was stored");
      const bad = await violations(page);
      check(bad.length === 0, bad.join(" | "));
      errors.length = 0; // the browser's own words on the refusal
      const at = await page.evaluate(() => location.hash);
      await page.locator(".again button").click();
      await page.waitForFunction(() => /now shows the new scan/.test(document.querySelector(".again")?.textContent ?? ""));
      await ready(page);
      same(await page.evaluate(() => location.hash), at, "where the reader is");
      const held = await page.evaluate(async () => (await (await fetch("/api/pictures")).json()).columns.file.values);
      same(held.length, files.length - 1, "pictures of the new scan");
      same(held[0], files[1], "the first of them");
      same((await standing(page)).length, decided, "decisions that stand");
      await page.locator(".again button").click();
      same(await page.locator(".again").count(), 0, "words about another scan, once read");
      await page.waitForTimeout(500);
      await page.keyboard.press("f");
      await until(async () => (await standing(page)).length > decided, "a decision about the new scan");
      await page.reload();
      await ready(page);
      same(await page.locator(".again").count(), 0, "words about another scan, loaded once more");
      // away, scanned again, and back
      scan_noise_dev(place.dir);
      await page.evaluate(() => window.dispatchEvent(new Event("focus")));
      await page.waitForSelector(".again button");
      quiet(site, "another scan");
      await site.close();
      await server.stop();
    }],
    ["many are chosen and decided by keys alone; a click chooses, Enter opens", async () => {
      await prepare();
      const server = await serve(scan.out);
      const site = await open_page(browser, server.url);
      const { page } = site;
      const selected = () => page.locator("main [aria-selected=true]").count();
      const choose_six = async () => {
        await page.waitForFunction(() => document.activeElement?.closest("[role=gridcell]") !== null);
        await page.keyboard.press("Space");
        for (let i = 0; i < 5; i++) await page.keyboard.press("Shift+ArrowRight");
        await page.waitForTimeout(100);
        same(await selected(), 6, "pictures selected");
      };
      await page.locator("header nav a", { hasText: "Review" }).click();
      await page.waitForTimeout(500);
      await page.keyboard.press("v");
      await choose_six();
      const n = (await standing(page)).length;
      await page.keyboard.press("f");
      await until(async () => (await standing(page)).length >= n + 6, "six decisions");
      await page.keyboard.press("u");
      await until(async () => (await standing(page)).length === n, "taken back");
      same(await selected(), 0, "pictures selected after a decision");
      for (const at of [2, 3]) await page.locator(`main [data-at="${at}"] a`).click();
      same(await selected(), 2, "pictures selected by clicks");
      check((await page.evaluate(() => location.hash)).startsWith("#review"), "a click opened a picture");
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => location.hash.startsWith("#picture"));
      await page.locator("header nav a", { hasText: "Gallery" }).click();
      await choose_six();
      await page.keyboard.press("?");
      const keys = await page.locator("dialog.keys[open] kbd").allInnerTexts();
      check([..."nfklru"].every((k) => keys.includes(k)), `the gallery's keys are ${keys.join(" ")}`);
      quiet(site, "many");
      await site.close();
      await server.stop();
    }],
    ["a read-only server decides nothing", async () => {
      await prepare();
      const server = await serve(scan.out, ["--read-only"]);
      const site = await open_page(browser, server.url);
      await visit(site.page, "review");
      const status = await site.page.evaluate(async () => (await fetch("/api/decide", { method: "POST", headers: { "Content-Type": "application/json" }, body: '{"ids":[0],"noisy":true}' })).status);
      same(status, 403, "status of a decision");
      await site.close();
      await server.stop();
    }],
  ],
  async () => {
    await browser?.close();
    place.remove();
  },
);
