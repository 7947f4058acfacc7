import type { About, Contract, Route } from "../runtime/contract";
import { type OptionFault, OptionReport } from "./option-report";

/** The exports of a model's `contract.ts`. */
export interface ModelModule<Request, Answer> {
  readonly contract: Contract<Request, Answer>;
  readonly about: About<Request, Answer>;
}

/** The files of this folder that hold a ready-made contract. */
export type ReadyMadeFile = "bytes" | "hugging-face" | "pass-through" | "rows" | "text";

/** Texts of a ready-made contract. Each has a default that is made from the contract's own options. */
export interface ContractTexts {
  /**
   * Path of the route, e.g. `/v1/iris`.
   *
   * @default - a slash and the model's name
   */
  readonly path?: Route["path"];
  /**
   * What people call the model.
   *
   * @default - the model's name in words
   */
  readonly title?: string;
  /**
   * One sentence: what the model takes and what it answers; at most 256 characters.
   *
   * @default - made from the other options
   */
  readonly description?: string;
  /**
   * What a request looks like, in one line.
   *
   * @default - made from the other options
   */
  readonly allowed?: string;
}

/** What a container sends for a request. */
export interface StandInAnswer {
  readonly contentType: string;
  readonly body: string | Uint8Array;
}

/** How a ready-made contract is made; each file of this folder has one. */
export interface ReadyMadeParts<Request, Answer> {
  /** The file, without `.ts`: the handler of a model imports `createContract` of this file. */
  readonly file: ReadyMadeFile;
  readonly options: object;
  /** Pushes a fault for each option that the contract cannot be made with. */
  check(report: OptionReport): void;
  createContract(model: string): Contract<Request, Answer>;
  describe(model: string): About<Request, Answer>;
  /**
   * What a container would answer in order that the caller receives the example's answer.
   *
   * @param sent - the body that the contract sends to the endpoint
   * @default - the example's answer as JSON
   */
  answerExample?(example: About<Request, Answer>["example"], sent: string): StandInAnswer;
}

/** The part of a model that only ready-made contracts have. */
export interface ReadyMadeSource {
  readonly file: ReadyMadeFile;
  /** The options of the contract, without its texts and its example; JSON. */
  readonly options: object;
  /** What a container would answer in order that the caller receives the example's answer. */
  answerExample(sent: string): StandInAnswer;
}

/**
 * A ready-made contract, which is complete without the model's name: the value of `rows(…)`, `huggingFace(…)`,
 * `bytes(…)`, `text(…)` and `passThrough(…)`.
 */
export class ReadyMade<Request, Answer> {
  private readonly faults: readonly OptionFault[];

  constructor(private readonly parts: ReadyMadeParts<Request, Answer>) {
    const report = new OptionReport();
    parts.check(report);
    this.faults = report.faults;
  }

  /**
   * The exports of a model's `contract.ts`, for a model that needs one, e.g. because its schema is a schema of zod.
   *
   * @param model - the model's name, which is also the name of its folder
   * @throws Error with every fault of the options
   * @example
   * export const { contract, about } = rows({ features: ["length", "width"], answer: "json" }).as("iris");
   */
  as(model: string): ModelModule<Request, Answer> {
    if (this.faults.length > 0) throw new InvalidOptions(this.faults.map((fault) => toLine(model, fault)));
    const { parts } = this;
    return { contract: parts.createContract(model), about: parts.describe(model) };
  }

  /**
   * The faults of the options where the model has no `contract.ts`, each in one line that begins with the model's name: a
   * handler is generated from these options, and can contain only what JSON can hold.
   */
  describeFaults(model: string): string[] {
    const report = new OptionReport();
    report.requireJson(this.parts.options, model);
    return [...this.faults, ...report.faults].map((fault) => toLine(model, fault));
  }

  /** What a handler is generated from. */
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

/** Options of ready-made contracts break rules; `message` has a line for each fault. */
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

/** No function needs these: a new text is no new code. */
const TEXTS = ["title", "description", "allowed", "example"];

function withoutTexts(options: object): object {
  return Object.fromEntries(
    Object.entries(options).filter(([name, value]) => !TEXTS.includes(name) && value !== undefined),
  );
}
