// Removes models as the README describes: the folder, the lines in functions/index.ts, and the entries in environments/.
// Usage, in an app's folder: node <this file> <model> …
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

/** The lines without the entry of `name` in an object literal: one line, or a block up to its closing brace. */
function withoutEntries(lines, name) {
  const start = new RegExp(`^(\\s*)"?${name}"?(: .*)?[,{]$`);
  const kept = [];
  for (let index = 0; index < lines.length; index++) {
    const match = start.exec(lines[index]);
    if (match === null) kept.push(lines[index]);
    else if (lines[index].endsWith("{")) index = lines.indexOf(`${match[1]}},`, index);
  }
  return kept;
}

function edit(path, change) {
  writeFileSync(path, change(readFileSync(path, "utf8").split("\n")).join("\n"));
}

/** The models named on the command line; ends the process with status 2 where there is none, or where one is unknown. */
function modelsToRemove() {
  const known = readdirSync("functions", { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() && existsSync(`functions/${entry.name}/contract.ts`) ? [entry.name] : [],
  );
  const names = [...new Set(process.argv.slice(2))];
  const unknown = names.filter((name) => !known.includes(name));
  if (names.length > 0 && unknown.length === 0) return names;
  const got = names.length === 0 ? "no word" : unknown.join(", ");
  console.error(
    `<model>: got ${got}; allowed: ${known.join(", ")}\n\nusage: node .ci/remove-model.mjs <model> …`,
  );
  process.exit(2);
}

for (const name of modelsToRemove()) {
  rmSync(`functions/${name}`, { recursive: true });
  edit("functions/index.ts", (lines) =>
    withoutEntries(
      lines.filter((line) => !line.includes(`"./${name}/contract"`)),
      name,
    ),
  );
  for (const file of readdirSync("environments"))
    edit(`environments/${file}`, (lines) => withoutEntries(lines, name));
}
