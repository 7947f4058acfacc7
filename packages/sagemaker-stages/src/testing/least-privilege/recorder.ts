import { functionCode } from "../../constructs/function/function-code";
import { type Environment, namePrefix } from "../../environment/environment";
import type { Container } from "../../local/sagemaker/container";
import type { Models } from "../../models";
import { mapConcurrently } from "../concurrency";
import { EndpointServer, type RecordedRequest } from "../endpoint-server";
import { restEvent } from "../events";
import { handlerEnvironment } from "../handler";
import { invokePackage } from "../package-process";
import { answersOf, samplesOfApp } from "../sample-endpoint";
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

/** Whose functions are run. */
export interface RecordedModels {
  readonly environment: Environment;
  readonly models: Models;
}

/**
 * The requests that the code of each model's function sends, by the function's name. The function's own package runs with
 * the function's own variables, and handles the example of the model's contract. The model's sample answers in place of
 * the endpoint; without a sample, the answer is an empty object, which the handler need not understand.
 *
 * @throws Error where the deployed package is not the package of the model, or a handler sends no request
 */
export async function record(
  stack: ResolvedStack,
  { environment, models }: RecordedModels,
): Promise<Map<string, readonly RecordedCall[]>> {
  const samples = samplesOfApp();
  const names = Object.entries(environment.models)
    .filter(([, { existingFunction }]) => existingFunction === undefined)
    .map(([model]) => model);
  const calls = await mapConcurrently(names, async (name) => {
    const functionName = `${namePrefix(environment)}-${name}`;
    const fn = stack.find("aws_lambda_function", "function_name", functionName);
    const model = models[name];
    if (fn === undefined || model === undefined) {
      throw new Error(
        `${stack.name}: got no function ${functionName} of a model; allowed: a new function per model`,
      );
    }
    if (functionCode(name).sha256 !== fn.text("source_code_hash")) {
      throw new Error(`${fn.address}: its package is not the package of functions/${name}`);
    }
    const event = restEvent(model, model.example.request);
    return [functionName, await run(fn, { name, event, sample: samples.get(name) }, stack)] as const;
  });
  return new Map(calls);
}

/** One invocation of a model's function. */
interface Invocation {
  readonly name: string;
  readonly event: unknown;
  readonly sample: Container | undefined;
}

async function run(
  fn: Resource,
  { name, event, sample }: Invocation,
  stack: ResolvedStack,
): Promise<RecordedCall[]> {
  const endpoint = await EndpointServer.start();
  endpoint.willAlwaysAnswer(sample === undefined ? { body: "{}" } : answersOf(sample));
  try {
    const variables = fn.get("environment.variables") as Readonly<Record<string, string>>;
    // The Terraform decides on the endpoint.
    const { ENDPOINT_NAME: _, ...ofLambda } = handlerEnvironment(endpoint);
    const answer = await invokePackage(name, event, {
      environment: { ...ofLambda, ...variables, AWS_REGION: stack.account.region },
      allowedHost: endpoint.host,
    });
    if (endpoint.requests.length === 0) {
      throw new Error(
        `${fn.address}: its handler sent no request for the example of functions/${name}; it answered ${JSON.stringify(answer)}`,
      );
    }
    return withoutRepetitions(endpoint.requests.map(readCall));
  } finally {
    await endpoint.close();
  }
}

/** A handler that tries again needs no other permission. */
function withoutRepetitions(calls: readonly RecordedCall[]): RecordedCall[] {
  return [...new Map(calls.map((call) => [JSON.stringify(call), call])).values()];
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
    `got the request ${method} ${path} of ${service}; allowed: the requests in ACTIONS of recorder.ts`,
  );
}
