import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { zipSync } from "fflate";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";
import { documents, REPOSITORY, readDocument } from "../documentation/support/documents";
import { commandsOf } from "../documentation/support/shell-commands";
import { copyApp } from "../local/support/project";

const TIMEOUT_IN_MS = 300_000;

/** `functions/<model>/tests/parity/README.md` of the models that have one. */
const PARITY_DOCUMENTS = documents.filter((path) => path.endsWith("/tests/parity/README.md"));

/** A package without code that `pip` can install from a folder, without a network. */
const WHEEL = {
  name: "example-1.0-py3-none-any.whl",
  files: {
    "example.py": "",
    "example-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: example\nVersion: 1.0\n",
    "example-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    "example-1.0.dist-info/RECORD": "example.py,,\n",
  },
};

let folder: string;

beforeAll(() => {
  folder = makeTempFolder();
  copyApp(folder, REPOSITORY);
  for (const path of [".gitignore", "biome.json", "training"]) {
    if (existsSync(join(REPOSITORY, path)))
      cpSync(join(REPOSITORY, path), join(folder, path), { recursive: true });
  }
}, TIMEOUT_IN_MS);

afterAll(() => removeFolder(folder));

describe("the documented commands", () => {
  it.each(PARITY_DOCUMENTS.length > 0 ? PARITY_DOCUMENTS : ["no model has a reference in Python"])(
    "write the same table, and find no difference between TypeScript and Python: %s",
    (document) => {
      // Prepare
      const table = document.replace("README.md", "table.json");
      const commands = PARITY_DOCUMENTS.includes(document) ? commandsOf(readDocument(document)) : [];

      // Act
      const failures = commands
        .map(({ command }) => runInShell(command))
        .filter(({ status }) => status !== 0);

      // Assess
      expect(failures).toEqual([]);
      if (commands.length > 0) expect(readFileSync(join(folder, table), "utf8")).toBe(readDocument(table));
    },
    TIMEOUT_IN_MS,
  );

  it(
    "install the packages of a handler in Python as docs/python.md shows",
    () => {
      // Prepare
      const [install] = commandsOf(readDocument("docs/python.md")).filter(({ command }) =>
        command.startsWith("pip install --target functions/churn "),
      );
      const wheels = join(folder, "wheels");
      mkdirSync(wheels);
      mkdirSync(join(folder, "functions/churn"));
      writeFileSync(join(folder, "functions/churn/requirements.txt"), "example==1.0\n");
      writeFileSync(join(wheels, WHEEL.name), zipSync(encode(WHEEL.files)));

      // Act: without a network
      const command = `${install?.command} --no-index --find-links ${wheels}`.replace(
        /^pip /,
        "python3 -m pip ",
      );
      const finished = runInShell(command);

      // Assess
      expect(finished).toMatchObject({ status: 0 });
      expect(existsSync(join(folder, "functions/churn/example.py"))).toBe(true);
    },
    TIMEOUT_IN_MS,
  );
});

function runInShell(command: string) {
  const { status, stdout, stderr } = spawnSync("sh", ["-c", command], { cwd: folder, encoding: "utf8" });
  return { command, status, stdout, stderr };
}

function encode(files: Readonly<Record<string, string>>): Record<string, Uint8Array> {
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)]));
}
