import { isDeepStrictEqual } from "node:util";
import Ajv from "ajv-draft-04";
import { checkCatalog } from "../../app/catalog-checks";
import { requestModel } from "../../constructs/api/request-model";
import { describeFault, type Fault, inWords, Report } from "../../environment/report";
import type { Container } from "../../local/sagemaker/container";
import type { Model, Models } from "../../models";
import { ProblemError } from "../../runtime/problem";
import { parseRequest } from "../../runtime/request";
import { samplesOfApp } from "../sample-endpoint";
import { sourcesOfContract } from "./contract-sources";
import { findPatternFaults, patternsIn } from "./patterns";

/**
 * Every fault of the contracts of an app's models. A contract has a fault where
 * - a synthesis would refuse the contract;
 * - the request model, with which API Gateway validates requests, refuses the contract's example;
 * - `encode` changes the request, or encodes the same request in two ways;
 * - a batch with more rows than `limits.rows` is not refused before its rows are read;
 * - `text.read` throws, or `text.write` does not write a text;
 * - the answer of the model's sample to the example cannot be decoded, or has another form than the example's answer;
 * - a regular expression takes more than linear time on some text: a caller could keep a function busy with it.
 *
 * The process runs in the app's folder.
 *
 * @param models - the app's models, `functions/index.ts`
 * @returns each fault in one line, e.g. `functions/iris/contract.ts: example.answer: got …; allowed: … (…)`
 * @example expect(await findContractFaults(models)).toEqual([]);
 */
export async function findContractFaults(models: Models): Promise<string[]> {
  const faultsOfSynthesis = checkCatalog(models);
  if (faultsOfSynthesis.length > 0) return faultsOfSynthesis.map(toLine);
  const samples = samplesOfApp();
  const found: string[] = [];
  for (const [name, model] of Object.entries(models)) {
    const faults: Fault[] = [];
    const report = new Report(`functions/${name}/contract.ts`, faults);
    checkRequestModel(model, report);
    checkEncode(model, report);
    checkBatch(model, report);
    checkText(model, report);
    await checkSample(model, samples.get(name), report);
    found.push(...faults.map(toLine), ...findPatternFaultsOf(name));
  }
  return found;
}

function toLine(fault: Fault): string {
  return describeFault(fault).trim();
}

/** As API Gateway validates: a body against the request model, a query against the required parameters. */
function checkRequestModel({ schema, example, route }: Model, report: Report): void {
  const ajv = new Ajv({ strict: false });
  const validate = ajv.compile(requestModel(schema));
  report.require(
    validate(example.request),
    "example.request",
    inWords(ajv.errorsText(validate.errors, { dataVar: "the request" })),
    "a request that the request model accepts",
    `API Gateway validates each ${route.method} request with the model that is made from the schema`,
  );
}

function checkEncode(model: Model, report: Report): void {
  const { example } = model;
  const before = JSON.stringify(example.request);
  const [first, second] = [model.encode(example.request), model.encode(example.request)];
  report.require(
    isDeepStrictEqual(first, second),
    "encode",
    inWords("two encodings of example.request"),
    "the same encoding for the same request",
    "a contract is a pure function of its request",
  );
  report.require(
    JSON.stringify(example.request) === before,
    "encode",
    inWords("a change of example.request"),
    "no change of the request",
    "decode reads the same request again",
  );
}

function checkBatch(model: Model, report: Report): void {
  const { rows, rowsIn } = model.limits;
  if (rowsIn === undefined) return;
  const batch = { [rowsIn]: Array(rows + 1).fill(null) };
  const { status, text } = refusalOf(model, batch);
  report.require(
    status === 413,
    "limits.rowsIn",
    inWords(`${text} for a batch of ${rows + 1} rows`),
    "413 before a row is read",
    "the handler counts the rows first, so that a large batch costs no memory",
  );
}

function refusalOf(model: Model, request: unknown): { readonly status: number; readonly text: string } {
  try {
    parseRequest(model, request);
    return { status: 200, text: "no refusal" };
  } catch (error) {
    if (!(error instanceof ProblemError)) return { status: 500, text: String(error) };
    const { status, detail } = error.failure;
    return { status, text: `${status} ${detail}` };
  }
}

/** Texts of every kind of dialect: a word, nothing, rows of numbers, and JSON. */
const TEXTS = ["good", "", "1,2\n3", '{"data":"1"}'];

function checkText({ text, schema, example }: Model, report: Report): void {
  if (text === undefined) return;
  for (const sent of TEXTS) {
    const thrown = thrownBy(() => schema.safeParse(text.read(sent)));
    report.require(
      thrown === undefined,
      "text.read",
      inWords(`${thrown} for ${JSON.stringify(sent)}`),
      "a request for every text",
      "the schema refuses a request and names the fault",
    );
  }
  let written: unknown;
  const thrown = thrownBy(() => {
    written = text.write(example.answer);
  });
  report.require(
    typeof written === "string",
    "text.write",
    inWords(thrown ?? `a ${typeof written}`),
    "the text of example.answer",
    "the handler answers a text with a text",
  );
}

function thrownBy(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return String(error);
  }
}

/**
 * The contract reads the sample's answer to the example. The answer has the form of the example's answer: the sample can
 * be a smaller model than the deployed model, with other values.
 */
async function checkSample(model: Model, sample: Container | undefined, report: Report): Promise<void> {
  if (sample === undefined) return;
  const { request, answer } = model.example;
  const { contentType, accept, body } = model.encode(request);
  const response = await sample.invoke({ contentType, accept, body: Buffer.from(body) });
  const received = Buffer.from(response.body).toString();
  const source = `the answer of functions/${model.model}/sample/ to example.request`;
  report.require(
    response.status === 200,
    "encode(example.request)",
    inWords(`status ${response.status} of the sample: ${received.slice(0, 200)}`),
    "a request that the sample answers with status 200",
    source,
  );
  if (response.status !== 200) return;
  let decoded: unknown;
  const thrown = thrownBy(() => {
    decoded = model.decode(received, request);
  });
  const [form, expected] = [formOf(decoded), formOf(answer)];
  report.require(
    thrown === undefined,
    "decode",
    inWords(`${thrown} for ${received.slice(0, 200)}`),
    "an answer that the contract reads",
    source,
  );
  report.require(
    thrown !== undefined || isDeepStrictEqual(form, expected),
    "example.answer",
    inWords(`an answer of the form ${JSON.stringify(expected)}`),
    JSON.stringify(form),
    source,
  );
}

/** The names and types of a JSON value, without the values and without repetitions in a list. */
function formOf(value: unknown): unknown {
  if (Array.isArray(value)) {
    const forms = new Map(value.map(formOf).map((form) => [JSON.stringify(form), form]));
    return [...forms.values()];
  }
  if (typeof value !== "object" || value === null) return value === null ? "null" : typeof value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, member]) => [name, formOf(member)] as const)
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}

function findPatternFaultsOf(model: string): string[] {
  return sourcesOfContract(model).flatMap((source) => {
    try {
      return patternsIn(source).flatMap(findPatternFaults);
    } catch (error) {
      return [error instanceof Error ? error.message : String(error)];
    }
  });
}
