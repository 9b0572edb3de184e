// Samples in a browser, for .ci/site: each is run by its button, and prints what its page says.
"use strict";

const fs = require("fs");

module.exports = async ({ browser, base, check, watch, site }) => {
  const pages = fs.readdirSync(site).filter((f) => f.endsWith(".html") && f !== "play.html" && f !== "lull-playground.html");
  const context = await browser.newContext();
  const page = watch(await context.newPage());
  let ran = 0;
  for (const name of pages) {
    await page.goto(base + name);
    const samples = page.locator(".sample:has(button.run)");
    for (let i = 0; i < await samples.count(); i++) {
      const box = samples.nth(i);
      await box.locator("button.run").click();
      await page.waitForFunction((e) => e.dataset.status !== undefined, await box.elementHandle(), { timeout: 120000 });
      // The text says it behind `-->`, or in the sample below "It prints".
      const [status, printed, said] = await box.evaluate((e) => {
        const claims = e.querySelector("pre").textContent.split("\n").map((l) => l.match(/--> ?(.*)$/)?.[1]).filter((l) => l !== undefined).join("\n");
        const label = (e.closest(".beside") || e).nextElementSibling;
        const shown = label?.textContent === "It prints" ? label.nextElementSibling.querySelector("pre").textContent : claims;
        return [e.dataset.status, e.querySelector(".out").textContent.trimEnd(), shown.trimEnd()];
      });
      ran++;
      check(`sample ${i + 1} of ${name}`, status === "0" && printed === said, `status ${status}, printed ${JSON.stringify(printed)}, said ${JSON.stringify(said)}`);
    }
  }
  check("samples were run", ran > 180, String(ran));
  await context.close();
};
