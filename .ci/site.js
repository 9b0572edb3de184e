// node .ci/site.js SITE SHOTS: opens the site in headless Chromium as .ci/site has built it, and fails if anything is wrong.
"use strict";
const { chromium } = require("playwright-core");
const fs = require("fs"), http = require("http"), path = require("path"), url = require("url");
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const [site, shots] = process.argv.slice(2).map((p) => path.resolve(p));

let passed = 0;
const failed = [];
const check = (name, ok, more = "") => { if (ok) passed++; else failed.push(`${name} ${more}`.trim()); };

const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".wasm": "application/wasm", ".json": "application/json" };
const server = http.createServer((q, r) => {
  const file = path.join(site, path.normalize(decodeURIComponent(new URL(q.url, "http://x").pathname)));
  if (!file.startsWith(site + path.sep) || !fs.existsSync(file)) { r.writeHead(404).end(); return; }
  r.writeHead(200, { "content-type": types[path.extname(file)] || "application/octet-stream" });
  fs.createReadStream(file).pipe(r);
});

const pages = fs.readdirSync(site).filter((f) => f.endsWith(".html") && f !== "lull-playground.html").sort();
// These are looked at by a person: one of each kind, at every width and in every colour.
const shown = ["index", "tutorial", "examples", "example-backup", "asyncio", "figures", "reference-task", "play"];

(async () => {
  await new Promise((ok) => server.listen(0, "127.0.0.1", ok));
  const base = `http://127.0.0.1:${server.address().port}/`;
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] });
  // watch notes what a page must not do.
  const watch = (page) => {
    page.setDefaultTimeout(120000); // the machine may be busy
    page.on("request", (r) => { if (!r.url().startsWith(base) && !/^(blob|data|file):/.test(r.url())) failed.push(`${page.url()} asks ${r.url()}`); });
    page.on("pageerror", (e) => failed.push(`${page.url()}: ${e.message}`));
    page.on("console", (m) => { if (m.type() === "error") failed.push(`${page.url()}: console: ${m.text()}`); });
    return page;
  };

  // The pages of the reference's tables are made by one template, as those of the examples are. Of these one is looked at in every way;
  // the others differ in their words alone, and are spared what is slow: the contrast of each letter.
  const alike = /^(reference-(?!task)|example-(?!backup))/;
  const ways = [[1440, 900, "light"], [390, 844, "dark"], [1440, 900, "dark"], [390, 844, "light"]];
  // look opens a page once, and looks at it at both widths and in both colours.
  const look = async (page, name) => {
    const kind = name.replace(".html", "");
    for (const [i, [width, height, colorScheme]] of ways.entries()) {
      if (i > 1 && !shown.includes(kind)) break;
      const where = `${name} ${width} ${colorScheme}`;
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme });
      if (i === 0) {
        await page.goto(base + name, { waitUntil: "load" });
        await page.evaluate(axe);
      }
      await page.evaluate(() => new Promise((ok) => requestAnimationFrame(() => requestAnimationFrame(ok)))); // the page has seen its new size
      if (i === 0 || !alike.test(name)) {
        const { violations } = await page.evaluate((spare) => axe.run(document, { resultTypes: ["violations"], rules: { "color-contrast": { enabled: !spare } } }), alike.test(name));
        check(`axe ${where}`, !violations.length, violations.map((v) => `${v.id} (${v.nodes.length}): ${v.nodes[0].html.slice(0, 160)} ${v.nodes[0].failureSummary}`).join("\n  "));
      }
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      check(`nothing is wider than the window: ${where}`, wide <= 0, `${wide} pixels`);
      if (shown.includes(kind)) await page.screenshot({ path: path.join(shots, `${kind}-${width}-${colorScheme}.png`) });
    }
  };
  const queue = [...pages];
  await Promise.all([0, 1, 2, 3].map(async () => {
    const context = await browser.newContext();
    const page = watch(await context.newPage());
    for (let name; (name = queue.shift());) await look(page, name);
    await context.close();
  }));

  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: "light" });
  const page = watch(await context.newPage());

  // The keyboard: the link that skips the navigation, the search, the theme.
  await page.goto(base + "index.html");
  await page.keyboard.press("Tab");
  check("the first Tab is on the link to the text", await page.evaluate(() => document.activeElement.className) === "skip");
  await page.keyboard.press("Enter");
  check("it leads to the text", await page.evaluate(() => location.hash === "#main" && document.activeElement.id === "main"));
  await page.keyboard.press("/");
  await page.keyboard.type("task.map");
  await page.waitForFunction(() => document.getElementById("search-found").dataset.words === "task.map");
  await page.screenshot({ path: path.join(shots, "search.png") });
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => axe.run());
  check("axe: the search", !violations.length, violations.map((v) => v.id + v.nodes[0].html).join());
  await Promise.all([page.waitForURL("**/reference-task.html#task.map"), page.keyboard.press("Enter")]);
  for (const [words, want] of [["retry", "reference-task.html#task.retry"], ["limits of memory", "untrusted.html"], ["xargs", "shell.html"], ["exit status", "command.html"]]) {
    await page.keyboard.press("/");
    await page.locator("#search-words").fill(words);
    await page.waitForFunction((w) => document.getElementById("search-found").dataset.words === w, words);
    const found = await page.evaluate(() => [...document.querySelectorAll("#search-found li")].slice(0, 5).map((li) => li.textContent));
    const first = await page.evaluate((w) => globalThis.lullIndex.filter((e) => e.u.startsWith(w)).map((e) => e.t), want);
    check(`the search for "${words}"`, found.some((f) => first.some((t) => f.startsWith(t))), JSON.stringify(found));
    await page.keyboard.press("ArrowDown");
    check("an arrow chooses the next", (await page.locator("#search-words").getAttribute("aria-activedescendant")) === (found.length > 1 ? "found-1" : "found-0"));
    await page.keyboard.press("Escape");
    check("Escape closes the search", !(await page.evaluate(() => document.getElementById("search").open)));
  }
  await page.keyboard.press("/");
  await page.locator("#search-words").fill("zzzz");
  await page.waitForFunction(() => /Nothing has/.test(document.getElementById("search-note").textContent));
  await page.keyboard.press("Escape");

  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const before = await background();
  await page.locator("#theme").focus();
  await page.keyboard.press("Enter");
  check("the button changes the colours", await background() !== before);
  await page.goto(base + "tutorial.html");
  check("the next page keeps them", await background() !== before);

  // The same folder, opened from a disk.
  await page.goto(url.pathToFileURL(path.join(site, "index.html")).href);
  await page.keyboard.press("/");
  await page.keyboard.type("sleep");
  await page.waitForFunction(() => document.getElementById("search-found").dataset.words === "sleep");
  await page.keyboard.press("Enter");
  await page.waitForURL("file://**/reference-*.html#sleep");
  check("the search works from a disk", true);

  await require("./samples.js")({ browser, base, check, watch, site });
  await require("./play.js")({ browser, base, check, shots, site, watch, axe });

  await browser.close();
  server.close();
  for (const f of failed) console.log("FAIL", f);
  console.log(`${pages.length} pages, ${passed} checks passed, ${failed.length} failed`);
  process.exit(failed.length ? 1 : 0);
})().catch((e) => { for (const f of failed) console.log("FAIL", f); console.error(e); process.exit(1); });
