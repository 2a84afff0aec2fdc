/**
 * The grammar of `.rule` files for editors: what colours, folds and selections need.
 *
 * Items, their bodies, blocks of patterns and of Go text are told apart; clauses and conditions are words in a row, since the
 * words of the language are reserved nowhere. Whether a file is right is for `rulec lint` to say.
 */

/* global grammar, seq, choice, repeat, optional, token, prec, field, alias, repeat1 */

const CLAUSES = [
  "severity", "level", "tags", "since", "option", "skip", "only", "allow", "scan", "match", "where", "unless", "report",
  "also", "fix", "acquire", "value", "release", "transfer", "fails",
];

const CONDITIONS = [
  "and", "or", "not", "is", "in", "matches", "inside", "contains", "preceded", "followed", "by", "first", "last", "until",
  "across", "directly", "implements", "assignable", "convertible", "identical", "to", "some", "every", "path", "from",
  "avoiding", "passes", "always", "eventually", "reachable", "reaches", "entry", "exit", "when", "has", "of", "derives",
  "tainted", "for", "dominated", "repeats", "at", "trace", "with", "replace", "delete", "insert", "before", "after", "all",
];

const CATEGORIES = ["expr", "stmt", "stmts", "decl", "type", "field", "spec", "file", "func"];

module.exports = grammar({
  name: "rulec",

  word: ($) => $.identifier,

  extras: ($) => [/[\s\uFEFF]/, $.doc_comment, $.comment],

  conflicts: ($) => [[$.comment_pattern]],

  rules: {
    source_file: ($) => repeat($._item),

    _item: ($) =>
      choice(
        $.use, $.rule, $.predicate, $.symbols, $.fact, $.resource, $.instance, $.model, $.declaration,
      ),

    use: ($) =>
      seq("use", choice(seq(optional(field("alias", $.identifier)), field("path", $.string)), seq(field("module", $.module), $.names))),
    module: ($) => seq($.identifier, repeat(seq(".", $.identifier))),
    names: ($) => seq("{", optional(seq($.identifier, repeat(seq(",", $.identifier)), optional(","))), "}"),

    rule: ($) => seq("rule", field("name", $.identifier), optional($.parameters), field("body", $.body)),
    predicate: ($) => seq("predicate", field("name", $.identifier), $.parameters, field("body", $.body)),
    fact: ($) => seq("fact", field("name", $.identifier), $.parameters, field("body", $.body)),
    symbols: ($) => seq("symbols", field("name", $.identifier), field("body", $.body)),
    resource: ($) => seq("resource", field("name", $.identifier), field("body", $.body)),
    instance: ($) =>
      seq("instance", field("name", $.identifier), "=", field("generic", $.identifier), "(", $.identifier, ")", field("body", $.body)),
    model: ($) => seq("model", $.symbol, repeat(seq(",", $.symbol)), optional(","), field("body", $.body)),
    declaration: ($) =>
      seq("declare", optional(field("alias", $.identifier)), field("path", $.string), field("body", $.go_block)),

    symbol: ($) => seq(choice($.identifier, $.string), repeat1(seq(".", $.identifier))),
    parameters: ($) => seq("(", repeat($._token), ")"),

    body: ($) => seq("{", repeat($._element), "}"),

    _element: ($) => choice($.example, $.comment_pattern, $.pattern, $._token, $.group),
    group: ($) => seq(choice("(", "[", "$("), repeat($._element), choice(")", "]")),

    example: ($) =>
      seq(
        "test",
        field("kind", choice("bad", "good")),
        optional(field("title", $.string)),
        optional($.settings),
        $.go_block,
        optional(seq("fixed", $.go_block)),
      ),
    settings: ($) => seq("with", repeat1(choice($._token, $.group))),

    comment_pattern: ($) => prec.dynamic(1, seq("comment", $.comment_block, repeat(seq("or", $.comment_block)))),
    comment_block: ($) => seq("{", optional($.comment_text), "}"),
    comment_text: () => /[^{}]+/,

    pattern: ($) => seq("{", repeat($._pattern_token), "}"),
    _pattern_token: ($) =>
      choice($._token, $.pattern, alias($.pattern_group, $.group)),
    pattern_group: ($) => seq(choice("(", "[", "$("), repeat($._pattern_token), choice(")", "]")),

    _token: ($) =>
      choice(
        $.hole, $.run, $.label, $.string, $.rune, $.number, $.dots, $.operator,
        $.clause_keyword, $.keyword, $.category, $.boolean, $.identifier,
      ),

    clause_keyword: () => choice(...CLAUSES),
    keyword: () => choice(...CONDITIONS),
    category: () => prec(-1, choice(...CATEGORIES, "comment")),
    boolean: () => choice("true", "false"),

    go_block: ($) => seq("{", repeat(choice($.go_text, $.string, $.rune, $.go_block)), "}"),
    go_text: () => token(prec(-1, /[^{}"'`\/\s][^{}"'`\/\n]*|\//)),

    hole: () => /\$[\p{L}_][\p{L}\p{N}_]*/,
    run: () => /\$\*[\p{L}_][\p{L}\p{N}_]*/,
    label: () => /@[\p{L}_][\p{L}\p{N}_]*/,
    string: () => choice(/"([^"\\\n]|\\.)*"/, /`[^`]*`/),
    rune: () => /'([^'\\\n]|\\.)+'/,
    number: () => /[0-9]([0-9A-Za-z_]|\.[0-9])*/,
    dots: () => token(prec(1, "...")),
    operator: () => /[+\-*\/%&|^<>=!~.,:;?\\#]/,

    // Names of rules and tags have dashes.
    identifier: () => /[\p{L}_][\p{L}\p{N}_]*(-[\p{L}\p{N}_]+)*/,

    doc_comment: () => token(prec(1, /\/\/\/[^\n]*/)),
    comment: () => token(choice(/\/\/[^\n]*/, /\/\*([^*]|\*+[^*\/])*\*+\//)),
  },
});
