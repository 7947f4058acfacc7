import { type AuthorizerSource, authorizerSource, authorizerZip } from "../../constructs/api/authorizer-code";
import { functionCode } from "../../constructs/function/function-code";
import { type Environment, namePrefix } from "../../environment/environment";
import { isViaGateway, routeAccess } from "../../environment/model-settings";
import { AUTHORIZER } from "../../environment/rules/name-checks";
import { transferOf } from "../../environment/transfer";
import type { Container } from "../../local/sagemaker/container";
import { type Model, type Models, streamedRequestOf } from "../../models";
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
import { reportMissingPython } from "../python/invoke-python";
import { answersOf, missingSample, samplesOfApp } from "../sample-endpoint";
import { Refused } from "./refused";
import type { ResolvedStack, Resource } from "./resolved-stack";

/** One request of a function's code. The signature and the address of the request contain these values. */
export interface RecordedCall {
  /** The service and region in the signature. */
  readonly service: string;
  readonly region: string;
  /** `<service>:<Action>` */
  readonly action: string;
  /** The last part of the resource's ARN. */
  readonly resource: string;
  /** `<METHOD> <path>` */
  readonly request: string;
  /** The last part of the ARN of the inference component that the request names. */
  readonly component?: string;
  /** The model of a multi-model endpoint that the request names. */
  readonly targetModel?: string;
}

/** The models whose functions run. */
export interface RecordedModels {
  readonly environment: Environment;
  readonly models: Models;
  /** Answers of other services than SageMaker's runtime, by the service in the request's signature. @default - none */
  readonly answers?: Answers;
}

/**
 * Answers to signed requests, by the service in the request's signature.
 *
 * @example
 * const answers: Answers = { dynamodb: { body: "{}" } };
 */
export type Answers = Readonly<Record<string, ScriptedAnswer | ComputedAnswer>>;

/**
 * The requests that the code of each model's function sends, by the function's name. The function's package runs with
 * the function's variables, and handles the example of the model's contract; if the contract streams only on request, also a
 * request for a stream. The model's sample answers in place of the
 * endpoint. A model without a sample gets an empty object as the answer. If a handler in Python then raises an error,
 * the requests before the error are recorded, and standard error reports the error. Requests to the services of
 * `answers` get these answers, and are not in the result.
 *
 * `python3` runs a handler in Python. On a machine without Python or boto3, the proof assumes that the handler invokes its
 * endpoint, and standard error reports this assumption. In CI (environment variable CI), the proof fails instead.
 *
 * @throws PythonMissing in CI without Python or boto3
 * @throws Refused if a handler connects to another host, or sends a request of an unknown action
 * @throws Error if the deployed package is not the package of the model, or a handler sends no request
 */
export async function record(
  stack: ResolvedStack,
  { environment, models, answers = {} }: RecordedModels,
): Promise<Map<string, readonly RecordedCall[]>> {
  requireAuthorizer(stack, environment, models);
  const samples = samplesOfApp();
  const names = Object.entries(environment.models).filter(
    ([, settings]) => settings.existingFunction === undefined && !isViaGateway(settings),
  );
  const calls = await mapConcurrently(
    names,
    async ([name, settings]): Promise<[string, readonly RecordedCall[]]> => {
      const functionName = `${namePrefix(environment)}-${name}`;
      const fn = stack.find("aws_lambda_function", "function_name", functionName);
      const known = models[name];
      if (fn === undefined || known === undefined) {
        throw new Error(
          `${stack.name}: got no function ${functionName} of a model; allowed: a new function per model`,
        );
      }
      const severalOrigins = String(fn.get("environment.variables.CORS_ALLOW_ORIGIN")).includes(",");
      const captures = captureDestination(fn) !== undefined;
      const { isStreamed } = transferOf(settings, known);
      const hasStream = "stream" in known && known.stream !== undefined;
      const transfer = isStreamed === hasStream ? {} : { streamsAnswers: isStreamed };
      const model = { ...known, severalOrigins, captures, ...transfer };
      if (functionCode(name, model).sha256 !== fn.text("source_code_hash")) {
        throw new Error(`${fn.address}: the deployed package is not the package of functions/${name}`);
      }
      const sample = samples.get(name);
      try {
        const sent: RecordedCall[] = [];
        for (const request of requestsOf(model, isStreamed)) {
          const event = restEvent(model, request);
          sent.push(...(await run(fn, { model, event, sample, answers }, stack)));
        }
        return [functionName, withoutRepetitions(sent)];
      } catch (error) {
        const call = assumedCallOf(fn, stack);
        reportMissingPython(
          error,
          `The proof of ${stack.name} assumes that this handler sends ${call.action} to ${call.resource} and nothing else.`,
        );
        return [functionName, [call]];
      }
    },
  );
  return new Map(calls);
}

/** The requests that need every permission of a handler: a contract with `wants` invokes the endpoint in two ways. */
function requestsOf(model: Model, isStreamed: boolean): readonly unknown[] {
  const { request } = model.example;
  const streamed = isStreamed && model.stream?.wants !== undefined ? streamedRequestOf(model) : undefined;
  return streamed === undefined ? [request] : [request, streamed];
}

/** The function's variable with the destination of captured requests: `s3://<bucket>/<prefix>`. */
export function captureDestination(fn: Resource): string | undefined {
  const destination = fn.get("environment.variables.CAPTURE_DESTINATION");
  return typeof destination === "string" ? destination : undefined;
}

/** The credentials that the authorizer of an environment must check; `undefined` if the environment needs no authorizer. */
export function authorizerSourceOf(environment: Environment, models: Models): AuthorizerSource | undefined {
  const routes = Object.entries(environment.models).flatMap(([name, settings]) => {
    const contract = models[name];
    return contract === undefined ? [] : [{ contract, access: routeAccess(settings) }];
  });
  return authorizerSource(routes, environment.customers);
}

/**
 * Checks that the deployed authorizer has the package for the environment's routes: the package contains the issuers,
 * audiences and scopes that the function accepts.
 */
function requireAuthorizer(stack: ResolvedStack, environment: Environment, models: Models): void {
  const source = authorizerSourceOf(environment, models);
  if (source === undefined) return;
  const name = `${namePrefix(environment)}-${AUTHORIZER}`;
  const fn = stack.find("aws_lambda_function", "function_name", name);
  if (fn?.text("source_code_hash") === authorizerZip(source).sha256) return;
  throw new Error(`${stack.name}: the function ${name} is not the authorizer of the environment's routes`);
}

/** The request of a handler that only invokes its endpoint. */
function assumedCallOf(fn: Resource, stack: ResolvedStack): RecordedCall {
  const endpoint = String(fn.get("environment.variables.ENDPOINT_NAME"));
  return {
    service: SAGEMAKER,
    region: stack.account.region,
    action: "sagemaker:InvokeEndpoint",
    resource: `endpoint/${endpoint}`,
    request: `POST /endpoints/${endpoint}/invocations`,
  };
}

/** One invocation of a model's function. */
interface Invocation {
  readonly model: Model;
  readonly event: unknown;
  readonly sample: Container | undefined;
  readonly answers: Answers;
}

async function run(
  fn: Resource,
  { model, event, sample, answers }: Invocation,
  stack: ResolvedStack,
): Promise<RecordedCall[]> {
  const name = model.model;
  const endpoint = await EndpointServer.start();
  const ofEndpoint = sample === undefined ? { body: "{}" } : answersOf(sample);
  endpoint.willAlwaysAnswer(answerByService({ ...answers, [SAGEMAKER]: ofEndpoint }));
  try {
    const variables = fn.get("environment.variables") as Readonly<Record<string, string>>;
    // The endpoint's name is in the Terraform.
    const { ENDPOINT_NAME: _, ...ofLambda } = handlerEnvironment(endpoint);
    const invoked = invokePackage(model, event, {
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
    // Requests are read before the handler's error, because a refused request can cause the error.
    const calls = endpoint.requests
      .filter((request) => !isAnswered(request, answers))
      .map((request) => readCallOf(request, `${fn.address}: the handler of functions/${name}`));
    const answer = await invoked.catch((error: unknown) => {
      // If the model has a sample, an error is a fault of the handler. Then the handler can have omitted requests.
      if (sample !== undefined || calls.length === 0) throw error;
      reportError(error, name, calls.length);
    });
    if (calls.length === 0) {
      throw new Error(
        `${fn.address}: the handler sent no request for the example of functions/${name}; the handler answered ${JSON.stringify(answer)}`,
      );
    }
    return withoutRepetitions(calls);
  } finally {
    await endpoint.close();
  }
}

/** Reports the error of a handler. The proof continues, because it needs the handler's requests and not the answer. */
function reportError(error: unknown, model: string, calls: number): void {
  const [cause] = (error instanceof Error ? error.message : String(error)).split("\n");
  const requests = calls === 1 ? "1 request" : `${calls} requests`;
  process.stderr.write(
    `${cause}. The endpoint answered {} because ${missingSample(model)}. The proof uses only the ${requests} that the handler sent before the error.\n`,
  );
}

/** The service of SageMaker's runtime in a signature. */
const SAGEMAKER = "sagemaker";

/** The advice for a handler that sends requests to other services. */
const OTHER_SERVICES =
  "For another service, write a rule (option rules of proveLeastPrivilege) with the service in answers and the handler's requests in allowedRequests";
const OTHER_HOSTS = `A client of the AWS SDK must take its address from AWS_ENDPOINT_URL, which the proof sets. ${OTHER_SERVICES}. The proof cannot run a handler that needs a host outside of AWS`;

/** Answers each request with the answer of the request's service. Other services answer with status 400. */
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

/** @throws Refused with the name of the sender */
function readCallOf(request: RecordedRequest, sender: string): RecordedCall {
  try {
    return readCall(request);
  } catch (error) {
    throw error instanceof Refused ? new Refused(`${sender}: ${error.message}`) : error;
  }
}

/** The distinct requests. Equal requests, e.g. retries, need the same permission. */
function withoutRepetitions(calls: readonly RecordedCall[]): RecordedCall[] {
  return [...new Map(calls.map((call) => [JSON.stringify(call), call])).values()];
}

const CREDENTIAL = /Credential=[^/]+\/\d{8}\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request/;

/** The service and region in a request's signature. `undefined` for an unsigned request. */
function signatureOf({ headers }: RecordedRequest): Pick<RecordedCall, "service" | "region"> | undefined {
  const [, region, service] = CREDENTIAL.exec(headers.authorization ?? "") ?? [];
  return region === undefined || service === undefined ? undefined : { region, service };
}

/** The actions of requests, from the service's API reference. Requests of other actions are refused. */
const ACTIONS = [
  {
    // https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
    service: SAGEMAKER,
    method: "POST",
    path: /^\/endpoints\/([^/]+)\/invocations$/,
    action: "sagemaker:InvokeEndpoint",
    resource: (name: string) => `endpoint/${decodeURIComponent(name)}`,
  },
  {
    // https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointWithResponseStream.html
    service: SAGEMAKER,
    method: "POST",
    path: /^\/endpoints\/([^/]+)\/invocations-response-stream$/,
    action: "sagemaker:InvokeEndpointWithResponseStream",
    resource: (name: string) => `endpoint/${decodeURIComponent(name)}`,
  },
] as const;

/** The inference component and the model in a request's headers. IAM authorizes both. */
function readTarget({ headers }: RecordedRequest): Pick<RecordedCall, "component" | "targetModel"> {
  const component = headers["x-amzn-sagemaker-inference-component"];
  const targetModel = headers["x-amzn-sagemaker-target-model"];
  return {
    ...(typeof component === "string" && { component: `inference-component/${component}` }),
    ...(typeof targetModel === "string" && { targetModel }),
  };
}

/** @throws Refused if the request is not signed, or {@link ACTIONS} does not contain its action */
export function readCall(request: RecordedRequest): RecordedCall {
  const { method, path } = request;
  const signature = signatureOf(request);
  if (signature === undefined) throw new Refused(`got the request ${method} ${path}, which is not signed`);
  const { service, region } = signature;
  for (const known of ACTIONS) {
    const [, name] = known.path.exec(path) ?? [];
    if (name !== undefined && known.service === service && known.method === method) {
      const { action } = known;
      const sent = { service, region, action, resource: known.resource(name), request: `${method} ${path}` };
      return { ...sent, ...readTarget(request) };
    }
  }
  throw new Refused(
    `got the request ${method} ${path} of ${service}; allowed: ${ACTIONS.map(({ action }) => action).join(", ")}. ${OTHER_SERVICES}`,
  );
}
