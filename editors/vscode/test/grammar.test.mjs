// The TextMate grammar, with the engine that VS Code has: names and words get their scopes, and every stock rule comes to an end
// in the state in which it started.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const oniguruma = require("vscode-oniguruma");
const textmate = require("vscode-textmate");

const here = dirname(fileURLToPath(import.meta.url));
const stock = join(here, "../../../stdlib-rules");

const wasm = readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm"));
await oniguruma.loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength));
const registry = new textmate.Registry({
  onigLib: Promise.resolve({
    createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
    createOnigString: (text) => new oniguruma.OnigString(text),
  }),
  loadGrammar: async (scope) => {
    if (scope !== "source.rulec") return null;
    const path = join(here, "../syntaxes/rulec.tmLanguage.json");
    return textmate.parseRawGrammar(readFileSync(path, "utf8"), path);
  },
});
const grammar = await registry.loadGrammar("source.rulec");

/** The tokens of a text, each with its innermost scope, and how deep the last line leaves the grammar. */
function tokens(text) {
  let stack = textmate.INITIAL;
  const all = [];
  for (const line of text.split("\n")) {
    const result = grammar.tokenizeLine(line, stack);
    for (const token of result.tokens) {
      all.push({ text: line.slice(token.startIndex, token.endIndex), scopes: token.scopes });
    }
    stack = result.ruleStack;
  }
  return { all, depth: stack.depth };
}

function scopeOf(all, text) {
  const found = all.find((token) => token.text.trim() === text);
  assert.ok(found, `no token ${text} in ${JSON.stringify(all.map((token) => token.text))}`);
  return found.scopes;
}

test("words and names have their scopes", () => {
  const { all } = tokens(`/// doc
use "net/http"
rule long-name {
    severity error
    option most: int = 3 "how many"
    match expr { http.Get($url, $*more, ...) } @call
    where not $url is const and name($url) matches "x"
    report at $url "{$url} is {{not}} bad"
    test bad "one" with most = 4 {
        func f() { g("}", '{') } // }
    }
}`);
  const expected = {
    "/// doc": "comment.line.documentation.rulec",
    "long-name": "entity.name.function.rulec",
    severity: "keyword.control.clause.rulec",
    error: "constant.language.rulec",
    expr: "storage.type.category.rulec",
    $url: "variable.parameter.hole.rulec",
    "$*more": "variable.parameter.hole.rulec",
    "@call": "entity.name.label.rulec",
    "...": "keyword.operator.run.rulec",
    not: "keyword.operator.condition.rulec",
    name: "support.function.rulec",
    test: "keyword.control.clause.rulec",
    "{{": "constant.character.escape.rulec",
  };
  for (const [text, scope] of Object.entries(expected)) {
    assert.equal(scopeOf(all, text).at(-1), scope, text);
  }
  assert.ok(scopeOf(all, "func f()").includes("meta.embedded.block.go"));
});

test("braces in strings and comments of an example do not end it", () => {
  const { all, depth } = tokens('rule r {\n  test bad { func f() { g("}") } // }\n  }\n  severity error\n}');
  assert.equal(scopeOf(all, "severity").at(-1), "keyword.control.clause.rulec");
  assert.equal(depth, 1);
});

test("every stock rule ends where it started", () => {
  const files = readdirSync(stock, { recursive: true }).filter((name) => name.endsWith(".rule"));
  assert.ok(files.length > 50);
  for (const name of files) {
    assert.equal(tokens(readFileSync(join(stock, name), "utf8")).depth, 1, name);
  }
});
