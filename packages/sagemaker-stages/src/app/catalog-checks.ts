import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import { requestModelName } from "../constructs/api/openapi";
import { findUnfitParts } from "../constructs/api/request-model";
import type { Environment } from "../environment/environment";
import { withoutUndefined } from "../environment/present";
import { describeFaults, type Fault, inWords, Report, UNLIMITED } from "../environment/report";
import { findFaultsOfShape } from "../environment/shape";
import { appFolder } from "../lib/app-folder";
import { findThrowingPlace } from "../lib/load-failure";
import { UserError } from "../lib/user-error";
import type { ContractModel, Model } from "../models";
import { INSTANCES_PAYLOAD_IN_BYTES, UnreadablePredictions } from "../runtime/contract";
import { describeFaults as describeRequestFaults } from "../runtime/faults";
import { bareAnswer, NO_CALLER, replyOf } from "../runtime/outside-handler";
import { checkDialects } from "./dialect-checks";
import { checkPassedForm } from "./passed-form-checks";
import { checkPythonFolders, checkPythonRoute, routeFile } from "./python-checks";

/** Models break rules; `message` lists every fault. */
export class InvalidCatalog extends UserError {
  override readonly name = "InvalidCatalog";

  /** @param others - faults of environments and accounts, listed after those of the models */
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
 * Every fault of every model, whether an environment serves it or not.
 *
 * @param catalog - the models by the names of their folders
 * @param functions - the folder that holds the models' folders; default: the project's
 * @param environments - without a fault: remedies name the runtime and the architecture of their functions; default: none
 * @returns an empty list where every rule holds
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
 * Every fault of every model, without a look at the models' folders.
 *
 * @param catalog - the models by the names of their folders
 * @returns an empty list where every rule holds
 */
export function checkModels(catalog: Readonly<Record<string, Model>>): Fault[] {
  const faults: Fault[] = [];
  const readable = Object.entries(catalog).filter(([name, entry]) => checkShape(name, entry, faults));
  for (const [name, entry] of readable) checkEntry(name, entry, catalog, faults);
  checkTogether(Object.fromEntries(readable), faults);
  return faults;
}

function contractFile(name: string): string {
  return `functions/${name}/contract.ts`;
}

/** The file that describes a model with a contract of its own, or with a handler in Python. */
function fileOf(name: string, python: Model["python"]): string {
  return python === undefined ? contractFile(name) : routeFile(name);
}

/** Collects faults of a model: in its own file, or in its line of the catalog where its contract is ready-made. */
function reportOf(
  name: string,
  { readyMade, python }: Pick<Model, "readyMade" | "python">,
  faults: Fault[],
): Report {
  return readyMade === undefined
    ? new Report(fileOf(name, python), faults)
    : new Report(CATALOG, faults, `${name}.`);
}

/** Where a model is described, in words. */
function placeOf(name: string, entry: Pick<Model, "readyMade" | "python"> | undefined): string {
  return entry?.readyMade === undefined ? fileOf(name, entry?.python) : `${CATALOG}, ${name},`;
}

/**
 * Each entry of the catalog has a ready-made contract or a folder of its name with `contract.ts`, and not both. Each
 * folder with `contract.ts` has an entry.
 */
function checkFolders(catalog: Readonly<Record<string, Model>>, functions: string, faults: Fault[]): void {
  const names = Object.keys(catalog);
  for (const [name, { readyMade }] of Object.entries(catalog)) {
    const hasContract = existsSync(join(functions, name, "contract.ts"));
    const report = new Report(contractFile(name), faults);
    if (readyMade === undefined) {
      report.require(
        hasContract,
        "the file",
        inWords("no such file"),
        `a folder of the name that the model has in ${CATALOG}, with contract.ts, or a ready-made contract in ${CATALOG}`,
        `${CATALOG} names the model ${name}`,
      );
    } else {
      report.require(
        !hasContract,
        "the file",
        inWords(`a contract beside the ready-made contract in ${CATALOG}`),
        `either the line in ${CATALOG}, or contract.ts: import it in ${CATALOG} in place of the line`,
        "a model has one contract",
      );
    }
  }
  const folders = readdirSync(functions, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name } of folders) {
    new Report(contractFile(name), faults).require(
      names.includes(name) || !existsSync(join(functions, name, "contract.ts")),
      "the folder",
      inWords(`a contract that ${CATALOG} does not name`),
      `an entry ${JSON.stringify(name)} in ${CATALOG}, or no such folder`,
      "an environment can serve the models of the catalog",
    );
  }
}

const text = z.string();
const method = z.custom((value) => typeof value === "function", "a function");

/** What the rules below read of every model. TypeScript checks the same, which a synthesis does not run. */
const modelShape = z.object({
  model: text,
  route: z.object({ method: z.enum(["GET", "POST"], "GET or POST"), path: text }),
  schema: z.custom((value) => value instanceof Object && "_zod" in value, "a schema of zod/mini"),
  title: text,
  description: text,
  allowed: text,
  example: z.object({ request: z.unknown(), answer: z.unknown() }),
});

/** What the rules below read of a model with a contract. */
const shape = z.object({
  ...modelShape.shape,
  limits: z.object({ rows: z.number(), rowsIn: z.optional(text), payloadInBytes: z.number() }),
  text: z.optional(z.object({ read: method, write: method })),
  bytes: z.optional(z.object({ takes: z.array(text), read: method })),
  answerTypes: z.optional(z.array(text)),
  callerHeaders: z.optional(z.array(text)),
  answerHeaders: z.optional(z.array(text)),
  passThrough: z.optional(z.object({ contentType: z.optional(text), accept: text })),
  encode: method,
  decode: method,
});

/** @returns whether the rules can be checked */
function checkShape(name: string, entry: Model, faults: Fault[]): boolean {
  const isPython = entry.python !== undefined;
  const report = reportOf(name, entry, faults);
  const found = findFaultsOfShape(isPython ? modelShape : shape, entry, "the module sagemaker-stages/model");
  for (const { field, got, allowed } of found) {
    report.require(
      false,
      // A route of Python holds method and path beside the other properties.
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
  const report = reportOf(name, entry, faults);
  checkName(name, entry, catalog, report);
  checkRoute(entry, report);
  if (entry.python === undefined) checkLimits(entry, report);
  else checkPythonRoute(entry.python, report);
  checkTexts(entry, report);
  checkDialects(entry, report);
  if (checkSchema(entry, report)) checkExample(entry, report);
}

/** @returns whether every part of the schema can be a part of a JSON request */
function checkSchema({ schema }: Model, report: Report): boolean {
  let unfit: ReturnType<typeof findUnfitParts>;
  try {
    unfit = findUnfitParts(schema);
  } catch (error) {
    reportThrown(error, "schema", report);
    return false;
  }
  for (const { path, got, allowed } of unfit) {
    report.require(
      false,
      `schema${path}`,
      inWords(got),
      allowed,
      "a request is JSON, and API Gateway's request model is made from the schema",
    );
  }
  return unfit.length === 0;
}

/** The faults of a name that a new model is to have, e.g. because the name is too long. */
export function findModelNameFaults(name: string): Fault[] {
  const faults: Fault[] = [];
  requireModelName(name, new Report(CATALOG, faults));
  return faults;
}

/** SageMaker refuses a name that ends with a hyphen. */
const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const MAX_NAME_LENGTH = 30;

function checkName(
  name: string,
  { model }: Model,
  catalog: Readonly<Record<string, Model>>,
  report: Report,
): void {
  const isCopy = model !== name && Object.hasOwn(catalog, model);
  report.require(
    model === name,
    "model",
    model,
    JSON.stringify(name),
    isCopy
      ? `${contractFile(model)} has this name; ${CATALOG} names this model ${JSON.stringify(name)}`
      : `${CATALOG} and the folder name the model ${JSON.stringify(name)}`,
  );
  requireModelName(name, report);
}

/** Rules of a model's name alone. */
function requireModelName(name: string, report: Report): void {
  report.require(
    NAME.test(name) && name.length <= MAX_NAME_LENGTH,
    "model",
    name,
    `1–${MAX_NAME_LENGTH} characters a-z, 0-9, -: words that single hyphens join, starting with a letter`,
    "it is part of names of at most 63 characters: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html",
  );
  report.require(
    !RESERVED_NAMES.includes(name) && !name.endsWith("-caller"),
    "model",
    name,
    `a name other than ${RESERVED_NAMES.join(", ")}, which does not end in -caller`,
    "the stack has constructs of these names",
  );
}

/** Constructs of a stack that belong to no model: src/constructs/inference-stack.ts. */
export const RESERVED_NAMES = ["artifacts", "aws", "backend", "caller", "network", "stage", "website"];

/** API Gateway also accepts `,` and `:`. Clients do not agree on whether to encode these two. */
const SEGMENT = /^[A-Za-z0-9_.-]+$/;
/** API Gateway answers requests for these paths itself, as health checks. */
const RESERVED_PATHS = ["/ping", "/sping"];
const PATHS_SOURCE =
  "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html";

function checkRoute({ route: { method, path }, ...entry }: Model, report: Report): void {
  const dialect = entry.python === undefined ? entry.text : undefined;
  const [beforeSlash, ...segments] = path.split("/");
  const hasParameters = /[{}]/.test(path);
  report.require(
    !hasParameters,
    "route.path",
    path,
    "a path without parameters",
    "a contract reads the request from the body (POST) or the query (GET)",
  );
  report.require(
    hasParameters ||
      (beforeSlash === "" &&
        segments.length > 0 &&
        segments.every((segment) => SEGMENT.test(segment) && segment !== "." && segment !== "..")),
    "route.path",
    path,
    "a slash before each part, none at the end; parts of A-Z, a-z, 0-9, _, - and .",
    PATHS_SOURCE,
  );
  report.require(
    !RESERVED_PATHS.includes(path.toLowerCase()),
    "route.path",
    path,
    `a path other than ${RESERVED_PATHS.join(" and ")}, which API Gateway reserves`,
    PATHS_SOURCE,
  );
  report.require(
    dialect === undefined || method === "POST",
    "text",
    inWords("a text dialect beside route.method GET"),
    "no text, or POST",
    "text/plain is a body, and a GET has none",
  );
}

function checkLimits({ limits, example }: ContractModel, report: Report): void {
  const { rowsIn } = limits;
  report.require(
    rowsIn === undefined || (example.request instanceof Object && Object.hasOwn(example.request, rowsIn)),
    "limits.rowsIn",
    rowsIn,
    "a property of example.request, or no rowsIn",
    "the handler counts this list before it looks at any row: limits of sagemaker-stages/model",
  );
  report.requireWholeNumber(
    limits.rows,
    "limits.rows",
    1,
    UNLIMITED,
    "a request has at least one row: limits of sagemaker-stages/model",
  );
  report.requireWholeNumber(
    limits.payloadInBytes,
    "limits.payloadInBytes",
    1,
    INSTANCES_PAYLOAD_IN_BYTES,
    "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html",
  );
}

/** Of a Lambda function's description, which is the model's. */
const MAX_DESCRIPTION_LENGTH = 256;

function checkTexts(entry: Model, report: Report): void {
  for (const field of ["title", "description", "allowed"] as const) {
    report.require(
      /^[^\n\r$#]+$/.test(entry[field]) && entry[field].trim() === entry[field] && !/%\{/.test(entry[field]),
      field,
      entry[field],
      "one line without white space around it, without $, # and %{",
      "$, # and %{ begin code in templates: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html",
    );
  }
  const { length } = entry.description;
  report.require(
    length <= MAX_DESCRIPTION_LENGTH,
    "description",
    inWords(`${length} characters`),
    `at most ${MAX_DESCRIPTION_LENGTH} characters`,
    "https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html",
  );
}

/** The documentation, the page's form and the smoke test use the example: it must be a valid request. */
function checkExample(entry: Model, report: Report): void {
  const { request, answer } = entry.example;
  const isJson = [
    requireJson(request, "example.request", report),
    requireJson(answer, "example.answer", report),
  ].every(Boolean);
  if (!isJson) return;
  if (entry.route.method === "GET") {
    const values = request instanceof Object ? Object.values(withoutUndefined(request)) : [request];
    report.require(
      values.every((value) => typeof value === "string"),
      "example.request",
      request,
      "an object whose values are texts",
      "the request of a GET is its query, and every value of a query is a text",
    );
  }
  try {
    // As in the function, which has zod/mini alone: this process has zod's English sentences, too.
    const parsed = z.core.safeParse(entry.schema, request, { error: () => "Invalid input" });
    if (parsed.success) {
      if (entry.python === undefined) checkEncoding(entry, parsed.data, report);
    } else {
      for (const issue of parsed.error.issues) {
        reportExampleFault(describeRequestFaults([issue], request), entry, report);
      }
    }
  } catch (error) {
    reportThrown(error, "schema", report);
  }
}

/** @param text - what a caller would read of the fault: `<field>: got <value>; allowed: <rule>` */
function reportExampleFault(text: string, entry: Model, report: Report): void {
  const [, name = "", got, allowed = ""] = /^(.*?): got (.*?); allowed: (.*)$/s.exec(text) ?? [];
  const because = "the example is sent as it stands";
  if (got === undefined || allowed.includes("; allowed: ")) {
    const any = "a request that the contract's schema accepts";
    report.require(false, "example.request", inWords(text), any, because);
    return;
  }
  const path = name === "request" ? "" : name.startsWith("[") ? name : `.${name}`;
  const form = path === "" ? formOfBytes(entry) : undefined;
  report.require(false, `example.request${path}`, inWords(got), form ?? allowed, because);
}

/** The form of a file as a request, where the contract's request is a file. */
function formOfBytes({ bytes, schema }: Model): string | undefined {
  const [contentType] = bytes?.takes ?? [];
  if (contentType === undefined) return undefined;
  if (!z.core.safeParse(schema, { contentType, base64: "AAA=" }).success) return undefined;
  return `{ contentType, base64 }, e.g. { contentType: "${contentType}", base64: "<the file in base64>" }`;
}

function checkEncoding(entry: ContractModel, request: unknown, report: Report): void {
  let encoded: ReturnType<ContractModel["encode"]>;
  try {
    encoded = entry.encode(request, NO_CALLER);
  } catch (error) {
    reportThrown(error, "encode", report);
    return;
  }
  const { limits, passThrough } = entry;
  if (passThrough !== undefined && entry.route.method === "POST") {
    try {
      checkPassedForm({ ...entry, passThrough }, encoded, report);
    } catch (error) {
      reportThrown(error, "encode", report);
      return;
    }
  }
  const source = "the example must be within the contract's own limits";
  const { rows, body } = encoded;
  report.requireWholeNumber(rows, "encode(example.request).rows", 1, Math.max(1, limits.rows), source);
  const bytes = typeof body === "string" || body instanceof Uint8Array ? Buffer.byteLength(body) : 0;
  report.require(
    bytes >= 1 && bytes <= Math.max(1, limits.payloadInBytes),
    "encode(example.request).body",
    inWords(`${bytes} bytes`),
    `1 to ${Math.max(1, limits.payloadInBytes)} bytes`,
    source,
  );
  checkAnswer(entry, request, body, report);
}

/** The example's answer is an answer that a ready-made contract can give: the local stage answers so. */
function checkAnswer(
  { readyMade, decode, example }: ContractModel,
  request: unknown,
  sent: string | Uint8Array,
  report: Report,
): void {
  if (readyMade === undefined) return;
  const { contentType, body } = readyMade.answerExample(typeof sent === "string" ? sent : "");
  try {
    const text = typeof body === "string" ? body : "";
    const decoded = bareAnswer(decode(text, request, replyOf(body, contentType)));
    report.require(
      isDeepStrictEqual(decoded, withoutUndefined(example.answer)),
      "example.answer",
      example.answer,
      `an answer of the contract, e.g. ${cut(JSON.stringify(decoded))}`,
      "the documentation and the local stage show the example",
    );
  } catch (error) {
    if (!(error instanceof UnreadablePredictions)) throw error;
    report.require(
      false,
      "example.answer",
      example.answer,
      inWordsOfContract(error),
      "the documentation and the local stage show the example",
    );
  }
}

function inWordsOfContract({ message }: Error): string {
  return `an answer of the contract; of a container that answers so, the contract says: ${message}`;
}

function reportThrown(error: unknown, field: string, report: Report): void {
  const place = error instanceof Error ? findThrowingPlace(error) : undefined;
  const at = place === undefined ? "" : ` at ${place.file}:${place.position}`;
  const got = error instanceof Error ? `${error.name}: ${error.message}${at}` : String(error);
  report.require(
    false,
    field,
    inWords(got.replace(/\s*\n\s*/g, " ")),
    "a contract that reads its own example without an error",
    "the example is sent as it stands",
  );
}

/** @returns whether `value` stays the same when it is written and read as JSON */
function requireJson(value: unknown, field: string, report: Report): boolean {
  const written = writeJson(value);
  const holds = written !== undefined && isDeepStrictEqual(JSON.parse(written), withoutUndefined(value));
  report.require(
    holds,
    field,
    inWords(
      written === undefined
        ? "a value that JSON cannot hold"
        : `a value that JSON changes to ${cut(written)}`,
    ),
    "texts, finite numbers, booleans, null, and lists and objects of these",
    "requests and answers are JSON",
  );
  return holds;
}

function writeJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

function cut(json: string): string {
  return json.length > 60 ? `${json.slice(0, 60)}…` : json;
}

/** Rules between models. */
function checkTogether(catalog: Readonly<Record<string, Model>>, faults: Fault[]): void {
  const paths = new Map<string, { readonly name: string; readonly path: string }>();
  const taken = new Map<string, string>();
  for (const [name, entry] of Object.entries(catalog)) {
    const report = reportOf(name, entry, faults);
    const { path } = entry.route;
    const other = paths.get(path.toLowerCase());
    report.require(
      other === undefined,
      "route.path",
      path,
      other?.path === path ? "a path of its own" : "a path that differs in more than capitals",
      `${placeOf(other?.name ?? "", catalog[other?.name ?? ""])} has ${JSON.stringify(other?.path)}; a path leads to one model, whatever the method`,
    );
    if (other === undefined) paths.set(path.toLowerCase(), { name, path });

    for (const derived of derivedNames(name)) {
      const owner = taken.get(derived);
      report.require(
        owner === undefined,
        "model",
        name,
        "a name that differs in more than its hyphens and endings",
        `${placeOf(owner ?? "", catalog[owner ?? ""])} has ${derived}, too`,
      );
      if (owner !== undefined) break;
      taken.set(derived, name);
    }
  }
}

/** Names that a stack makes from a model's name; each must belong to one model. */
function derivedNames(name: string): string[] {
  const output = name.replaceAll("-", "_");
  return [
    `the request model ${requestModelName(name)}`,
    `the construct ${name}`,
    `the construct ${name}-function-url`,
    ...["url", "endpoint_name", "function_url"].map((part) => `the output ${output}_${part}`),
  ];
}
