import type { AccessChange } from "../../access/access-change";
import type { UndeterminedPolicy } from "../../access/difference";
import { AUTHENTICATED, type Grant, type Principal, type StatementValue } from "../../access/grant";
import type { Permissions } from "../../access/permissions";
import { type Subject, WITH_POLICY, WITHIN_BOUNDARY } from "../../access/policy";
import type { ShownCondition } from "../../access/shown-condition";
import { actionPhrase } from "./action-phrases";
import { conditionsPhrase } from "./condition-phrases";
import { isGitHub, isSubjectCondition, repositoriesPhrase } from "./github-phrases";
import { code, labelAsCode, listed, sentence } from "./text";

/** The parts of an access change that its sentence names. */
export interface SentenceParts {
  readonly subject: Subject;
  readonly change: AccessChange["change"];
  /** Whether a principal gains access. */
  readonly widens: boolean;
  readonly effect: Grant["effect"];
  readonly principals: readonly Principal[];
  readonly actions: readonly StatementValue[];
  readonly resources: readonly StatementValue[];
  readonly before: readonly (readonly ShownCondition[])[];
  readonly after: readonly (readonly ShownCondition[])[];
  readonly narrower: readonly Permissions[];
  readonly isUncertain: boolean;
}

/**
 * The sentence of an access change.
 *
 * @example
 * ``Role `dev-churn-function` can now invoke the SageMaker endpoint `dev-churn`.``
 */
export function sentenceOf(parts: SentenceParts): string {
  return sentence(
    `${boundarySentence(parts) ?? blockSentence(parts) ?? gitHubSentence(parts) ?? accessSentence(parts)}.`,
  );
}

/**
 * The sentence of an access change without conditions and without the permission before, for the verdict. A change that
 * does not widen access has only its whole sentence.
 *
 * @example
 * ``The account `444455556666` can now assume the role `deploy`.``
 */
export function shortSentenceOf(parts: SentenceParts): string {
  const { change, widens, effect, principals, after } = parts;
  if ((boundarySentence(parts) ?? blockSentence(parts)) !== undefined) return sentenceOf(parts);
  if (change === "no longer denied") return sentence(`${noLongerDenied(parts)}.`);
  const isWider = change === "changed" && widens && effect === "Allow";
  if (change !== "granted" && !isWider) return sentenceOf(parts);
  const who = isOfGitHub(parts) ? repositoriesPhrase(after) : principalsPhrase(parts);
  return sentence(`${who} ${canNow(principals)} ${permissionPhrase(parts)}.`);
}

function accessSentence(parts: SentenceParts): string {
  const { change, widens, effect, principals } = parts;
  const who = principalsPhrase(parts);
  const are = arePlural(principals) ? "are" : "is";
  const what = permissionPhrase(parts);
  const [before, after] = [conditionsPhrase(parts.before), conditionsPhrase(parts.after)];
  switch (change) {
    case "granted": {
      const previous = before === "" ? narrowerPhrase(parts, "before: only") : "";
      return `${who} ${canNow(principals)} ${what}${spaced(after)}${previous}`;
    }
    case "revoked":
      return `${who} can no longer ${what}${spaced(before)}${narrowerPhrase(parts, "still allowed:")}${uncertainty(parts)}`;
    case "denied":
      return `${who} ${are} now denied permission to ${what}${spaced(after)}, even if another policy allows it`;
    case "no longer denied":
      return `${noLongerDenied(parts)}${spaced(before)}${narrowerPhrase(parts, "still denied:")}${uncertainty(parts)}`;
    default: {
      const [was, is] = [before, after].map((phrase) => phrase || WITHOUT_CONDITION);
      const only = after === "" ? is : `only ${is}`;
      const uncertain = uncertainty(parts);
      if (effect === "Deny") {
        return `${who} ${are} now denied permission to ${what} ${widens ? only : is}; before: ${was}${uncertain}`;
      }
      return widens
        ? `${who} can now ${what} ${is}; before: ${was}${uncertain}`
        : `${who} can still ${what}, but ${only}${uncertain}; before: ${was}`;
    }
  }
}

const WITHOUT_CONDITION = "without a condition";

/** What the actions do with the resources. */
function permissionPhrase({ subject, actions, resources }: SentenceParts): string {
  // In the policy of a resource, "*" is that resource.
  const named = resources.map(
    (one): StatementValue =>
      subject.kind === "resource" && one.kind === "pattern" && one.text === "*"
        ? { kind: "pattern", text: subject.resource.label }
        : one,
  );
  return actionPhrase(actions, named);
}

function noLongerDenied(parts: SentenceParts): string {
  const are = arePlural(parts.principals) ? "are" : "is";
  return `${principalsPhrase(parts)} ${are} no longer denied permission to ${permissionPhrase(parts)}`;
}

function canNow(principals: readonly Principal[]): string {
  return principals.some(isWithinBoundary) ? "can now be allowed to" : "can now";
}

function principalsPhrase({ principals, subject }: SentenceParts): string {
  return listed([...new Set(principals.map((one) => principalPhrase(one, subject)))], "and");
}

function arePlural(principals: readonly Principal[]): boolean {
  return principals.length > 1 || principals.some(({ kind }) => kind === "holder" || kind === "federated");
}

/** A permissions boundary is a limit of its principals, and not a permission. */
function boundarySentence(parts: SentenceParts): string | undefined {
  const { principals, actions, change, effect, isUncertain } = parts;
  const [boundary] = actions.flatMap((action) =>
    action.kind === "reference" && action.what === "permissions boundary" ? action.text : [],
  );
  if (boundary === undefined) return undefined;
  const isGone = change === "no longer denied" || effect === "Allow";
  return (
    `${principalsPhrase(parts)} ${arePlural(principals) ? "are" : "is"} ${isGone ? "no longer" : "now"} ` +
    `limited by the permissions boundary ${code(boundary)}` +
    (isGone && isUncertain ? ", unless a value that is known after apply sets the boundary again" : "")
  );
}

/** A setting of S3 Block Public Access. */
function blockSentence({ subject, actions, change }: SentenceParts): string | undefined {
  const settings = actions.flatMap((action) =>
    action.kind === "reference" && action.what === "public access block" ? code(action.text) : [],
  );
  if (settings.length === 0) return undefined;
  const isOff = change === "no longer denied";
  return (
    `the ${labelAsCode(subject.resource.label)} ${isOff ? "no longer" : "now"} blocks public access: ` +
    `${listed(settings, "and")} ${settings.length > 1 ? "are" : "is"} ${isOff ? "off" : "on"}`
  );
}

/** Which workflows of GitHub can assume a role; undefined for any other change. */
function gitHubSentence(parts: SentenceParts): string | undefined {
  if (!isOfGitHub(parts)) return undefined;
  const { subject, change, widens, before, after } = parts;
  const role = `the ${labelAsCode(subject.resource.label)} through GitHub Actions`;
  const [old, next] = [before, after].map(repositoriesPhrase);
  const rest = conditionsPhrase(
    after.map((conditions) => conditions.filter((one) => !isSubjectCondition(one))),
  );
  if (change === "granted") return `${next} can now assume ${role}${spaced(rest)}`;
  if (change === "revoked") return `${old} can no longer assume ${role}${uncertainty(parts)}`;
  if (old === next) return undefined;
  return widens
    ? `${next} can now assume ${role}${spaced(rest)}; before: ${old}`
    : `only ${next} can still assume ${role}${spaced(rest)}${uncertainty(parts)}; before: ${old}`;
}

/** Whether the change is a permission of GitHub Actions to assume a role. */
function isOfGitHub({ subject, effect, principals }: SentenceParts): boolean {
  const [principal, ...others] = principals;
  if (subject.kind !== "trust" || effect !== "Allow" || others.length > 0) return false;
  return principal?.kind === "federated" && isGitHub(principal.name);
}

/** Whether the principal stands for all principals that a boundary limits: the boundary grants nothing. */
function isWithinBoundary({ kind, name }: Principal): boolean {
  return kind === "holder" && name.startsWith(WITHIN_BOUNDARY);
}

/** The sentence of a policy whose effect the plan does not show. */
export function undeterminedPolicySentence({ subject, reason, side, places }: UndeterminedPolicy): string {
  const where = listed([...new Set(places.map(({ path }) => path))].map(code), "and");
  const label = labelAsCode(subject.resource.label);
  const why = REASONS[reason](subject.kind === "other" ? "this resource type" : `the policy in ${where}`);
  return side === "before"
    ? sentence(`the permissions that the ${label} loses are undetermined: ${why}.`)
    : sentence(`${ABOUT[subject.kind](label)} undetermined: ${why}.`);
}

const ABOUT: Readonly<Record<Subject["kind"], (label: string) => string>> = {
  identity: (label) => `the permissions of the ${label} are`,
  trust: (label) => `the principals that can assume the ${label} are`,
  resource: (label) => `the principals that can use the ${label} are`,
  "endpoint-policy": (label) => `the principals that can call through the ${label} are`,
  other: (label) => `the permissions that the ${label} grants are`,
};

const REASONS: Readonly<Record<UndeterminedPolicy["reason"], (policy: string) => string>> = {
  "known after apply": (policy) => `${policy} is known only after apply`,
  masked: (policy) => `${policy} is masked in the plan`,
  unsupported: (policy) => `the review does not support ${policy}`,
};

/** A principal in a table. */
export function principalText({ kind, name }: Principal): string {
  switch (kind) {
    case "anyone":
      return name === AUTHENTICATED ? "anyone with an AWS account" : "anyone";
    case "identity":
    case "holder":
    case "AWS":
      return name;
    default:
      return `${kind} ${name}`;
  }
}

/** An action or a resource in a table. */
export function statementValueText(value: StatementValue): string {
  if (value.kind === "pattern") return value.text;
  if (value.kind === "not") return `everything except ${value.texts.join(", ")}`;
  switch (value.what) {
    case "permissions boundary":
      return `permissions outside of the permissions boundary ${value.text}`;
    case "role":
      return `run as the role ${value.text}`;
    case "network":
      return `reach ${value.text}`;
    case "public access block":
      return `public access (${value.text})`;
    case "access list":
      return `${value.text} (access list)`;
    default:
      return `permissions of the ${value.what} ${value.text}`;
  }
}

function principalPhrase({ kind, name }: Principal, subject: Subject): string {
  switch (kind) {
    case "identity":
      return labelAsCode(name);
    case "holder":
      if (name.startsWith(WITHIN_BOUNDARY)) {
        return `${WITHIN_BOUNDARY}${code(name.slice(WITHIN_BOUNDARY.length))}`;
      }
      return `${WITH_POLICY}${labelAsCode(name.slice(WITH_POLICY.length))}`;
    case "anyone":
      if (name === AUTHENTICATED) return "anyone with an AWS account";
      return subject.kind === "endpoint-policy"
        ? `anyone who calls through the ${labelAsCode(subject.resource.label)}`
        : "anyone";
    case "federated":
      return `principals that sign in through ${code(name)}`;
    case "everyone except":
      return `everyone except ${code(name)}`;
    case "AWS":
      return code(name);
    default: {
      const [, noun, id] = /^(security group|prefix list) (.+)$/s.exec(name) ?? [];
      return noun === undefined || id === undefined ? `the ${kind} ${code(name)}` : `the ${noun} ${code(id)}`;
    }
  }
}

function spaced(phrase: string): string {
  return phrase === "" ? "" : ` ${phrase}`;
}

function narrowerPhrase({ narrower }: SentenceParts, start: string): string {
  if (narrower.length === 0) return "";
  const phrases = narrower.map(
    ({ actions, resources }) =>
      `${listed(actions.map(valueCode), "and")} on ${listed(resources.map(valueCode), "and")}`,
  );
  return `; ${start} ${listed([...new Set(phrases)], "and")}`;
}

function valueCode(value: StatementValue): string {
  return code(statementValueText(value));
}

function uncertainty({ effect, isUncertain }: Pick<SentenceParts, "effect" | "isUncertain">): string {
  if (!isUncertain) return "";
  return `, unless an undetermined policy still ${effect === "Allow" ? "allows" : "denies"} it`;
}
