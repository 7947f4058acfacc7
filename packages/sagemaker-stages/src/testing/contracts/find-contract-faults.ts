import { isDeepStrictEqual } from "node:util";
import Ajv from "ajv-draft-04";
import { checkCatalog } from "../../app/catalog-checks";
import { requestModel } from "../../constructs/api/request-model";
import { describeFault, type Fault, inWords, Report } from "../../environment/report";
import type { Container } from "../../local/sagemaker/container";
import type { ContractModel, Model, Models } from "../../models";
import { bareAnswer, NO_CALLER, replyOf } from "../../runtime/outside-handler";
import { ProblemError } from "../../runtime/problem";
import { parseRequest } from "../../runtime/request";
import { samplesOfApp } from "../sample-endpoint";
import { sourcesOfContract } from "./contract-sources";
import { formOf } from "./form-of";
import { findPatternFaults, patternsIn } from "./patterns";
import { checkPythonHandler } from "./python-handler";

/**
 * Every fault of the contracts of an app's models. A contract has a fault where
 * - a synthesis would refuse the contract;
 * - the request model, with which API Gateway validates requests, refuses the contract's example;
 * - `encode` changes the request, or encodes the same request in two ways;
 * - a batch with more rows than `limits.rows` is not refused before its rows are read;
 * - `text.read` throws, or `text.write` does not write a text;
 * - `bytes.read` throws;
 * - the answer of the model's sample to the example cannot be decoded, or has another form than the example's answer;
 * - a regular expression takes more than linear time on some text: a caller could keep a function busy with it.
 *
 * The process runs in the app's folder. A handler in Python is run by `python3` with boto3; where these are missing, standard
 * error says that the handler was not run.
 *
 * @param models - the app's models, `functions/index.ts`
 * @returns each fault in one line, e.g. `functions/iris/contract.ts: example.answer: got …; allowed: … (…)`
 * @throws PythonMissing in a CI (environment variable CI) without Python or boto3, where the app has a handler in Python
 * @example expect(await findContractFaults(models)).toEqual([]);
 */
export async function findContractFaults(models: Models): Promise<string[]> {
  const faultsOfSynthesis = checkCatalog(models);
  if (faultsOfSynthesis.length > 0) return faultsOfSynthesis.map(toLine);
  const samples = samplesOfApp();
  const found: string[] = [];
  for (const [name, model] of Object.entries(models)) {
    const faults: Fault[] = [];
    if (model.python !== undefined) {
      const ofPython = new Report(`functions/${name}`, faults);
      checkRequestModel(model, ofPython);
      await checkPythonHandler(model, samples.get(name), ofPython);
      found.push(...faults.map(toLine));
      continue;
    }
    const report =
      model.readyMade === undefined
        ? new Report(`functions/${name}/contract.ts`, faults)
        : new Report("functions/index.ts", faults, `${name}.`);
    checkRequestModel(model, report);
    checkEncode(model, report);
    checkBatch(model, report);
    checkText(model, report);
    checkBytes(model, report);
    await checkSample(model, samples.get(name), report);
    found.push(...faults.map(toLine), ...findPatternFaultsOf(name, model));
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

function checkEncode(model: ContractModel, report: Report): void {
  const { example } = model;
  const before = JSON.stringify(example.request);
  const [first, second] = [
    model.encode(example.request, NO_CALLER),
    model.encode(example.request, NO_CALLER),
  ];
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

function checkBatch(model: ContractModel, report: Report): void {
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

function refusalOf(
  model: ContractModel,
  request: unknown,
): { readonly status: number; readonly text: string } {
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

function checkText({ text, schema, example }: ContractModel, report: Report): void {
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

/** One byte of each media type. The schema may refuse the byte, e.g. because it is no image. */
function checkBytes({ bytes, schema }: Model, report: Report): void {
  for (const contentType of bytes?.takes ?? []) {
    const thrown = thrownBy(() => schema.safeParse(bytes?.read({ contentType, base64: "AA==" })));
    report.require(
      thrown === undefined,
      "bytes.read",
      inWords(`${thrown} for a byte of the type ${contentType}`),
      "a request for all bytes",
      "the schema refuses a request and names the fault",
    );
  }
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
async function checkSample(
  model: ContractModel,
  sample: Container | undefined,
  report: Report,
): Promise<void> {
  if (sample === undefined) return;
  const { request, answer } = model.example;
  const { contentType, accept, body } = model.encode(request, NO_CALLER);
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
    const reply = replyOf(response.body, response.contentType);
    const text = model.answerTypes?.includes(reply.contentType) ? "" : received;
    decoded = bareAnswer(model.decode(text, request, reply));
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

function findPatternFaultsOf(model: string, { readyMade }: Model): string[] {
  if (readyMade !== undefined) {
    const sources = patternsInSchemas(readyMade.options);
    return sources.flatMap((source) => findPatternFaults({ file: "functions/index.ts", source, flags: "u" }));
  }
  return sourcesOfContract(model).flatMap((source) => {
    try {
      return patternsIn(source).flatMap(findPatternFaults);
    } catch (error) {
      return [error instanceof Error ? error.message : String(error)];
    }
  });
}

/** The regular expressions of JSON Schemas in the options of a ready-made contract. */
function patternsInSchemas(part: unknown): string[] {
  if (typeof part !== "object" || part === null) return [];
  return Object.entries(part).flatMap(([keyword, value]) =>
    keyword === "pattern" && typeof value === "string" ? [value] : patternsInSchemas(value),
  );
}
