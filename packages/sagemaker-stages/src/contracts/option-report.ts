import { quote } from "../runtime/faults";
import { isRecord } from "../runtime/json";
import { suggestion } from "../runtime/similar-name";

/** An option that violates a rule. */
export interface OptionFault {
  /** The path of the option, e.g. `features[1]`. */
  readonly field: string;
  readonly got: string;
  readonly allowed: string;
  /** The reason for the rule, or the URL of its source. */
  readonly because: string;
}

/** The options of every ready-made contract. */
export const COMMON_OPTIONS = ["example", "path", "title", "description", "allowed"];

/** Collects the faults of the options of a ready-made contract. */
export class OptionReport {
  readonly faults: OptionFault[] = [];

  /** @returns whether the rule holds */
  require(holds: boolean, field: string, got: unknown, allowed: string, because: string): boolean {
    if (!holds)
      this.faults.push({ field, got: got === undefined ? "nothing" : quote(got), allowed, because });
    return holds;
  }

  /** @returns whether `value` is one of `allowed` */
  requireOneOf(value: unknown, field: string, allowed: readonly string[], because: string): boolean {
    const choices = allowed.map((choice) => JSON.stringify(choice)).join(", ");
    const holds = allowed.some((choice) => choice === value);
    return this.require(holds, field, value, choices, because);
  }

  /** @returns whether `value` is `undefined` or one of `allowed` */
  requireOneOfIfSet(value: unknown, field: string, allowed: readonly string[], because: string): boolean {
    return value === undefined || this.requireOneOf(value, field, allowed, because);
  }

  /** @returns whether `value` is `undefined` or a whole number from 1 to `max` */
  requireCount(value: unknown, field: string, max: number, because: string): boolean {
    const holds =
      value === undefined || (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= max);
    return this.require(holds, field, value, `a whole number from 1 to ${max}`, because);
  }

  /** Refuses unknown options, because a misspelt option would have no effect. */
  requireKnown(options: object, known: readonly string[]): void {
    for (const name of Object.keys(options)) {
      this.require(
        known.includes(name),
        name,
        Reflect.get(options, name),
        `the options ${known.join(", ")}${suggestion(name, known)}`,
        "the contract has no such option",
      );
    }
  }

  /** @returns whether `value` is a list of at least one string, without empty and duplicate strings */
  requireNames(value: unknown, field: string, because: string): value is readonly string[] {
    const isList = Array.isArray(value) && value.length > 0;
    if (!this.require(isList, field, value, "a list of at least one name", because)) return false;
    return (value as readonly unknown[]).every((name, index, names) =>
      this.require(
        typeof name === "string" && name !== "" && names.indexOf(name) === index,
        `${field}[${index}]`,
        name,
        "a name that is not empty and not a duplicate",
        because,
      ),
    );
  }

  /** Refuses functions, schemas of zod and other values that JSON cannot represent. @param model - its name */
  requireJson(options: object, model: string): void {
    this.visit(options, "", model);
  }

  private visit(options: object, field: string, model: string): void {
    for (const [name, value] of Object.entries(options)) {
      const path = field === "" ? name : `${field}.${name}`;
      if (isRecord(value) && isPlain(value)) this.visit(value, path, model);
      else if (!isScalar(value)) {
        const got = isRecord(value) && "_zod" in value ? "a schema of zod" : quote(value);
        this.faults.push({
          field: path,
          got,
          allowed: `a JSON value; for code or a schema of zod, export const { contract, about } = ….as("${model}") in functions/${model}/contract.ts`,
          because: "the handler of a model without contract.ts is generated from the options",
        });
      }
    }
  }
}

function isScalar(value: unknown): boolean {
  return (
    value === null || ["string", "boolean", "undefined"].includes(typeof value) || Number.isFinite(value)
  );
}

function isPlain(value: object): boolean {
  return Array.isArray(value) || (Object.getPrototypeOf(value) === Object.prototype && !("_zod" in value));
}
