import type { About, Contract, Route } from "../runtime/contract";
import { type OptionFault, OptionReport } from "./option-report";

/** The exports of a model's `contract.ts`. */
export interface ModelModule<Request, Answer> {
  readonly contract: Contract<Request, Answer>;
  readonly about: About<Request, Answer>;
}

/** The files of this folder that contain a ready-made contract. */
export type ReadyMadeFile =
  | "bytes"
  | "hugging-face"
  | "openai-chat"
  | "pass-through"
  | "pass-through-stream"
  | "rows"
  | "text"
  | "text-stream";

/** The path and the texts of a ready-made contract. The contract makes the defaults from its other options. */
export interface ContractTexts {
  /**
   * Path of the route, e.g. `/v1/iris`.
   *
   * @default - a slash and the model's name
   */
  readonly path?: Route["path"];
  /**
   * The display name of the model.
   *
   * @default - the model's name with spaces, e.g. `Iris species` for `iris-species`
   */
  readonly title?: string;
  /**
   * One sentence that describes the request and the answer; at most 256 characters.
   *
   * @default - made from the other options
   */
  readonly description?: string;
  /**
   * The form of a request, in one line.
   *
   * @default - made from the other options
   */
  readonly allowed?: string;
}

/** A simulated answer of a container. */
export interface StandInAnswer {
  readonly contentType: string;
  readonly body: string | Uint8Array;
}

/** The parts of a ready-made contract. Each contract of this folder defines its parts. */
export interface ReadyMadeParts<Request, Answer> {
  /** The file without `.ts`. The handler of a model imports `createContract` of this file. */
  readonly file: ReadyMadeFile;
  readonly options: object;
  /** Reports a fault for each invalid option. */
  check(report: OptionReport): void;
  createContract(model: string): Contract<Request, Answer>;
  describe(model: string): About<Request, Answer>;
  /**
   * Creates the container's answer for which the caller receives the example's answer.
   *
   * @param sent - the body that the contract sends to the endpoint
   * @default - the example's answer as JSON
   */
  answerExample?(example: About<Request, Answer>["example"], sent: string): StandInAnswer;
}

/** The facts from which the engine generates the source code of a handler for a ready-made contract. */
export interface ReadyMadeSource {
  readonly file: ReadyMadeFile;
  /** The options of the contract as JSON, without texts and example. */
  readonly options: object;
  /** Creates the container's answer for which the caller receives the example's answer. */
  answerExample(sent: string): StandInAnswer;
}

/**
 * A ready-made contract before it has a model's name: the result of `rows(…)`, `huggingFace(…)`, `openAiChat(…)`, `bytes(…)`, `text(…)`
 * and `passThrough(…)`.
 */
export class ReadyMade<Request, Answer> {
  private readonly faults: readonly OptionFault[];

  constructor(private readonly parts: ReadyMadeParts<Request, Answer>) {
    const report = new OptionReport();
    parts.check(report);
    this.faults = report.faults;
  }

  /**
   * Creates the exports of a model's `contract.ts`. A model needs this file if an option is not JSON, e.g. a schema of
   * zod.
   *
   * @param model - the model's name, which is also the name of its folder
   * @throws Error that lists every fault of the options
   * @example
   * // functions/iris/contract.ts
   * export const { contract, about } = rows({ features: ["length", "width"], answer: "json" }).as("iris");
   */
  as(model: string): ModelModule<Request, Answer> {
    if (this.faults.length > 0) throw new InvalidOptions(this.faults.map((fault) => toLine(model, fault)));
    const { parts } = this;
    return { contract: parts.createContract(model), about: parts.describe(model) };
  }

  /**
   * The faults of the options of a model without `contract.ts`, one line per fault. Each line begins with the model's
   * name. The options must be JSON, because the engine generates a handler from them.
   */
  describeFaults(model: string): string[] {
    const report = new OptionReport();
    report.requireJson(this.parts.options, model);
    return [...this.faults, ...report.faults].map((fault) => toLine(model, fault));
  }

  /** The facts from which the engine generates the source code of the model's handler. */
  sourceOf({ about }: ModelModule<Request, Answer>): ReadyMadeSource {
    const { file, options, answerExample } = this.parts;
    return {
      file,
      options: withoutTexts(options),
      answerExample: (sent) =>
        answerExample?.(about.example, sent) ?? {
          contentType: "application/json",
          body: JSON.stringify(about.example.answer),
        },
    };
  }
}

/** Options of ready-made contracts violate rules. `message` contains one line per fault. */
export class InvalidOptions extends Error {
  override readonly name = "InvalidOptions";

  constructor(faults: readonly string[]) {
    super(
      `${faults.length} fault(s) in ready-made contracts:\n${faults.map((fault) => `  ${fault}`).join("\n")}`,
    );
  }
}

function toLine(model: string, { field, got, allowed, because }: OptionFault): string {
  return `${model}: ${field}: got ${got}; allowed: ${allowed} (${because})`;
}

/** The options that no function needs. Without them, a new text does not change a function's code. */
const TEXTS = ["title", "description", "allowed", "example"];

function withoutTexts(options: object): object {
  return Object.fromEntries(
    Object.entries(options).filter(([name, value]) => !TEXTS.includes(name) && value !== undefined),
  );
}
