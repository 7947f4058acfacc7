import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A request with bytes. */
export interface BytesRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** The scope of a signature, e.g. `aws:amz:us-east-1:lambda`. @default the request is not signed */
  readonly signedFor?: string;
}

/** An answer with bytes. */
export interface BytesAnswer {
  readonly status: number;
  /** The headers by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** The first version with `--aws-sigv4`. */
const SIGNS_FROM = 7.75;

/** Whether this machine has a curl that can sign. */
export const HAS_CURL = (() => {
  const { stdout } = spawnSync("curl", ["--version"], { encoding: "utf8" });
  return Number(/^curl (\d+\.\d+)/.exec(stdout ?? "")?.[1] ?? 0) >= SIGNS_FROM;
})();

/** Whether this machine has python3 with boto3 and numpy. */
export const HAS_BOTO3 = spawnSync("python3", ["-c", "import boto3, numpy"]).status === 0;

/** Sends a request with curl: the body is a file, and so is the answer. */
export async function sendWithCurl({ url, headers, body, signedFor }: BytesRequest): Promise<BytesAnswer> {
  const folder = mkdtempSync(join(tmpdir(), "curl-"));
  try {
    const [sent, received, dumped] = ["sent", "received", "headers"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(sent, body);
    const words = [
      ...["--silent", "--show-error", "--data-binary", `@${sent}`, "--output", received],
      ...["--dump-header", dumped, "--header", "Expect:"],
      ...Object.entries(headers).flatMap(([name, value]) => ["--header", `${name}: ${value}`]),
      ...(signedFor === undefined ? [] : ["--aws-sigv4", signedFor, "--user", "local:local"]),
      url,
    ];
    await run("curl", words, "");
    const [statusLine = "", ...lines] = readFileSync(dumped, "latin1").trim().split("\r\n");
    const pairs = lines.map((line) => {
      const [name = "", ...value] = line.split(":");
      return [name.toLowerCase(), value.join(":").trim()] as const;
    });
    return {
      status: Number(statusLine.split(" ")[1]),
      headers: Object.fromEntries(pairs),
      body: readFileSync(received),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Sends an unsigned request with Node.js's `fetch`. */
export async function sendWithFetch({ url, headers, body }: BytesRequest): Promise<BytesAnswer> {
  const response = await fetch(url, { method: "POST", headers, body });
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: Buffer.from(await response.arrayBuffer()),
  };
}

/** Runs a Python program. @returns its standard output */
export function runPython(program: string, input: string): Promise<string> {
  return run("python3", ["-c", program], input);
}

function run(command: string, words: readonly string[], input: string): Promise<string> {
  const child = spawn(command, words, {
    env: { ...process.env, NO_PROXY: "*", no_proxy: "*", AWS_EC2_METADATA_DISABLED: "true" },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let [output, errors] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  // A program that ends before it has read its whole input reports the reason.
  child.stdin.on("error", () => undefined).end(input);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => {
      if (status === 0) resolve(output);
      else reject(new Error(`${command} ended with ${status}: ${errors}`));
    });
  });
}
