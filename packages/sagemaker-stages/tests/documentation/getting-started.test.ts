import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { AppCopy } from "../cli/new-model/support/app-copy";
import { shellWords } from "../local/support/shell-words";
import { codeBlocksOf, readDocument } from "./support/documents";
import { commandsOf } from "./support/shell-commands";

const TIMEOUT_IN_MS = 180_000;
const GUIDE = readDocument("docs/getting-started.md");

/** The code that the guide writes to a file: the first block after "replace `<path>` with". */
function codeFor(path: string): string {
  const [, after] = GUIDE.split(new RegExp(`[Rr]eplace \`${path}\` with:\n`));
  if (after === undefined) throw new Error(`docs/getting-started.md: got no code for ${path}`);
  return codeBlocksOf(after)[0]?.text ?? "";
}

let app: AppCopy;

beforeAll(async () => {
  app = await AppCopy.ofInit();
  const command = commandsOf(GUIDE)
    .map(({ command: text }) => text)
    .find((text) => text.startsWith("npx sagemaker-stages new-model "));
  app.newModel(...shellWords(command ?? "").slice(3));
  rmSync(join(app.folder, "functions/example"), { recursive: true });
  for (const path of ["functions/index.ts", "environments/accounts.ts", "environments/dev.ts"]) {
    app.write(path, codeFor(path));
  }
}, TIMEOUT_IN_MS);

afterAll(() => app?.remove());

it(
  "a team that follows docs/getting-started.md has an app whose tests pass",
  async () => {
    // Act
    const finished = await app.jest("developer's machine", "-u");

    // Assess
    expect(finished.stderr).toMatch(/^Tests: +10 passed, 10 total$/m);
    expect(finished.status).toBe(0);
  },
  TIMEOUT_IN_MS,
);

it(
  "a team that follows docs/getting-started.md has an app whose lint and types pass",
  async () => {
    // Act
    const [lint, types] = await Promise.all([
      app.program("@biomejs/biome/bin/biome", "check", "."),
      app.program("typescript/bin/tsc", "--noEmit"),
    ]);

    // Assess
    expect(types).toMatchObject({ status: 0, stdout: "" });
    expect(lint).toMatchObject({ status: 0 });
  },
  TIMEOUT_IN_MS,
);
