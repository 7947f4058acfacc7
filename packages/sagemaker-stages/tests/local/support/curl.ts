import { spawn, spawnSync } from "node:child_process";
import { send } from "./client";
import { readCurl, shellWords } from "./shell-words";
import { sign } from "./signing";

/** The result of a pasted command line. */
export interface Pasted {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** The first version with `--aws-sigv4`. */
const SIGNS_FROM = 7.75;

/** Whether this machine has a POSIX shell and a curl that can sign. */
const canPaste = (() => {
  const { stdout } = spawnSync("sh", ["-c", "curl --version"], { encoding: "utf8" });
  return Number(/^curl (\d+\.\d+)/.exec(stdout ?? "")?.[1] ?? 0) >= SIGNS_FROM;
})();

/**
 * Runs a curl command line: in a shell, or without one by sending the request that curl would send.
 *
 * @throws Error if there is no answer
 */
export function paste(line: string): Promise<Pasted> {
  return canPaste ? pasteInShell(line) : sendAsCurl(line);
}

async function pasteInShell(line: string): Promise<Pasted> {
  const format = "\\n%{http_code} %{content_type}";
  const child = spawn("sh", ["-c", `${line} --silent --show-error --write-out '${format}'`], {
    env: { ...process.env, NO_PROXY: "*" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [output, errors] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  const [, body = "", status, contentType = ""] = /^(.*)\n(\d{3}) (.*)$/s.exec(output) ?? [];
  if (status === undefined || status === "000") throw new Error(`${line}: ${errors}`);
  return { status: Number(status), contentType, body };
}

async function sendAsCurl(line: string): Promise<Pasted> {
  const { base, rest, ...request } = readCurl(shellWords(line));
  const [, scope = "", , user = ""] = rest;
  const [, , region = "", service = ""] = scope.split(":");
  const [accessKeyId = "", secretAccessKey = ""] = user.split(":");
  const signed =
    rest.length > 0 ? await sign(base, request, { region, service, accessKeyId, secretAccessKey }) : request;
  const { status, headers, body } = await send(base, signed);
  return { status, contentType: headers["content-type"] ?? "", body };
}
