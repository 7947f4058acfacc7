import { MASKED, MASKED_CHANGED, UNKNOWN, type Value } from "./values";

/** Attributes whose leaves are variables of a program: of functions, containers, stages. */
const VARIABLES = /^(?:environment|environment_variables|env|variables|stage_variables)$/;

/** Names of things that are secrets, whatever Terraform's provider thinks of them. */
const SECRET_NAME = /pass(?:word|wd|phrase)|secret|token|credential|private_?key/i;

/** Texts that are credentials by their shape, wherever they stand. */
const CREDENTIALS =
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{20,}|\bxox[abprs]-[\w-]{10,}|\bsk_(?:live|test)_\w{10,}|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;

/** What stands in a text in place of what nobody may read. */
export const MASK = "‹masked›";

/** A shorter text can be part of any other by chance. */
const SHORTEST_SECRET = 6;

/** What is known of a raw value of a plan: Terraform gives trees of `true` of the same shape, or `true` for all. */
interface Raw {
  readonly value: unknown;
  readonly unknown: unknown;
  readonly sensitive: unknown;
}

/** Reads values of a plan, keeps back those that nobody may see, and remembers them to find them elsewhere. */
export class Masking {
  private readonly secrets = new Set<string>();

  /**
   * A value for people's eyes.
   *
   * @param before - the raw value from before the change, where this is the one after it
   */
  read(raw: Raw, before?: Raw): Value {
    return this.readAt(raw, before, false);
  }

  /** `text` without credentials, and without the secrets that were read. */
  scrub(text: string): string {
    let scrubbed = text.replace(CREDENTIALS, MASK);
    // The longest first: one secret can be a part of another.
    for (const secret of [...this.secrets].sort((a, b) => b.length - a.length)) {
      scrubbed = scrubbed.replaceAll(secret, MASK);
    }
    return scrubbed;
  }

  private readAt({ value, unknown, sensitive }: Raw, before: Raw | undefined, hidden: boolean): Value {
    if (sensitive === true || hidden) {
      if (value === null || value === undefined) return unknown === true ? UNKNOWN : null;
      if (sensitive === true) this.remember(value);
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
          hidden,
        ),
      );
    }
    if (typeof value === "object" && value !== null) {
      const names = new Set([
        ...Object.keys(value),
        ...(typeof unknown === "object" && unknown !== null ? Object.keys(unknown) : []),
      ]);
      return Object.fromEntries(
        [...names].sort().map((name) => {
          const one = inner(value, name);
          if (SECRET_NAME.test(name) && typeof one === "string") this.remember(one);
          return [
            name,
            this.readAt(
              { value: one, unknown: inner(unknown, name), sensitive: inner(sensitive, name) },
              innerRaw(before, name),
              hidden || VARIABLES.test(name) || (SECRET_NAME.test(name) && typeof one === "string"),
            ),
          ];
        }),
      );
    }
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
    return null;
  }

  private remember(value: unknown): void {
    if (typeof value === "string") {
      if (value.length >= SHORTEST_SECRET) this.secrets.add(value);
    } else if (typeof value === "object" && value !== null) {
      for (const one of Object.values(value)) this.remember(one);
    }
  }
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
