import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { functionCode } from "../../../src/constructs/function/function-code";
import { Bundle } from "../../runtime/support/bundle";
import { EndpointServer, type RecordedRequest } from "../../runtime/support/endpoint-server";
import { environmentOf } from "../../runtime/support/handler";
import { invocations } from "../../runtime/support/invocations";
import { makeTempFolder, removeFolder } from "../../stacks/support/temp-folder";
import { Refused } from "./refused";
import type { ResolvedStack, Resource } from "./resolved-stack";

/** One request of a function's code, read off its signature and its address. */
export interface RecordedCall {
  /** The service and region that it was signed for. */
  readonly service: string;
  readonly region: string;
  /** `<service>:<Action>` */
  readonly action: string;
  /** The last part of the resource's ARN. */
  readonly resource: string;
  /** `<METHOD> <path>` */
  readonly request: string;
}

/** What each function of the stack asks, by the function's name: its own package, run with its own variables. */
export async function record(stack: ResolvedStack): Promise<Map<string, readonly RecordedCall[]>> {
  const functions = stack.all("aws_lambda_function");
  const calls = await Promise.all(
    functions.map(async (fn) => [fn.text("function_name"), await run(fn, stack.account.region)] as const),
  );
  return new Map(calls);
}

async function run(fn: Resource, region: string): Promise<RecordedCall[]> {
  const invocation = invocations.find(
    ({ model }) => functionCode(model).sha256 === fn.text("source_code_hash"),
  );
  if (invocation === undefined) {
    throw new Error(
      `${fn.address}: its package is none that __tests__/functions/support/invocations.ts invokes`,
    );
  }
  const folder = makeTempFolder();
  const bundle = Bundle.of(invocation.model);
  const endpoint = await EndpointServer.start();
  endpoint.willAlwaysAnswer(invocation.answered);
  try {
    const variables = fn.get("environment.variables") as Readonly<Record<string, string>>;
    // Which endpoint it asks, the Terraform says.
    const { ENDPOINT_NAME: _, ...ofLambda } = environmentOf(endpoint);
    const [line] = await bundle.invoke(invocation.event, {
      ...ofLambda,
      ...variables,
      AWS_REGION: region,
      NODE_OPTIONS: `--require ${writeGuard(folder, endpoint.host)}`,
    });
    if ((line as { status?: unknown } | undefined)?.status !== 200) {
      throw new Error(`${fn.address}: its handler did not answer: ${JSON.stringify(line)}`);
    }
    return endpoint.requests.map(readCall);
  } finally {
    await endpoint.close();
    bundle.remove();
    removeFolder(folder);
  }
}

/** A connection to anything but the recording server fails the handler, so that nothing goes unrecorded. */
function writeGuard(folder: string, host: string): string {
  const path = join(folder, "guard.cjs");
  writeFileSync(
    path,
    `const net = require("node:net");
     const connect = net.Socket.prototype.connect;
     net.Socket.prototype.connect = function (...args) {
       const [options] = Array.isArray(args[0]) ? args[0] : args;
       if (\`\${options.host}:\${options.port}\` !== ${JSON.stringify(host)}) throw new Error("connects elsewhere");
       return connect.apply(this, args);
     };
     require("node:dgram").Socket.prototype.send = () => { throw new Error("connects elsewhere"); };`,
  );
  return path;
}

const CREDENTIAL = /Credential=[^/]+\/\d{8}\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request/;

/** Which action a request is, by the service's API reference. Another one is an error until it stands here. */
const ACTIONS = [
  {
    // https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
    service: "sagemaker",
    method: "POST",
    path: /^\/endpoints\/([^/]+)\/invocations$/,
    action: "sagemaker:InvokeEndpoint",
    resource: (name: string) => `endpoint/${decodeURIComponent(name)}`,
  },
] as const;

/** @throws Refused where the request is not signed, or no rule knows its action */
export function readCall({ method, path, headers }: RecordedRequest): RecordedCall {
  const [, region, service] = CREDENTIAL.exec(headers.authorization ?? "") ?? [];
  if (region === undefined || service === undefined) throw new Refused(`${method} ${path} is not signed`);
  for (const known of ACTIONS) {
    const [, name] = known.path.exec(path) ?? [];
    if (name !== undefined && known.service === service && known.method === method) {
      const { action } = known;
      return { service, region, action, resource: known.resource(name), request: `${method} ${path}` };
    }
  }
  throw new Refused(
    `no rule knows which action ${method} ${path} of ${service} is; add it to ACTIONS in recorder.ts`,
  );
}
