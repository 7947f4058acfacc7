import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A measurement of a handler in a fresh process. */
export interface Probe {
  /** The program in this folder, e.g. `handler-probe.cjs`. */
  readonly program: string;
  /** The handler's file. */
  readonly file: string;
  /** The folder of the result and of the log. */
  readonly folder: string;
  /** The port of the server that answers as the endpoint. */
  readonly port: number;
  /** Further arguments of the program. */
  readonly numbers: readonly number[];
  /** Further environment variables of the handler. @default - none */
  readonly variables?: NodeJS.ProcessEnv;
}

/** Each process has its own result: a process that ends early must not have the result of another process. */
let measurements = 0;

/** Runs a handler in a fresh process. A file receives the log, so that writing the log is part of the measurement. */
export function runProbe<Cost>({
  program,
  file,
  folder,
  port,
  numbers,
  variables = {},
}: Probe): Promise<Cost> {
  const name = program.replace(/\.cjs$/, "");
  const result = join(folder, `${name}-result-${measurements++}.json`);
  const env = {
    ENDPOINT_NAME: "bench",
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "bench",
    AWS_SECRET_ACCESS_KEY: "bench",
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    ...variables,
  };
  const log = openSync(join(folder, `${name}-log`), "w");
  return new Promise((resolve, reject) => {
    const probe = spawn(process.execPath, [join(__dirname, program), file, result, ...numbers.map(String)], {
      env,
      stdio: ["ignore", log, "pipe"],
    });
    let errors = "";
    probe.stderr?.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
    });
    probe.on("error", reject);
    probe.on("close", (status) => {
      closeSync(log);
      if (status === 0) resolve(JSON.parse(readFileSync(result, "utf8")));
      else reject(new Error(`the handler's process ended with status ${status}:\n${errors}`));
    });
  });
}
