import { stateOfRuntime } from "../../../aws/lambda-runtimes";
import type { ExpirationRule, Risk, RiskDetails, RiskValue } from "../../risks/risk";
import { counted, firstOf } from "./formats";
import { labelOf } from "./resource-types";
import { RISK_PHRASES, type RiskPhrase } from "./risks";
import { NONE } from "./values";

/** Names of a list that a phrase contains. */
const MAX_NAMES = 3;

/** Names of resources that a sentence contains. */
const MAX_SUBJECTS = 2;

/** Expiration rules of one attribute that the review shows. */
const MAX_RULES = 3;

/** A risk as a predicate, e.g. `is no longer encrypted`. */
export function riskPredicate({ risk, details, direction }: Risk): string {
  const { worse, better } = RISK_PHRASES[risk];
  return predicate(direction === "better" ? better : worse, details, direction);
}

/** A risk as a predicate for the verdict: without dates. */
export function shortRiskPredicate(risk: Risk): string {
  return predicate(shortPhrase(risk), risk.details, risk.direction);
}

function shortPhrase({ risk, direction }: Risk): string {
  const phrase: RiskPhrase = RISK_PHRASES[risk];
  return direction === "better" ? phrase.better : (phrase.short ?? phrase.worse);
}

/** The parameters are inserted last: a name can look like a verb or like `its`. */
function predicate(phrase: string, details: RiskDetails | undefined, direction: Risk["direction"]): string {
  const parameters = details === undefined ? {} : parametersOf(details);
  const text = direction === "undetermined" ? `may ${infinitiveOf(phrase)}` : phrase;
  return text.replaceAll(/\{(\w+)\}/g, (_, name: string) => parameters[name] ?? "");
}

/** The resource of a risk, e.g. `function churn`. */
export function riskSubject({ subject: { type, name } }: Pick<Risk, "subject">): string {
  const { one } = labelOf(type);
  // Without a label and without a name, the address names the type.
  return one === type && name.startsWith(`${type}.`) ? name : `${one} ${name}`;
}

/**
 * The sentence of risks with the same predicate: `function a is switched off`, or `4 functions are switched off (a, b and
 * 2 more)`.
 */
export function riskSentence(risks: readonly [Risk, ...Risk[]]): string {
  const [first] = risks;
  const subjects = [...new Map(risks.map((risk) => [riskSubject(risk), risk.subject]))];
  if (subjects.length === 1) return `${riskSubject(first)} ${shortRiskPredicate(first)}`;
  const isOneType = subjects.every(([, { type }]) => type === first.subject.type);
  const noun = isOneType ? labelOf(first.subject.type) : { one: "resource", many: "resources" };
  const names = subjects.map(([subject, { name }]) => (isOneType ? name : subject));
  const plural = predicate(pluralOf(shortPhrase(first)), first.details, first.direction);
  return `${counted(subjects.length, noun)} ${plural} (${firstOf(names, MAX_SUBJECTS)})`;
}

/** A value of a setting. */
export function riskValueText(value: RiskValue): string {
  if (typeof value === "string") return value;
  const rules = [...new Set(value.map((rule) => `${rule.objects} ${whenText(rule)}`))];
  return rules.length === 0 ? NONE : rules.slice(0, MAX_RULES).join("; ");
}

function parametersOf(details: RiskDetails): Readonly<Record<string, string>> {
  switch (details.kind) {
    case "names":
      return {
        names: firstOf(details.names, MAX_NAMES),
        rules: `${details.names.length === 1 ? "rule" : "rules"} ${firstOf(details.names, MAX_NAMES)}`,
      };
    case "expiration":
      return { objects: details.rule.objects, when: whenText(details.rule) };
    case "capture":
      return {
        percent: details.percent,
        bucket: details.bucket,
        // A reader must see every stored field.
        names: firstOf(details.names, details.names.length) || NONE,
      };
    case "key":
      return { key: details.key };
    case "runtime":
      return { dates: stateOfRuntime(details.runtime, new Date(details.day))?.text ?? details.runtime };
  }
}

function whenText({ when, prefix, isFiltered }: ExpirationRule): string {
  const scope = [
    ...(prefix === "" ? [] : [`below ${prefix}`]),
    ...(isFiltered ? ["with some tags or sizes"] : []),
  ];
  return [timeText(when), ...scope].join(" ");
}

function timeText(when: ExpirationRule["when"]): string {
  if (when === "never") return when;
  if (when === "known after apply") return "after a time that is known after apply";
  if ("date" in when) return `on ${when.date}`;
  if ("newest" in when) return `beyond the newest ${when.newest}`;
  return `after ${counted(when.days, "day")}`;
}

/** The sentence of several resources of one type with the same risk, with every name and every date. */
export function completeRiskSentence(risks: readonly [Risk, ...Risk[]]): string {
  const [{ risk, subject, details, direction }] = risks;
  const names = risks.map((one) => one.subject.name);
  const plural = predicate(pluralOf(RISK_PHRASES[risk].worse), details, direction);
  return `${counted(names.length, labelOf(subject.type))} (${firstOf(names, names.length)}) ${plural}`;
}

const VERB = /^((?:(?:no longer|now|only) )*)(\w+)/;

/** Verbs whose plural is not the singular without `s`. */
const PLURALS: Readonly<Record<string, string>> = {
  is: "are",
  has: "have",
  can: "can",
  cannot: "cannot",
  may: "may",
};

const INFINITIVES: Readonly<Record<string, string>> = {
  is: "be",
  are: "be",
  has: "have",
  can: "be able to",
  cannot: "be unable to",
};

/** The phrase for several subjects: `are no longer encrypted`, `keep their content longer`. */
export function pluralOf(phrase: string): string {
  return withVerb(phrase, PLURALS).replaceAll(/\bits\b/g, "their");
}

/** The phrase after `may`: `be reachable from the internet`. */
function infinitiveOf(phrase: string): string {
  return withVerb(phrase, INFINITIVES);
}

function withVerb(phrase: string, irregular: Readonly<Record<string, string>>): string {
  return phrase.replace(
    VERB,
    (_, adverbs: string, verb: string) => `${adverbs}${irregular[verb] ?? verb.replace(/s$/, "")}`,
  );
}
