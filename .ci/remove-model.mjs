// Removes models as docs/make-it-yours.md describes: the folder, if the model has a folder, the lines in
// functions/index.ts, and the entries in environments/.
// Usage, in an app's folder: node <this file> <model> …
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

/** The lines without the entry of `name` in an object literal: one line, or a block up to its closing brace. */
function withoutEntries(lines, name) {
  const start = new RegExp(`^(\\s*)"?${name}"?(: .*)?[,{]$`);
  const kept = [];
  for (let index = 0; index < lines.length; index++) {
    const match = start.exec(lines[index]);
    if (match === null) kept.push(lines[index]);
    else if (lines[index].endsWith("{")) {
      const closing = [`${match[1]}},`, `${match[1]}}),`];
      index = lines.findIndex((line, at) => at > index && closing.includes(line));
    }
  }
  return kept;
}

/** The lines without the functions of the engine that no remaining model uses. */
function withoutUnusedImports(lines) {
  const pattern = /^import \{ (.*) \} from "sagemaker-stages\/model";$/;
  return lines.map((line) => {
    const [, names] = pattern.exec(line) ?? [];
    if (names === undefined) return line;
    const isUsed = (name) =>
      lines.some((other) => other !== line && new RegExp(`\\b${name.split(" ").at(-1)}\\(`).test(other));
    return line.replace(names, names.split(", ").filter(isUsed).join(", "));
  });
}

/** The names of the entries in the call of defineModels. */
function entriesOfCatalog() {
  const [, literal = ""] =
    /defineModels\(\{\n([\s\S]*?)\n\}\)/.exec(readFileSync("functions/index.ts", "utf8")) ?? [];
  return [...literal.matchAll(/^ {2}"?([a-z][a-z0-9-]*)"?: (?:[a-zA-Z]+\()/gm)].map(([, name]) => name);
}

function edit(path, change) {
  writeFileSync(path, change(readFileSync(path, "utf8").split("\n")).join("\n"));
}

/**
 * The models named on the command line; ends the process with status 2 if the command line names no model, or an
 * unknown model.
 */
function modelsToRemove() {
  const folders = readdirSync("functions", { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() && existsSync(`functions/${entry.name}/contract.ts`) ? [entry.name] : [],
  );
  const known = [...folders, ...entriesOfCatalog()];
  const names = [...new Set(process.argv.slice(2))];
  const unknown = names.filter((name) => !known.includes(name));
  if (names.length > 0 && unknown.length === 0) return names;
  const got = names.length === 0 ? "no word" : unknown.join(", ");
  console.error(
    `<model>: got ${got}; allowed: ${known.join(", ")}\n\nusage: node .ci/remove-model.mjs <model> …`,
  );
  process.exit(2);
}

const removed = modelsToRemove();
for (const name of removed) {
  rmSync(`functions/${name}`, { recursive: true, force: true });
  edit("functions/index.ts", (lines) =>
    withoutUnusedImports(
      withoutEntries(
        lines.filter((line) => !line.includes(`"./${name}/contract"`)),
        name,
      ),
    ),
  );
  for (const file of readdirSync("environments"))
    edit(`environments/${file}`, (lines) => withoutEntries(lines, name));
}

const pages = readdirSync("environments").filter((file) => {
  const text = readFileSync(`environments/${file}`, "utf8");
  return /^ {2}website: /m.test(text) && !/"PUBLIC"|signIn/.test(text);
});
process.stdout.write(`Removed from functions/ and environments/: ${removed.join(", ")}\n`);
if (pages.length > 0) {
  const files = pages.map((file) => `environments/${file}`).join(", ");
  process.stdout.write(`Next: delete website from ${files}: no PUBLIC model remains for the page.\n`);
}
process.stdout.write(
  "Then: run the tests with -u, which removes the snapshots of the models, and read the difference.\n",
);
