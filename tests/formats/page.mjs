// Drives the HTML report in Chromium, as a reader does: filters, scrolls, opens documentation, uses the keyboard.
//
//     RULEC=path/to/rulec node page.mjs [FOLDER FOR SCREENSHOTS]
//
// Needs a Chromium: CHROMIUM names it, or it is looked for under Debian's names. Makes its own Go files: 10,000 findings, and
// the example service with every kind of finding.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const rulec = process.env.RULEC ?? join(root, "target/release/rulec");
const browserPath = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser"].find((path) => path && existsSync(path));
assert.ok(browserPath, "there is no Chromium: set CHROMIUM");
const work = mkdtempSync(join(tmpdir(), "rulec-page-"));
const screenshots = process.argv[2];

function report(name, arguments_, folder) {
  const file = join(work, `${name}.html`);
  const run = spawnSync(rulec, ["check", "--no-cache", "--no-timings", "--quiet", "--fail-on", "never", "--format", "html", "--output", file, ...arguments_], { cwd: folder, encoding: "utf8" });
  assert.equal(run.status, 0, run.stderr);
  return file;
}

function manyFindings() {
  const examples = "    test bad {\n        func f() { panic(\"x\") } // want \"panic\"\n    }\n    test good {\n        func f() { }\n    }\n";
  const rule = `/// Panics are for bugs.\nrule no-panic {\n    match expr { panic($x) }\n    report "do not panic with {$x}"\n${examples}}\n`;
  writeFileSync(join(work, "own.rule"), rule);
  for (let file = 0; file < 100; file += 1) {
    const calls = Array.from({ length: 100 }, (_, call) => `\tpanic("p${file}-${call}")\n`).join("");
    writeFileSync(join(work, `f${String(file).padStart(2, "0")}.go`), `package a\n\nfunc f${file}() {\n${calls}}\n`);
  }
  // What would be markup, anywhere else.
  writeFileSync(join(work, "x<img src=q onerror=alert(1)>.go"), "package a\n\nfunc x() {\n\tpanic(\"</script><script>alert(1)</script><b>é😀\") //rulec:ignore no-panic <i>why</i>\n\tpanic(\"</script><b>é😀\")\n}\n");
  return report("many", ["--no-stock", "--no-config", "--rules", "own.rule", "."], work);
}

const service = report("service", ["--no-config", "--select", "recommended,strict,pedantic", "."], join(root, "docs/examples/service/faulty"));
const many = manyFindings();
const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });
let passed = 0;

// One page with no network; whatever it asks for or complains of fails the test.
async function opened(file, options, steps) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
  const page = await context.newPage();
  const faults = [];
  page.on("request", (request) => request.url().startsWith("file:") || faults.push(`asks for ${request.url()}`));
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  page.on("dialog", (dialog) => { faults.push("runs what is in the data"); dialog.dismiss(); });
  await page.goto(pathToFileURL(file).href);
  await steps(page);
  assert.deepEqual(faults, []);
  await context.close();
}

async function test(name, file, steps, options = {}) {
  await opened(file, options, steps);
  passed += 1;
  console.log(`ok: ${name}`);
}

const status = (page) => page.locator("#status").textContent();
const cards = (page) => page.locator("article.finding").count();
const settled = (page, text) => page.waitForFunction((wanted) => document.getElementById("status").textContent.startsWith(wanted), text);

await test("10,000 findings: few elements, more when scrolled, quick to filter", many, async (page) => {
  assert.equal(await status(page), "10,001 of 10,001 findings");
  const first = await cards(page);
  assert.ok(first < 200, `${first} elements to begin with`);
  await page.mouse.wheel(0, 100_000);
  await page.waitForFunction((before) => document.querySelectorAll("article.finding").length > before, first);
  const started = Date.now();
  await page.locator("#text").fill("p42-7");
  await settled(page, "11 of");
  assert.ok(Date.now() - started < 2000, "a filter over all takes less than two seconds");
  assert.equal(await cards(page), 11);
  await page.locator("#text").fill("");
  await page.locator("#path").fill("f07");
  await settled(page, "100 of");
});

await test("nothing of the data is markup; columns fit characters", many, async (page) => {
  await page.locator("#path").fill("<img");
  await settled(page, "1 of");
  assert.equal(await page.locator("article b, article img, article i").count(), 0);
  assert.equal(await page.locator("article mark").textContent(), 'panic("</script><b>é😀")');
  await page.locator("#suppressed").check();
  await settled(page, "2 of");
  assert.match(await page.locator("article.suppressed").textContent(), /suppressed: <i>why<\/i>/);
});

await test("filters by severity, family and rule, kept in the address", service, async (page) => {
  const all = await status(page);
  await page.locator("#error").uncheck();
  assert.equal(await page.locator("article.error").count(), 0);
  await page.locator("#warning").uncheck();
  assert.equal(await page.locator("article.warning").count(), 0);
  await page.locator("button[type=reset]").click();
  await settled(page, all);
  await page.locator("#family").selectOption("http");
  const rules = await page.locator("#rule option").allTextContents();
  assert.ok(rules.length > 1 && rules.slice(1).every((rule) => rule.startsWith("stdlib.http.")), rules.join());
  await page.locator("#rule").selectOption({ index: 1 });
  const [chosen, count] = [await status(page), await cards(page)];
  assert.ok(count > 0);
  await page.reload();
  assert.deepEqual([await status(page), await cards(page)], [chosen, count]);
});

await test("a rule's documentation, steps and fixes", service, async (page) => {
  const before = await status(page);
  await page.locator("article .rule").first().click();
  const dialog = page.locator("dialog");
  assert.ok(await dialog.isVisible());
  assert.match(await dialog.textContent(), /Why/);
  await page.keyboard.press("Escape");
  assert.ok(!(await dialog.isVisible()));
  await page.locator("article .rule").first().click();
  await page.getByRole("button", { name: "Show only findings of this rule" }).click();
  assert.notEqual(await status(page), before);
  await page.locator("button[type=reset]").click();
  await settled(page, before);
  await page.mouse.wheel(0, 1_000_000);
  await page.waitForFunction(() => document.getElementById("more").hidden);
  const details = page.locator("article details");
  assert.ok((await details.count()) > 3, "related places and fixes");
  await details.first().locator("summary").click();
  assert.ok(await details.first().locator("li").first().isVisible());
});

await test("names and roles for those who do not see it, and the keyboard", service, async (page) => {
  for (const name of ["Text", "Path"]) assert.equal(await page.getByRole("searchbox", { name }).count(), 1, name);
  for (const name of ["Family", "Rule"]) assert.equal(await page.getByRole("combobox", { name }).count(), 1, name);
  // Three severities, what is suppressed and what a baseline knows.
  assert.equal(await page.getByRole("checkbox").count(), 5);
  assert.equal(await page.getByRole("status").count(), 1);
  const unnamed = await page.evaluate(() => [...document.querySelectorAll("button, input, select")].filter((one) => !(one.labels?.length || one.textContent.trim())).length);
  assert.equal(unnamed, 0, "controls without a name");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the findings");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "findings");
});

// The contrast of WCAG 2.1, success criterion 1.4.3.
const contrast = (page) => page.evaluate(() => {
  const channel = (value) => { const part = value / 255; return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4; };
  const luminance = (color) => { const [r, g, b] = color.match(/[\d.]+/g).map(Number).map(channel); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = (one) => { for (let at = one; at; at = at.parentElement) { const color = getComputedStyle(at).backgroundColor; if (!/, 0\)$/.test(color)) return color; } return "rgb(255, 255, 255)"; };
  const ratios = [...document.querySelectorAll("p, h1, h2, h3, label, .badge, .rule, .number, mark, pre .row")].slice(0, 400).filter((one) => one.textContent.trim() !== "").map((one) => {
    const [light, dark] = [luminance(getComputedStyle(one).color), luminance(ground(one))].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  });
  return Math.min(...ratios);
});

for (const colorScheme of ["light", "dark"]) {
  await test(`${colorScheme} mode can be read`, service, async (page) => {
    const least = await contrast(page);
    assert.ok(least >= 4.5, `contrast ${least.toFixed(2)}`);
    if (screenshots) await page.screenshot({ path: join(screenshots, `report-${colorScheme}.png`) });
  }, { colorScheme });
}

await test("a narrow screen does not scroll sideways", service, async (page) => {
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth + 1));
  if (screenshots) await page.screenshot({ path: join(screenshots, "report-narrow.png") });
}, { viewport: { width: 380, height: 800 } });

await test("without JavaScript it says so", service, async (page) => {
  assert.match(await page.locator("noscript, body").first().textContent(), /takes JavaScript/);
}, { javaScriptEnabled: false });

await browser.close();
rmSync(work, { recursive: true, force: true });
console.log(`${passed} passed, 0 failed`);
