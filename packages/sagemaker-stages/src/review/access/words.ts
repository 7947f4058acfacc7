import type { AccessChange } from "./access-change";
import type { Unclear } from "./difference";
import { isGitHub, isOfSubject, repositoriesInWords } from "./github-subject";
import { AUTHENTICATED, type Grant, type Named, type Principal } from "./grant";
import { objects } from "./nouns";
import { type Subject, WITHIN_BOUNDARY } from "./policy";
import type { Rights } from "./rights";
import { conditionWords, type ShownCondition } from "./shown-condition";
import { code, listed, sentence, thing } from "./text";
import { doing } from "./verbs";

/** What a sentence is made of. */
export interface Told {
  readonly subject: Subject;
  readonly change: AccessChange["change"];
  readonly effect: Grant["effect"];
  readonly principals: readonly Principal[];
  readonly actions: readonly Named[];
  readonly resources: readonly Named[];
  readonly before: readonly (readonly ShownCondition[])[];
  readonly after: readonly (readonly ShownCondition[])[];
  readonly narrower: readonly Rights[];
  readonly isUncertain: boolean;
}

/** What somebody can do now, or can do no longer. */
export function wordsOf(told: Told): string {
  const who = listed([...new Set(told.principals.map((one) => whoOf(one, told.subject)))], "and");
  const are = told.principals.length === 1 ? "is" : "are";
  const boundary = told.actions.find(
    (action) => action.kind === "by" && action.what === "permissions boundary",
  );
  if (boundary?.kind === "by") return ofBoundary(told, `${who} ${are}`, boundary.text);
  const github = ofGitHub(told);
  if (github !== undefined) return sentence(github);
  // In the policy of a resource, everything is that resource.
  const resources = told.resources.map(
    (one): Named =>
      told.subject.kind === "resource" && one.kind === "one" && one.text === "*"
        ? { kind: "one", text: told.subject.thing.label }
        : one,
  );
  const what = doing(told.actions, objects(resources, told.actions));
  const can = told.principals.some(isWithinBoundary) ? "can now be allowed to" : "can now";
  const [before, after] = [anyOf(told.before), anyOf(told.after)];
  const words = ((): string => {
    switch (told.change) {
      case "granted":
        return `${who} ${can} ${what}${spaced(after)}${before === "" ? narrower(told, "before only") : ""}.`;
      case "withdrawn":
        return `${who} can no longer ${what}${spaced(before)}${narrower(told, "what stays:")}${uncertain(told)}.`;
      case "refused":
        return `${who} ${are} now refused to ${what}${spaced(after)}, whatever else allows it.`;
      case "no longer refused":
        return `${who} ${are} no longer refused to ${what}${spaced(before)}${narrower(told, "what stays refused is")}${uncertain(told)}.`;
      default:
        return told.effect === "Allow"
          ? `${who} can ${what} on other conditions: before ${orAlways(before)}, now ${orAlways(after)}${uncertain(told)}.`
          : `${who} ${are} refused to ${what} on other conditions: before ${orAlways(before)}, now ${orAlways(after)}${uncertain(told)}.`;
    }
  })();
  return sentence(words);
}

/** Which workflows of GitHub can assume a role; undefined where the change is another one. */
function ofGitHub({
  subject,
  change,
  effect,
  principals,
  before,
  after,
  isUncertain,
}: Told): string | undefined {
  const [principal, ...others] = principals;
  if (subject.kind !== "trust" || effect !== "Allow" || principal === undefined || others.length > 0)
    return undefined;
  if (principal.kind !== "federated" || !isGitHub(principal.name)) return undefined;
  const role = `the ${thing(subject.thing.label)} through GitHub Actions`;
  const [old, next] = [before, after].map(repositoriesInWords);
  const rest = anyOf(after.map((conditions) => conditions.filter((one) => !isOfSubject(one))));
  if (change === "granted") return `${next} can now assume ${role}${spaced(rest)}.`;
  if (change === "withdrawn") return `${old} can no longer assume ${role}${uncertain({ isUncertain })}.`;
  if (old === next) return undefined;
  return `${next} can now assume ${role}${spaced(rest)}; before: ${old}.`;
}

/** Whether a principal is all those whom a permissions boundary limits: its policy gives nothing by itself. */
function isWithinBoundary({ kind, name }: Principal): boolean {
  return kind === "holder" && name.startsWith(WITHIN_BOUNDARY);
}

/** What nobody can judge, and where it stands. */
export function unclearWords({ subject, reason, side, places }: Unclear): string {
  const where = listed([...new Set(places.map(({ path }) => path))].map(code), "and");
  const about = ABOUT[subject.kind](thing(subject.thing.label));
  if (side === "before")
    return sentence(`${about} ${BEFORE[reason]} by ${where}: what is withdrawn, nobody can tell.`);
  return sentence(`${about} ${AFTER[reason]} (${where}): nobody can judge it here.`);
}

const ABOUT: Readonly<Record<Subject["kind"], (label: string) => string>> = {
  identity: (label) => `what the ${label} may do`,
  trust: (label) => `who can assume the ${label}`,
  resource: (label) => `who may use the ${label}`,
  gate: (label) => `who may pass the ${label}`,
  other: (label) => `what the ${label} gives`,
};

const AFTER: Readonly<Record<Unclear["reason"], string>> = {
  "known after apply": "is known after the apply alone",
  masked: "is masked in the plan",
  "not understood": "is said in a way that is not understood",
};

const BEFORE: Readonly<Record<Unclear["reason"], string>> = {
  "known after apply": "was not known",
  masked: "was said, masked in the plan,",
  "not understood": "was said in a way that is not understood",
};

/** Who it is, in a table. */
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

/** What may be done, in a table; on what, too. */
export function namedText(named: Named): string {
  if (named.kind === "one") return named.text;
  if (named.kind === "not") return `everything but ${named.texts.join(", ")}`;
  switch (named.what) {
    case "permissions boundary":
      return `what is outside of the permissions boundary ${named.text}`;
    case "role":
      return `run as the role ${named.text}`;
    case "network":
      return `reach ${named.text}`;
    case "public access block":
      return `what ${named.text} refuses`;
    case "access list":
      return `${named.text} (access list)`;
    default:
      return `what the ${named.what} allows: ${named.text}`;
  }
}

function whoOf({ kind, name }: Principal, subject: Subject): string {
  switch (kind) {
    case "identity":
      return thing(name);
    case "holder":
      if (name.startsWith(WITHIN_BOUNDARY)) {
        return `${WITHIN_BOUNDARY}${code(name.slice(WITHIN_BOUNDARY.length))}`;
      }
      return name.replace(
        /^(whoever has(?: the)? )(.*)$/s,
        (_, start: string, label: string) => start + thing(label),
      );
    case "anyone":
      if (name === AUTHENTICATED) return "anyone with an AWS account";
      return subject.kind === "gate"
        ? `anyone who comes by way of the ${thing(subject.thing.label)}`
        : "anyone";
    case "federated":
      return `who signs in through ${code(name)}`;
    case "everyone but":
      return `everyone but ${code(name)}`;
    case "AWS":
      return code(name);
    default: {
      const [, noun, id] = /^(security group|prefix list) (.+)$/s.exec(name) ?? [];
      return noun === undefined || id === undefined ? `the ${kind} ${code(name)}` : `the ${noun} ${code(id)}`;
    }
  }
}

function ofBoundary({ change, effect, isUncertain }: Told, whoAre: string, boundary: string): string {
  const isGone = change === "no longer refused" || effect === "Allow";
  const end = isGone && isUncertain ? ", unless what is known after the apply says it again" : "";
  return sentence(
    `${whoAre} ${isGone ? "no longer" : "now"} kept within the permissions boundary ${code(boundary)}${end}.`,
  );
}

/** Conditions of which any one is enough. */
function anyOf(alternatives: readonly (readonly ShownCondition[])[]): string {
  const words = [...new Set(alternatives.map(conditionWords))];
  return words.includes("") ? "" : words.join(", or ");
}

function spaced(words: string): string {
  return words === "" ? "" : `, ${words}`;
}

function orAlways(words: string): string {
  return words === "" ? "always" : words;
}

function narrower({ narrower: rights }: Told, start: string): string {
  if (rights.length === 0) return "";
  const told = rights.map(
    ({ actions, resources }) =>
      `${listed(actions.map(namedCode), "and")} on ${listed(resources.map(namedCode), "and")}`,
  );
  return `; ${start} ${listed([...new Set(told)], "and")}`;
}

function namedCode(named: Named): string {
  return code(namedText(named));
}

function uncertain({ isUncertain }: Pick<Told, "isUncertain">): string {
  return isUncertain ? ", unless a policy that nobody can judge says so again" : "";
}
