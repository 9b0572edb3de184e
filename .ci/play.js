// The playground in a browser, for .ci/site: playground({ browser, base, check, shots, site, watch, axe }).
"use strict";
const fs = require("fs"), path = require("path"), url = require("url"), zlib = require("zlib");

module.exports = async ({ browser, base, check, shots, site, watch, axe }) => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: "light" });
  const page = watch(await context.newPage());
  const ready = () => page.waitForSelector("body[data-ready]", { timeout: 60000 });
  const ended = (timeout = 60000) => page.waitForSelector("body[data-status]", { timeout });
  const out = () => page.textContent("#out");
  const result = async () => ({
    out: await out(), status: +await page.evaluate(() => document.body.dataset.status),
    line: +await page.evaluate(() => document.querySelector(".gutter b")?.textContent || 0), picture: await page.getAttribute("#timeline .left canvas", "aria-label"),
  });
  // type puts a script into the editor as a person does: with what the editor adds.
  const type = async (source) => {
    await page.click("#editor textarea");
    await page.keyboard.press("Control+A");
    await page.keyboard.press("Delete");
    await page.keyboard.insertText(source);
  };
  const run = async (source, virtual = true) => {
    await page.setChecked("#virtual", virtual);
    await type(source);
    await page.evaluate(() => delete document.body.dataset.status);
    await page.click("#run");
  };
  const play = async (source, virtual) => {
    await run(source, virtual);
    await ended();
    return result();
  };
  const violations = async () => {
    await page.evaluate(axe);
    return (await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }))).violations.map((v) => `${v.id}: ${v.nodes[0].html.slice(0, 200)}`).join("\n  ");
  };

  // The first script, as a reader sees it.
  await page.goto(base + "play.html");
  await ready();
  console.log("the playground is ready after", await page.evaluate(() => document.body.dataset.ready), "ms;", fs.statSync(path.join(site, "lull.wasm.gz")).size, "bytes of WebAssembly");
  check("the playground has at most 5 MB", fs.statSync(path.join(site, "lull.wasm.gz")).size <= 5e6);
  check("nothing has run unasked", await page.evaluate(() => document.body.dataset.status === undefined && !document.getElementById("out").textContent));
  await page.click("#run");
  await page.waitForFunction(() => /Timeline of [4-9] tasks/.test(document.querySelector("#timeline canvas").ariaLabel));
  check("the timeline is drawn while it runs", await page.isDisabled("#run"));
  await ended();
  let r = await result();
  check("the first script", r.status === 0 && /accra is well\n/.test(r.out) && /Timeline of \d+ tasks over 1\.\d+ s/.test(r.picture), JSON.stringify(r));
  await page.mouse.click(900, 560);
  await page.screenshot({ path: path.join(shots, "play-run-light.png") });
  let bad = await violations();
  check("axe: the playground after a run", !bad, bad);
  await page.emulateMedia({ colorScheme: "dark" });
  await page.keyboard.press("Escape");
  await page.waitForTimeout(100);
  await page.screenshot({ path: path.join(shots, "play-run-dark.png") });
  bad = await violations();
  check("axe: the playground in the dark", !bad, bad);
  await page.emulateMedia({ colorScheme: "light" });

  // By keyboard alone.
  await page.click("#editor textarea");
  await page.keyboard.press("Control+A");
  await page.keyboard.type("for i = 1, 2 do\nprint(i)");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.type("end");
  check("the editor indents", await page.inputValue("textarea") === "for i = 1, 2 do\n  print(i)\nend", JSON.stringify(await page.inputValue("textarea")));
  await page.evaluate(() => delete document.body.dataset.status);
  await page.keyboard.press("Control+Enter");
  await ended();
  check("Ctrl+Enter runs", await out() === "1\n2\n", await out());
  await page.keyboard.press("Control+Z");
  check("typing can be undone", await page.inputValue("textarea") !== "for i = 1, 2 do\n  print(i)\nend");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Tab");
  check("Escape and Tab leave the editor", await page.evaluate(() => document.activeElement.tagName !== "TEXTAREA"));

  r = await play('print(gather(async(sleep)(3600, "a"), async(sleep)(60, "b")))');
  check("tasks in virtual time", r.out === "a\tb\n" && r.status === 0 && /^Timeline of 3 tasks over 1 h/.test(r.picture), JSON.stringify(r));
  r = await play("local x = 1\nlocal y = x +* 2");
  check("an error of syntax, and its line", r.status === 3 && r.line === 2 && /\^/.test(r.out), JSON.stringify(r));
  r = await play("local function f()\n  prnit(1)\nend\nf()");
  check("an error, its line, what was meant", r.status === 1 && r.line === 2 && /print/.test(r.out), JSON.stringify(r));
  await page.screenshot({ path: path.join(shots, "play-error.png") });
  r = await play("local host = 1\nprint(hosst)\nlocal unused");
  check("a misspelt name is told of", r.status === 0 && r.out === "line 2: undefined global 'hosst'; did you mean 'host'?\nnil\n", JSON.stringify(r));
  r = await play('process.run{ "ls" }');
  check("what a browser lacks says so once", r.status === 1 && /^lull: .*a browser has no processes/.test(r.out), JSON.stringify(r));
  r = await play("local t" + " ".repeat(150) + "print(t.x)");
  check("carets stand below what they mark", await page.evaluate(() => {
    const out = document.getElementById("out"), room = (out.clientWidth - 32) / textWidth(out, "0"), lines = out.textContent.split("\n").filter((l) => /^ .*\|/.test(l));
    return lines.length === 2 && lines.every((l) => l.length <= room) && lines[0][lines[1].indexOf("^")] === "t";
  }), r.out);
  await type("local s = '" + "x".repeat(200) + "'");
  await page.keyboard.press("Enter");
  check("what stands before the cursor is seen", await page.evaluate(() => document.querySelector(".editor").scrollLeft) === 0);
  r = await play("os.exit(7)");
  check("an exit status", r.status === 7);
  r = await play("local a, b = sync.event(), sync.event() spawn(function() a:wait() end) b:wait()");
  check("a deadlock", r.status === 1 && /deadlock/.test(r.out), r.out);
  r = await play("print(pcall(wait_for, function() while true do end end, 0.3))", false);
  check("a time limit ends a loop that computes", /^false\t.*timed out/.test(r.out) && r.status === 0, JSON.stringify(r));
  for (const [name, source] of [["a loop that computes", "while true do end"], ["a loop of short sleeps", "while true do sleep(0) end"], ["a wait", "sleep(3600)"],
    ["a long match", 'string.find(("a"):rep(40), ("a-"):rep(30) .. "b")'], ["a loop that prints", "while true do print(1) end"]]) {
    await run("print('begun') finally(function() " + source + " end, function() sleep(0.1) print('cleaned') end)", false);
    await page.waitForFunction(() => document.getElementById("out").textContent.startsWith("begun"));
    await page.click("#stop");
    await ended(15000);
    r = await result();
    check(`Stop ends ${name}, and its cleanup runs`, r.out.includes("cleaned") && r.status === 130, JSON.stringify({ ...r, out: r.out.slice(-300) }));
  }
  await run("finally(function() print('begun') while true do end end, function() while true do end end)", false);
  await page.waitForFunction(() => document.getElementById("out").textContent === "begun\n");
  await page.click("#stop");
  await page.click("#stop");
  await ended(5000);
  r = await result();
  check("the second Stop ends what does not clean up", r.status === 130 && /without its cleanups/.test(r.out), JSON.stringify(r));

  r = await play('print(write("x", "yes"), read("/work/x"), #read("/dev/urandom", 8), pcall(read, "none"))');
  check("files are in memory", /^3\tyes\t8\tfalse\t.*no such file/i.test(r.out), r.out);
  r = await play('print(pcall(read, "x"))');
  check("and gone with the run", /^false/.test(r.out), r.out);
  r = await play('local s = ("x"):rep(1e7) print(pcall(function() for i = 1, 100 do write("f" .. i, s) end end))');
  check("they are bounded", /no space/i.test(r.out), r.out);
  for (const use of ["process.run{'ls'}", "net.connect('localhost:80')", "db.open('x')", "http.serve(0, print)", "os.execute('ls')", "step.run('x', print)"]) {
    r = await play(`print(pcall(function() ${use} end))`);
    check(`${use} says that it is not there`, /browser|playground|no processes/.test(r.out) && r.status === 0, r.out);
  }
  r = await play('for i = 1, 1e6 do print("line", i) end print("the last")');
  check("the page moves meanwhile", await page.evaluate(() => new Promise((ok) => { const t = performance.now(); requestAnimationFrame(() => requestAnimationFrame(() => ok(performance.now() - t))); })) < 1000);
  check("a million lines: the first and the last are shown, and it is said", r.status === 0 && /^line\t1\n/.test(r.out) && /the last\n$/.test(r.out) && /more than the playground shows/.test(r.out) && r.out.length < 1e6, r.out.slice(-200));
  r = await play("local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(1e4) .. i end", false);
  check("memory is bounded", r.status === 1 && /memory/i.test(r.out), r.out.slice(0, 300));
  r = await play("for i = 1, 5000 do spawn(function() for j = 1, 10 do sleep(j) end end) end");
  check("5,000 tasks", r.status === 0 && /^Timeline of 5001 tasks/.test(r.picture), r.picture);
  r = await play('print("Grüße, 世界 👋")');
  check("all letters arrive", r.out === "Grüße, 世界 👋\n", r.out);
  r = await play('io.write(("ü"):rep(200000)) print()');
  check("and none is cut", !r.out.includes("\ufffd") && r.status === 0);

  // A request to the server that the page came from, which is to get no credentials; and one that browsers forbid.
  await context.addCookies([{ name: "secret", value: "1", url: base }]);
  const asked = page.waitForRequest((q) => q.url().endsWith("icon.svg?n=1"));
  r = await play(`local r = http.get("${base}icon.svg", { query = { n = 1 } }) print(r.status, r.headers["content-type"], #r.body > 0) print(select(2, pcall(http.get, "${base}none")).status)`);
  check("http asks by fetch", /^200\timage\/svg\+xml\ttrue\n404\n$/.test(r.out), r.out);
  check("without credentials", !(await (await asked).allHeaders()).cookie);

  // The address.
  await type("print('ü → \\n')");
  await page.setChecked("#virtual", true);
  await page.click("#share");
  await page.waitForFunction(() => location.hash.startsWith("#s="));
  const address = page.url();
  await page.goto("about:blank");
  await page.goto(address);
  await ready();
  check("a shared script is shown, and does not run", await page.inputValue("textarea") === "print('ü → \\n')" && await page.isChecked("#virtual") && await page.evaluate(() => document.body.dataset.status === undefined) && /Read it/.test(await out()));
  await page.screenshot({ path: path.join(shots, "play-shared.png") });
  const bomb = zlib.deflateRawSync(Buffer.alloc(50 << 20, "x")).toString("base64url");
  for (const [name, fragment, want] of [["no base64", "s=%%%", /cut short/], ["half a script", address.split("#")[1].slice(0, -9), /cut short/], ["no text", "s=" + zlib.deflateRawSync(Buffer.from([255, 254, 253])).toString("base64url"), /cut short/],
    ["a bomb", "s=" + bomb, /longer than/], ["a long one", "s=" + "A".repeat(300000), /longer than/], ["nothing", "s=", /cut short/], ["no name", "nobody", /no script of the name/], ["markup", "<img src=x onerror=alert(1)>", /no script of the name/]]) {
    await page.goto("about:blank");
    await page.goto(base + "play.html#" + fragment);
    await ready();
    check(`an address with ${name}`, want.test(await out()), await out());
  }

  // Each script of the menu prints what it prints elsewhere.
  const scripts = JSON.parse(await page.textContent("#scripts"));
  check("the menu has scripts", scripts.length > 20, String(scripts.length));
  for (const s of scripts.slice(1)) {
    await page.goto("about:blank");
    await page.goto(base + "play.html#" + s.name);
    await page.click("#run");
    await ended();
    r = await result();
    const want = fs.readFileSync(path.join(__dirname, "..", "scripts", s.name + ".out"), "utf8").replaceAll("\r\n", "\n");
    check(`the script ${s.name} of the menu`, r.out === want && r.status === 0, JSON.stringify({ got: r.out.slice(0, 600), status: r.status }));
  }

  // Narrow, and from a disk.
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(base + "play.html");
  await ready();
  await page.click("#run");
  await ended();
  check("a narrow page does not scroll aside", await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await page.screenshot({ path: path.join(shots, "play-narrow.png"), fullPage: true });
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.goto(url.pathToFileURL(path.join(site, "lull-playground.html")).href);
  await ready();
  await page.evaluate(() => delete document.body.dataset.status);
  await page.click("#run");
  await ended();
  r = await result();
  check("the one file runs from a disk", r.status === 0 && /bonn is well/.test(r.out) && /Timeline of \d+ tasks/.test(r.picture), JSON.stringify(r));
  await page.screenshot({ path: path.join(shots, "play-one-file.png") });
  await page.goto(url.pathToFileURL(path.join(site, "play.html")).href);
  await page.waitForFunction(() => /lull-playground\.html/.test(document.getElementById("out").textContent));
  check("the page of the site, from a disk, says what does", true);
  await context.close();
};
