import { percentEncode } from "../aws/percent-encode";
import { ALARMS_PATH } from "./cloudwatch/alarms-page";
import { TRIAL_USER } from "./cognito/user-pool";
import { tokenPath } from "./issuer";
import { type Authorization, isStream, type Method } from "./rest-api/openapi";
import { ASYNC_FOLDER } from "./s3/async-objects";
import { CAPTURE_FOLDER } from "./s3/captured-requests";
import type { Container } from "./sagemaker/container";
import { containerOf } from "./sagemaker/echo-stand-in";
import { LOCAL_CREDENTIALS } from "./signature";
import type {
  ApiKeyDefinition,
  Deployment,
  StageDefinition,
  StageDomainDefinition,
} from "./terraform/deployment";
import { answeringRoutes, type EndpointCompute, TARGET_MODEL_HEADER } from "./terraform/endpoints";

/** The addresses of a local stage. */
export interface ServedUrls {
  readonly url: string;
  /** Function URLs by the ARN of the function. */
  readonly functionUrls: ReadonlyMap<string, string>;
  /** The addresses of the sign-ins by the environment. @default - no environment has a sign-in */
  readonly signInUrls?: ReadonlyMap<string, string>;
}

/** The text that the local stage prints: addresses, a request for each route, models, and differences from AWS. */
export function banner(
  { url, functionUrls, signInUrls = new Map() }: ServedUrls,
  deployments: readonly Deployment[],
  containers: ReadonlyMap<string, Container>,
): string {
  return [
    ...deployments.flatMap((deployment) => [
      ...describe(url, functionUrls, deployment, containers, signInUrls),
      "",
    ]),
  ].join("\n");
}

function* describe(
  url: string,
  functionUrls: ReadonlyMap<string, string>,
  deployment: Deployment,
  containers: ReadonlyMap<string, Container>,
  signInUrls: ReadonlyMap<string, string>,
): Generator<string> {
  for (const stage of deployment.stages) {
    yield `${deployment.name}  ${url}/${stage.stageName}   page: ${url}/website/${stage.stageName}/`;
    if (stage.domain !== undefined) yield describeDomain(url, stage.domain);
    for (const { method, path, access, commands } of routesOf(url, deployment, stage)) {
      yield "";
      yield `  ${method} ${path}  ${access}`;
      for (const command of commands) yield `  ${command}`;
    }
  }
  for (const stage of deployment.stages) yield* describeCustomers(stage);
  for (const { address, functionName, commands } of functionUrlsOf(functionUrls, deployment)) {
    yield "";
    yield `  ${address}  (function URL of ${functionName}, signed requests)`;
    for (const command of commands) yield `  ${command}`;
  }
  const signInUrl = signInUrls.get(deployment.name);
  if (signInUrl !== undefined) {
    yield "";
    yield `  ${signInUrl}  (sign-in of the page)`;
    yield `  Sign in on the page as ${TRIAL_USER.email} with the password ${TRIAL_USER.password}`;
  }
  yield* describeEndpoints(url, deployment, containers);
  if (deployment.functions.length > 0) {
    yield "";
    yield `  Lambda  ${url}  (e.g. boto3.client("lambda", endpoint_url="${url}"))`;
  }
  const alarms = (deployment.alarms ?? []).filter(({ kind }) => kind !== "unsupported");
  if (alarms.length > 0) {
    yield "";
    yield `  Alarms  ${url}${ALARMS_PATH}  (states of ${alarms.length} alarms, evaluated every minute; this terminal shows each change)`;
  }
  if ((deployment.captureBuckets ?? []).length > 0) {
    yield "";
    yield `  Captured requests  ${CAPTURE_FOLDER}/${deployment.name}/`;
  }
  if ((deployment.asyncBuckets ?? []).length > 0) {
    yield "";
    yield `  Asynchronous requests  ${ASYNC_FOLDER}/${deployment.name}/`;
  }
  if (deployment.unsupported.length > 0) {
    yield "";
    yield "  Differences from AWS:";
    for (const line of deployment.unsupported) yield `    - ${line}`;
  }
}

/** A route, with the requests to try. */
export interface ServedRoute {
  readonly method: string;
  /** The path from the address of the local stage, e.g. `/dev/iris`. */
  readonly path: string;
  /** The title of the model. @default - another project wrote the document */
  readonly title: string | undefined;
  /** The callers, and the reason why the route cannot answer, e.g. `(public)`. */
  readonly access: string;
  /** Command lines of a POSIX shell. */
  readonly commands: readonly string[];
}

/** The routes of a stage, without the preflight requests. @param url - the address of the local stage */
export function routesOf(url: string, deployment: Deployment, stage: StageDefinition): ServedRoute[] {
  const { methods } = stage.openApi;
  return methods
    .filter(({ integration }) => integration.type !== "mock")
    .map((method) => ({
      method: method.httpMethod,
      path: `${pathOf(stage)}${method.path}`,
      title: method.title,
      access: `(${describeAccess(stage, method)})${describeUnavailable(deployment, method)}`,
      commands: commandsOf(url, deployment, stage, method),
    }));
}

function commandsOf(url: string, deployment: Deployment, stage: StageDefinition, method: Method): string[] {
  const main = mainRouteOf(method, stage.openApi.methods);
  if (main !== undefined) return [curlOfFurtherRoute(url, deployment, stage, method, main)];
  const [bytesType] = method.bytesTypes;
  // A route that API Gateway serves without a function passes a file unchanged, and has no example in JSON.
  const takesOnlyBytes = bytesType !== undefined && method.example === undefined;
  return [
    ...(takesOnlyBytes ? [] : [curl(url, deployment, stage, method)]),
    ...(bytesType === undefined ? [] : [curlOfFile(url, deployment, stage, method, bytesType)]),
  ];
}

/** A function URL, with the request to try. */
export interface ServedFunctionUrl {
  readonly address: string;
  readonly functionName: string;
  /** Command lines of a POSIX shell. */
  readonly commands: readonly string[];
}

/** The function URLs of an environment. @param addresses - by the ARN of the function */
export function functionUrlsOf(
  addresses: ServedUrls["functionUrls"],
  deployment: Deployment,
): ServedFunctionUrl[] {
  return deployment.functionUrls.map(({ functionArn, functionName, invokeMode }) => {
    const address = `${addresses.get(functionArn)}/`;
    const method = methodOf(deployment, functionArn);
    const words = signed(deployment.region, "lambda");
    const isStreamed = invokeMode === "RESPONSE_STREAM";
    const commands = method === undefined ? [] : [curlLine(address, method, words, isStreamed)];
    return { address, functionName, commands };
  });
}

function* describeEndpoints(
  url: string,
  { endpoints }: Deployment,
  containers: ReadonlyMap<string, Container>,
): Generator<string> {
  if (endpoints.length === 0) return;
  yield "";
  yield `  SageMaker runtime  ${url}  (e.g. boto3.client("sagemaker-runtime", endpoint_url="${url}"))`;
  for (const endpoint of endpoints) {
    for (const { model, target, models } of answeringRoutes(endpoint)) {
      const { description } = containerOf(containers, model);
      const targets = { ...target, ...(models && { [TARGET_MODEL_HEADER]: models.join(" or ") }) };
      const name = [
        endpoint.name,
        ...Object.entries(targets).map(([header, value]) => `${header}: ${value}`),
      ];
      yield `    ${name.join(", ")}: ${description} (on AWS: ${describeCompute(endpoint.compute)})`;
    }
  }
}

const ACCESS_LABELS: Record<Authorization, string> = {
  NONE: "public",
  AWS_IAM: "signed requests",
  API_KEY: "API key",
  TOKEN: "token",
};

/** The callers of a route: for a route with an API key, the customers who have bought the route. */
function describeAccess(
  { apiKeys }: Pick<StageDefinition, "apiKeys">,
  method: Pick<Method, "authorization" | "httpMethod" | "path">,
): string {
  const label = ACCESS_LABELS[method.authorization];
  const customers = keysOf(apiKeys, method).flatMap(({ customer }) => customer?.name ?? []);
  return method.authorization === "API_KEY" && customers.length > 0
    ? `${label} of ${[...new Set(customers)].join(", ")}`
    : label;
}

/** The keys that open a route. */
function keysOf(
  apiKeys: readonly ApiKeyDefinition[],
  { httpMethod, path }: Pick<Method, "httpMethod" | "path">,
): readonly ApiKeyDefinition[] {
  return apiKeys.filter(
    ({ customer, methodThrottling }) =>
      customer === undefined || methodThrottling?.has(`${httpMethod}${path}`) === true,
  );
}

/** The keys of each customer, with the routes that the keys open, and the quota of each key. */
function* describeCustomers(stage: StageDefinition): Generator<string> {
  const ofCustomers = stage.apiKeys.filter(({ customer }) => customer !== undefined);
  if (ofCustomers.length === 0) return;
  yield "";
  yield "  Customers  (keys of this machine, which are valid nowhere else)";
  for (const { value, customer, methodThrottling, quota } of ofCustomers) {
    const routes = [...(methodThrottling?.keys() ?? [])].map((method) =>
      method.replace("/", ` ${pathOf(stage)}/`),
    );
    const limit =
      quota === undefined ? "no quota" : `${quota.limit} requests per ${quota.period.toLowerCase()}`;
    yield `    ${customer?.name}, key ${customer?.keyName}: ${value}`;
    yield `      ${routes.join(", ")}; ${limit}`;
  }
}

function describeCompute(compute: EndpointCompute): string {
  switch (compute.kind) {
    case "serverless":
      return `serverless, up to ${compute.maxConcurrency} concurrent invocations`;
    case "instances":
      return `${compute.initialInstanceCount} × ${compute.instanceType}`;
    case "existing":
      return "an existing endpoint";
  }
}

function describeUnavailable({ existingFunctions }: Deployment, method: Method): string {
  const fn = existingFunctions.find(({ arn }) => isAnsweredBy(method, arn));
  return fn === undefined ? "" : `  NOT ANSWERED: the function ${fn.name} exists only on AWS`;
}

/** The route that the function with this ARN answers. The route has an example of a request. */
function methodOf(deployment: Deployment, functionArn: string): Method | undefined {
  const methods = deployment.stages.flatMap((stage) => stage.openApi.methods);
  return methods.find((method) => isAnsweredBy(method, functionArn));
}

function isAnsweredBy({ integration }: Method, functionArn: string): boolean {
  return integration.type === "aws_proxy" && integration.uri.includes(`${functionArn}/`);
}

function signed(region: string, service: string): string[] {
  const { accessKeyId, secretAccessKey } = LOCAL_CREDENTIALS;
  return [
    "--aws-sigv4",
    quote(`aws:amz:${region}:${service}`),
    "--user",
    quote(`${accessKeyId}:${secretAccessKey}`),
  ];
}

function describeDomain(url: string, domain: StageDomainDefinition): string {
  return `  https://${domain.name}${pathOf({ domain, stageName: "" })} on AWS: here ${url} with the header Host: ${domain.name}`;
}

/** The first part of a stage's paths: the base path of its domain name, or the name of the stage. */
function pathOf({ domain, stageName }: Pick<StageDefinition, "domain" | "stageName">): string {
  if (domain === undefined) return `/${stageName}`;
  return domain.basePath === undefined ? "" : `/${domain.basePath}`;
}

/** A request as a command line of a POSIX shell. */
export function curl(
  url: string,
  deployment: Pick<Deployment, "region">,
  stage: Pick<StageDefinition, "stageName" | "domain" | "apiKeys">,
  method: Pick<Method, "httpMethod" | "path" | "authorization" | "authorizer" | keyof RequestExample> &
    Partial<Pick<Method, "integration">>,
): string {
  const words = [...hostOf(stage), ...authorizationOf(url, deployment, stage, method)];
  const isStreamed = method.integration !== undefined && isStream(method.integration);
  return curlLine(`${url}${pathOf(stage)}${method.path}`, method, words, isStreamed);
}

/** The Host header of a domain name. */
function hostOf({ domain }: Pick<StageDefinition, "domain">): string[] {
  return domain === undefined ? [] : ["-H", quote(`Host: ${domain.name}`)];
}

/** The path of a further route of an asynchronous model. */
const FURTHER_PATH = /^(.+)\/(?:requests\/\{id\}|uploads(?:\/\{id\})?)$/;

/** The route that starts requests, for a further route of the same asynchronous model. */
function mainRouteOf({ path }: Pick<Method, "path">, methods: readonly Method[]): Method | undefined {
  const [, start] = FURTHER_PATH.exec(path) ?? [];
  const isAsync = methods.some((method) => method.path === `${start}/requests/{id}`);
  return isAsync
    ? methods.find((method) => method.path === start && method.httpMethod === "POST")
    : undefined;
}

/**
 * A command line of a POSIX shell that calls a further route of an asynchronous model. ID is a placeholder for the id in the answer of the
 * request before, and FILE for the name of the file.
 */
function curlOfFurtherRoute(
  url: string,
  deployment: Pick<Deployment, "region">,
  stage: Pick<StageDefinition, "stageName" | "domain" | "apiKeys">,
  { httpMethod, path }: Pick<Method, "httpMethod" | "path">,
  main: Method,
): string {
  const [type = "application/json"] = main.bytesTypes;
  const permission = `"{\\"contentType\\":\\"${type}\\",\\"bytes\\":$(wc -c < FILE)}"`;
  return [
    "curl",
    quote(`${url}${pathOf(stage)}${path.replace("{id}", "ID")}`),
    ...hostOf(stage),
    ...authorizationOf(url, deployment, stage, main),
    ...(path.endsWith("/uploads")
      ? ["-H", quote("content-type: application/json"), "-d", permission]
      : httpMethod === "POST"
        ? ["-X", "POST"]
        : []),
  ].join(" ");
}

/**
 * A command line of a POSIX shell that sends a file.
 *
 * @param file - the path of the file; default: the placeholder FILE
 */
export function curlOfFile(
  url: string,
  deployment: Pick<Deployment, "region">,
  stage: Pick<StageDefinition, "stageName" | "domain" | "apiKeys">,
  method: Pick<Method, "httpMethod" | "path" | "authorization" | "authorizer">,
  contentType: string,
  file = "FILE",
): string {
  return [
    "curl",
    quote(`${url}${pathOf(stage)}${method.path}`),
    ...hostOf(stage),
    ...authorizationOf(url, deployment, stage, method),
    ...["-H", quote(`content-type: ${contentType}`), "--data-binary", `@${file}`],
  ].join(" ");
}

function authorizationOf(
  url: string,
  { region }: Pick<Deployment, "region">,
  { apiKeys, stageName }: Pick<StageDefinition, "apiKeys" | "stageName">,
  method: Pick<Method, "httpMethod" | "path" | "authorization" | "authorizer">,
): string[] {
  const words: Record<Authorization, string[]> = {
    NONE: [],
    AWS_IAM: signed(region, "execute-api"),
    API_KEY: ["-H", quote(`${keyPrefixOf(method)}${keysOf(apiKeys, method)[0]?.value}`)],
    // The shell requests a new trial token for each request, so that the line stays short and never expires.
    TOKEN: ["-H", `"authorization: Bearer $(curl -s ${quote(url + tokenPath(stageName, method.path))})"`],
  };
  return words[method.authorization];
}

/** The header of a key, up to the key: `x-api-key`, unless the route's authorizer reads another header. */
function keyPrefixOf({ authorizer }: Pick<Method, "authorizer">): string {
  const header = authorizer?.kind === "function" ? authorizer.identityHeaders[0] : undefined;
  return header === "authorization" ? "authorization: Bearer " : "x-api-key: ";
}

/** The example of a request. */
type RequestExample = Pick<Method, "example" | "parameterExamples">;

/** @param isStreamed - whether curl shows each chunk of the answer when the chunk arrives */
function curlLine(
  url: string,
  method: RequestExample,
  authorization: readonly string[],
  isStreamed: boolean,
): string {
  // Sorted, because curl before 8.3 signs the query as it is, and AWS requires sorted parameters.
  const query = [...method.parameterExamples].sort(([a], [b]) => (a < b ? -1 : 1));
  const parameters = query.map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`);
  const words = [
    ...(isStreamed ? ["curl", "--no-buffer"] : ["curl"]),
    quote(parameters.length > 0 ? `${url}?${parameters.join("&")}` : url),
    ...authorization,
  ];
  if (method.example !== undefined) {
    words.push("-H", quote("content-type: application/json"), "-d", quote(JSON.stringify(method.example)));
  }
  return words.join(" ");
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
