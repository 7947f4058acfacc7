import { parseJson } from "../../lib/json";
import {
  isContentName,
  isNonSecretValue,
  isSecretMetadataName,
  isSecretName,
  isVariablesName,
} from "../../lib/secret-names";
import { MASKED, MASKED_CHANGED, UNKNOWN, type Value } from "../reading/values";
import { credentialsIn, credentialsInAddress, decodedText, type Range } from "./credentials";
import { SecretReplacer } from "./secret-replacer";

/** Replaces a secret in a text. */
export const MASK = "‹masked›";

/** A numbered mask, as long as texts are compared: two texts with different secrets must stay different. */
const NUMBERED_MASK = /‹masked:\d+›/g;

/** A value of a plan, with the trees that declare parts unknown or sensitive: `true`, or a tree of the same shape. */
export interface Raw {
  readonly value: unknown;
  readonly unknown: unknown;
  readonly sensitive: unknown;
}

/**
 * What is masked because of the parent of a value: `all` values of a program's environment variables; in a `secret`,
 * every value except its location and its settings.
 */
type Hidden = "no" | "secret" | "all";

/**
 * Masks the secrets of plans. First, {@link learn} collects all secrets; then, {@link read} and {@link scrub} mask them
 * in every value. Plans that are read together share one instance, because a plan can contain a secret of another plan.
 */
export class Masking {
  private readonly secrets = new SecretReplacer();
  private readonly numbers = new Map<string, number>();
  private readonly found = new Map<string, readonly Range[]>();

  /**
   * Collects the secrets of a value.
   *
   * @param name - name of the value, if any
   */
  learn({ value, sensitive }: Omit<Raw, "unknown">, name = ""): void {
    this.learnAt(value, sensitive, isSecretName(name));
  }

  /**
   * Reads a value with masked secrets.
   *
   * @param before - the raw value before the change, if `raw` is the value after the change
   * @param name - name of the value, if any
   */
  read(raw: Raw, before?: Raw, name = ""): Value {
    return this.readAt(raw, before, isSecretName(name) ? "secret" : "no");
  }

  /** Collects the secrets in a resource's address: the keys of `for_each` are values. */
  learnAddress(address: string): void {
    for (const { start, end } of credentialsInAddress(address)) this.secrets.add(address.slice(start, end));
  }

  /** Masks the secrets in an address. */
  scrubAddress(address: string): string {
    return this.replaced(address, credentialsInAddress(address));
  }

  /** Masks the secrets in a text. Masks of different secrets differ until {@link unnumbered} removes their numbers. */
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

  /** Cached, because a plan contains most texts twice: before and after. */
  private credentialsIn(text: string): readonly Range[] {
    const known = this.found.get(text) ?? credentialsIn(text);
    this.found.set(text, known);
    return known;
  }

  private learnAt(value: unknown, sensitive: unknown, secret: boolean): void {
    const isSensitive = sensitive === true;
    if (typeof value === "string" || typeof value === "number") {
      if (isSensitive || (secret && !isNonSecretValue(String(value)))) this.secrets.add(String(value));
      else if (typeof value === "string") this.learnText(value);
      return;
    }
    if (typeof value !== "object" || value === null) return;
    for (const [name, one] of Object.entries(value)) {
      const isSecret = (secret && !isSecretMetadataName(name)) || isSensitive || isNamedAsSecret(value, name);
      this.learnAt(one, inner(sensitive, name), isSecret);
    }
  }

  private learnText(text: string): void {
    if (isTooLong(text)) return;
    for (const { start, end } of this.credentialsIn(text)) this.secrets.add(text.slice(start, end));
    if (/^\s*[{[]/.test(text)) this.learnJson(parseJson(text), 0);
  }

  /**
   * Collects secrets by their names in JSON inside of a text. Objects below a name are skipped: they can be a schema.
   */
  private learnJson(value: unknown, depth: number): void {
    if (typeof value !== "object" || value === null || depth > MAX_DEPTH) return;
    for (const [name, one] of Object.entries(value)) {
      if (typeof one !== "string" && typeof one !== "number") this.learnJson(one, depth + 1);
      else if (isNamedAsSecret(value, name) && !isNonSecretValue(String(one))) this.secrets.add(String(one));
    }
  }

  private readAt(raw: Raw, before: Raw | undefined, hidden: Hidden, name = ""): Value {
    const { value, unknown, sensitive } = raw;
    const isHidden = hidden === "all" || (hidden === "secret" && !(isText(value) && isNonSecretValue(value)));
    if (sensitive === true || isHidden || isEncodedContent(value, name) || isTooLong(value)) {
      if (value === null || value === undefined) return unknown === true ? UNKNOWN : null;
      // A boolean reveals nothing about a secret.
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
      if (hidden === "all" && isCaptureSetting(name, inner(value, name))) return "no";
      if (hidden === "all" || (isMap && isVariablesName(name))) return "all";
      return (hidden === "secret" && !isSecretMetadataName(name)) || isNamedAsSecret(value, name)
        ? "secret"
        : "no";
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

/** JSON in a text is not searched below this depth. */
const MAX_DEPTH = 100;

/** A longer text is masked as a whole, because a search for secrets takes minutes. */
const MAX_TEXT = 1_000_000;

function isTooLong(value: unknown): boolean {
  return typeof value === "string" && value.length > MAX_TEXT;
}

/** Whether the value is a file or a script in base64, which can contain secrets. */
function isEncodedContent(value: unknown, name: string): boolean {
  return (
    typeof value === "string" &&
    isContentName(name) &&
    /^[\w+/-]{16,}={0,2}$/.test(value) &&
    decodedText(value) !== undefined
  );
}

/**
 * The forms of the variables that decide which data of callers a function of the engine stores (`src/runtime/capture/`). They
 * are no secrets, and a review must show them. A variable of another program with one of these names has another form.
 */
const CAPTURE_SETTINGS: Readonly<Record<string, RegExp>> = {
  CAPTURE_DESTINATION: /^s3:\/\/[a-z0-9.-]+\/[\w-]+\/[\w-]+$/,
  CAPTURE_PERCENT: /^\d+(?:\.\d+)?(?:e-\d+)?$/,
  CAPTURE_KEEP: /^\[(?:"[^"\\]*"(?:,"[^"\\]*")*)?\]$/,
  CAPTURE_DROP: /^\[(?:"[^"\\]*"(?:,"[^"\\]*")*)?\]$/,
  CAPTURE_KMS_KEY: /^arn:aws(?:-[a-z]+)*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/,
};

function isCaptureSetting(name: string, value: unknown): boolean {
  return (
    Object.hasOwn(CAPTURE_SETTINGS, name) && isText(value) && CAPTURE_SETTINGS[name]?.test(value) === true
  );
}

/** Removes the numbers from the masks of a text. */
export function unnumbered(text: string): string {
  return text.replaceAll(NUMBERED_MASK, MASK);
}

/** Members that contain the name of a value beside `value`. */
const NAMES = ["name", "Name", "key", "Key", "ParameterKey"];

/**
 * Whether the name of a member, or the neighbour of `value`, indicates a secret: `{ name: "DB_PASSWORD", value: "…" }`.
 */
function isNamedAsSecret(values: object, name: string): boolean {
  if (isSecretName(name)) return true;
  if (!/^(?:\w+_|Parameter)?value(?:_wo)?$/i.test(name)) return false;
  if (inner(values, "is_value_secret") === true) return true;
  // The settings of Elastic Beanstalk contain environment variables.
  if (/:application:environment(?:secrets)?$/.test(String(inner(values, "namespace") ?? ""))) return true;
  return NAMES.map((other) => inner(values, other)).some((named) => isText(named) && isSecretName(named));
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** Whether the word is an option such as `--password`: the next word is its value. */
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
