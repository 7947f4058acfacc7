import { deployedValues } from "../reading/deployed-values";
import type { PlannedResource } from "../reading/planned-resource";
import { at, isSame, textOf, type Value, type Values } from "../reading/values";
import { NONE, valueText } from "../rendering/phrases/values";
import type { Finding, RiskDetails } from "./risk";
import { FUNCTION } from "./runtimes";

/** The variables that decide which data of callers a function of the engine stores. */
const VARIABLES = ["CAPTURE_DESTINATION", "CAPTURE_PERCENT", "CAPTURE_KEEP", "CAPTURE_DROP"] as const;

/** The data of callers that a function stores. */
interface Capture {
  readonly bucket: string;
  readonly percent: number;
  /** The fields whose values are stored; or all values, except those of some fields. */
  readonly fields: { readonly keep: readonly string[] } | { readonly drop: readonly string[] };
}

/** A function that stores requests and answers, more or less of them than before the plan, or without its key. */
export function captureRisks(resource: PlannedResource): Finding[] {
  if (resource.type !== FUNCTION) return [];
  const { before, after } = deployedValues(resource);
  // A destroyed function stores nothing.
  if (after === undefined) return [];
  return [...fieldRisks(before, after), ...keyRisks(before, after)];
}

/** A function that still stores requests, and no longer encrypts them with a key of KMS. */
function keyRisks(before: Values | undefined, after: Values): Finding[] {
  const variableOf = (values: Values | undefined, name: string): Value =>
    at(values, "environment", 0, "variables", name) ?? null;
  const [was, is] = [before, after].map((values) => variableOf(values, KEY));
  const isStill = textOf(variableOf(after, "CAPTURE_DESTINATION")) !== undefined;
  if (!isStill || was === null || was === undefined || is !== null) return [];
  return [
    {
      kind: "exposure",
      direction: "worse",
      gates: ["widen"],
      risk: "capture key",
      details: { kind: "key", key: textOf(was) ?? valueText(was) },
      attribute: `${ATTRIBUTE}.${KEY}`,
      before: valueText(was),
      after: NONE,
    },
  ];
}

const KEY = "CAPTURE_KMS_KEY";

function fieldRisks(before: Values | undefined, after: Values): Finding[] {
  const old: Value = variablesOf(before);
  const next: Value = variablesOf(after);
  if (isSame(old, next)) return [];
  const values = { attribute: ATTRIBUTE, before: shown(old), after: shown(next) };
  const [was, is] = [captureOf(old), captureOf(next)];
  if (was === "hidden" || is === "hidden") {
    const names = ["fields that are known after apply"];
    const details = { kind: "capture", percent: "a part", bucket: "S3", names } as const;
    return [
      {
        ...values,
        kind: "exposure",
        direction: "undetermined",
        gates: ["widen"],
        risk: "captured fields",
        details,
      },
    ];
  }
  if (is === undefined) {
    if (was === undefined) return [];
    return [
      {
        ...values,
        kind: "exposure",
        direction: "better",
        gates: [],
        risk: "captured names",
        details: detailsOf(was),
      },
    ];
  }
  const isWorse =
    was === undefined || is.percent > was.percent || storesMore(is, was) || is.bucket !== was.bucket;
  const isBetter = was !== undefined && (is.percent < was.percent || storesMore(was, is));
  if (!isWorse && !isBetter) return [];
  return [
    {
      ...values,
      kind: "exposure",
      direction: isWorse ? "worse" : "better",
      // Names of fields are no data of callers.
      gates: isWorse && storesValues(is) ? ["widen"] : [],
      risk: riskOf(is),
      details: detailsOf(is),
    },
  ];
}

const ATTRIBUTE = "environment[0].variables";

function riskOf({ fields }: Capture): Finding["risk"] {
  if ("keep" in fields) return fields.keep.length === 0 ? "captured names" : "captured fields";
  return "captured data";
}

function detailsOf({ bucket, percent, fields }: Capture): RiskDetails {
  return {
    kind: "capture",
    percent: `${percent} %`,
    bucket,
    names: "keep" in fields ? fields.keep : fields.drop,
  };
}

function storesValues({ fields }: Capture): boolean {
  return "drop" in fields || fields.keep.length > 0;
}

/** Whether the values of a field are stored that `other` does not store. */
function storesMore({ fields }: Capture, { fields: others }: Capture): boolean {
  if ("keep" in fields) {
    return fields.keep.some((name) =>
      "keep" in others ? !others.keep.includes(name) : others.drop.includes(name),
    );
  }
  return "keep" in others || others.drop.some((name) => !fields.drop.includes(name));
}

function variablesOf(values: Value | undefined): Value {
  return VARIABLES.map((name) => at(values, "environment", 0, "variables", name) ?? null);
}

function captureOf(variables: Value): Capture | "hidden" | undefined {
  const [destination, percent, keep, drop] = VARIABLES.map((_, index) => at(variables, index));
  if (destination === null || destination === undefined) return undefined;
  if ([destination, percent, keep, drop].some((value) => typeof value === "symbol")) return "hidden";
  const bucket = textOf(destination)?.split("/")[2] ?? "S3";
  const [kept, dropped] = [namesOf(keep), namesOf(drop)];
  return {
    bucket,
    percent: Number(textOf(percent)),
    fields: dropped === undefined ? { keep: kept ?? [] } : { drop: dropped },
  };
}

/** @returns `undefined` if the variable is absent or no list */
function namesOf(value: Value | undefined): string[] | undefined {
  try {
    const names: unknown = JSON.parse(textOf(value) ?? "");
    return Array.isArray(names) ? names.map(String) : undefined;
  } catch {
    return undefined;
  }
}

function shown(variables: Value): string {
  const texts = VARIABLES.flatMap((name, index) => {
    const value = at(variables, index);
    return value === null || value === undefined ? [] : [`${name} ${valueText(value)}`];
  });
  return texts.join(", ") || NONE;
}
