import { bytesOf, toBytes } from "../runtime/base64";
import {
  type About,
  type Bytes,
  type Contract,
  ENCODED_ASYNC_PAYLOAD_IN_BYTES,
  INSTANCES_PAYLOAD_IN_BYTES,
  SERVERLESS_PAYLOAD_IN_BYTES,
  UnreadablePredictions,
} from "../runtime/contract";
import { EXAMPLE_FILES, hasExampleFile, type MediaTypeWithExample } from "./example-files";
import { type AnySchema, checkJsonSchema, jsonReader } from "./json-schema";
import { bytesSchema, checkedBytesSchema, checkFirstBytesOption, checkMediaTypes } from "./media-types";
import { COMMON_OPTIONS, type OptionReport } from "./option-report";
import { type ContractTexts, ReadyMade, type StandInAnswer } from "./ready-made";
import { aboutOf, listOf, routeOf } from "./texts";

/** Options of {@link bytes}: a model that accepts a file, e.g. an image, a recording or a NumPy array. */
export type BytesOptions<MediaType extends string = string> = BytesSettings<MediaType> & {
  /** A request and its answer. The request is required if the engine has no example file of the first media type. */
  readonly example: [MediaType] extends [MediaTypeWithExample]
    ? { readonly request?: Bytes; readonly answer: unknown }
    : { readonly request: Bytes; readonly answer: unknown };
};

/** The options with any example. {@link checkOptions} refuses an example without a required request. */
type CheckedOptions = BytesSettings<string> & {
  readonly example: { readonly request?: Bytes; readonly answer: unknown };
};

interface BytesSettings<MediaType extends string> extends ContractTexts {
  /** The accepted media types, e.g. `["image/jpeg"]`. The container receives the file with its media type. */
  readonly takes: readonly MediaType[];
  /**
   * The maximum size of a file in bytes. A serverless endpoint accepts 4 MiB
   * (https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-invoke.html), an endpoint on instances 6 MiB
   * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html). A function can receive
   * about 4.5 MB, because API Gateway encodes the file in base64 and Lambda counts the size of the base64. With
   * `instances.async`, callers can upload up to 25 MiB, and the function needs 20 times as much memory.
   *
   * @default 4194304
   */
  readonly maxBytes?: number;
  /**
   * Whether a file must begin like a file of its media type. A PNG with the media type `image/jpeg` is then refused with
   * 400. Otherwise, the container receives it: if the container fails, the caller receives a 502, and the request counts as
   * a failure of the model in metrics and alarms. The first bytes of JPEG, PNG, GIF, WebP, WAV and NPY are known; files of
   * other types are not checked.
   *
   * @default false
   */
  readonly checkFirstBytes?: boolean;
  /**
   * The format of the container's answer: `json`, or media types of bytes, e.g. `["image/png"]`.
   *
   * @default "json"
   */
  readonly answer?: "json" | readonly string[];
  /**
   * The schema of an answer in JSON: a JSON Schema, or a schema of zod/mini in `contract.ts`. The caller receives a 502
   * if the container's answer does not match the schema.
   *
   * @default - any JSON
   */
  readonly answerSchema?: AnySchema;
}

/**
 * Creates a ready-made contract for files.
 *
 * @example
 * export const models = defineModels({
 *   faces: bytes({ takes: ["image/jpeg", "image/png"], maxBytes: 1_000_000, example: { answer: { faces: 2 } } }),
 * });
 * // request  the bytes of the image, with Content-Type: image/jpeg
 * // answer   {"faces": 2}
 */
export function bytes<const MediaType extends string>(
  options: BytesOptions<MediaType>,
): ReadyMade<Bytes, unknown> {
  return new ReadyMade({
    file: "bytes",
    options,
    check: (report) => checkOptions(options, report),
    createContract: (model) => createContract(model, options),
    describe: (model) => describe(model, options),
    answerExample: ({ answer }) => answerWith(answer, options.answer),
  });
}

/** Creates the contract of {@link bytes}. A generated handler contains only this part of the module. */
export function createContract(model: string, options: BytesSettings<string>): Contract<Bytes, unknown> {
  const { takes, maxBytes = SERVERLESS_PAYLOAD_IN_BYTES, answer = "json", answerSchema } = options;
  const readJson = jsonReader(answerSchema);
  return {
    model,
    route: routeOf(model, options),
    schema: schemaOf(options),
    limits: { rows: 1, payloadInBytes: maxBytes },
    bytes: { takes, read: (bytes) => bytes },
    ...(answer === "json" ? {} : { answerTypes: answer }),

    encode(file, caller) {
      return {
        contentType: file.contentType,
        accept: acceptOf(answer, caller.accept),
        body: bytesOf(file),
        rows: 1,
      };
    },

    decode(body, _request, reply) {
      if (answer === "json") return readJson(body);
      if (!answer.includes(reply.contentType)) {
        throw new UnreadablePredictions(`the type of the answer is not ${answer.join(" or ")}`);
      }
      return toBytes(reply);
    },
  };
}

function schemaOf({ takes, checkFirstBytes }: Pick<BytesSettings<string>, "takes" | "checkFirstBytes">) {
  return checkFirstBytes === true ? checkedBytesSchema(takes) : bytesSchema(takes);
}

/** The media type of the answer that the caller chose, or the preferred type for a caller that accepts JSON. */
export function acceptOf(answer: "json" | readonly string[], accept: string): string {
  if (answer === "json") return "application/json";
  return answer.includes(accept) ? accept : (answer[0] ?? "*/*");
}

/** The options that only this contract has. */
const OPTIONS = ["takes", "maxBytes", "checkFirstBytes", "answer", "answerSchema"];

function checkOptions(options: CheckedOptions, report: OptionReport): void {
  const { takes, maxBytes, answer, answerSchema, example } = options;
  report.requireKnown(options, [...OPTIONS, ...COMMON_OPTIONS]);
  checkMediaTypes(takes, "takes", report);
  checkMaxBytes(maxBytes, report, ENCODED_ASYNC_PAYLOAD_IN_BYTES);
  checkFirstBytesOption(options.checkFirstBytes, takes, report);
  if (answer !== undefined && answer !== "json") checkMediaTypes(answer, "answer", report);
  const isOfJson = answerSchema === undefined || answer === undefined || answer === "json";
  report.require(isOfJson, "answerSchema", answerSchema, "answer: json", "bytes have no schema");
  checkJsonSchema(answerSchema, "answerSchema", report);
  const isExample = example !== undefined && "answer" in example;
  if (!report.require(isExample, "example", example, "an object with answer", EXAMPLE_USES)) return;
  const [first = ""] = Array.isArray(takes) ? takes : [];
  report.require(
    example.request !== undefined || hasExampleFile(first),
    "example.request",
    example.request,
    `a file of the type ${first}, {contentType, base64}`,
    `the engine has example files only of ${Object.keys(EXAMPLE_FILES).join(", ")}`,
  );
  // The schema needs valid options.
  if (example.request === undefined || report.faults.length > 0) return;
  const begins = options.checkFirstBytes === true ? ", and begins like a file of its type" : "";
  report.require(
    schemaOf(options).safeParse(example.request).success,
    "example.request",
    example.request,
    `{contentType, base64}, where contentType is ${listOf(takes, "or")}, and base64 is a file in base64 with padding${begins}`,
    EXAMPLE_USES,
  );
}

/** The reason why an example is required. */
export const EXAMPLE_USES = "the documentation, the page and the smoke test use the example";

/** Checks an option `maxBytes`. @param limit - the default is the limit of an endpoint on instances that answers in real time */
export function checkMaxBytes(
  maxBytes: unknown,
  report: OptionReport,
  limit: number = INSTANCES_PAYLOAD_IN_BYTES,
): void {
  report.requireCount(
    maxBytes,
    "maxBytes",
    limit,
    limit === INSTANCES_PAYLOAD_IN_BYTES
      ? "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html"
      : "https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference.html",
  );
}

/** Creates the description of {@link bytes}. A generated handler does not contain this part of the module. */
export function describe(model: string, options: CheckedOptions): About<Bytes, unknown> {
  const { takes, maxBytes = SERVERLESS_PAYLOAD_IN_BYTES, answer = "json", example } = options;
  const answered = answer === "json" ? "JSON" : listOf(answer, "or");
  return aboutOf(model, options, {
    description: `Accepts a file (${listOf(takes, "or")}) of at most ${maxBytes.toLocaleString("en-US")} bytes, and returns ${answered}.`,
    allowed: `a file as ${listOf(takes, "or")}, or {"contentType": "${takes[0]}", "base64": "<the file in base64>"}`,
    example: { request: example.request ?? exampleFile(takes), answer: example.answer },
    maxBytes,
  });
}

/** The example file of the first media type. */
export function exampleFile([contentType = ""]: readonly string[]): Bytes {
  return { contentType, base64: hasExampleFile(contentType) ? EXAMPLE_FILES[contentType] : "" };
}

/** The container's answer for which the caller receives `example`. */
export function answerWith(example: unknown, answer: "json" | readonly string[] = "json"): StandInAnswer {
  if (answer === "json") return { contentType: "application/json", body: JSON.stringify(example) };
  const file = example as Bytes;
  return { contentType: file.contentType, body: bytesOf(file) };
}
