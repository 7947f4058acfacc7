import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { unzipSync } from "fflate";
import { functionCode } from "../constructs/function/function-code";
import { makeTempFolder, removeFolder } from "./temp-folder";

const run = promisify(execFile);

/**
 * Invokes the deployment package of a model in a process of its own, as Lambda does.
 *
 * @param model - a model of the app in the current folder
 * @param environment - the process's only environment variables
 * @param allowedHost - `host:port`; a connection to another host fails the handler
 * @returns what the handler returned
 * @throws Error where the handler throws or writes something else than lines of JSON
 */
export async function invokePackage(
  model: string,
  event: unknown,
  { environment, allowedHost }: { readonly environment: NodeJS.ProcessEnv; readonly allowedHost: string },
): Promise<unknown> {
  const folder = makeTempFolder();
  try {
    for (const [name, content] of Object.entries(unzipSync(functionCode(model).zip))) {
      writeFileSync(join(folder, name), content);
    }
    const guard = join(folder, "guard.cjs");
    writeFileSync(guard, guardOf(allowedHost));
    const { stdout } = await run(process.execPath, ["--require", guard, "-e", scriptOf(event)], {
      cwd: folder,
      env: environment,
    });
    const lines = stdout
      .trim()
      .split("\n")
      .map((line): { readonly answer?: unknown } => JSON.parse(line));
    return lines.at(-1)?.answer;
  } finally {
    removeFolder(folder);
  }
}

/** Prints log lines, and at the end the answer as `{ answer }`. */
function scriptOf(event: unknown): string {
  return `
    const { handler } = require("./index.js");
    const context = { awsRequestId: "id", getRemainingTimeInMillis: () => 5000 };
    handler(${JSON.stringify(event)}, context).then((answer) => console.log(JSON.stringify({ answer })));
  `;
}

/** A connection to another host fails the handler, so that the endpoint's stand-in records every request. */
function guardOf(host: string): string {
  return `
    const net = require("node:net");
    const connect = net.Socket.prototype.connect;
    net.Socket.prototype.connect = function (...args) {
      const [options] = Array.isArray(args[0]) ? args[0] : args;
      if (\`\${options.host}:\${options.port}\` !== ${JSON.stringify(host)}) throw new Error("connects elsewhere");
      return connect.apply(this, args);
    };
    require("node:dgram").Socket.prototype.send = () => { throw new Error("connects elsewhere"); };
  `;
}
