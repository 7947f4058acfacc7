import { parseJson } from "../lib/json";
import { isAboutSecret, isContentName, isNoSecret, isOfVariables, isSecretName } from "../lib/secret-names";
import { credentialsIn, credentialsInAddress, decodedText, type Range } from "./credentials";
import { Needles } from "./needles";
import { MASKED, MASKED_CHANGED, UNKNOWN, type Value } from "./values";

/** What stands in a text in place of what nobody may read. */
export const MASK = "‹masked›";

/** The same as long as texts are compared: what differs in its secrets alone must not become the same. */
const NUMBERED_MASK = /‹masked:\d+›/g;

/** What is known of a raw value of a plan: Terraform gives trees of `true` of the same shape, or `true` for all. */
export interface Raw {
  readonly value: unknown;
  readonly unknown: unknown;
  readonly sensitive: unknown;
}

/**
 * Whether a value is kept back for what holds it: `all` of a program's variables, and of a `secret` everything but what
 * says only where it is kept, or is a setting.
 */
type Hidden = "no" | "secret" | "all";

/**
 * Reads values of plans, and keeps back those that nobody may see: first it learns them all, then it reads, and takes
 * them out of every other text. One for all plans that are read together: a secret of one can stand in another.
 */
export class Masking {
  private readonly secrets = new Needles();
  private readonly numbers = new Map<string, number>();
  private readonly found = new Map<string, readonly Range[]>();

  /** Remembers what nobody may see of a value. @param name - of the value, where it has one */
  learn({ value, sensitive }: Omit<Raw, "unknown">, name = ""): void {
    this.learnAt(value, sensitive, isSecretName(name));
  }

  /**
   * A value for people's eyes.
   *
   * @param before - the raw value from before the change, where this is the one after it
   * @param name - of the value, where it has one
   */
  read(raw: Raw, before?: Raw, name = ""): Value {
    return this.readAt(raw, before, isSecretName(name) ? "secret" : "no");
  }

  /** Remembers what nobody may see of a resource's address: keys of `for_each` are values, too. */
  learnAddress(address: string): void {
    for (const { start, end } of credentialsInAddress(address)) this.secrets.add(address.slice(start, end));
  }

  /** An address without secrets. */
  scrubAddress(address: string): string {
    return this.replaced(address, credentialsInAddress(address));
  }

  /** `text` without secrets; two that differ stay apart until {@link unnumbered} is asked. */
  scrub(text: string): string {
    return this.replaced(text, this.credentialsIn(text));
  }

  private replaced(text: string, ranges: readonly Range[]): string {
    let at = 0;
    const parts = ranges.flatMap(({ start, end }) => {
      const before = text.slice(at, start);
      at = end;
      return [this.withoutKnown(before), this.numbered(text.slice(start, end))];
    });
    return [...parts, this.withoutKnown(text.slice(at))].join("");
  }

  private withoutKnown(text: string): string {
    return this.secrets.replaceIn(text, (secret) => this.numbered(secret));
  }

  private numbered(secret: string): string {
    const number = this.numbers.get(secret) ?? this.numbers.size + 1;
    this.numbers.set(secret, number);
    return `‹masked:${number}›`;
  }

  /** A plan has most texts twice, before and after. */
  private credentialsIn(text: string): readonly Range[] {
    const known = this.found.get(text) ?? credentialsIn(text);
    this.found.set(text, known);
    return known;
  }

  private learnAt(value: unknown, sensitive: unknown, secret: boolean): void {
    const isSensitive = sensitive === true;
    if (typeof value === "string" || typeof value === "number") {
      if (isSensitive || (secret && !isNoSecret(String(value)))) this.secrets.add(String(value));
      else if (typeof value === "string") this.learnText(value);
      return;
    }
    if (typeof value !== "object" || value === null) return;
    for (const [name, one] of Object.entries(value)) {
      const isSecret = (secret && !isAboutSecret(name)) || isSensitive || isNamedAsSecret(value, name);
      this.learnAt(one, inner(sensitive, name), isSecret);
    }
  }

  private learnText(text: string): void {
    if (isTooLong(text)) return;
    for (const { start, end } of this.credentialsIn(text)) this.secrets.add(text.slice(start, end));
    if (/^\s*[{[]/.test(text)) this.learnJson(parseJson(text), 0);
  }

  /** Secrets by their names in JSON inside of a text: values alone, for what is below a name can be a schema. */
  private learnJson(value: unknown, depth: number): void {
    if (typeof value !== "object" || value === null || depth > MAX_DEPTH) return;
    for (const [name, one] of Object.entries(value)) {
      if (typeof one !== "string" && typeof one !== "number") this.learnJson(one, depth + 1);
      else if (isNamedAsSecret(value, name) && !isNoSecret(String(one))) this.secrets.add(String(one));
    }
  }

  private readAt(raw: Raw, before: Raw | undefined, hidden: Hidden, name = ""): Value {
    const { value, unknown, sensitive } = raw;
    const isHidden = hidden === "all" || (hidden === "secret" && !(isText(value) && isNoSecret(value)));
    if (sensitive === true || isHidden || isEncodedContent(value, name) || isTooLong(value)) {
      if (value === null || value === undefined) return unknown === true ? UNKNOWN : null;
      // A switch says nothing of the secret that it is of.
      if (typeof value === "boolean" && sensitive !== true) return value;
      if (typeof value !== "object" || sensitive === true) {
        const was = before?.value ?? undefined;
        const isOther = was !== undefined && JSON.stringify(was) !== JSON.stringify(value);
        return isOther || hasUnknown(unknown) ? MASKED_CHANGED : MASKED;
      }
    }
    if (unknown === true) return UNKNOWN;
    if (Array.isArray(value)) {
      const length = Math.max(value.length, Array.isArray(unknown) ? unknown.length : 0);
      return Array.from({ length }, (_, index) =>
        this.readAt(
          { value: value[index], unknown: inner(unknown, index), sensitive: inner(sensitive, index) },
          innerRaw(before, index),
          isOption(value[index - 1]) && hidden !== "all" ? "secret" : hidden,
          name,
        ),
      );
    }
    if (typeof value === "object" && value !== null)
      return this.readObject({ value, unknown, sensitive }, before, hidden);
    if (typeof value === "string") return this.scrub(value);
    if (typeof value === "number") return this.secrets.has(String(value)) ? MASKED : value;
    return typeof value === "boolean" ? value : null;
  }

  private readObject(raw: Raw & { value: object }, before: Raw | undefined, hidden: Hidden): Value {
    const { value, unknown, sensitive } = raw;
    const names = new Set([
      ...Object.keys(value),
      ...(typeof unknown === "object" && unknown !== null ? Object.keys(unknown) : []),
    ]);
    const hiddenAt = (name: string, isMap: boolean): Hidden => {
      if (hidden === "all" || (isMap && isOfVariables(name))) return "all";
      return (hidden === "secret" && !isAboutSecret(name)) || isNamedAsSecret(value, name) ? "secret" : "no";
    };
    return Object.fromEntries(
      [...names].sort().map((name) => {
        const one = inner(value, name);
        const isMap = typeof one === "object" && one !== null;
        return [
          this.scrub(name),
          this.readAt(
            { value: one, unknown: inner(unknown, name), sensitive: inner(sensitive, name) },
            innerRaw(before, name),
            hiddenAt(name, isMap),
            name,
          ),
        ];
      }),
    );
  }
}

/** JSON that is deeper was made by no person. */
const MAX_DEPTH = 100;

/** A longer text is kept back as a whole: nobody reads it, and searching it for secrets takes minutes. */
const MAX_TEXT = 1_000_000;

function isTooLong(value: unknown): boolean {
  return typeof value === "string" && value.length > MAX_TEXT;
}

/** A file or a script in base64: it is read by machines, and holds whatever they need. */
function isEncodedContent(value: unknown, name: string): boolean {
  return (
    typeof value === "string" &&
    isContentName(name) &&
    /^[\w+/-]{16,}={0,2}$/.test(value) &&
    decodedText(value) !== undefined
  );
}

/** A text for people's eyes: which secret it was is nobody's business. */
export function unnumbered(text: string): string {
  return text.replaceAll(NUMBERED_MASK, MASK);
}

/** How the name of a value is called beside it. */
const NAMES = ["name", "Name", "key", "Key", "ParameterKey"];

/** By its own name, or as the value of what its neighbour names: `{ name: "DB_PASSWORD", value: "…" }`. */
function isNamedAsSecret(values: object, name: string): boolean {
  if (isSecretName(name)) return true;
  if (!/^(?:\w+_|Parameter)?value(?:_wo)?$/i.test(name)) return false;
  if (inner(values, "is_value_secret") === true) return true;
  // Elastic Beanstalk has variables of a program among its settings.
  if (/:application:environment(?:secrets)?$/.test(String(inner(values, "namespace") ?? ""))) return true;
  return NAMES.map((other) => inner(values, other)).some((named) => isText(named) && isSecretName(named));
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** `--password`, which a command's next word is the value of. */
function isOption(word: unknown): boolean {
  return typeof word === "string" && /^--?[\w-]+$/.test(word) && isSecretName(word);
}

function hasUnknown(unknown: unknown): boolean {
  if (unknown === true) return true;
  return typeof unknown === "object" && unknown !== null && Object.values(unknown).some(hasUnknown);
}

function inner(value: unknown, name: string | number): unknown {
  if (value === true) return true;
  if (typeof value !== "object" || value === null) return undefined;
  return Object.hasOwn(value, name) ? (value as Record<string | number, unknown>)[name] : undefined;
}

function innerRaw(raw: Raw | undefined, name: string | number): Raw | undefined {
  if (raw === undefined) return undefined;
  return { value: inner(raw.value, name), unknown: undefined, sensitive: undefined };
}
