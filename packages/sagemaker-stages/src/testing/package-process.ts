import { execFile } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { unzipSync } from "fflate";
import { type FunctionSource, functionCode } from "../constructs/function/function-code";
import { hasPythonHandler } from "../constructs/function/python/files";
import type { Model } from "../models";
import { invokePython } from "./python/invoke-python";
import { makeTempFolder, removeFolder } from "./temp-folder";

const run = promisify(execFile);

/**
 * The error for a handler that connects to a host other than the allowed host. Thrown even if the handler catches the
 * error of its connection.
 */
export class RefusedConnection extends Error {
  override readonly name = "RefusedConnection";
}

/**
 * Invokes the deployment package of a model in a separate process, as Lambda does.
 *
 * @param model - a model of the app in the current folder. The name is enough for a model without a ready-made contract
 * @param environment - the process's only environment variables
 * @param allowedHost - `host:port`; a connection to another host is refused
 * @returns the return value of the handler; the streamed answer of a handler that streams, as a proxy response
 * @throws PythonMissing if this machine lacks the Python of the handler
 * @throws RefusedConnection with the refused hosts, even if the handler catches the error
 * @throws Error if the handler throws, or writes lines that are not JSON
 * @example
 * const answer = await invokePackage(models.iris, restEvent(models.iris, models.iris.example.request), {
 *   environment: { ...handlerEnvironment(endpoint) },
 *   allowedHost: endpoint.host,
 * });
 */
export async function invokePackage(
  model:
    | string
    | (Pick<Model, "model" | "readyMade"> &
        Pick<FunctionSource, "severalOrigins" | "captures" | "stream" | "streamsAnswers">),
  event: unknown,
  { environment, allowedHost }: { readonly environment: NodeJS.ProcessEnv; readonly allowedHost: string },
): Promise<unknown> {
  const name = typeof model === "string" ? model : model.model;
  if (hasPythonHandler(name)) return await invokePythonPackage(name, event, { environment, allowedHost });
  const folder = makeTempFolder();
  try {
    const { zip } = functionCode(name, typeof model === "string" ? {} : model);
    for (const [file, content] of Object.entries(unzipSync(zip))) {
      writeFileSync(join(folder, file), content);
    }
    const refused = join(folder, "refused-hosts");
    const guard = join(folder, "guard.cjs");
    writeFileSync(guard, guardOf(allowedHost, refused));
    const finished = run(process.execPath, ["--require", guard, "-e", scriptOf(event)], {
      cwd: folder,
      env: environment,
    });
    await finished.catch(() => undefined);
    requireNoneRefused(name, refused, allowedHost);
    const { stdout } = await finished;
    const lines = stdout
      .trim()
      .split("\n")
      .map((line): { readonly answer?: unknown } => JSON.parse(line));
    return lines.at(-1)?.answer;
  } finally {
    removeFolder(folder);
  }
}

async function invokePythonPackage(
  model: string,
  event: unknown,
  invocation: { readonly environment: NodeJS.ProcessEnv; readonly allowedHost: string },
): Promise<unknown> {
  const { results, refusedHosts } = await invokePython(`functions/${model}`, [event], invocation);
  requireNone(model, refusedHosts, invocation.allowedHost);
  const [result] = results;
  if (result?.error === undefined) return result?.answer;
  const { errorType, errorMessage, stackTrace } = result.error;
  throw new Error([`functions/${model}/handler.py: ${errorType}: ${errorMessage}`, ...stackTrace].join("\n"));
}

/** A script that prints the log of the handler, and then the answer as `{ answer }`. */
function scriptOf(event: unknown): string {
  return `
    // The bundle of a function with capture has another name.
    const bundle = require("node:fs").existsSync("bundle.js") ? "./bundle.js" : "./index.js";
    globalThis.awslambda = {
      streamifyResponse: (handler) => Object.assign(handler, { isStreaming: true }),
      HttpResponseStream: { from: (stream, metadata) => Object.assign(stream, { metadata }) },
    };
    const { handler } = require(bundle);
    const context = { awsRequestId: "id", getRemainingTimeInMillis: () => 5000 };
    const event = ${JSON.stringify(event)};
    const invokeStreaming = async () => {
      const { Writable } = require("node:stream");
      const chunks = [];
      const stream = new Writable({ write: (chunk, _, done) => done(void chunks.push(chunk)) });
      await handler(event, Object.assign(stream, { setContentType() {} }), context);
      const body = String(Buffer.concat(chunks));
      return stream.metadata === undefined ? body : { ...stream.metadata, body };
    };
    const invoked = handler.isStreaming ? invokeStreaming() : handler(event, context);
    invoked.then((answer) => console.log(JSON.stringify({ answer })));
  `;
}

/** @throws RefusedConnection if the guard wrote a file of refused hosts */
function requireNoneRefused(model: string, file: string, allowedHost: string): void {
  if (!existsSync(file)) return;
  requireNone(model, readFileSync(file, "utf8").trim().split("\n"), allowedHost);
}

/** @throws RefusedConnection if a host was refused */
function requireNone(model: string, refused: readonly string[], allowedHost: string): void {
  const hosts = new Set(refused);
  if (hosts.size === 0) return;
  throw new RefusedConnection(
    `the handler of functions/${model}: got connections to ${[...hosts].join(", ")}; allowed: ${allowedHost}`,
  );
}

/**
 * A module that refuses connections to other hosts, so that the server in place of the endpoint records every request.
 * The module writes each refused host into a file, because a handler can catch the error.
 */
function guardOf(allowedHost: string, refused: string): string {
  return `
    const { appendFileSync } = require("node:fs");
    const refuse = (host) => {
      appendFileSync(${JSON.stringify(refused)}, host + "\\n");
      throw new Error("got a connection to " + host + ${JSON.stringify(`; allowed: ${allowedHost}`)});
    };

    // As in net: connect(options), connect(port, host) or connect(path).
    const hostOf = ([first, second]) => {
      const options = typeof first === "object" ? first : isNaN(first) ? { path: first } : { port: first, host: second };
      const { path, port, host } = options;
      return path ?? \`\${typeof host === "string" ? host : "localhost"}:\${port}\`;
    };
    const { Socket } = require("node:net");
    const { connect } = Socket.prototype;
    Socket.prototype.connect = function (...args) {
      const host = hostOf(Array.isArray(args[0]) ? args[0] : args);
      return host === ${JSON.stringify(allowedHost)} ? connect.apply(this, args) : refuse(host);
    };

    const datagram = require("node:dgram").Socket.prototype;
    datagram.connect = (port, address) => refuse(\`\${typeof address === "string" ? address : "localhost"}:\${port}\`);
    // send(message, [offset, length,] port, address): the address is the last text, after its port.
    datagram.send = (_, ...args) => {
      const at = args.findLastIndex((arg) => typeof arg === "string");
      return refuse(at < 0 ? \`localhost:\${args.findLast((arg) => typeof arg === "number")}\` : \`\${args[at]}:\${args[at - 1]}\`);
    };
  `;
}
