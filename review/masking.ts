import { credentialsIn } from "./credentials";
import { Needles } from "./needles";
import { isOfVariables, isSecretName } from "./secret-names";
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
 * Reads values of plans, and keeps back those that nobody may see: first it learns them all, then it reads, and takes
 * them out of every other text. One for all plans that are read together: a secret of one can stand in another.
 */
export class Masking {
  private readonly secrets = new Needles();
  private readonly numbers = new Map<string, number>();

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
    return this.readAt(raw, before, isSecretName(name));
  }

  /** `text` without secrets; two that differ stay apart until {@link unnumbered} is asked. */
  scrub(text: string): string {
    return this.secrets.replaceIn(text, (secret) => {
      const number = this.numbers.get(secret) ?? this.numbers.size + 1;
      this.numbers.set(secret, number);
      return `‹masked:${number}›`;
    });
  }

  private learnAt(value: unknown, sensitive: unknown, secret: boolean): void {
    const isSecret = secret || sensitive === true;
    if (typeof value === "string" || typeof value === "number") {
      if (isSecret) this.secrets.add(String(value));
      else if (typeof value === "string") for (const found of credentialsIn(value)) this.secrets.add(found);
      return;
    }
    if (typeof value !== "object" || value === null) return;
    for (const [name, one] of Object.entries(value)) {
      this.learnAt(one, inner(sensitive, name), isSecret || isNamedAsSecret(value, name));
    }
  }

  private readAt({ value, unknown, sensitive }: Raw, before: Raw | undefined, hidden: boolean): Value {
    if (sensitive === true || hidden) {
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
          hidden || isOption(value[index - 1]),
        ),
      );
    }
    if (typeof value === "object" && value !== null)
      return this.readObject({ value, unknown, sensitive }, before, hidden);
    if (typeof value === "string") return this.scrub(value);
    if (typeof value === "number") return this.secrets.has(String(value)) ? MASKED : value;
    return typeof value === "boolean" ? value : null;
  }

  private readObject(raw: Raw & { value: object }, before: Raw | undefined, hidden: boolean): Value {
    const { value, unknown, sensitive } = raw;
    const names = new Set([
      ...Object.keys(value),
      ...(typeof unknown === "object" && unknown !== null ? Object.keys(unknown) : []),
    ]);
    return Object.fromEntries(
      [...names].sort().map((name) => {
        const one = inner(value, name);
        const isMap = typeof one === "object" && one !== null;
        return [
          this.scrub(name),
          this.readAt(
            { value: one, unknown: inner(unknown, name), sensitive: inner(sensitive, name) },
            innerRaw(before, name),
            hidden || (isMap && isOfVariables(name)) || isNamedAsSecret(value, name),
          ),
        ];
      }),
    );
  }
}

/** A text for people's eyes: which secret it was is nobody's business. */
export function unnumbered(text: string): string {
  return text.replaceAll(NUMBERED_MASK, MASK);
}

/** By its own name, or as the value of what its neighbour names: `{ name: "DB_PASSWORD", value: "…" }`. */
function isNamedAsSecret(values: object, name: string): boolean {
  if (isSecretName(name)) return true;
  if (!/^value$/i.test(name)) return false;
  const [named] = ["name", "Name", "key", "Key"].map((other) => inner(values, other)).filter(isText);
  return named !== undefined && isSecretName(named);
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
