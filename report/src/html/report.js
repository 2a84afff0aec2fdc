"use strict";
// Shows the findings of the page. Makes elements for the first of those that pass the filters, and for more as they are
// scrolled to. Texts of the data become text nodes; nothing of it is taken for markup.

const CHUNK = 60;
const data = JSON.parse(document.getElementById("data").textContent);
const SEVERITIES = ["error", "warning", "info"];
const byId = (id) => document.getElementById(id);
const fields = Object.fromEntries(["text", "path", "family", "rule", ...SEVERITIES, "suppressed", "known"].map((id) => [id, byId(id)]));

for (const finding of data.suppressed) finding.suppressed = true;
for (const finding of data.known) finding.known = true;
const all = data.findings.concat(data.suppressed, data.known);
for (const finding of all) {
  const code = finding.excerpt ? finding.excerpt.text : "";
  finding.text = [finding.message, finding.rule, finding.function || "", code, finding.reason || ""].join("\n").toLowerCase();
}

// An element with attributes and children; children are elements or texts.
function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

const plural = (count, one) => `${count.toLocaleString("en")} ${one}${count === 1 ? "" : "s"}`;

function showSummary() {
  byId("summary").textContent = `${data.summary}; rulec ${data.version}`;
  for (const severity of SEVERITIES) {
    const count = data.findings.filter((finding) => finding.severity === severity).length;
    fields[severity].parentElement.querySelector("span").textContent = plural(count, severity);
  }
  fields.suppressed.parentElement.querySelector("span").textContent = `${data.suppressed.length} suppressed`;
  fields.known.parentElement.querySelector("span").textContent = `${data.known.length} known`;
  byId("notes").hidden = data.notes.length === 0;
  byId("notes").querySelector("ul").append(...data.notes.map((note) => element("li", {}, `${note.path}: ${note.text}`)));
}

// Fills a list of choices with how often each occurs, those chosen by the other list alone.
function offer(field, values) {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) || 0) + 1);
  const chosen = field.value;
  const options = [...counts.keys()].sort().map((name) => element("option", { value: name }, `${name} (${counts.get(name)})`));
  field.replaceChildren(field.options[0], ...options);
  field.value = counts.has(chosen) ? chosen : "";
}

function offerRules() {
  const family = fields.family.value;
  offer(fields.rule, all.filter((finding) => family === "" || finding.family === family).map((finding) => finding.rule));
}

let passing = [];
let shown = 0;

function filter() {
  const text = fields.text.value.trim().toLowerCase();
  const path = fields.path.value.trim().toLowerCase();
  passing = all.filter((finding) =>
    fields[finding.severity].checked &&
    (!finding.suppressed || fields.suppressed.checked) &&
    (!finding.known || fields.known.checked) &&
    (fields.family.value === "" || finding.family === fields.family.value) &&
    (fields.rule.value === "" || finding.rule === fields.rule.value) &&
    (path === "" || finding.path.toLowerCase().includes(path)) &&
    (text === "" || finding.text.includes(text)));
  // Suppressed and known findings stand among those of their file.
  if (fields.suppressed.checked || fields.known.checked) passing.sort((a, b) => compare(a.path, b.path) || line(a) - line(b));
  shown = 0;
  byId("findings").replaceChildren();
  const counted = (field, list) => (field.checked ? list.length : 0);
  const total = data.findings.length + counted(fields.suppressed, data.suppressed) + counted(fields.known, data.known);
  byId("status").textContent = `${passing.length.toLocaleString("en")} of ${plural(total, "finding")}`;
  showMore();
  remember();
}

const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
const line = (finding) => (finding.place ? finding.place.line : 0);

function showMore() {
  const made = document.createDocumentFragment();
  for (const finding of passing.slice(shown, shown + CHUNK)) {
    const before = shown > 0 ? passing[shown - 1].path : null;
    if (finding.path !== before) made.append(element("h2", {}, finding.path || "rulec"));
    made.append(card(finding));
    shown += 1;
  }
  byId("findings").append(made);
  byId("more").hidden = shown >= passing.length;
  byId("more").textContent = `Show more (${(passing.length - shown).toLocaleString("en")} left)`;
}

const where = (path, place) => (place ? `${path}:${place.line}:${place.shown}` : path);

function card(finding) {
  const kind = finding.suppressed || finding.known ? " suppressed" : "";
  const about = element("button", { type: "button", class: "rule", onclick: () => tell(finding.rule) }, finding.rule);
  const place = element("p", { class: "place" }, where(finding.path, finding.place), finding.function ? `, in ${finding.function}` : "", ", ", about);
  const parts = [element("h3", {}, element("span", { class: "badge" }, finding.severity), finding.message), place];
  if (finding.excerpt) parts.push(excerpt(finding.excerpt, finding.place));
  if (finding.suppressed) parts.push(element("p", {}, `suppressed: ${finding.reason || "no reason is given"}`));
  if (finding.known) parts.push(element("p", {}, `known: listed in ${finding.baseline}`));
  const steps = finding.related || [];
  if (steps.length > 0) parts.push(trace(steps));
  if (finding.fix) parts.push(fix(finding.fix));
  return element("article", { class: `finding ${finding.severity}${kind}` }, ...parts);
}

// Lines with numbers; what the place covers is marked.
function excerpt({ line: first, text }, place) {
  const rows = text.split("\n").map((content, index) => {
    const number = first + index;
    const row = element("span", { class: "row" }, element("span", { class: "number" }, String(number)));
    if (number < place.line || number > place.endLine) {
      row.append(content);
      return row;
    }
    const from = number === place.line ? place.column - 1 : content.length - content.trimStart().length;
    const to = number === place.endLine ? place.endColumn - 1 : content.length;
    row.append(content.slice(0, from));
    if (to > from && from < content.length) row.append(element("mark", {}, content.slice(from, to)));
    row.append(content.slice(Math.max(from, to)));
    return row;
  });
  return element("pre", { tabindex: "0", "aria-label": "source" }, ...rows);
}

function trace(steps) {
  const items = steps.map((step) =>
    element("li", {}, step.message, " ", element("span", { class: "place" }, where(step.path, step.place)), excerpt(step.excerpt, step.place)));
  const title = steps.some((step) => step.step) ? "How it comes to that" : "Related places";
  return element("details", {}, element("summary", {}, `${title} (${steps.length})`), element("ol", { class: "steps" }, ...items));
}

function fix({ applicability, edits }) {
  const words = { safe: "Fix", suggest: "Suggestion", unsafe: "Fix that may change what the code does" };
  const items = edits.map(({ place, text }) => {
    const isInsertion = place.line === place.endLine && place.column === place.endColumn;
    const range = `${place.line}:${place.shown}`;
    const what = isInsertion ? `insert at ${range}` : text === "" ? `remove from ${range} on` : `replace from ${range} on by`;
    return element("li", {}, what, ...(text === "" ? [] : [element("pre", { class: "plain" }, text)]));
  });
  return element("details", {}, element("summary", {}, words[applicability] || "Fix"), element("ul", {}, ...items));
}

// The documentation of a rule.
function tell(id) {
  const rule = data.rules[id] || { doc: "", tags: [] };
  const only = element("button", { type: "button", onclick: () => choose(id) }, "Show only findings of this rule");
  const tags = rule.tags.length > 0 ? [element("p", { class: "dim" }, `tags: ${rule.tags.join(", ")}`)] : [];
  const title = element("h2", { id: "about-title" }, id);
  byId("about").querySelector("article").replaceChildren(title, ...tags, ...markdown(rule.doc), element("p", {}, only));
  byId("about").showModal();
}

function choose(id) {
  byId("about").close();
  fields.family.value = "";
  offerRules();
  fields.rule.value = id;
  filter();
}

// What documentation of rules uses of Markdown: headings, fenced and indented code, lists, paragraphs and inline code.
function markdown(source) {
  const made = [];
  const lines = source.split("\n");
  const isSpecial = (text) => text.trim() === "" || /^(#{1,6} |```| {4}|\t|[-*] )/.test(text);
  for (let at = 0; at < lines.length;) {
    const text = lines[at];
    if (text.startsWith("```")) {
      const end = lines.findIndex((other, index) => index > at && other.startsWith("```"));
      const last = end < 0 ? lines.length : end;
      made.push(element("pre", { class: "plain" }, lines.slice(at + 1, last).join("\n")));
      at = last + 1;
    } else if (/^( {4}|\t)/.test(text)) {
      let last = at;
      while (last < lines.length && (/^( {4}|\t)/.test(lines[last]) || lines[last] === "")) last += 1;
      made.push(element("pre", { class: "plain" }, lines.slice(at, last).map((one) => one.replace(/^( {4}|\t)/, "")).join("\n").trimEnd()));
      at = last;
    } else if (/^#{1,6} /.test(text)) {
      made.push(element("h3", {}, ...inline(text.replace(/^#+ /, ""))));
      at += 1;
    } else if (/^[-*] /.test(text)) {
      const items = [];
      while (at < lines.length && /^[-*] /.test(lines[at])) {
        let item = lines[at].slice(2);
        for (at += 1; at < lines.length && /^ {2,3}\S/.test(lines[at]); at += 1) item += ` ${lines[at].trim()}`;
        items.push(element("li", {}, ...inline(item)));
      }
      made.push(element("ul", {}, ...items));
    } else if (text.trim() === "") {
      at += 1;
    } else {
      let paragraph = text;
      for (at += 1; at < lines.length && !isSpecial(lines[at]); at += 1) paragraph += ` ${lines[at]}`;
      made.push(element("p", {}, ...inline(paragraph)));
    }
  }
  return made;
}

const inline = (text) => text.split("`").map((part, index) => (index % 2 === 1 ? element("code", {}, part) : part));

// The filters stand in the address, so that a view can be passed on.
function remember() {
  const chosen = new URLSearchParams();
  for (const [id, field] of Object.entries(fields)) {
    if (field.type === "checkbox") {
      if (field.checked !== field.defaultChecked) chosen.set(id, field.checked ? "1" : "0");
    } else if (field.value !== "") chosen.set(id, field.value);
  }
  history.replaceState(null, "", `#${chosen}`);
}

function recall() {
  const chosen = new URLSearchParams(location.hash.slice(1));
  for (const [id, field] of Object.entries(fields)) {
    if (!chosen.has(id)) continue;
    if (field.type === "checkbox") field.checked = chosen.get(id) === "1";
    else field.value = chosen.get(id);
    if (id === "family") offerRules();
  }
}

function start() {
  showSummary();
  offer(fields.family, all.map((finding) => finding.family));
  offerRules();
  recall();
  let waiting = 0;
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(filter, 120);
  };
  fields.text.addEventListener("input", soon);
  fields.path.addEventListener("input", soon);
  fields.family.addEventListener("change", offerRules);
  for (const id of ["family", "rule", ...SEVERITIES, "suppressed", "known"]) fields[id].addEventListener("change", filter);
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("filters").addEventListener("reset", () => setTimeout(() => { offerRules(); filter(); }));
  byId("more").addEventListener("click", showMore);
  // The button is for those who do not scroll; whoever does never has to press it.
  new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting)) showMore();
  }, { rootMargin: "600px" }).observe(byId("more"));
  filter();
}

start();
