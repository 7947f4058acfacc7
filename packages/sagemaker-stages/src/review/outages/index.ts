import type { Change } from "../changes/changes";
import { compareTexts } from "../changes/changes";
import type { Plan } from "../reading/plan";
import { textOf } from "../reading/values";
import type { Risk } from "../risks";
import { servedEndpoints } from "../risks/served-endpoints";
import type { SurfaceChange, SurfaceSubject } from "../surface";
import { integrationOutages } from "./integrations";
import { keyOutages, lostEncryptionKeys, useOfKey } from "./keys";
import { limitsCalls, METHOD_SETTINGS } from "./method-settings";
import { networkOutages } from "./network";
import type { Outage } from "./outage";
import { permissionOutages } from "./permissions";
import { changesRefusal } from "./refusals";
import { replacementOutages } from "./replacements";

export type { Outage, OutageCause } from "./outage";

/** What the review has found in a plan. */
interface Found {
  readonly changes: readonly Change[];
  readonly surface: readonly SurfaceChange[];
  readonly risks: readonly Risk[];
}

/**
 * The routes, endpoints and other addresses whose callers receive errors during or after the apply: the only place that decides
 * whether a change interrupts calls. The gate `outage`, the verdict, the summary and the section read this list.
 *
 * Each subject is listed once for each duration. A resource that a setting explains is not listed as replaced, too.
 *
 * @returns permanent outages first, then by subject
 */
export function outagesOf(plan: Plan, { changes, surface, risks }: Found): readonly Outage[] {
  const lost = new Set(changes.filter(isLoss).map(({ address }) => address));
  const settings = risks
    .filter((risk) => risk.gates.includes("outage"))
    .flatMap((risk) => {
      const lasts = durationOf(risk, plan);
      return lasts === undefined ? [] : [settingOutage(risk, lasts, plan)];
    });
  const explained = new Set(settings.flatMap(({ explains }) => explains));
  const ofSurface = surface.flatMap((change) => surfaceOutage(change, plan) ?? []);
  // The routes of a destroyed API are more specific than the API, and a removed customer contains the keys.
  const removed = ofSurface.filter(({ cause }) => cause === "destroyed");
  const replaced = replacementOutages(plan, lost, removed).filter(({ address }) => !explained.has(address));
  const replacedAddresses = new Set(replaced.map(({ address }) => address));
  const all = [
    ...settings.map(({ outage }) => outage),
    ...replaced,
    ...ofSurface.filter(({ address }) => !explained.has(address) && !replacedAddresses.has(address)),
    ...integrationOutages(plan, changes).filter(({ address }) => !replacedAddresses.has(address)),
    ...networkOutages(plan, lost),
    ...permissionOutages(plan).filter(({ address }) => !replacedAddresses.has(address)),
    ...keyOutages(plan, lost),
    ...lostEncryptionKeys(plan, lost),
  ];
  const bySubject = new Map<string, Outage>();
  for (const outage of all) {
    const key = `${outage.lasts}\n${JSON.stringify(outage.subject)}\n${outage.cause === "setting" ? outage.setting.attribute : ""}`;
    if (!bySubject.has(key)) bySubject.set(key, outage);
  }
  return [...bySubject.values()].sort((one, other) => compareTexts(sortKey(one), sortKey(other)));
}

/** How long calls fail because of a setting; `undefined` if no call of before the plan depends on the setting. */
function durationOf(setting: Risk, plan: Plan): Outage["lasts"] | undefined {
  const resource = plan.resources.find((one) => one.address === setting.address && one.deposed === undefined);
  if (resource !== undefined && setting.risk === "disabled key") return useOfKey(resource, plan);
  if (resource?.type === METHOD_SETTINGS && resource.before === undefined && !limitsCalls(resource, plan)) {
    return undefined;
  }
  return setting.endsWithApply ? "apply" : "permanent";
}

/** Whether Terraform deletes the resource, before it possibly creates the resource again. */
function isLoss({ kind }: Change): boolean {
  return kind === "destroy" || kind === "replace";
}

function sortKey({ lasts, subject, path, cause }: Outage): string {
  return [lasts === "permanent" ? 0 : 1, ...Object.values(subject), path, cause].join("\n");
}

/** A setting with the gate `outage`, and the addresses in Terraform of the resources whose change it explains. */
function settingOutage(
  setting: Risk,
  lasts: Outage["lasts"],
  plan: Plan,
): { readonly outage: Outage; readonly explains: readonly string[] } {
  const { path, address, direction } = setting;
  const resource = plan.resources.find((one) => one.address === address && one.deposed === undefined);
  const endpoints = resource === undefined ? [] : servedEndpoints(resource, plan);
  const [endpoint] = endpoints;
  const name = textOf(endpoint?.before?.name);
  const subject: SurfaceSubject = {
    kind: "resource",
    ...(endpoint === undefined || name === undefined
      ? setting.subject
      : { type: endpoint.type, name: plan.scrub(name) }),
  };
  return {
    outage: {
      cause: "setting",
      subject,
      lasts,
      undetermined: direction === "undetermined",
      path,
      address,
      setting,
    },
    explains: [address, ...endpoints.map((one) => one.address)],
  };
}

/** Subjects that no caller of a route calls: the `public` section shows their changes. */
const NOT_CALLED: ReadonlySet<SurfaceSubject["kind"]> = new Set([
  "gateway responses",
  "bucket",
  "user pool",
  "sign-in client",
  "identity pool",
]);

/** Types that the surface lists as resources, and that answer no call. */
const ANSWERS_NOTHING = /^aws_cognito_/;

function surfaceOutage(change: SurfaceChange, plan: Plan): Outage | undefined {
  const { subject, kind, before, after, undetermined, refuses, path, address } = change;
  const isCalled =
    !NOT_CALLED.has(subject.kind) && !(subject.kind === "resource" && ANSWERS_NOTHING.test(subject.type));
  if (!isCalled || before === undefined) return undefined;
  const outage = { subject, lasts: "permanent", undetermined, path, address } as const;
  if (undetermined) {
    const isKnownLater = after?.kind === "note" && after.note === "document known after apply";
    return canRefuse(change, plan)
      ? { ...outage, cause: isKnownLater ? "document" : "undetermined" }
      : undefined;
  }
  if (refuses) return { ...outage, cause: "refused" };
  // Another route answers in place of the removed route where `after` exists. A removed resource is in the other list.
  if (kind === "removed" && after === undefined && subject.kind !== "resource") {
    return { ...outage, cause: "destroyed" };
  }
  const isSwitched =
    before.kind === "transfer" && after?.kind === "transfer" && before.isStreamed !== after.isStreamed;
  return isSwitched ? { ...outage, cause: "transfer mode", lasts: "apply" } : undefined;
}

/**
 * Whether an undetermined change can refuse a caller: a removed restriction cannot, and neither can an authorization that still
 * contains everything that was accepted before. The changes of some types can refuse only by some of their arguments.
 */
function canRefuse({ kind, after, refuses, address }: SurfaceChange, plan: Plan): boolean {
  if (kind === "authorization changed") return refuses;
  if (after?.kind === "note" && after.note === "removed, not supported") return false;
  const resource = plan.resources.find((one) => one.address === address && one.deposed === undefined);
  return resource === undefined || changesRefusal(resource);
}
