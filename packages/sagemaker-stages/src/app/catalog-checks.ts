import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import { requestModelName } from "../constructs/api/openapi";
import { findUnfitParts } from "../constructs/api/request-model";
import type { Environment } from "../environment/environment";
import { describeFaults, type Fault, FaultCollector, raw, UNLIMITED } from "../environment/fault-collector";
import { findSchemaFaults } from "../environment/schema-faults";
import { appFolder } from "../lib/app-folder";
import { findThrowingLocation } from "../lib/load-failure";
import { omitUndefinedDeep } from "../lib/omit-undefined";
import { UserError } from "../lib/user-error";
import type { ContractModel, Model } from "../models";
import {
  ASYNC_PAYLOAD_IN_BYTES,
  ENCODED_ASYNC_PAYLOAD_IN_BYTES,
  UnreadablePredictions,
} from "../runtime/contract";
import { describeFaults as describeRequestFaults } from "../runtime/faults";
import { bareAnswer, NO_CALLER, replyOf } from "../runtime/outside-handler";
import { checkDialects } from "./dialect-checks";
import { checkPassedForm } from "./passed-form-checks";
import { checkPythonFolders, checkPythonRoute, routeFile } from "./python-checks";
import { checkStream } from "./stream-checks";

/** Models have faults; `message` lists every fault. */
export class InvalidCatalog extends UserError {
  override readonly name = "InvalidCatalog";

  /** @param others - faults of environments and accounts; the message lists them after the faults of the models */
  constructor(
    readonly faults: readonly Fault[],
    others: readonly Fault[] = [],
  ) {
    const list = describeFaults("functions/", faults);
    super(others.length === 0 ? list : `${list}\n${describeFaults("environments/", others)}`);
  }
}

const CATALOG = "functions/index.ts";

/**
 * Finds every fault of every model, including models that no environment serves.
 *
 * @param catalog - the models by the names of their folders
 * @param functions - the folder that holds the models' folders; default: the project's
 * @param environments - environments without faults: messages name the runtime and the architecture of their functions;
 * default: none
 * @returns an empty list if all rules are satisfied
 */
export function checkCatalog(
  catalog: Readonly<Record<string, Model>>,
  functions = join(appFolder(), "functions"),
  environments: readonly Environment[] = [],
): Fault[] {
  const faults: Fault[] = [];
  const entries = Object.entries(catalog);
  checkFolders(
    Object.fromEntries(entries.filter(([, { python }]) => python === undefined)),
    functions,
    faults,
  );
  checkPythonFolders(
    entries.filter(([, { python }]) => python !== undefined).map(([name]) => name),
    functions,
    faults,
    environments,
  );
  return [...faults, ...checkModels(catalog)];
}

/**
 * Finds every fault of every model, without reading the models' folders.
 *
 * @param catalog - the models by the names of their folders
 * @returns an empty list if all rules are satisfied
 */
export function checkModels(catalog: Readonly<Record<string, Model>>): Fault[] {
  const faults: Fault[] = [];
  const readable = Object.entries(catalog).filter(([name, entry]) => checkModelSchema(name, entry, faults));
  for (const [name, entry] of readable) checkEntry(name, entry, catalog, faults);
  checkTogether(Object.fromEntries(readable), faults);
  return faults;
}

function contractFile(name: string): string {
  return `functions/${name}/contract.ts`;
}

/** The file that describes a model with a hand-written contract, or with a handler in Python. */
function fileOf(name: string, python: Model["python"]): string {
  return python === undefined ? contractFile(name) : routeFile(name);
}

/** The collector for a model: for the model's file, or for the model's line of the catalog if the contract is ready-made. */
function collectorOf(
  name: string,
  { readyMade, python }: Pick<Model, "readyMade" | "python">,
  faults: Fault[],
): FaultCollector {
  return readyMade === undefined
    ? new FaultCollector(fileOf(name, python), faults)
    : new FaultCollector(CATALOG, faults, `${name}.`);
}

/** The location of a model's description, for messages. */
function describeLocation(name: string, entry: Pick<Model, "readyMade" | "python"> | undefined): string {
  return entry?.readyMade === undefined ? fileOf(name, entry?.python) : `${CATALOG}, ${name},`;
}

/**
 * Checks that each entry of the catalog has either a ready-made contract, or a folder of the same name with `contract.ts`.
 * Checks that each folder with `contract.ts` has an entry.
 */
function checkFolders(catalog: Readonly<Record<string, Model>>, functions: string, faults: Fault[]): void {
  const names = Object.keys(catalog);
  for (const [name, { readyMade }] of Object.entries(catalog)) {
    const hasContract = existsSync(join(functions, name, "contract.ts"));
    const collector = new FaultCollector(contractFile(name), faults);
    if (readyMade === undefined) {
      collector.require(
        hasContract,
        "the file",
        raw("no such file"),
        `a folder with contract.ts that has the model's name from ${CATALOG}, or a ready-made contract in ${CATALOG}`,
        `${CATALOG} names the model ${name}`,
      );
    } else {
      collector.require(
        !hasContract,
        "the file",
        raw(`a contract.ts together with the ready-made contract in ${CATALOG}`),
        `either the ready-made contract in ${CATALOG}, or contract.ts with an import in ${CATALOG}`,
        "a model has one contract",
      );
    }
  }
  const folders = readdirSync(functions, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name } of folders) {
    new FaultCollector(contractFile(name), faults).require(
      names.includes(name) || !existsSync(join(functions, name, "contract.ts")),
      "the folder",
      raw(`a contract.ts that ${CATALOG} does not list`),
      `an entry ${JSON.stringify(name)} in ${CATALOG}; without an entry, delete the folder`,
      "an environment can serve only the models of the catalog",
    );
  }
}

const text = z.string();
const method = z.custom((value) => typeof value === "function", "a function");

/** The properties of a model that the rules read. TypeScript checks the same types, but a synthesis does not run TypeScript. */
const modelSchema = z.object({
  model: text,
  route: z.object({ method: z.enum(["GET", "POST"], "GET or POST"), path: text }),
  schema: z.custom((value) => value instanceof Object && "_zod" in value, "a schema of zod/mini"),
  title: text,
  description: text,
  allowed: text,
  example: z.object({ request: z.unknown(), answer: z.unknown() }),
});

/** The properties of a model with a contract that the rules read. */
const contractModelSchema = z.object({
  ...modelSchema.shape,
  limits: z.object({ rows: z.number(), rowsIn: z.optional(text), payloadInBytes: z.number() }),
  text: z.optional(z.object({ read: method, write: method })),
  bytes: z.optional(z.object({ takes: z.array(text), read: method })),
  answerTypes: z.optional(z.array(text)),
  callerHeaders: z.optional(z.array(text)),
  answerHeaders: z.optional(z.array(text)),
  passThrough: z.optional(z.object({ contentType: z.optional(text), accept: text })),
  keyHeader: z.optional(z.enum(["x-api-key", "authorization"], "x-api-key or authorization")),
  encode: method,
  decode: method,
  problemMembers: z.optional(method),
  containerProblem: z.optional(method),
});

/** @returns whether the model has valid types, so that the other rules can run */
function checkModelSchema(name: string, entry: Model, faults: Fault[]): boolean {
  const isPython = entry.python !== undefined;
  const collector = collectorOf(name, entry, faults);
  const found = findSchemaFaults(
    isPython ? modelSchema : contractModelSchema,
    entry,
    "the module sagemaker-stages/model",
  );
  for (const { field, got, allowed } of found) {
    collector.require(
      false,
      // The route of a handler in Python contains method and path next to the other properties.
      isPython ? field.replace(/^route\./, "") : field,
      got,
      allowed,
      isPython
        ? "the route has the type PythonRoute of sagemaker-stages/model"
        : "the exports contract and about have the types Contract and About of sagemaker-stages/model",
    );
  }
  return found.length === 0;
}

function checkEntry(
  name: string,
  entry: Model,
  catalog: Readonly<Record<string, Model>>,
  faults: Fault[],
): void {
  const collector = collectorOf(name, entry, faults);
  checkName(name, entry, catalog, collector);
  checkRoute(entry, collector);
  if (entry.python === undefined) checkLimits(entry, collector);
  else checkPythonRoute(entry.python, collector);
  checkTexts(entry, collector);
  checkDialects(entry, collector);
  if (entry.python === undefined) {
    checkStream(name, entry, collector);
    checkProblemMembers(entry, collector);
  }
  if (checkSchema(entry, collector)) checkExample(entry, collector);
}

/** @returns whether JSON can represent every part of the schema */
function checkSchema({ schema }: Model, collector: FaultCollector): boolean {
  let unfit: ReturnType<typeof findUnfitParts>;
  try {
    unfit = findUnfitParts(schema);
  } catch (error) {
    reportThrown(error, "schema", collector);
    return false;
  }
  for (const { path, got, allowed } of unfit) {
    collector.require(
      false,
      `schema${path}`,
      raw(got),
      allowed,
      "a request is JSON, and the engine creates API Gateway's request model from the schema",
    );
  }
  return unfit.length === 0;
}

/** Finds the faults of the name of a new model. */
export function findModelNameFaults(name: string): Fault[] {
  const faults: Fault[] = [];
  requireModelName(name, new FaultCollector(CATALOG, faults));
  return faults;
}

/** SageMaker refuses a name that ends with a hyphen. */
const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const MAX_NAME_LENGTH = 30;

function checkName(
  name: string,
  { model }: Model,
  catalog: Readonly<Record<string, Model>>,
  collector: FaultCollector,
): void {
  const isCopy = model !== name && Object.hasOwn(catalog, model);
  collector.require(
    model === name,
    "model",
    model,
    JSON.stringify(name),
    isCopy
      ? `${contractFile(model)} has this name; ${CATALOG} names this model ${JSON.stringify(name)}`
      : `${CATALOG} and the folder name the model ${JSON.stringify(name)}`,
  );
  requireModelName(name, collector);
}

/** Checks the name of a model. */
function requireModelName(name: string, collector: FaultCollector): void {
  collector.require(
    NAME.test(name) && name.length <= MAX_NAME_LENGTH,
    "model",
    name,
    `1–${MAX_NAME_LENGTH} characters a-z, 0-9, -, starting with a letter, with single hyphens between words`,
    "the name is part of names of at most 63 characters: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html",
  );
  collector.require(
    !RESERVED_NAMES.includes(name) && !name.endsWith("-caller"),
    "model",
    name,
    `a name other than ${RESERVED_NAMES.join(", ")}, and without the ending -caller`,
    "the stack has constructs with these names",
  );
}

/** Names of the constructs that are not for one model, see src/constructs/inference-stack.ts. */
export const RESERVED_NAMES = [
  "artifacts",
  "aws",
  "aws-us-east-1",
  "backend",
  "caller",
  "network",
  "stage",
  "website",
];

/** API Gateway also accepts `,` and `:`. Clients do not agree on whether to encode these two. */
const SEGMENT = /^[A-Za-z0-9_.-]+$/;
/** API Gateway answers requests for these paths itself, as health checks. */
const RESERVED_PATHS = ["/ping", "/sping"];
const PATHS_SOURCE =
  "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html";

function checkRoute({ route: { method, path }, ...entry }: Model, collector: FaultCollector): void {
  const dialect = entry.python === undefined ? entry.text : undefined;
  const [beforeSlash, ...segments] = path.split("/");
  const hasParameters = /[{}]/.test(path);
  collector.require(
    !hasParameters,
    "route.path",
    path,
    "a path without parameters",
    "a contract reads the request from the body (POST) or the query (GET)",
  );
  collector.require(
    hasParameters ||
      (beforeSlash === "" &&
        segments.length > 0 &&
        segments.every((segment) => SEGMENT.test(segment) && segment !== "." && segment !== "..")),
    "route.path",
    path,
    "a slash before each part, and no slash at the end; each part consists of A-Z, a-z, 0-9, _, - and .",
    PATHS_SOURCE,
  );
  collector.require(
    !RESERVED_PATHS.includes(path.toLowerCase()),
    "route.path",
    path,
    `a path other than ${RESERVED_PATHS.join(" and ")}, which API Gateway reserves`,
    PATHS_SOURCE,
  );
  collector.require(
    dialect === undefined || method === "POST",
    "text",
    raw("a text dialect together with route.method GET"),
    "no text, or POST",
    "text/plain is a body, and a GET has no body",
  );
}

function checkLimits(
  { limits, example, passThrough, bytes }: ContractModel,
  collector: FaultCollector,
): void {
  const { rowsIn } = limits;
  const passesFiles = passThrough !== undefined && bytes !== undefined;
  collector.require(
    rowsIn === undefined || (example.request instanceof Object && Object.hasOwn(example.request, rowsIn)),
    "limits.rowsIn",
    rowsIn,
    "a property of example.request, or no rowsIn",
    "the handler counts this list before it validates any row: limits of sagemaker-stages/model",
  );
  collector.requireWholeNumber(
    limits.rows,
    "limits.rows",
    1,
    UNLIMITED,
    "a request has at least one row: limits of sagemaker-stages/model",
  );
  collector.requireWholeNumber(
    limits.payloadInBytes,
    "limits.payloadInBytes",
    1,
    passesFiles ? ASYNC_PAYLOAD_IN_BYTES : ENCODED_ASYNC_PAYLOAD_IN_BYTES,
    passesFiles
      ? "https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference.html"
      : "the function reads the request: only a contract with passThrough and bytes can have a larger payload",
  );
}

/** The maximum length of a description: a Lambda function has the model's description. */
const MAX_DESCRIPTION_LENGTH = 256;

function checkTexts(entry: Model, collector: FaultCollector): void {
  for (const field of ["title", "description", "allowed"] as const) {
    collector.require(
      /^[^\n\r$#]+$/.test(entry[field]) && entry[field].trim() === entry[field] && !/%\{/.test(entry[field]),
      field,
      entry[field],
      "one line without leading or trailing white space, and without $, # and %{",
      "$, # and %{ begin code in templates: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html",
    );
  }
  const { length } = entry.description;
  collector.require(
    length <= MAX_DESCRIPTION_LENGTH,
    "description",
    raw(`${length} characters`),
    `at most ${MAX_DESCRIPTION_LENGTH} characters`,
    "https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html",
  );
}

/**
 * Checks the example: it must be a valid request, because the documentation, the page's form and the smoke test use it.
 */
function checkExample(entry: Model, collector: FaultCollector): void {
  const { request, answer } = entry.example;
  const isJson = [
    requireJson(request, "example.request", collector),
    requireJson(answer, "example.answer", collector),
  ].every(Boolean);
  if (!isJson) return;
  if (entry.route.method === "GET") {
    const values = request instanceof Object ? Object.values(omitUndefinedDeep(request)) : [request];
    collector.require(
      values.every((value) => typeof value === "string"),
      "example.request",
      request,
      "an object whose values are strings",
      "the request of a GET is its query, and every value of a query is a string",
    );
  }
  try {
    // The handler contains only zod/mini, whose message is always "Invalid input". This process also loads the English
    // messages of zod, so the handler's message is set here.
    const parsed = z.core.safeParse(entry.schema, request, { error: () => "Invalid input" });
    if (parsed.success) {
      if (entry.python === undefined) checkEncoding(entry, parsed.data, collector);
    } else {
      for (const issue of parsed.error.issues) {
        reportExampleFault(describeRequestFaults([issue], request), entry, collector);
      }
    }
  } catch (error) {
    reportThrown(error, "schema", collector);
  }
}

/** @param text - the fault that a caller would receive: `<field>: got <value>; allowed: <rule>` */
function reportExampleFault(text: string, entry: Model, collector: FaultCollector): void {
  const [, name = "", got, allowed = ""] = /^(.*?): got (.*?); allowed: (.*)$/s.exec(text) ?? [];
  const because = "the documentation and the smoke test use the example";
  if (got === undefined || allowed.includes("; allowed: ")) {
    const any = "a request that the contract's schema accepts";
    collector.require(false, "example.request", raw(text), any, because);
    return;
  }
  const path = name === "request" ? "" : name.startsWith("[") ? name : `.${name}`;
  const form = path === "" ? describeFileRequest(entry) : undefined;
  collector.require(false, `example.request${path}`, raw(got), form ?? allowed, because);
}

/** The allowed request of a contract whose request is a file. */
function describeFileRequest({ bytes, schema }: Model): string | undefined {
  const [contentType] = bytes?.takes ?? [];
  if (contentType === undefined) return undefined;
  if (!z.core.safeParse(schema, { contentType, base64: "AAA=" }).success) return undefined;
  return `{ contentType, base64 }, e.g. { contentType: "${contentType}", base64: "<the file in base64>" }`;
}

function checkEncoding(entry: ContractModel, request: unknown, collector: FaultCollector): void {
  let encoded: ReturnType<ContractModel["encode"]>;
  try {
    encoded = entry.encode(request, NO_CALLER);
  } catch (error) {
    reportThrown(error, "encode", collector);
    return;
  }
  const { limits, passThrough } = entry;
  if (passThrough !== undefined && entry.route.method === "POST") {
    try {
      checkPassedForm({ ...entry, passThrough }, encoded, collector);
    } catch (error) {
      reportThrown(error, "encode", collector);
      return;
    }
  }
  const source = "the example must be within the contract's own limits";
  const { rows, body } = encoded;
  collector.requireWholeNumber(rows, "encode(example.request).rows", 1, Math.max(1, limits.rows), source);
  const bytes = typeof body === "string" || body instanceof Uint8Array ? Buffer.byteLength(body) : 0;
  collector.require(
    bytes >= 1 && bytes <= Math.max(1, limits.payloadInBytes),
    "encode(example.request).body",
    raw(`${bytes} bytes`),
    `1 to ${Math.max(1, limits.payloadInBytes)} bytes`,
    source,
  );
  checkAnswer(entry, request, body, collector);
}

/** Checks that a ready-made contract allows the answer of the example, because the local stage returns this answer. */
function checkAnswer(
  { readyMade, decode, example }: ContractModel,
  request: unknown,
  sent: string | Uint8Array,
  collector: FaultCollector,
): void {
  if (readyMade === undefined) return;
  const { contentType, body } = readyMade.answerExample(typeof sent === "string" ? sent : "");
  try {
    const text = typeof body === "string" ? body : "";
    const decoded = bareAnswer(decode(text, request, replyOf(body, contentType)));
    collector.require(
      isDeepStrictEqual(decoded, omitUndefinedDeep(example.answer)),
      "example.answer",
      example.answer,
      `an answer that the contract allows, e.g. ${truncate(JSON.stringify(decoded))}`,
      "the documentation and the local stage show the example",
    );
  } catch (error) {
    if (!(error instanceof UnreadablePredictions)) throw error;
    collector.require(
      false,
      "example.answer",
      example.answer,
      describeRefusedAnswer(error),
      "the documentation and the local stage show the example",
    );
  }
}

function describeRefusedAnswer({ message }: Error): string {
  return `an answer that the contract allows; the contract refuses this answer: ${message}`;
}

function reportThrown(error: unknown, field: string, collector: FaultCollector): void {
  const location = error instanceof Error ? findThrowingLocation(error) : undefined;
  const at = location === undefined ? "" : ` at ${location.file}:${location.position}`;
  const got = error instanceof Error ? `${error.name}: ${error.message}${at}` : String(error);
  collector.require(
    false,
    field,
    raw(got.replace(/\s*\n\s*/g, " ")),
    "a contract that reads its own example without an error",
    "the documentation and the smoke test use the example",
  );
}

/** A function answers 500 in place of a problem whose members are no JSON, and API Gateway's own problems have the same members. */
function checkProblemMembers({ problemMembers }: ContractModel, collector: FaultCollector): void {
  collector.require(
    hasObject(() => problemMembers?.({ status: 400, detail: "the detail of the problem" })),
    "problemMembers",
    raw("a function that fails, or that returns no object of JSON, e.g. a promise"),
    "a function that returns an object of JSON for every problem",
    "a problem document is JSON: https://www.rfc-editor.org/rfc/rfc9457#section-3.2",
  );
}

function hasObject(read: () => unknown): boolean {
  try {
    const value = read();
    const isObject = Object.prototype.toString.call(value) === "[object Object]";
    return value === undefined || (isObject && toJson(value) !== undefined);
  } catch {
    return false;
  }
}

/** @returns whether `value` does not change when it is serialized and parsed as JSON */
function requireJson(value: unknown, field: string, collector: FaultCollector): boolean {
  const written = toJson(value);
  const holds = written !== undefined && isDeepStrictEqual(JSON.parse(written), omitUndefinedDeep(value));
  collector.require(
    holds,
    field,
    raw(
      written === undefined
        ? "a value that JSON cannot represent"
        : `a value that JSON changes to ${truncate(written)}`,
    ),
    "strings, finite numbers, booleans, null, and lists and objects of these",
    "requests and answers are JSON",
  );
  return holds;
}

function toJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

function truncate(json: string): string {
  return json.length > 60 ? `${json.slice(0, 60)}…` : json;
}

/** Checks the models against each other: paths and names must be unique. */
function checkTogether(catalog: Readonly<Record<string, Model>>, faults: Fault[]): void {
  const paths = new Map<string, { readonly name: string; readonly path: string }>();
  const taken = new Map<string, string>();
  for (const [name, entry] of Object.entries(catalog)) {
    const collector = collectorOf(name, entry, faults);
    const { path } = entry.route;
    const other = paths.get(path.toLowerCase());
    collector.require(
      other === undefined,
      "route.path",
      path,
      other?.path === path ? "a unique path" : "a path that differs in more than upper and lower case",
      `${describeLocation(other?.name ?? "", catalog[other?.name ?? ""])} has ${JSON.stringify(other?.path)}; two models cannot have the same path, even with different methods`,
    );
    if (other === undefined) paths.set(path.toLowerCase(), { name, path });

    for (const derived of derivedNames(name)) {
      const owner = taken.get(derived);
      collector.require(
        owner === undefined,
        "model",
        name,
        "a name that differs from the other model's name not only in its hyphens or its ending",
        `${describeLocation(owner ?? "", catalog[owner ?? ""])} also has ${derived}`,
      );
      if (owner !== undefined) break;
      taken.set(derived, name);
    }
  }
}

/** Names that a stack derives from a model's name. Two models cannot have the same derived name. */
function derivedNames(name: string): string[] {
  const output = name.replaceAll("-", "_");
  return [
    `the request model ${requestModelName(name)}`,
    `the construct ${name}`,
    `the construct ${name}-function-url`,
    ...["url", "endpoint_name", "function_url"].map((part) => `the output ${output}_${part}`),
  ];
}
