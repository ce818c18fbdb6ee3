// Every page of a real scan, from disk and from the server: it draws, says nothing on the console, asks nobody outside,
// breaks no rule of accessibility in light and dark, and fits 360 pixels.
import { check, run, same } from "./tap.mjs";
import { open_browser, open_page, PAGES, quiet, ready, scan_noise_dev, serve, temporary, violations, visit } from "./site.mjs";

const place = temporary();
let browser, scan, server;

async function prepare() {
  if (scan !== undefined) return;
  const made = scan_noise_dev(place.dir);
  browser = await open_browser();
  server = await serve(made.out);
  scan = made;
}
const faces = () => [["disk", scan.report], ["server", server.url]];

async function a_picture(page) {
  await visit(page, "gallery");
  return page.locator("main a[href*='#picture']").first().getAttribute("href");
}

async function every_page(name, address, options, each) {
  const site = await open_page(browser, address, options);
  const where = [...PAGES, "method", "picture", ...(name === "server" ? ["review"] : [])];
  for (const at of where) {
    if (at === "picture") await site.page.evaluate((h) => (location.hash = h), (await a_picture(site.page)).replace(/^.*#/, "#"));
    else await visit(site.page, at);
    await site.page.waitForTimeout(300);
    same(await site.page.locator("main h1").count(), 1, `headings of ${at} from ${name}`);
    await each(site.page, at);
    quiet(site, `${at} from ${name}`);
  }
  await site.close();
}

run(
  [
    ["every page draws, quietly, and without accessibility violations in light", async () => {
      await prepare();
      for (const [name, address] of faces())
        await every_page(name, address, {}, async (page, at) => {
          const bad = await violations(page);
          check(bad.length === 0, `${at} from ${name}: ${bad.join(" | ")}`);
        });
    }],
    ["... and in dark", async () => {
      await prepare();
      await every_page("server", server.url, { dark: true }, async (page, at) => {
        const bad = await violations(page);
        check(bad.length === 0, `${at}: ${bad.join(" | ")}`);
      });
    }],
    ["every page fits 360 pixels, and breaks no rule there", async () => {
      await prepare();
      await every_page("disk", scan.report, { width: 360, height: 740 }, async (page, at) => {
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        check(width <= 360, `${at} is ${width} pixels wide`);
        const bad = await violations(page);
        check(bad.length === 0, `${at} at 360 pixels: ${bad.join(" | ")}`);
      });
    }],
    ["dragging the threshold gives the headline that the command line prints for it", async () => {
      await prepare();
      for (const [name, address] of faces()) {
        const site = await open_page(browser, address);
        await visit(site.page, "noise");
        const slider = site.page.getByRole("slider", { name: /threshold/i }).first();
        const box = await slider.boundingBox();
        check(box !== null, "the threshold has no place on the page");
        const before = await site.page.evaluate(() => location.hash);
        // by mouse: from where it stands to the left and on
        await site.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
        await site.page.mouse.down();
        await site.page.mouse.move(box.x + box.width / 2 - 90, box.y + box.height / 2, { steps: 6 });
        await site.page.mouse.up();
        const after = await site.page.evaluate(() => location.hash);
        check(after !== before && /[?&]t=/.test(after), `dragging changed nothing: ${after}`);
        const t = Number(await slider.getAttribute("aria-valuenow"));
        await visit(site.page, "overview" + after.slice(after.indexOf("?")));
        const shown = (await site.page.locator("[data-headline]").first().innerText()).trim().replace(/\.$/, "");
        const second = temporary();
        try {
          const { text } = scan_noise_dev(second.dir, ["--threshold", String(t)]);
          check(text.includes(shown), `${name}: at ${t} the page says "${shown}", the command line:\n${text}`);
        } finally {
          second.remove();
        }
        quiet(site, name);
        await site.close();
      }
    }],
    ["the evidence of a picture says what holds by a moved threshold, and what by the scan's", async () => {
      await prepare();
      const site = await open_page(browser, server.url);
      const { page } = site;
      await visit(page, "noise");
      const own = Number(await page.getByRole("slider", { name: /threshold/i }).first().getAttribute("aria-valuenow"));
      const one = page.locator("main .evidence", { hasText: /to judge by \(noise/ }).first();
      const href = await one.locator("a[href*='#picture']").first().getAttribute("href");
      const file = encodeURIComponent(new URLSearchParams(href.split("?")[1]).get("file"));
      const [moved, scans] = [/by the moved threshold: (.*) to judge by \(score ([−\d.]+); above ([−\d.]+) is noisy\)/, /by the scan’s: .* to judge by \(noise [\d.]+; above [\d.]+ is noisy/];
      await visit(page, `picture?file=${file}`);
      await page.waitForSelector(".reasons li");
      const said = await page.locator(".reasons").innerText();
      check(/above [\d.]+ is noisy/.test(said) && !moved.test(said) && !/by the scan’s/.test(said), `not moved: ${said}`);
      for (const [t, verdict] of [[own + 100, "fine"], [own - 100, "too degraded"]])
        for (const at of [`picture?file=${file}&t=${t}`, `noise?t=${t}`]) {
          await visit(page, at);
          const list = page.locator("main .reasons, main .evidence").filter({ hasText: scans }).first();
          await list.waitFor();
          const words = await list.innerText();
          const [, now, score, limit] = moved.exec(words) ?? [];
          // the slider ends at the lowest score: the one picture that has it stays fine, and may be the first on the page
          const above = Number(score.replace("−", "-")) > Number(limit.replace("−", "-"));
          same(now, above ? "too degraded" : "fine", `verdict and threshold of ${at} in: ${words}`);
          if (at.startsWith("picture")) same(now, verdict, `verdict of ${at} in: ${words}`);
        }
      quiet(site, "evidence");
      await site.close();
      // what the file holds are reasons alone: they hang on no threshold
      const disk = await open_page(browser, scan.report);
      await visit(disk.page, `noise?t=${own + 1}`);
      await disk.page.waitForSelector("main .evidence ul li");
      const held = await disk.page.evaluate(() => document.body.innerText);
      check(!/above [\d.]+ is noisy/.test(held), "the file speaks of a threshold that does not move");
      await disk.close();
    }],
    ["an address that asks for what there is not asks for nothing", async () => {
      await prepare();
      const site = await open_page(browser, server.url);
      const { page } = site;
      const born = ["constructor", "__proto__", "toString"];
      await visit(page, "noise");
      const head = await page.locator("main h1").innerText();
      for (const name of born) {
        for (const at of [`review?queue=${name}`, `groups?order=${name}`, `gallery?${name}=x&m.${name}=x&sort=${name}`, `map?colour=${name}&layout=${name}`, `confusions?m=${name}&classes=${name}`]) {
          await visit(page, at);
          await page.waitForTimeout(150);
          same(await page.locator("main h1").count(), 1, `headings of ${at}`);
          same(await page.locator("main .failure, main ul[aria-label='Chosen filters']").count(), 0, `failures and chips of ${at}`);
        }
        await visit(page, `review?queue=${name}`);
        same(await page.locator(".queues [aria-current]").count(), 1, `queues chosen by ${name}`);
      }
      for (const t of ["", "abc", "Infinity"]) {
        await visit(page, `noise?t=${t}`);
        same(await page.locator("main h1").innerText(), head, `head where the threshold is "${t}"`);
      }
      quiet(site, "addresses");
      await site.close();
    }],
    ["a page that fails leaves the others", async () => {
      await prepare();
      const site = await open_page(browser, scan.report);
      const { page } = site;
      await page.evaluate(() => {
        window.own_words = Number.prototype.toLocaleString;
        Number.prototype.toLocaleString = () => {
          throw new Error("no words for numbers");
        };
      });
      await visit(page, "groups");
      const said = await page.locator("main .failure").innerText();
      check(said.includes("no words for numbers"), `the page says ${said}`);
      await page.evaluate(() => (Number.prototype.toLocaleString = window.own_words));
      await page.locator("header nav a", { hasText: "Gallery" }).click();
      await page.waitForTimeout(200);
      same(await page.locator("main .failure").count(), 0, "failures after another page was chosen");
      check((await page.locator("main .thumb").count()) > 0, "the gallery shows nothing");
      await site.close();
    }],
    ["an address shows the same view again", async () => {
      await prepare();
      const one = await open_page(browser, scan.report);
      await visit(one.page, "gallery?verdict=owed&sort=confident");
      const names = (p) => p.locator("main .thumb").evaluateAll((all) => all.slice(0, 8).map((a) => a.getAttribute("href")));
      const here = await names(one.page);
      check(here.length > 0, "no owed mistakes are shown");
      const two = await open_page(browser, `${scan.report}#gallery?verdict=owed&sort=confident`);
      await ready(two.page);
      await two.page.waitForTimeout(300);
      same(JSON.stringify(await names(two.page)), JSON.stringify(here), "the same address");
      await one.close();
      await two.close();
    }],
  ],
  async () => {
    await browser?.close();
    await server?.stop();
    place.remove();
  },
);
