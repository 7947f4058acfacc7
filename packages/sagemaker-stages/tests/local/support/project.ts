import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import type { AccountSettings } from "../../../src/environment/account";
import type { Environment } from "../../../src/environment/environment";
import { DEV, PROD } from "./environments";

/** A stack beside the environments', of which nothing can be served. */
const ACCOUNT: AccountSettings = {
  region: "eu-central-1",
  accountId: "777788889999",
  state: { local: { path: "terraform.account.tfstate" } },
  stateBucket: "terraform-states",
};

const PROJECT = join(__dirname, "../../../../..");

/** All that `npm start`, `npm run smoke` and `npm run pipeline` need, as far as it exists. */
const SOURCES = [
  "command-line",
  "main.ts",
  "cdktf.json",
  "package.json",
  "tsconfig.json",
  "stacks",
  "functions",
  "environments",
  "local",
  "pipeline",
  "smoke",
  "website",
];

/** The project's sources in a folder of their own, where tests may change them and synthesize. */
export class ProjectCopy {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), "project-copy-")));
  /** What processes that run here take for the machine's folder of temporary files. */
  readonly tempFolder = join(this.folder, "tmp");

  constructor() {
    for (const source of SOURCES.filter((name) => existsSync(join(PROJECT, name)))) {
      cpSync(join(PROJECT, source), join(this.folder, source), { recursive: true });
    }
    this.setEnvironments(DEV, PROD);
    this.setAccounts(ACCOUNT);
    symlinkSync(join(PROJECT, "node_modules"), join(this.folder, "node_modules"), "dir");
    mkdirSync(this.tempFolder);
    shareTranslations(this.tempFolder);
  }

  /** Changes a file; throws where `change` changes nothing. */
  edit(path: string, change: (text: string) => string): void {
    const file = join(this.folder, path);
    const before = readFileSync(file, "utf8");
    const after = change(before);
    if (after === before) throw new Error(`${path}: there was nothing to change`);
    writeFileSync(file, after);
  }

  /** Makes these the environments that exist. */
  setEnvironments(...environments: readonly Environment[]): void {
    const literal = JSON.stringify(environments, null, 2);
    writeFileSync(
      join(this.folder, "environments", "index.ts"),
      `import type { Environment } from "./environment";\n\nexport const environments: readonly Environment[] = ${literal};\n`,
    );
  }

  /** Makes these the accounts that exist. */
  setAccounts(...accounts: readonly AccountSettings[]): void {
    const literal = JSON.stringify(accounts, null, 2);
    writeFileSync(
      join(this.folder, "environments", "accounts.ts"),
      `import type { AccountSettings } from "./account";\n\nexport const accounts: readonly AccountSettings[] = ${literal};\n`,
    );
  }

  /** A file's text. */
  read(path: string): string {
    return readFileSync(join(this.folder, path), "utf8");
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** tsx keeps translated files among the temporary ones: a copy without them starts a second later. */
function shareTranslations(tempFolder: string): void {
  const name = `tsx-${userInfo().uid}`;
  const shared = join(realpathSync(tmpdir()), name);
  mkdirSync(shared, { recursive: true });
  symlinkSync(shared, join(tempFolder, name), "dir");
}
