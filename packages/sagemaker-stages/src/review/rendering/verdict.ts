import type { AccessChange } from "../access/access-change";
import { grouped } from "../access/permissions";
import type { RiskFlag } from "../access/risk-flags";
import { type Change, compareTexts } from "../changes/changes";
import { byImportance, isImportant } from "../changes/resource-types";
import type { EnvironmentReport } from "../environment-report";
import type { Outage } from "../outages";
import type { Risk } from "../risks";
import type { SurfaceState } from "../surface/change";
import { isOfOtherProvider } from "../unsupported-types";
import { counted } from "./phrases/formats";
import { outageSubject } from "./phrases/outages";
import { releasePart } from "./phrases/releases";
import { labelOf } from "./phrases/resource-types";
import { riskSentence, riskSubject, shortRiskPredicate } from "./phrases/risk-sentences";
import { lostCredentials, subjectText } from "./phrases/surface";
import * as phrases from "./phrases/verdict";

const { VERDICT, firstParts } = phrases;

/** The verdict: one line with the most important changes. Environments with equal changes share a part. */
export function verdictOf(environments: readonly EnvironmentReport[]): string {
  const names = new Map<string, string[]>();
  for (const one of environments) {
    const text = verdictOfOne(one);
    names.set(text, [...(names.get(text) ?? []), one.environment]);
  }
  return [...names]
    .map(([text, sharing]) => `${sharing.join(", ")}: ${text.replace(TYPE_BEFORE_ADDRESS, "")}`)
    .join(" — ");
}

/** Without a construct, a resource is named by its address, which begins with the type. */
const TYPE_BEFORE_ADDRESS = /\b([a-z]+_\w+) (?=\1\.)/g;

function verdictOfOne(report: EnvironmentReport): string {
  const { changes, counts, lifecycle, outputs, releases } = report;
  const faults = [...incompletePhrases(report), ...failedCheckPhrases(report)];
  if ([changes, outputs, releases].every((list) => list.length === 0)) {
    const outside = [...faults, ...driftPhrases(report)];
    return [...outside, outside.length === 0 ? VERDICT.nothing : VERDICT.nothingElse].join(" · ");
  }
  const lost = [...lossPhrases(report), ...riskPhrases(report, "data loss")];
  const isNew = lifecycle === "created";
  const parts = [
    // The main fact of a new environment is first: a long line is cut at its end.
    ...(isNew ? [phrases.newEnvironment(counts.create, report.cost.atRest)] : []),
    ...lost,
    ...openedPhrases(report),
    ...riskPhrases(report, "exposure"),
    ...accessPhrases(report),
    ...undeterminedPhrases(report),
    ...riskPhrases(report, "outage"),
    ...outagePhrases(report),
    ...riskPhrases(report, "weaker protection"),
    ...riskPhrases(report, "end of support"),
    ...firstParts(report.releases.map(releasePart)),
    ...rolloutPhrases(report),
    ...codePhrases(changes),
    ...(isNew ? [] : costPhrases(report)),
    ...widerSurfacePhrases(report),
    ...remainingPhrases(report),
    ...unsupportedTypePhrases(report),
    ...improvementPhrases(report),
    ...driftPhrases(report),
  ];
  if (parts.length === 0) {
    parts.push(outputs.length > 0 ? VERDICT.outputs : phrases.changesPart(changes.length));
  }
  if (lost.length === 0) parts.push(VERDICT.nothingDestroyed);
  return [...faults, ...parts].join(" · ");
}

function incompletePhrases({ errored, incompleteReasons }: EnvironmentReport): string[] {
  return [...(errored ? [VERDICT.failedPlan] : []), ...incompleteReasons];
}

function failedCheckPhrases({ failedChecks }: EnvironmentReport): string[] {
  return failedChecks.length === 0 ? [] : [phrases.failedChecks(failedChecks.map(({ name }) => name))];
}

function driftPhrases({ drift }: EnvironmentReport): string[] {
  return (["deleted", "changed"] as const).flatMap((kind) => {
    const paths = drift.filter((one) => one.kind === kind).map(({ path }) => path);
    return paths.length === 0 ? [] : [phrases.driftPart(kind, paths)];
  });
}

/** Settings that become more dangerous. Resources with the same risk share a part. */
function riskPhrases({ risks }: EnvironmentReport, kind: Risk["kind"]): string[] {
  return riskSentences(risks.filter((risk) => risk.kind === kind && risk.direction === "worse"));
}

function riskSentences(risks: readonly Risk[]): string[] {
  const groups = grouped(risks, shortRiskPredicate);
  return firstParts(
    [...groups.values()].flatMap(([first, ...others]) =>
      first === undefined ? [] : [riskSentence([first, ...others])],
    ),
  );
}

/**
 * Outages that no other part names: settings are risks, an undetermined change has its own part, a subject that is closed to the
 * public is an improvement, and the destruction of everything needs no list.
 */
function outagePhrases({ outages, surface, lifecycle }: EnvironmentReport): string[] {
  if (lifecycle === "destroyed") return [];
  const closed = new Set(surface.filter(isClosed).map(({ subject }) => subjectText(subject)));
  const others = outages.filter(
    (one) =>
      one.cause !== "setting" &&
      !one.undetermined &&
      !(one.cause === "refused" && closed.has(outageSubject(one))),
  );
  const subjectsOf = (fits: (outage: Outage) => boolean): string[] => failingSubjects(others.filter(fits));
  const switched = subjectsOf(({ cause }) => cause === "transfer mode");
  const during = subjectsOf(({ lasts, cause }) => lasts === "apply" && cause !== "transfer mode");
  const permanent = subjectsOf(({ lasts }) => lasts === "permanent");
  return [
    ...(permanent.length === 0 ? [] : [phrases.failingPart("permanent", permanent)]),
    ...(during.length === 0 ? [] : [phrases.failingPart("apply", during)]),
    ...(switched.length === 0 ? [] : [phrases.switchedPart(switched)]),
  ];
}

/** Resources by type, because their names contain the environment, and routes and addresses by name. */
function failingSubjects(outages: readonly Outage[]): string[] {
  const types = outages.flatMap(({ subject }) => (subject.kind === "resource" ? subject.type : []));
  return [
    ...[...new Set(types)].map((type) => counted(types.filter((one) => one === type).length, labelOf(type))),
    ...outages.flatMap((one) => (one.subject.kind === "resource" ? [] : outageSubject(one))),
  ];
}

/** The changes whose effect the plan does not show. */
function undeterminedPhrases({ access, surface, risks }: EnvironmentReport): string[] {
  const names = [
    ...surface.filter((change) => change.undetermined).map(({ subject }) => subjectText(subject)),
    ...access
      .filter(({ widens, change }) => widens && change === "undetermined")
      .map(({ subject }) => phrases.accessOf(subject.resource)),
    ...risks
      .filter(({ direction }) => direction === "undetermined")
      .map((risk) => phrases.attributeOf(risk.attribute, riskSubject(risk))),
  ];
  return names.length === 0 ? [] : [phrases.undeterminedPart(names)];
}

/** Improvements, so that no reader searches for a risk where there is none. */
function improvementPhrases({ access, surface, risks, lifecycle }: EnvironmentReport): string[] {
  if (lifecycle !== "kept") return [];
  const gaining = new Set(
    access
      .filter(({ change, widens }) => widens || change === "granted")
      .flatMap(({ principals }) => principals),
  );
  const closed = surface.filter(isClosed);
  const widened = new Set(access.filter(({ widens }) => widens).map(({ subject }) => subject.resource));
  const narrowed = access.filter(
    (change) =>
      !change.widens &&
      change.change !== "undetermined" &&
      change.subject.lifecycle !== "destroyed" &&
      !change.principals.some((one) => gaining.has(one)) &&
      !widened.has(change.subject.resource) &&
      !isReported(change, closed),
  );
  const [first, ...more] = narrowed;
  const only = first !== undefined && more.length === 0 ? asPart(first.sentence) : undefined;
  const identities = narrowed.filter(({ subject }) => subject.kind === "identity");
  const resources = narrowed.filter(({ subject }) => subject.kind !== "identity");
  return [
    ...(closed.length === 0 ? [] : [phrases.closedPart(closed.map(({ subject }) => subjectText(subject)))]),
    ...(only !== undefined && only.length <= MAX_SENTENCE
      ? [only]
      : [
          ...phrases.narrowerPermissions(identities.flatMap(({ principals }) => principals)),
          ...phrases.narrowerAccess(resources.map(({ subject }) => subject.resource)),
        ]),
    ...riskSentences(risks.filter(({ direction }) => direction === "better")).map(phrases.improvedPart),
  ];
}

/** Whether a subject that anyone could reach is removed, or requires authorization. */
function isClosed({ kind, before, after, opened, undetermined }: SurfaceChange): boolean {
  if (opened || undetermined || (kind !== "removed" && kind !== "authorization changed")) return false;
  return isOpenState(before) && !isPossiblyOpen(after);
}

/** Whether anyone could reach the subject for certain. */
function isOpenState(state: SurfaceState | undefined): boolean {
  if (state?.kind === "authorization") return state.isOpen;
  return state?.kind === "open routes" || (state?.kind === "note" && state.note === "readable by anyone");
}

/** Whether a requirement has no effect. The review does not assume that the other requirements suffice. */
function isPossiblyOpen(state: SurfaceState | undefined): boolean {
  if (state?.kind === "authorization") return state.requirements.some(({ kind }) => kind === "NONE");
  return isOpenState(state);
}

/** Resources of other providers, which the review does not support. */
function unsupportedTypePhrases({ unsupportedTypes }: EnvironmentReport): string[] {
  const others = unsupportedTypes.filter(isOfOtherProvider);
  if (others.length === 0) return [];
  const count = others.reduce((sum, one) => sum + one.count, 0);
  return [
    phrases.unsupportedPart(
      count,
      others.map(({ type }) => type),
    ),
  ];
}

/** The changes that no other part of the verdict contains, by kind. */
function remainingPhrases(report: EnvironmentReport): string[] {
  const { changes, lifecycle, access, surface, risks, unsupportedTypes } = report;
  const reported = new Set([
    ...access.flatMap(({ where }) => where.map(({ address }) => address)),
    ...surface.map(({ address }) => address),
    ...risks.map(({ address }) => address),
  ]);
  const others = new Set(unsupportedTypes.filter(isOfOtherProvider).map(({ type }) => type));
  const count = (fits: (change: Change) => boolean): number =>
    changes.filter((change) => !others.has(change.type) && fits(change)).length;
  const updated = count(
    (change) =>
      change.kind === "update" && !reported.has(change.address) && !isOfRollout(change) && !isCode(change),
  );
  const kinds: readonly (readonly [number, Parameters<typeof phrases.remainingPart>[1]])[] = [
    [lifecycle === "created" ? 0 : count(({ kind }) => kind === "create"), "created"],
    [changes.filter(({ imported }) => imported).length, "imported"],
    [updated, "updated"],
    [count(({ kind }) => kind === "tags"), "tags"],
    [count(({ kind }) => kind === "move"), "moved"],
    [count(({ kind }) => kind === "leftover"), "leftover"],
    [count(({ kind }) => kind === "forget"), "forgotten"],
  ];
  return kinds.flatMap(([number, kind]) => (number === 0 ? [] : [phrases.remainingPart(number, kind)]));
}

/** Whether an endpoint or a stage changes only because of a rollout that another part contains. */
function isOfRollout({ type, changed }: Change): boolean {
  return ["aws_sagemaker_endpoint", "aws_api_gateway_stage"].includes(type) && changed.length === 0;
}

function isCode({ type, changed }: Change): boolean {
  return type === "aws_lambda_function" && changed.some(({ name }) => CODE.test(name));
}

const CODE = /^(?:source_code_hash|filename|image_uri|s3_(?:bucket|key|object_version))$/;

function codePhrases(changes: readonly Change[]): string[] {
  const functions = changes.filter((change) => change.kind === "update" && isCode(change)).length;
  return functions === 0 ? [] : [phrases.codePart(functions)];
}

function lossPhrases({ changes, lifecycle }: EnvironmentReport): string[] {
  return (["destroy", "replace"] as const).flatMap((kind) => {
    const lost = changes.filter((change) => change.kind === kind);
    if (lost.length === 0) return [];
    return [phrases.lossPart(kind, resourcesIn(lost), kind === "destroy" && lifecycle === "destroyed")];
  });
}

/** Types that {@link resourcesIn} names. */
const MAX_TYPES = 3;

/** The most important types with their numbers, and the number of the rest. */
function resourcesIn(changes: readonly Change[]): string {
  const types = [...new Set(changes.map(({ type }) => type))].sort(
    (one, other) => byImportance(one, other) || compareTexts(one, other),
  );
  const important = types.filter(isImportant);
  const shown = (important.length > 0 ? important : types).slice(0, MAX_TYPES);
  return phrases.resourcesOf(
    shown.map((type) => [changes.filter((one) => one.type === type).length, labelOf(type)]),
    changes.filter(({ type }) => !shown.includes(type)).length,
  );
}

/** An endpoint rollout contains all resources that it replaces. Other rollouts are counted by type. */
function rolloutPhrases({ changes, access, surface, risks }: EnvironmentReport): string[] {
  const rolledOut = changes.filter(({ kind }) => kind === "rollout");
  const configurations = rolledOut.filter(({ type }) => type === CONFIGURATION).length;
  const replaced = changes.filter(
    ({ kind, type }) => kind === "replace" && type === "aws_sagemaker_endpoint",
  ).length;
  // Terraform replaces these endpoints at another address: a destruction and a creation.
  const realTime = risks.filter(({ risk }) => risk === "real-time endpoint").length;
  const endpoints = Math.max(0, configurations - replaced - realTime);
  if (configurations > 0) return endpoints === 0 ? [] : [phrases.endpointRollouts(endpoints)];
  const reported = new Set(access.flatMap(({ where }) => where.map(({ address }) => address)));
  const others = rolledOut.filter(
    ({ type, address }) =>
      !reported.has(address) && !(type === "aws_api_gateway_deployment" && surface.length > 0),
  );
  return others.length === 0 ? [] : [phrases.rolloutPart(resourcesIn(others))];
}

const CONFIGURATION = "aws_sagemaker_endpoint_configuration";

/** Everything that is opened to the public, by name. A fact that two resources contain is one part. */
function openedPhrases({ surface, access }: EnvironmentReport): string[] {
  const opened = surface.filter(isOpened);
  const routes = opened.filter(({ subject }) => subject.kind === "route");
  const others = opened.filter((one) => !routes.includes(one));
  const weaker = surface.filter((change) => change.opened && !change.public && !hasKeyRoutes(change));
  const keys = surface.filter((change) => change.opened && hasKeyRoutes(change));
  const openings = (kind: "route" | "URL", changes: readonly SurfaceChange[]): string[] =>
    changes.length === 0 ? [] : [phrases.openedPart(kind, changes.map(openedText), changes.length)];
  return [
    ...openings("route", routes),
    ...openings("URL", others),
    ...firstParts(
      [
        ...new Set(
          access.filter((change) => isPublic(change) && !isReported(change, opened)).map(publicAccessPart),
        ),
      ],
      2,
    ),
    ...(weaker.length === 0 ? [] : [phrases.weakerAuthorization(weaker.map(openedText))]),
    ...(keys.length === 0
      ? []
      : [phrases.moreKeyRoutes(keys.map((change) => [subjectText(change.subject), newRoutes(change)]))]),
  ];
}

/** Whether the change is of the routes that a customer's keys open. */
function hasKeyRoutes({ after }: SurfaceChange): boolean {
  return after?.kind === "key routes";
}

/** The routes that keys open, and did not open before. */
function newRoutes({ before, after }: SurfaceChange): string[] {
  const was = before?.kind === "key routes" ? before.routes : [];
  return after?.kind === "key routes" ? after.routes.filter((route) => !was.includes(route)) : [];
}

function openedText({ subject, before, after }: SurfaceChange): string {
  const lost = before === undefined || after === undefined ? [] : lostCredentials(before, after);
  return phrases.openedSubject(subjectText(subject), lost);
}

type SurfaceChange = EnvironmentReport["surface"][number];

function isOpened(change: SurfaceChange): boolean {
  return change.public && !change.undetermined;
}

/** Whether the change certainly gives access to anyone. */
function isPublic({ public: isForAnyone, change }: AccessChange): boolean {
  return isForAnyone && change !== "undetermined";
}

/** Whether a part about an opened subject contains the change: an open URL needs a permission for anyone. */
function isReported({ where, subject, actions }: AccessChange, opened: readonly SurfaceChange[]): boolean {
  const addresses = new Set(opened.map(({ address }) => address));
  if (where.every(({ address }) => addresses.has(address))) return true;
  const isOfUrl = actions.every((action) => /^lambda:InvokeFunctionUrl$/i.test(action));
  const name = subject.resource.replace(/^function /, "");
  return (
    isOfUrl && opened.some((one) => one.subject.kind === "function URL" && one.subject.function === name)
  );
}

/** A longer sentence is only in its section. */
const MAX_SENTENCE = 140;

/** `anyone can now read every object of the bucket models` */
function publicAccessPart({ sentence, shortSentence, subject }: AccessChange): string {
  const text = [sentence, shortSentence].map(asPart).find(({ length }) => length <= MAX_SENTENCE);
  return text ?? phrases.publicAccessTo(subject.resource);
}

/** A sentence as a part of the verdict: without code, and without its end. */
function asPart(sentence: string): string {
  const text = sentence.replaceAll("`", "").replace(/\.$/, "");
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

function widerSurfacePhrases({ surface }: EnvironmentReport): string[] {
  const wider = surface.filter((change) => change.widenedCors || change.raisedThrottling);
  const subjectsOf = (changes: readonly SurfaceChange[]) =>
    changes.map(({ subject }) => subjectText(subject));
  const longer = surface.filter(({ raisedTimeout }) => raisedTimeout);
  return [
    ...(wider.length === 0 ? [] : [phrases.widerPart(subjectsOf(wider))]),
    ...(longer.length === 0 ? [] : [phrases.longerPart(subjectsOf(longer))]),
  ];
}

/** Flags that the verdict contains, also for a new environment. */
const SERIOUS: ReadonlySet<RiskFlag> = new Set<RiskFlag>([
  "other account",
  "every action",
  "permissions management",
]);

/** Principals and resources with wider permissions: existing ones, and new ones. */
function accessPhrases({ access, lifecycle }: EnvironmentReport): string[] {
  const widening = access.filter(({ widens }) => widens);
  const determined = widening.filter((change) => change.change !== "undetermined" && !change.public);
  const existing = determined.filter(({ subject }) => subject.lifecycle !== "created");
  const created = determined.filter(({ subject }) => subject.lifecycle === "created");
  const newPrincipals = new Set(
    created.filter(({ subject }) => subject.kind === "identity").flatMap(({ principals }) => principals),
  );
  const ofKind = (...kinds: readonly string[]): AccessChange[] =>
    existing.filter(({ subject }) => kinds.includes(subject.kind));
  const flags = [...new Set(widening.flatMap((change) => change.riskFlags))].filter((flag) =>
    SERIOUS.has(flag),
  );
  return [
    ...(lifecycle === "created" ? [] : trustPhrases(ofKind("trust"))),
    ...phrases.widerPermissions(ofKind("identity").flatMap(({ principals }) => principals)),
    ...resourceAccessPhrases(
      existing.filter(({ subject }) => subject.kind !== "identity" && subject.kind !== "trust"),
    ),
    ...(lifecycle === "created" || created.length === 0
      ? []
      : [
          newPrincipals.size === 0
            ? phrases.accessToNew(created.map(({ subject }) => subject.resource))
            : phrases.newPermissions(newPrincipals.size),
        ]),
    ...(flags.length === 0 ? [] : [phrases.flagsPart(flags.sort())]),
  ];
}

/** One change of a resource's access as a sentence, several changes by their resources. */
function resourceAccessPhrases(changes: readonly AccessChange[]): string[] {
  const [first, ...others] = changes;
  const sentence = first === undefined || others.length > 0 ? undefined : asPart(first.sentence);
  if (sentence !== undefined && sentence.length <= MAX_SENTENCE) return [sentence];
  return phrases.widerAccess(changes.map(({ subject }) => subject.resource));
}

/** `every repository on GitHub can now assume the role r` */
function trustPhrases(trusts: readonly AccessChange[]): string[] {
  const parts = trusts.map(({ shortSentence, subject }) => {
    const text = asPart(shortSentence);
    return text.length <= MAX_SENTENCE ? text : phrases.widerTrust(subject.resource);
  });
  return firstParts([...new Set(parts)], 2);
}

/** The difference does not contain the charges that are not counted. */
function costPhrases({ cost: { atRest } }: EnvironmentReport): string[] {
  if (atRest === null) return [];
  return [
    ...(atRest.isPartial ? [VERDICT.costPartlyUnknown] : []),
    ...(atRest.difference === 0 ? [] : [phrases.costPart(atRest)]),
  ];
}
