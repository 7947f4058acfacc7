import { spawn, spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AccountSettings } from "../../../src/environment/account";
import type { Environment } from "../../../src/environment/environment";
import { COMMAND, ProjectCopy } from "../../local/support/project";
import { REPOSITORY, TOKEN } from "./github";

/** The result of a step. */
export interface Step {
  readonly status: number | null;
  /** Standard output and standard error. */
  readonly output: string;
  /** The step's outputs by name. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** A copy of the project. A workflow's steps run in this copy. */
export class Workspace {
  readonly project = new ProjectCopy();

  constructor(accounts: readonly AccountSettings[], ...environments: readonly Environment[]) {
    this.project.setEnvironments(...environments);
    this.project.setAccounts(...accounts);
  }

  /** Writes a file of the workspace. */
  write(path: string, content: string): void {
    this.project.write(path, content);
  }

  /** Commits the files at these paths, and returns the commit's id. */
  commit(...paths: readonly string[]): string {
    const git = (...words: string[]): string => {
      const author = ["-c", "user.name=Mona", "-c", "user.email=mona@example.com"];
      const { status, stdout, stderr } = spawnSync("git", [...author, ...words], {
        cwd: this.project.folder,
        encoding: "utf8",
      });
      if (status !== 0) throw new Error(`git ${words.join(" ")}: ${stderr}`);
      return stdout.trim();
    };
    git("init", "--quiet");
    git("add", "--force", ...paths);
    git("commit", "--quiet", "--allow-empty", "--message", "Change");
    return git("rev-parse", "HEAD");
  }

  /** Runs `sagemaker-stages pipeline <words>` as a step of a workflow in {@link REPOSITORY}. */
  step(words: readonly string[], variables: NodeJS.ProcessEnv = {}): Promise<Step> {
    const file = join(this.project.folder, "output");
    writeFileSync(file, "");
    const inherited = Object.entries(process.env).filter(([name]) => !/^(GITHUB_|AWS_)/.test(name));
    const child = spawn(process.execPath, [COMMAND, "pipeline", ...words], {
      cwd: this.project.folder,
      env: {
        ...Object.fromEntries(inherited),
        TMPDIR: this.project.tempFolder,
        GITHUB_ACTIONS: "true",
        GITHUB_OUTPUT: file,
        GITHUB_REPOSITORY: REPOSITORY,
        GITHUB_EVENT_NAME: "workflow_dispatch",
        GITHUB_SERVER_URL: "https://github.com",
        GITHUB_RUN_ID: "9",
        GITHUB_TOKEN: TOKEN,
        VISIBILITY: "private",
        ...variables,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    }
    return new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (status) => {
        const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
        rmSync(file);
        const outputs = Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2)));
        resolve({ status, output, outputs });
      });
    });
  }

  remove(): void {
    this.project.remove();
  }
}
