// Prints the grammar of grammar.js as JSON, in the form that tree-sitter's generator takes.
//
// Source: https://tree-sitter.github.io/tree-sitter/creating-parsers/2-the-grammar-dsl.html, and the schema of grammar.json.

"use strict";

const rule = (value) => {
  if (typeof value === "string") return { type: "STRING", value };
  if (value instanceof RegExp) {
    const pattern = { type: "PATTERN", value: value.source };
    return value.flags ? { ...pattern, flags: value.flags } : pattern;
  }
  if (value && value.type) return value;
  throw new Error(`this is no rule: ${value}`);
};

const members = (type) => (...all) => ({ type, members: all.map(rule) });
const content = (type) => (value) => ({ type, content: rule(value) });
const ranked = (type) => (value, inner) =>
  inner === undefined ? { type, value: 0, content: rule(value) } : { type, value, content: rule(inner) };

Object.assign(globalThis, {
  seq: members("SEQ"),
  choice: members("CHOICE"),
  repeat: content("REPEAT"),
  repeat1: content("REPEAT1"),
  token: content("TOKEN"),
  optional: (value) => ({ type: "CHOICE", members: [rule(value), { type: "BLANK" }] }),
  field: (name, value) => ({ type: "FIELD", name, content: rule(value) }),
  alias: (value, name) => ({ type: "ALIAS", content: rule(value), named: typeof name !== "string", value: name.name ?? name }),
  prec: Object.assign(ranked("PREC"), {
    left: ranked("PREC_LEFT"),
    right: ranked("PREC_RIGHT"),
    dynamic: ranked("PREC_DYNAMIC"),
  }),
  grammar: (source) => {
    const names = new Proxy({}, { get: (_, name) => ({ type: "SYMBOL", name }) });
    const rules = Object.fromEntries(Object.entries(source.rules).map(([name, make]) => [name, rule(make(names))]));
    return {
      name: source.name,
      word: source.word(names).name,
      rules,
      extras: source.extras(names).map(rule),
      conflicts: source.conflicts(names).map((all) => all.map((one) => one.name)),
      precedences: [],
      externals: [],
      inline: [],
      supertypes: [],
      reserved: {},
    };
  },
});

process.stdout.write(`${JSON.stringify(require("./grammar.js"), null, 1)}\n`);
