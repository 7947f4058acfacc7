import { Refused } from "./refused";

/** What a pattern is made of: a text without wildcards, or an expression. */
type Compiled = string | RegExp;

type Regard = "case" | "no case";

const compiled: Readonly<Record<Regard, Map<string, Compiled>>> = { case: new Map(), "no case": new Map() };

/**
 * Whether `text` fits `pattern`, in which `*` is any run of characters and `?` any single one, and `${*}`, `${?}` and
 * `${$}` are these characters themselves
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-specialchars).
 *
 * @throws Refused where the pattern has another variable
 */
export function fits(pattern: string, text: string, regard: Regard = "case"): boolean {
  const expression = compiled[regard].get(pattern) ?? compile(pattern, regard);
  if (typeof expression !== "string") return expression.test(text);
  return expression === text || (regard === "no case" && expression === text.toLowerCase());
}

function compile(pattern: string, regard: Regard): Compiled {
  const text = regard === "case" ? pattern : pattern.toLowerCase();
  const made = /[*?]|\$\{/.test(text) ? new RegExp(expressionOf(text), regard === "case" ? "s" : "si") : text;
  compiled[regard].set(pattern, made);
  return made;
}

/** A variable, a wildcard, or a character that stands for itself. */
const PART = /\$\{([^}]*)\}|[\s\S]/g;

function expressionOf(pattern: string): string {
  const parts = pattern.replace(PART, (part, variable: string | undefined) => {
    if (variable !== undefined) {
      if (!["*", "?", "$"].includes(variable))
        throw new Refused(`${pattern}: nothing reads the variable ${part}`);
      return `\\${variable}`;
    }
    if (part === "*") return ".*";
    if (part === "?") return ".";
    return part.replace(/[.+^${}()|[\]\\]/, "\\$&");
  });
  return `^${parts}$`;
}

/** Parts of an ARN: `arn`, partition, service, region, account, and the resource with whatever colons it has. */
const ARN_PARTS = 6;

const partsOfPatterns = new Map<string, readonly string[]>();

/**
 * Whether an ARN fits a pattern of one: part by part, as IAM compares them, so that a wildcard in the region says
 * nothing of the account.
 *
 * @throws Error where the pattern has fewer parts than an ARN: IAM fills them up, this project never leaves them out
 */
export function fitsArn(pattern: string, arn: string): boolean {
  let patterns = partsOfPatterns.get(pattern);
  if (patterns === undefined) {
    patterns = partsOf(pattern);
    if (patterns.length !== ARN_PARTS) throw new Refused(`${pattern} is no ARN of ${ARN_PARTS} parts`);
    partsOfPatterns.set(pattern, patterns);
  }
  const parts = partsOf(arn);
  return parts.length === ARN_PARTS && patterns.every((part, index) => fits(part, parts[index] ?? ""));
}

/** The parts of an ARN; fewer where the text is none. */
export function partsOf(arn: string): string[] {
  const parts = arn.split(":");
  return parts.length <= ARN_PARTS
    ? parts
    : [...parts.slice(0, ARN_PARTS - 1), parts.slice(ARN_PARTS - 1).join(":")];
}
