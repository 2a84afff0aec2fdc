// A session in VS Code's web server, in a browser: the extension is installed from its package, starts the language server, colours a
// rule file, and shows findings in a Go file while it is typed.
//
//     RULEC=path/to/rulec node session.mjs rulec.vsix [FOLDER FOR SCREENSHOTS]
//
// `run` beside this file installs what it needs. CHROMIUM names the browser, or it is looked for under Debian's names.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const PATIENCE_MS = 120_000;
const here = dirname(fileURLToPath(import.meta.url));
// What Neovim is tested with.
const RULE = readFileSync(join(here, "../../../neovim/test/print.rule"), "utf8");
const GO = 'package w\n\nimport "fmt"\n\nfunc F(s string) {\n\tfmt.Println(s)\n}\n';

const rulec = resolve(process.env.RULEC ?? "rulec");
const [vsix, screenshots] = process.argv.slice(2).map((path) => resolve(path));
const browserPath = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser"].find((path) => path && existsSync(path));
assert.ok(browserPath, "there is no Chromium: set CHROMIUM");
const entry = join(dirname(createRequire(import.meta.url).resolve("code-server/package.json")), "out/node/entry.js");

const home = realpathSync(mkdtempSync(join(tmpdir(), "rulec-vscode-")));
const project = join(home, "project");

function write(path, text) {
  mkdirSync(dirname(join(home, path)), { recursive: true });
  writeFileSync(join(home, path), text);
}

function freePort() {
  return new Promise((found) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => found(port));
    });
  });
}

write("project/go.mod", "module example.com/w\n\ngo 1.26\n");
write("project/rulec.toml", 'rule-paths = ["rules/"]\n');
write("project/rules/print.rule", RULE);
write("project/a.go", GO);
write("config.yaml", "auth: none\n");
write("user/User/settings.json", JSON.stringify({
  "rulec.path": rulec,
  "rulec.arguments": ["--no-stock"],
  // The grammar alone colours.
  "editor.semanticHighlighting.enabled": false,
  "security.workspace.trust.enabled": false,
  "workbench.startupEditor": "none",
  "telemetry.telemetryLevel": "off",
  "editor.minimap.enabled": false,
}));

// What the editor keeps is kept here, and what rulec keeps as well.
const environment = { ...process.env, HOME: home, RULEC_CACHE_DIR: join(home, "cache"), RULEC_DATA_DIR: join(home, "data") };
const common = ["--config", join(home, "config.yaml"), "--user-data-dir", join(home, "user"), "--extensions-dir", join(home, "extensions")];
const installed = spawnSync(process.execPath, [entry, ...common, "--install-extension", vsix], { env: environment, encoding: "utf8" });
assert.equal(installed.status, 0, installed.stdout + installed.stderr);
assert.match(installed.stdout, /successfully installed/);

const port = await freePort();
const server = spawn(
  process.execPath,
  [entry, ...common, "--bind-addr", `127.0.0.1:${port}`, "--disable-telemetry", "--disable-update-check", "--disable-getting-started-override", project],
  { env: environment, stdio: ["ignore", "pipe", "inherit"] },
);
await new Promise((ready, failed) => {
  server.stdout.on("data", (text) => String(text).includes("HTTP server listening") && ready());
  server.on("exit", (status) => failed(new Error(`the server ended with ${status}`)));
});

const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });
const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage();
page.setDefaultTimeout(PATIENCE_MS);

async function command(name) {
  await page.keyboard.press("F1");
  await page.locator(".quick-input-widget input").fill(`>${name}`);
  await page.locator(".quick-input-list .monaco-list-row", { hasText: name }).first().waitFor();
  await page.keyboard.press("Enter");
}

// By way of the tree of files: searching for names would need a program that is not installed with the server.
async function open(file) {
  const parts = file.split("/");
  for (const part of parts) {
    const row = page.locator(".explorer-folders-view .monaco-list-row").filter({ has: page.getByText(part, { exact: true }) }).first();
    await row.waitFor();
    if (part === parts.at(-1)) await row.dblclick();
    else if ((await row.getAttribute("aria-expanded")) === "false") await row.click();
  }
  await page.locator(".tab.active", { hasText: parts.at(-1) }).waitFor();
}

// Goes to a line and column, both from 1.
async function go(line, column) {
  await page.keyboard.press("Control+G");
  await page.locator(".quick-input-widget input").fill(`:${line}:${column}`);
  await page.keyboard.press("Enter");
}

async function scopesAt(line, column) {
  await go(line, column);
  await command("Developer: Inspect Editor Tokens and Scopes");
  const widget = page.locator(".token-inspect-widget");
  await widget.waitFor();
  const text = await widget.innerText();
  await page.keyboard.press("Escape");
  await widget.waitFor({ state: "detached" });
  return text;
}

async function shot(name) {
  if (screenshots) await page.screenshot({ path: join(screenshots, `${name}.png`) });
}

function passed(what) {
  console.log(`ok: ${what}`);
}

let status = 1;
try {
  await page.goto(`http://127.0.0.1:${port}/?folder=${encodeURIComponent(project)}`);
  await page.locator(".monaco-workbench .part.editor").waitFor();

  await open("rules/print.rule");
  await page.locator(".view-line", { hasText: "no-print" }).waitFor();
  for (const [line, column, scope] of [
    [3, 2, "comment.line.documentation.rulec"],
    [4, 7, "entity.name.function.rulec"],
    [6, 6, "keyword.control.clause.rulec"],
    [5, 32, "variable.parameter.hole.rulec"],
    [11, 14, "meta.embedded.block.go"],
  ]) {
    const scopes = await scopesAt(line, column);
    assert.ok(scopes.includes(scope), `${line}:${column} is not ${scope}: ${scopes}`);
  }
  passed("the grammar gives a rule file its scopes");
  const colours = await page.locator(".view-line", { hasText: "rule no-print" }).locator("span span").evaluateAll(
    (spans) => new Set(spans.map((span) => getComputedStyle(span).color)).size,
  );
  assert.ok(colours > 1, "everything has one colour");
  await shot("rule");
  passed("and the editor colours");
  await page.locator(".codelens-decoration", { hasText: "run 2 examples" }).waitFor();
  passed("the extension starts the server, which offers to run the examples of the rule");

  await open("a.go");
  await page.locator(".squiggly-warning").first().waitFor();
  await command("Problems: Focus on Problems View");
  const problem = page.locator(".markers-panel .monaco-list-row", { hasText: "s is printed" });
  await problem.waitFor();
  const row = await problem.innerText();
  assert.match(row, /s is printed/);
  assert.match(row, /local\.print\.no-print/);
  assert.match(row, /\[Ln 6, Col 14\]/);
  await shot("go");
  passed("a finding is shown in a Go file, with its rule and place");

  // Typed, not saved.
  await page.locator(".view-line", { hasText: "fmt.Println(s)" }).click();
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await page.keyboard.type("fmt.Println(len(s))");
  await page.locator(".markers-panel .monaco-list-row", { hasText: "len(s) is printed" }).waitFor();
  await shot("typed");
  passed("findings follow what is typed");
  status = 0;
} catch (error) {
  await shot("failed");
  console.error(error);
} finally {
  await browser.close();
  server.removeAllListeners("exit");
  server.kill();
  await new Promise((ended) => server.once("exit", ended));
  // What the server started may still write while it ends.
  rmSync(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}
process.exit(status);
