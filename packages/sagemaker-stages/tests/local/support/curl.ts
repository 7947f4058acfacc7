import { spawn, spawnSync } from "node:child_process";
import { send } from "./client";
import { readCurl, shellWords } from "./shell-words";
import { sign } from "./signing";

/** What a person who pastes a line sees. */
export interface Pasted {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** `--aws-sigv4` is there from this version on. */
const SIGNS_FROM = 7.75;

/** Whether lines can be pasted into a shell of this machine. */
const canPaste = (() => {
  const { stdout } = spawnSync("sh", ["-c", "curl --version"], { encoding: "utf8" });
  return Number(/^curl (\d+\.\d+)/.exec(stdout ?? "")?.[1] ?? 0) >= SIGNS_FROM;
})();

/**
 * Runs a line that calls curl, as it stands: in a shell where there is one and a curl that can sign, else by
 * sending what curl would send.
 *
 * @throws Error where there is no answer
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
