import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { hasExampleFile } from "../../contracts/example-files";
import { customerKeyName, type Environment, namePrefix } from "../../environment/environment";
import { appFolder } from "../../lib/app-folder";
import { isObject, parseJson } from "../../lib/json";
import { DEFAULT_PORT } from "../../local/arguments";
import { curl, curlOfFile } from "../../local/banner";
import type { ApiKeyDefinition } from "../../local/terraform/deployment";
import { localCustomerKey } from "../../local/terraform/stack";
import { type Model, streamedRequestOf } from "../../models";
import { documentPath } from "../../paths";
import { customersOf } from "./customers";
import { CATALOG, type Edit } from "./edits";
import { filesOf, isPython, type NewModel, requestOf } from "./kinds";
import { EXAMPLE_FILE } from "./ready-made-files";
import { describeImage, describeScript, settingsOf, takesKeys } from "./settings";

/** The environment that `npm start` serves by default. */
const DEFAULT_ENVIRONMENT = "dev";

/** What the command wrote. */
export interface Written {
  readonly model: Model;
  /** The paths of the files in the model's folder, from this folder. */
  readonly files: readonly string[];
  /** The changed files of the app. */
  readonly edits: readonly Edit[];
}

/** The text to print: the written files, a request to the model on this machine, and the files to edit next. */
export function describeModel(added: NewModel, { model, files, edits }: Written): string {
  const { name, kind, contract, environments } = added;
  const isReadyMade = "call" in contract;
  const entry = isReadyMade ? "the model's line, a ready-made contract" : "the model's import and entry";
  const changed = edits.map(({ path }): [string, string] => [
    path,
    path === CATALOG ? entry : "the model's settings",
  ]);
  const [environment] = environments;
  const testing = testCommand();
  return `${name} takes ${requestOf(added)}.

Written:
${table([...newFiles(added, files), ...changed])}
${environment === undefined ? "" : describeCall(added, { model, files }, environment)}
Edit next, in this order:
${table([
  ...contractEdits(added, files),
  ...edits
    .filter(({ path }) => path !== CATALOG)
    .map(({ path, environments = [] }): [string, string] => [
      path,
      `${added.task === undefined ? "artifact (the address is a placeholder)" : "HF_MODEL_ID and HF_MODEL_REVISION (placeholders: npm start and npm test accept them, cdktf synth refuses them)"}, ${describeImage(added)}, ${describeScript(added)}${describeCompute(added)}, and ${describeAccess(added, environments)}`,
    ]),
  [
    `functions/${name}/README.md`,
    "the model card: what the model predicts, its data, its evaluation, its limits",
  ],
  [
    `functions/${name}/sample/index.ts`,
    `optional: a sample model for the local stage, with sagemaker-stages/sample${isPython(kind) ? "; without it, npm test does not compare the handler's answer with route.json" : ""}`,
  ],
])}

Check: ${testing} -- -u, npm run check, npx cdktf synth. ${testing} -- -u records the resources and permissions of the model in
__tests__/__snapshots__: review and commit the record. ${documentPath("testing.md")} describes the tests of each model.
`;
}

/** The command of the app's tests. In a clone, `npm test` also runs the engine's tests, and would write their snapshots. */
function testCommand(): string {
  const path = join(appFolder(), "package.json");
  const manifest = existsSync(path) ? parseJson(readFileSync(path, "utf8")) : undefined;
  const scripts = isObject(manifest) && isObject(manifest.scripts) ? manifest.scripts : {};
  return "test:app" in scripts ? "npm run test:app" : "npm test";
}

/** The files with the model's contract or handler and their tests, and the parts to edit in these files. */
function contractEdits(added: NewModel, files: readonly string[]): [string, string][] {
  const { name, kind, contract } = added;
  if (isPython(kind)) return [firstEdit(added)];
  const tests =
    "call" in contract
      ? "a request of your callers, and a real answer of your container"
      : "the tests of the contract";
  return [
    firstEdit(added),
    ...exampleEdit(added, files),
    [`functions/${name}/tests/contract.test.ts`, tests],
  ];
}

/** The file that the tests of a model for files send. */
function exampleEdit(added: NewModel, files: readonly string[]): [string, string][] {
  const file = exampleOf(files);
  if (file === undefined) return [];
  const placeholder = hasPlaceholderFile(added)
    ? `: now two bytes, a placeholder, also in base64 in example.request of ${CATALOG}`
    : "";
  return [[`functions/${added.name}/${file}`, `a file of a caller${placeholder}`]];
}

/** Whether the file of the tests is a placeholder, because the engine has no example of the media type. */
function hasPlaceholderFile({ mediaTypes: [mediaType] = [] }: NewModel): boolean {
  return mediaType !== undefined && !hasExampleFile(mediaType);
}

function exampleOf(files: readonly string[]): string | undefined {
  return files.find((file) => file.startsWith(EXAMPLE_FILE));
}

function firstEdit({ name, kind, contract }: NewModel): [string, string] {
  if ("call" in contract) {
    const page = kind === "chat" ? "openai.md" : "contracts.md";
    return [
      CATALOG,
      `the options of the contract, in the parentheses after the model's name: ${documentPath(page)}`,
    ];
  }
  if (isPython(contract.template)) {
    return [
      `functions/${name}/handler.py, route.json, tests/test_handler.py`,
      `the handler, the route with its example, and the tests of the template's handler: ${documentPath("python.md")}`,
    ];
  }
  return [
    `functions/${name}/contract.ts`,
    "the request, the request to the endpoint, the answer, the texts and the example",
  ];
}

/**
 * The written files of the model's folder.
 *
 * @param files - the paths of the files, from the folder
 * @param lines - the lines to add by hand
 */
export function describeFolder(added: NewModel, files: readonly string[], lines: string): string {
  const state =
    "call" in added.contract
      ? 'npm test fails in the tests of the model ("model: got undefined")'
      : "The app does not load";
  return `Written:
${table(newFiles(added, files))}

${state} until ${CATALOG} has the line of the model. Add these lines:

${lines}
`;
}

function newFiles(added: NewModel, files: readonly string[]): [string, string][] {
  const { name, kind } = added;
  const descriptions = filesOf(kind);
  const example = `the file that the tests send${hasPlaceholderFile(added) ? " (two bytes, a placeholder)" : ""}`;
  return files.map((file) => [`functions/${name}/${file}`, descriptions[file] ?? example]);
}

function describeCompute(added: NewModel): string {
  return "instances" in settingsOf(added)
    ? "instances (they cost money without requests, too)"
    : "serverless";
}

/** @param environments - the environments that a file defines */
function describeAccess(added: NewModel, environments: readonly string[]): string {
  const customers = customersOf(added);
  const names = new Set(environments.flatMap((environment) => customers.get(environment)?.name ?? []));
  return names.size === 0
    ? "access (now: signed requests)"
    : `customers (now: ${[...names].join(" and ")}, whose key opens the route)`;
}

function describeCall(
  added: NewModel,
  { model, files }: Pick<Written, "model" | "files">,
  environment: Environment,
): string {
  const { name, contract } = added;
  const words = environment.name === DEFAULT_ENVIRONMENT ? "" : ` -- ${environment.name}`;
  const [fileType] = model.bytes?.takes ?? [];
  const answer = "call" in contract ? "the example's answer" : "the encoded request as its answer";
  const example = exampleOf(files);
  const file = example === undefined ? undefined : `functions/${name}/${example}`;
  const line =
    fileType === undefined
      ? curlOfExample(added, model, environment)
      : curlOfFile(...placeOf(added, environment), methodOf(added, model), fileType, file);
  return `
Call the model on this machine: ${`npm start${words}`}, and in another terminal:
  ${line}
${describeStream(added, model, environment)}${describeSharedKey(added, environment)}Every request gets ${answer}. For answers of a model, add functions/${name}/sample/index.ts, or
start the local stage with --container ${name}=<url>.
`;
}

/** The new local key of the routes that a shared key opened before the environment had customers. On AWS, the key stays. */
function describeSharedKey(added: NewModel, environment: Environment): string {
  const [key] = keysOf(added, environment);
  const isShared = customersOf(added).get(environment.name)?.settings.sharedKey === true;
  if (key === undefined || !isShared) return "";
  return `The other routes with a key take this key on the local stage, too: -H 'x-api-key: ${key.value}'. On AWS, their key stays the same.\n`;
}

/** A request for an answer in a stream, and the settings of a client, if the model has them. */
function describeStream(added: NewModel, model: Model, environment: Environment): string {
  const request = model.stream?.wants && streamedRequestOf(model);
  if (request === undefined) return "";
  const line = `Request an answer in a stream:\n  ${curlOfExample(added, model, environment, request)}\n`;
  const [key] = keysOf(added, environment);
  if (key === undefined) return line;
  const [url] = placeOf(added, environment);
  const base = `${url}/${namePrefix(environment)}${model.route.path.replace("/chat/completions", "")}`;
  return `${line}Or use a client of OpenAI's API:\n  new OpenAI({ baseURL: ${JSON.stringify(base)}, apiKey: ${JSON.stringify(key.value)} })\n`;
}

/** @param streamed - a request for an answer in a stream. Default: the request of the example */
function curlOfExample(added: NewModel, model: Model, environment: Environment, streamed?: unknown): string {
  const request = streamed ?? model.example.request;
  const isQuery = model.route.method === "GET";
  const isWholeStream = model.stream !== undefined && model.stream.wants === undefined;
  const parameters = isQuery && isObject(request) ? Object.entries(request) : [];
  return curl(...placeOf(added, environment), {
    ...methodOf(added, model),
    ...((streamed !== undefined || isWholeStream) && { integration: STREAMED }),
    example: isQuery ? undefined : request,
    parameterExamples: parameters.map(([name, value]) => [name, String(value)] as const),
  });
}

/** The integration of a route whose answers stream. */
const STREAMED = {
  type: "aws_proxy",
  httpMethod: "POST",
  uri: "",
  responseTransferMode: "STREAM",
} as const;

/** The address and the environment of the local stage. */
function placeOf(added: NewModel, environment: Environment) {
  const stage = { stageName: namePrefix(environment), apiKeys: keysOf(added, environment) };
  return [`http://127.0.0.1:${DEFAULT_PORT}`, environment, stage] as const;
}

/** The keys of the local stage that open the model's route. */
function keysOf(added: NewModel, environment: Environment): ApiKeyDefinition[] {
  const customer = customersOf(added).get(environment.name);
  if (customer === undefined) return [];
  const name = customerKeyName(namePrefix(environment), customer.name, DEFAULT_KEY);
  const value = localCustomerKey({ name, tags: { Customer: customer.name } }) ?? "";
  return [{ id: name, value, throttling: undefined }];
}

/** The default of a customer's `keys`. */
const DEFAULT_KEY = "1";

function methodOf(added: NewModel, { route, keyHeader }: Model) {
  const { method: httpMethod, path } = route;
  return takesKeys(added.kind)
    ? ({
        httpMethod,
        path,
        authorization: "API_KEY",
        authorizer: {
          kind: "function",
          name: "customers",
          functionArn: "",
          identityHeaders: [keyHeader ?? "x-api-key"],
          cacheInSeconds: 0,
        },
      } as const)
    : ({ httpMethod, path, authorization: "AWS_IAM" } as const);
}

/** Rows in two columns. */
function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([first]) => first.length));
  return rows.map(([first, second]) => `  ${first.padEnd(width)}  ${second}`).join("\n");
}
