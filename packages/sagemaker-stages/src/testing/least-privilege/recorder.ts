import { functionCode } from "../../constructs/function/function-code";
import { type Environment, namePrefix } from "../../environment/environment";
import type { Container } from "../../local/sagemaker/container";
import type { Models } from "../../models";
import { mapConcurrently } from "../concurrency";
import {
  type ComputedAnswer,
  EndpointServer,
  type RecordedRequest,
  type ScriptedAnswer,
} from "../endpoint-server";
import { restEvent } from "../events";
import { handlerEnvironment } from "../handler";
import { invokePackage, RefusedConnection } from "../package-process";
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
  /** Answers of other services than SageMaker's runtime, by the service that a request is signed for. @default - none */
  readonly answers?: Answers;
}

/** Answers to signed requests, by the service that a request is signed for, e.g. `dynamodb`. */
export type Answers = Readonly<Record<string, ScriptedAnswer | ComputedAnswer>>;

/**
 * The requests that the code of each model's function sends, by the function's name. The function's own package runs with
 * the function's own variables, and handles the example of the model's contract. The model's sample answers in place of
 * the endpoint; without a sample, the answer is an empty object, which the handler need not understand. Requests to the
 * services of `answers` are answered, and are not in the result.
 *
 * @throws Refused where a handler connects to another host, or sends a request that nothing here knows
 * @throws Error where the deployed package is not the package of the model, or a handler sends no request
 */
export async function record(
  stack: ResolvedStack,
  { environment, models, answers = {} }: RecordedModels,
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
    return [functionName, await run(fn, { name, event, sample: samples.get(name), answers }, stack)] as const;
  });
  return new Map(calls);
}

/** One invocation of a model's function. */
interface Invocation {
  readonly name: string;
  readonly event: unknown;
  readonly sample: Container | undefined;
  readonly answers: Answers;
}

async function run(
  fn: Resource,
  { name, event, sample, answers }: Invocation,
  stack: ResolvedStack,
): Promise<RecordedCall[]> {
  const endpoint = await EndpointServer.start();
  const ofEndpoint = sample === undefined ? { body: "{}" } : answersOf(sample);
  endpoint.willAlwaysAnswer(answerByService({ ...answers, [SAGEMAKER]: ofEndpoint }));
  try {
    const variables = fn.get("environment.variables") as Readonly<Record<string, string>>;
    // The Terraform decides on the endpoint.
    const { ENDPOINT_NAME: _, ...ofLambda } = handlerEnvironment(endpoint);
    const invoked = invokePackage(name, event, {
      // https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
      environment: {
        AWS_ENDPOINT_URL: endpoint.url,
        ...ofLambda,
        ...variables,
        AWS_REGION: stack.account.region,
      },
      allowedHost: endpoint.host,
    });
    await invoked.catch((error: unknown) => {
      if (error instanceof RefusedConnection)
        throw new Refused(`${fn.address}: ${error.message}. ${OTHER_HOSTS}`);
    });
    // Before the failure of the handler, which can follow from the refusal of a request.
    const calls = endpoint.requests
      .filter((request) => !isAnswered(request, answers))
      .map((request) => readCallOf(request, `${fn.address}: the handler of functions/${name}`));
    const answer = await invoked;
    if (calls.length === 0) {
      throw new Error(
        `${fn.address}: its handler sent no request for the example of functions/${name}; it answered ${JSON.stringify(answer)}`,
      );
    }
    return withoutRepetitions(calls);
  } finally {
    await endpoint.close();
  }
}

/** The service of SageMaker's runtime in a signature. */
const SAGEMAKER = "sagemaker";

/** What an app does about a handler that sends requests to other services. */
const OTHER_SERVICES =
  "For another service, write a rule (option rules of proveLeastPrivilege) with the service in answers and the handler's requests in allowedRequests";
const OTHER_HOSTS = `A client of the AWS SDK must take its address from AWS_ENDPOINT_URL, which the proof sets. ${OTHER_SERVICES}. The proof cannot run a handler that needs a host outside of AWS`;

/** Answers each request as its service does; refuses requests of other services. */
function answerByService(answers: Answers): ComputedAnswer {
  return async (request) => {
    const answer = answers[signatureOf(request)?.service ?? ""] ?? { status: 400 };
    return typeof answer === "function" ? answer(request) : answer;
  };
}

function isAnswered(request: RecordedRequest, answers: Answers): boolean {
  const service = signatureOf(request)?.service;
  return service !== undefined && service !== SAGEMAKER && Object.hasOwn(answers, service);
}

/** @throws Refused that names the sender */
function readCallOf(request: RecordedRequest, sender: string): RecordedCall {
  try {
    return readCall(request);
  } catch (error) {
    throw error instanceof Refused ? new Refused(`${sender}: ${error.message}`) : error;
  }
}

/** A handler that tries again needs no other permission. */
function withoutRepetitions(calls: readonly RecordedCall[]): RecordedCall[] {
  return [...new Map(calls.map((call) => [JSON.stringify(call), call])).values()];
}

const CREDENTIAL = /Credential=[^/]+\/\d{8}\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request/;

/** What a request is signed for; `undefined` for an unsigned request. */
function signatureOf({ headers }: RecordedRequest): Pick<RecordedCall, "service" | "region"> | undefined {
  const [, region, service] = CREDENTIAL.exec(headers.authorization ?? "") ?? [];
  return region === undefined || service === undefined ? undefined : { region, service };
}

/** Which action a request is, by the service's API reference. Another one is refused. */
const ACTIONS = [
  {
    // https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
    service: SAGEMAKER,
    method: "POST",
    path: /^\/endpoints\/([^/]+)\/invocations$/,
    action: "sagemaker:InvokeEndpoint",
    resource: (name: string) => `endpoint/${decodeURIComponent(name)}`,
  },
] as const;

/** @throws Refused where the request is not signed, or no rule knows its action */
export function readCall(request: RecordedRequest): RecordedCall {
  const { method, path } = request;
  const signature = signatureOf(request);
  if (signature === undefined) throw new Refused(`got the request ${method} ${path}, which is not signed`);
  const { service, region } = signature;
  for (const known of ACTIONS) {
    const [, name] = known.path.exec(path) ?? [];
    if (name !== undefined && known.service === service && known.method === method) {
      const { action } = known;
      return { service, region, action, resource: known.resource(name), request: `${method} ${path}` };
    }
  }
  throw new Refused(
    `got the request ${method} ${path} of ${service}; allowed: ${ACTIONS.map(({ action }) => action).join(", ")}. ${OTHER_SERVICES}`,
  );
}
