import type { AccessChange } from "./access/access-change";
import type { Mark } from "./access/marks";
import { grouped } from "./access/rights";
import { type Change, compareTexts } from "./changes";
import { counted, firstOf, type Noun } from "./counted";
import { differenceOf } from "./dollars";
import type { EnvironmentReport } from "./environment-report";
import { isOfOtherProvider } from "./not-read";
import { byWeight, inWords, isFelt } from "./resource-types";
import type { Risk } from "./risks";

/** The one line that says what matters, of every environment; those of which the same is said share it. */
export function verdictOf(environments: readonly EnvironmentReport[]): string {
  const names = new Map<string, string[]>();
  for (const one of environments) {
    const said = saidOf(one);
    names.set(said, [...(names.get(said) ?? []), one.environment]);
  }
  return [...names]
    .map(([said, sharing]) => `${sharing.join(", ")}: ${said.replace(TYPE_BEFORE_ADDRESS, "")}`)
    .join(" — ");
}

/** Without a construct, a resource is named by its address, which begins with the type. */
const TYPE_BEFORE_ADDRESS = /\b([a-z]+_\w+) (?=\1\.)/g;

function saidOf(report: EnvironmentReport): string {
  const { changes, counts, standing, outputs } = report;
  const doubts = [...doubtsInWords(report), ...checksInWords(report)];
  if (changes.length === 0 && outputs.length === 0) {
    const outside = [...doubts, ...driftInWords(report)];
    return [...outside, outside.length === 0 ? "nothing changes" : "nothing else changes"].join(" · ");
  }
  const lost = [...lossesInWords(report), ...risksInWords(report, "data loss")];
  const parts = [
    ...lost,
    ...openedInWords(report),
    ...risksInWords(report, "exposure"),
    ...accessInWords(report),
    ...undeterminedInWords(report),
    ...risksInWords(report, "outage"),
    ...risksInWords(report, "weaker protection"),
    ...(standing === "new" ? [`a new environment of ${counted(counts.create, "resource")}`] : []),
    ...rolloutsInWords(report),
    ...codeInWords(changes),
    ...costInWords(report),
    ...widerInWords(report),
    ...restInWords(report),
    ...notReadInWords(report),
    ...goodNewsInWords(report),
    ...driftInWords(report),
  ];
  if (parts.length === 0)
    parts.push(outputs.length > 0 ? "outputs change" : counted(changes.length, "change"));
  if (lost.length === 0) parts.push("nothing destroyed");
  return [...doubts, ...parts].join(" · ");
}

function doubtsInWords({ errored, reservations }: EnvironmentReport): string[] {
  return [...(errored ? ["the planning failed, this cannot be applied"] : []), ...reservations];
}

/** The first ones by their names. */
const MAX_NAMED = 3;

function checksInWords({ failedChecks }: EnvironmentReport): string[] {
  if (failedChecks.length === 0) return [];
  const names = firstOf(
    failedChecks.map(({ name }) => name),
    MAX_NAMED,
  );
  return [`${counted(failedChecks.length, "check")} failed (${names})`];
}

function driftInWords({ drift }: EnvironmentReport): string[] {
  return (["deleted", "changed"] as const).flatMap((what) => {
    const those = drift.filter((one) => one.what === what);
    if (those.length === 0) return [];
    const names = firstOf(
      those.map(({ path }) => path),
      MAX_NAMED,
    );
    return [`${counted(those.length, "resource")} ${what} outside of Terraform (${names})`];
  });
}

/** Settings that become more dangerous: what is said of several resources is said once. */
function risksInWords({ risks }: EnvironmentReport, kind: Risk["kind"]): string[] {
  return sentencesOf(risks.filter((risk) => risk.kind === kind && risk.direction === "worse"));
}

function sentencesOf(risks: readonly Risk[]): string[] {
  const groups = grouped(risks, ({ says }) => says);
  return firstParts(
    [...groups].map(([says, group]) => {
      const subjects = [...new Set(group.map(({ subject }) => subject))];
      const [first = ""] = subjects;
      return subjects.length === 1
        ? `${first} ${says}`
        : `${first} ${says} (and ${subjects.length - 1} more)`;
    }),
  );
}

/** Parts that are too many for a line: the first ones, and how many more there are. */
function firstParts(parts: readonly string[], max = MAX_NAMED): string[] {
  if (parts.length <= max + 1) return [...parts];
  return [...parts.slice(0, max), `${parts.length - max} more of this kind`];
}

/** What nobody can judge by the plan, by name. */
function undeterminedInWords({ access, surface, risks }: EnvironmentReport): string[] {
  const names = [
    ...surface.filter((change) => change.unjudged).map(({ what }) => what),
    ...access
      .filter(({ widens, change }) => widens && change === "unjudged")
      .map(({ of }) => `access of ${of.thing}`),
    ...risks
      .filter(({ direction }) => direction === "undetermined")
      .map(({ subject, attribute }) => `${attribute} of ${subject}`),
  ].map((name) => name.replace(/^access of (?!role |user |group )/, "access to "));
  if (names.length === 0) return [];
  return [`undetermined: ${firstOf([...new Set(names)], MAX_NAMED)}`];
}

/** What becomes better, so that nobody looks for a danger where there is none. */
function goodNewsInWords({ access, surface, risks, standing }: EnvironmentReport): string[] {
  if (standing !== "lasting") return [];
  const given = new Set(
    access
      .filter(({ change, widens }) => widens || change === "granted")
      .flatMap(({ principals }) => principals),
  );
  const closings = surface.filter(isClosed);
  const widenedThings = new Set(access.filter(({ widens }) => widens).map(({ of }) => of.thing));
  const narrowed = access.filter(
    (change) =>
      !change.widens &&
      change.change !== "unjudged" &&
      change.of.life !== "destroyed" &&
      !change.principals.some((one) => given.has(one)) &&
      !widenedThings.has(change.of.thing) &&
      !isTold(change, closings),
  );
  const [first, ...more] = narrowed;
  const only = first !== undefined && more.length === 0 ? inOneBreath(first.words) : undefined;
  const [ofIdentities, toResources] = [
    narrowed.filter(({ of }) => of.kind === "identity").flatMap(({ principals }) => principals),
    narrowed
      .filter(({ of }) => of.kind !== "identity" && !widenedThings.has(of.thing))
      .map(({ of }) => of.thing),
  ].map((names) => firstOf([...new Set(names)], MAX_NAMED));
  const better = risks.filter(({ direction }) => direction === "better");
  return [
    ...(closings.length === 0 ? [] : [`closed to the public: ${namesOf(closings)}`]),
    ...(only !== undefined && only.length <= MAX_SENTENCE
      ? [only]
      : [
          ...(ofIdentities === "" ? [] : [`access of ${ofIdentities} narrowed`]),
          ...(toResources === "" ? [] : [`access to ${toResources} narrowed`]),
        ]),
    ...sentencesOf(better).map((said) => `better: ${said}`),
  ];
}

/** Whether what everybody could reach is gone, or asks who they are. */
function isClosed({ kind, before, after, opened, unjudged }: EnvironmentReport["surface"][number]): boolean {
  if (opened || unjudged || (kind !== "removed" && kind !== "authorization changed")) return false;
  return /^(?:NONE\b|anybody )/.test(before ?? "") && !/^(?:NONE\b|anybody )/.test(after ?? "");
}

/** Resources of other providers: what they open or lose, nobody here knows. */
function notReadInWords({ notRead }: EnvironmentReport): string[] {
  const others = notRead.filter(isOfOtherProvider);
  if (others.length === 0) return [];
  const count = others.reduce((sum, one) => sum + one.count, 0);
  return [
    `${counted(count, "change")} not judged (${firstOf(
      others.map(({ type }) => type),
      MAX_NAMED,
    )})`,
  ];
}

/** What nothing else in the verdict stands for, by its kind. */
function restInWords({ changes, standing, access, surface, risks, notRead }: EnvironmentReport): string[] {
  const told = new Set([
    ...access.flatMap(({ where }) => where.map(({ address }) => address)),
    ...surface.map(({ address }) => address),
    ...risks.map(({ address }) => address),
  ]);
  const others = new Set(notRead.filter(isOfOtherProvider).map(({ type }) => type));
  const count = (fits: (change: Change) => boolean): number =>
    changes.filter((change) => !others.has(change.type) && fits(change)).length;
  const updated = count(
    (change) =>
      change.kind === "update" && !told.has(change.address) && !isOfRollout(change) && !isCode(change),
  );
  const forgotten = count(({ kind }) => kind === "forget");
  const kinds: readonly (readonly [number, string])[] = [
    [standing === "new" ? 0 : count(({ kind }) => kind === "create"), "created"],
    [changes.filter(({ imported }) => imported).length, "imported"],
    [updated, "updated"],
    [count(({ kind }) => kind === "tags"), "with other tags"],
    [count(({ kind }) => kind === "move"), "moved"],
    [count(({ kind }) => kind === "leftover"), "left over from a failed rollout, removed"],
    [forgotten, `no longer managed, and left as ${forgotten === 1 ? "it is" : "they are"}`],
  ];
  return kinds.flatMap(([number, word]) => (number === 0 ? [] : [`${number} ${word}`]));
}

/** An endpoint that moves over, and a stage: what they get is told as a rollout, or by what it means. */
function isOfRollout({ type, changed }: Change): boolean {
  return ["aws_sagemaker_endpoint", "aws_api_gateway_stage"].includes(type) && changed.length === 0;
}

function isCode({ type, changed }: Change): boolean {
  return type === "aws_lambda_function" && changed.some(({ name }) => CODE.test(name));
}

const CODE = /^(?:source_code_hash|filename|image_uri|s3_(?:bucket|key|object_version))$/;

function codeInWords(changes: readonly Change[]): string[] {
  const functions = changes.filter((change) => change.kind === "update" && isCode(change)).length;
  return functions === 0 ? [] : [`new code of ${counted(functions, inWords("aws_lambda_function"))}`];
}

/** `everything destroyed: 2 endpoints, 1 API and 30 more`, `1 endpoint replaced` */
function lossesInWords({ changes, standing }: EnvironmentReport): string[] {
  return (["destroy", "replace"] as const).flatMap((kind) => {
    const lost = changes.filter((change) => change.kind === kind);
    if (lost.length === 0) return [];
    const word = kind === "destroy" ? "destroyed" : "replaced";
    const everything = kind === "destroy" && standing === "gone";
    return [everything ? `everything ${word}: ${listed(lost)}` : `${listed(lost)} ${word}`];
  });
}

/** What is felt most by its type, the rest by its number. */
function listed(changes: readonly Change[]): string {
  const types = [...new Set(changes.map(({ type }) => type))].sort(
    (one, other) => byWeight(one, other) || compareTexts(one, other),
  );
  const felt = types.filter(isFelt);
  const named = felt.length > 0 ? felt : types;
  const shown = named.slice(0, 3);
  const words = shown.map((type) =>
    counted(changes.filter((one) => one.type === type).length, inWords(type)),
  );
  const others = changes.filter(({ type }) => !shown.includes(type)).length;
  return others === 0 ? words.join(", ") : `${words.join(", ")} and ${others} more`;
}

/** A rollout of an endpoint is all that is exchanged below it; what else is rolled out is said by its type. */
function rolloutsInWords({ changes, access, surface }: EnvironmentReport): string[] {
  const rolledOut = changes.filter(({ kind }) => kind === "rollout");
  const configurations = rolledOut.filter(({ type }) => type === CONFIGURATION).length;
  const replaced = changes.filter(
    ({ kind, type }) => kind === "replace" && type === "aws_sagemaker_endpoint",
  ).length;
  const endpoints = Math.max(0, configurations - replaced);
  if (configurations > 0) return endpoints === 0 ? [] : [counted(endpoints, "endpoint rollout")];
  const told = new Set(access.flatMap(({ where }) => where.map(({ address }) => address)));
  const others = rolledOut.filter(
    ({ type, address }) =>
      !told.has(address) && !(type === "aws_api_gateway_deployment" && surface.length > 0),
  );
  return others.length === 0 ? [] : [`${listed(others)} rolled out`];
}

const CONFIGURATION = "aws_sagemaker_endpoint_configuration";

/** Everything that opens to the public, by name: of one fact that stands in two resources, one. */
function openedInWords({ surface, access }: EnvironmentReport): string[] {
  const opened = surface.filter(isOpen);
  const routes = opened.filter(({ what }) => ROUTE.test(what));
  const others = opened.filter((one) => !routes.includes(one));
  const weaker = surface.filter((change) => change.opened && !change.public);
  return [
    ...openings(routes, { one: "route", many: "routes" }),
    ...openings(others, { one: "URL", many: "URLs" }),
    ...firstParts(
      [...new Set(access.filter((change) => isPublic(change) && !isTold(change, opened)).map(openingOf))],
      2,
    ),
    ...(weaker.length === 0
      ? []
      : [`weaker authorization of ${firstOf([...new Set(weaker.map(openedInName))], MAX_NAMED)}`]),
  ];
}

function openings(opened: readonly SurfaceChange[], noun: Noun): string[] {
  return opened.length === 0
    ? []
    : [
        `${counted(opened.length, noun)} opened to the public (${firstOf([...new Set(opened.map(openedInName))], MAX_NAMED)})`,
      ];
}

/** What a caller no longer has to show, by the word of the surface for it. */
const SHOWN: readonly (readonly [RegExp, string])[] = [
  [/\bAWS_IAM\b/, "a signature"],
  [/\bAPI_KEY\b/, "an API key"],
  [/^authorizer |\+ authorizer /, "an authorizer's consent"],
  [/signed URL/, "a signed URL or cookie"],
];

/** `POST /ticket-urgency no longer requires a signature (AWS_IAM)` */
function openedInName({ what, before, after }: SurfaceChange): string {
  if (before === undefined || after === undefined) return what;
  const lost = SHOWN.flatMap(([word, words]) => (word.test(before) && !word.test(after) ? words : []));
  return lost.length === 0 ? what : `${what} no longer requires ${lost.join(" and ")}`;
}

function namesOf(changes: readonly SurfaceChange[]): string {
  return firstOf([...new Set(changes.map(({ what }) => what))], MAX_NAMED);
}

type SurfaceChange = EnvironmentReport["surface"][number];

/** Whether it is for anyone, and that is certain. */
function isPublic({ public: isForAnyone, change }: AccessChange): boolean {
  return isForAnyone && change !== "unjudged";
}

/** A URL that is open needs a permission for anyone. */
function isTold({ where, of, actions }: AccessChange, opened: readonly SurfaceChange[]): boolean {
  const addresses = new Set(opened.map(({ address }) => address));
  if (where.every(({ address }) => addresses.has(address))) return true;
  const isOfUrl = actions.every((action) => /^lambda:InvokeFunctionUrl$/i.test(action));
  return (
    isOfUrl && opened.some(({ what }) => what === `function URL of ${of.thing.replace(/^function /, "")}`)
  );
}

/** A longer sentence is for the second screen. */
const MAX_SENTENCE = 140;

/** `anyone can now read every object of the bucket models` */
function openingOf({ words, of }: AccessChange): string {
  const short = of.kind === "trust" ? withoutConditions(words) : words;
  const said = [words, short].map(inOneBreath).find(({ length }) => length <= MAX_SENTENCE);
  return said ?? `anyone is given access to ${of.thing}`;
}

/** A sentence as a part of the verdict: without code, and without its end. */
function inOneBreath(words: string): string {
  const said = words.replaceAll("`", "").replace(/\.$/, "");
  return said.slice(0, 1).toLowerCase() + said.slice(1);
}

function widerInWords({ surface }: EnvironmentReport): string[] {
  const wider = surface.filter((change) => change.widenedCors || change.raisedThrottling);
  return wider.length === 0 ? [] : [`wider CORS or throttling of ${namesOf(wider)}`];
}

function isOpen(change: SurfaceChange): boolean {
  return change.public && !change.unjudged;
}

/** A method and a path. */
const ROUTE = /^(?!API )(?:[A-Z]+ |\$)/;

/** What nobody overlooks, also in an environment that is new. */
const LOUD: ReadonlySet<Mark> = new Set<Mark>(["other account", "every action", "permissions management"]);

/** Of whom rights are widened: those who are there, and those who come with the plan. */
function accessInWords({ access, standing }: EnvironmentReport): string[] {
  const widening = access.filter(({ widens }) => widens);
  const judged = widening.filter((change) => change.change !== "unjudged" && !change.public);
  const kept = judged.filter(({ of }) => of.life !== "created");
  const created = judged.filter(({ of }) => of.life === "created");
  const roles = new Set(
    created.filter(({ of }) => of.kind === "identity").flatMap(({ principals }) => principals),
  );
  const isToldByStanding = standing === "new" || created.length === 0;
  const marks = [...new Set(widening.flatMap((change) => change.marks))].filter((mark) => LOUD.has(mark));
  return [
    ...(standing === "new" ? [] : trustInWords(kept.filter(({ of }) => of.kind === "trust"))),
    ...widened(
      "of",
      kept.filter(({ of }) => of.kind === "identity").flatMap(({ principals }) => principals),
    ),
    ...toResources(kept.filter(({ of }) => of.kind !== "identity" && of.kind !== "trust")),
    ...(isToldByStanding
      ? []
      : [
          roles.size === 0
            ? `access to what is new (${firstOf([...new Set(created.map(({ of }) => of.thing))], MAX_NAMED)})`
            : `rights for ${counted(roles.size, "new principal")}`,
        ]),
    ...(marks.length === 0 ? [] : [`to look at: ${marks.sort().join(", ")}`]),
  ];
}

/** One change of who can use a resource in words, several by the resources. */
function toResources(changes: readonly AccessChange[]): string[] {
  const [first, ...others] = changes;
  const said = first === undefined || others.length > 0 ? undefined : inOneBreath(first.words);
  if (said !== undefined && said.length <= MAX_SENTENCE) return [said];
  return widened(
    "to",
    changes.map(({ of }) => of.thing),
  );
}

/** Who can assume a role now, in words as far as they fit. */
function trustInWords(trusts: readonly AccessChange[]): string[] {
  const words = trusts.map(({ words, of }) => {
    const said = inOneBreath(withoutConditions(words));
    return said.length <= MAX_SENTENCE ? said : `more principals can assume ${of.thing}`;
  });
  return firstParts([...new Set(words)], 2);
}

/** `Every repository on GitHub can now assume the role r` */
function withoutConditions(words: string): string {
  return words.replace(/(?: through GitHub Actions|, where |; before: ).*$/s, "");
}

/** The one by its name, several by their number. */
function widened(word: "of" | "to", names: readonly string[]): string[] {
  const distinct = [...new Set(names)];
  if (distinct.length === 0) return [];
  if (distinct.length === 1) return [`access ${word} ${distinct[0]} widened`];
  const noun = word === "of" ? "principal" : "resource";
  return [`access ${word} ${counted(distinct.length, noun)} widened`];
}

/** What is not counted may come or go: the difference says nothing of it. */
function costInWords({ cost: { atRest } }: EnvironmentReport): string[] {
  if (atRest === null) return [];
  return [
    ...(atRest.isPartial ? ["cost not all known"] : []),
    ...(atRest.difference === 0 ? [] : [`${differenceOf(atRest.difference)} a month`]),
  ];
}
