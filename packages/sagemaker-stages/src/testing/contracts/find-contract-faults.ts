import { isDeepStrictEqual } from "node:util";
import Ajv from "ajv-draft-04";
import { checkCatalog } from "../../app/catalog-checks";
import { requestModel } from "../../constructs/api/request-model";
import { describeFault, type Fault, FaultCollector, raw } from "../../environment/fault-collector";
import { type Container, wholeBody } from "../../local/sagemaker/container";
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
 * Finds every fault in the contracts of an app's models. A contract has a fault if
 * - a synthesis would refuse the contract;
 * - the request model, with which API Gateway validates requests, refuses the contract's example;
 * - `encode` changes the request, or two encodings of the same request differ;
 * - the handler reads the rows of a batch although the batch has more rows than `limits.rows`;
 * - `text.read` throws, or `text.write` does not return a text;
 * - `bytes.read` throws;
 * - the answer of the model's sample to the example cannot be decoded, or has another form than the example's answer;
 * - a regular expression takes more than linear time on some text: a caller can block a function with such a text.
 *
 * The process runs in the app's folder. `python3` with boto3 runs a handler in Python. Without Python or boto3, the
 * handler is not run, and standard error reports this.
 *
 * @param models - the app's models, `functions/index.ts`
 * @returns each fault in one line, e.g. `functions/iris/contract.ts: example.answer: got …; allowed: … (…)`
 * @throws PythonMissing in CI (environment variable CI) without Python or boto3, if the app has a handler in Python
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
      const ofPython = new FaultCollector(`functions/${name}`, faults);
      checkRequestModel(model, ofPython);
      await checkPythonHandler(model, samples.get(name), ofPython);
      found.push(...faults.map(toLine));
      continue;
    }
    const collector =
      model.readyMade === undefined
        ? new FaultCollector(`functions/${name}/contract.ts`, faults)
        : new FaultCollector("functions/index.ts", faults, `${name}.`);
    checkRequestModel(model, collector);
    checkEncode(model, collector);
    checkBatch(model, collector);
    checkText(model, collector);
    checkBytes(model, collector);
    await checkSample(model, samples.get(name), collector);
    found.push(...faults.map(toLine), ...findPatternFaultsOf(name, model));
  }
  return found;
}

function toLine(fault: Fault): string {
  return describeFault(fault).trim();
}

/** Validates the example as API Gateway does: a body with the request model, a query with the required parameters. */
function checkRequestModel({ schema, example, route }: Model, collector: FaultCollector): void {
  const ajv = new Ajv({ strict: false });
  const validate = ajv.compile(requestModel(schema));
  collector.require(
    validate(example.request),
    "example.request",
    raw(ajv.errorsText(validate.errors, { dataVar: "the request" })),
    "a request that the request model accepts",
    `API Gateway validates each ${route.method} request with a model that the engine makes from the schema`,
  );
}

function checkEncode(model: ContractModel, collector: FaultCollector): void {
  const { example } = model;
  const before = JSON.stringify(example.request);
  const [first, second] = [
    model.encode(example.request, NO_CALLER),
    model.encode(example.request, NO_CALLER),
  ];
  collector.require(
    isDeepStrictEqual(first, second),
    "encode",
    raw("two encodings of example.request"),
    "the same encoding for the same request",
    "a contract is a pure function of its request",
  );
  collector.require(
    JSON.stringify(example.request) === before,
    "encode",
    raw("a change of example.request"),
    "no change of the request",
    "decode reads the same request again",
  );
}

function checkBatch(model: ContractModel, collector: FaultCollector): void {
  const { rows, rowsIn } = model.limits;
  if (rowsIn === undefined) return;
  const batch = { [rowsIn]: Array(rows + 1).fill(null) };
  const { status, text } = refusalOf(model, batch);
  collector.require(
    status === 413,
    "limits.rowsIn",
    raw(`${text} for a batch of ${rows + 1} rows`),
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

/** Texts in every dialect: a word, an empty text, rows of numbers, and JSON. */
const TEXTS = ["good", "", "1,2\n3", '{"data":"1"}'];

function checkText({ text, schema, example }: ContractModel, collector: FaultCollector): void {
  if (text === undefined) return;
  for (const sent of TEXTS) {
    const thrown = thrownBy(() => schema.safeParse(text.read(sent)));
    collector.require(
      thrown === undefined,
      "text.read",
      raw(`${thrown} for ${JSON.stringify(sent)}`),
      "a request for every text",
      "the schema refuses a request and names the fault",
    );
  }
  let written: unknown;
  const thrown = thrownBy(() => {
    written = text.write(example.answer);
  });
  collector.require(
    typeof written === "string",
    "text.write",
    raw(thrown ?? `a ${typeof written}`),
    "the text of example.answer",
    "the handler answers a text with a text",
  );
}

/** Reads one byte of each media type. The schema may refuse the byte, e.g. because the byte is not an image. */
function checkBytes({ bytes, schema }: Model, collector: FaultCollector): void {
  for (const contentType of bytes?.takes ?? []) {
    const thrown = thrownBy(() => schema.safeParse(bytes?.read({ contentType, base64: "AA==" })));
    collector.require(
      thrown === undefined,
      "bytes.read",
      raw(`${thrown} for a byte of the type ${contentType}`),
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
 * Checks that the contract reads the sample's answer to the example, and that this answer has the form of the example's
 * answer. The values can differ, because the sample can be a smaller model than the deployed model.
 */
async function checkSample(
  model: ContractModel,
  sample: Container | undefined,
  collector: FaultCollector,
): Promise<void> {
  if (sample === undefined) return;
  const { request, answer } = model.example;
  const { contentType, accept, body } = model.encode(request, NO_CALLER);
  const response = await sample.invoke({ contentType, accept, body: Buffer.from(body) });
  const whole = await wholeBody(response.body);
  const received = Buffer.from(whole).toString();
  const source = `the answer of functions/${model.model}/sample/ to example.request`;
  collector.require(
    response.status === 200,
    "encode(example.request)",
    raw(`status ${response.status} of the sample: ${received.slice(0, 200)}`),
    "a request that the sample answers with status 200",
    source,
  );
  if (response.status !== 200) return;
  let decoded: unknown;
  const thrown = thrownBy(() => {
    const reply = replyOf(whole, response.contentType);
    const text = model.answerTypes?.includes(reply.contentType) ? "" : received;
    decoded = bareAnswer(model.decode(text, request, reply));
  });
  const [form, expected] = [formOf(decoded), formOf(answer)];
  collector.require(
    thrown === undefined,
    "decode",
    raw(`${thrown} for ${received.slice(0, 200)}`),
    "an answer that the contract reads",
    source,
  );
  collector.require(
    thrown !== undefined || isDeepStrictEqual(form, expected),
    "example.answer",
    raw(`an answer of the form ${JSON.stringify(expected)}`),
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
