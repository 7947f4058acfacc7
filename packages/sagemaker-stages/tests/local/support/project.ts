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
import { dirname, join } from "node:path";
import type { AccountSettings } from "../../../src/environment/account";
import type { Environment } from "../../../src/environment/environment";
import { DEV, PROD } from "./environments";

/** The small app that the engine's tests run on. */
const FIXTURE_APP = join(__dirname, "../../fixtures/app");

/** A stack of an account, which has nothing to serve. */
const ACCOUNT: AccountSettings = {
  region: "eu-central-1",
  accountId: "777788889999",
  state: { local: { path: "terraform.account.tfstate" } },
  stateBucket: "terraform-states",
};

/** The packages of the repository. One of the packages is a link to the engine. */
const PACKAGES = join(__dirname, "../../../../../node_modules");

/** The files and folders of an app; each can be missing. */
const APP_FILES = ["cdktf.json", "environments", "functions", "main.ts", "stacks", "tsconfig.json"];

/** The program of the command `sagemaker-stages`. */
export const COMMAND = join(__dirname, "../../../bin/sagemaker-stages.js");

/** The words of `node` that run an app's `main.ts`, as in `cdktf.json`. */
export const MAIN = ["--require", "sagemaker-stages/register", "main.ts"] as const;

/** The text of a `handler.ts`, which replaces the generated handler. */
export const OWN_HANDLER = `import { createHandler } from "sagemaker-stages/model";
import { contract } from "./contract";

export const handler = createHandler(contract);
`;

/** The statements with which an app's `main.ts` changes the synthesized Terraform of dev. */
function rewriteDev(pattern: string, replacement: string): string {
  return `
  const { readFileSync, writeFileSync } = require("node:fs");
  const file = process.env.CDKTF_OUTDIR + "/stacks/dev/cdk.tf.json";
  writeFileSync(file, readFileSync(file, "utf8").replace(new RegExp(${JSON.stringify(pattern)}, "g"), ${JSON.stringify(replacement)}));`;
}

/**
 * Copies an app into an existing folder. Packages are linked, not copied.
 *
 * @param app - the app's folder. Default: the fixture app
 */
export function copyApp(folder: string, app = FIXTURE_APP): void {
  for (const file of APP_FILES.filter((name) => existsSync(join(app, name)))) {
    cpSync(join(app, file), join(folder, file), { recursive: true });
  }
  symlinkSync(PACKAGES, join(folder, "node_modules"), "dir");
}

/** A copy of an app, in which tests can change files and synthesize. */
export class ProjectCopy {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), "project-copy-")));
  /** The folder of temporary files for processes that run in the copy. */
  readonly tempFolder = join(this.folder, "tmp");

  /** @param app - the app's folder. Default: the fixture app */
  constructor(app?: string) {
    copyApp(this.folder, app);
    this.setEnvironments(DEV, PROD);
    this.setAccounts(ACCOUNT);
    mkdirSync(this.tempFolder);
    shareTranslations(this.tempFolder);
  }

  /** Changes a file; throws if `change` changes nothing. */
  edit(path: string, change: (text: string) => string): void {
    const file = join(this.folder, path);
    const before = readFileSync(file, "utf8");
    const after = change(before);
    if (after === before) throw new Error(`${path}: there was nothing to change`);
    writeFileSync(file, after);
  }

  /** Makes `main.ts` replace each match of `pattern` in the synthesized Terraform of the environment dev. */
  rewriteTerraform(pattern: string, replacement: string): void {
    this.edit("main.ts", (text) => text.replace(".synth();", `.synth();${rewriteDev(pattern, replacement)}`));
  }

  /** Writes a new file, and its missing folders. */
  write(path: string, text: string): void {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  /** Deletes a file or a folder; throws if it does not exist. */
  delete(path: string): void {
    rmSync(join(this.folder, path), { recursive: true });
  }

  /** Replaces the environments of the app. */
  setEnvironments(...environments: readonly Environment[]): void {
    const literal = JSON.stringify(environments, null, 2);
    writeFileSync(
      join(this.folder, "environments", "index.ts"),
      `import type { Environment } from "sagemaker-stages";\n\nexport const environments: readonly Environment[] = ${literal};\n`,
    );
  }

  /** Replaces the accounts of the app. */
  setAccounts(...accounts: readonly AccountSettings[]): void {
    const literal = JSON.stringify(accounts, null, 2);
    writeFileSync(
      join(this.folder, "environments", "accounts.ts"),
      `import type { AccountSettings } from "sagemaker-stages";\n\nexport const accounts: readonly AccountSettings[] = ${literal};\n`,
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

/** The cache of tsx, in the folder of temporary files: without the cache, a copy starts a second later. */
function shareTranslations(tempFolder: string): void {
  const name = `tsx-${userInfo().uid}`;
  const shared = join(realpathSync(tmpdir()), name);
  mkdirSync(shared, { recursive: true });
  symlinkSync(shared, join(tempFolder, name), "dir");
}
