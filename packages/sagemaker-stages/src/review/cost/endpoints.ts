import { averageOf, parseCron, type ScheduledValue } from "../../aws/cron";
import { HOURS_PER_MONTH } from "../../aws/prices";
import { deployedValues } from "../reading/deployed-values";
import type { PlannedResource } from "../reading/planned-resource";
import { at, textOf, UNKNOWN, type Value, type Values } from "../reading/values";
import {
  ASSUMED_DURATION_IN_MS,
  type Charge,
  type CostContext,
  type CostItem,
  type CostNote,
  type Factor,
  hoursOf,
  KNOWN_LATER,
  type Rule,
  type Term,
  type UncountedReason,
} from "./charge";

const SECONDS_PER_MONTH = HOURS_PER_MONTH * 3600;
const SECONDS_PER_MILLION = ASSUMED_DURATION_IN_MS * 1000;
const VARIANTS = ["production_variants", "shadow_production_variants"] as const;

/**
 * The charges for the variants of an endpoint's configuration, assuming that one endpoint uses it. Variants that scale are
 * counted at their minimum.
 */
export const endpointConfiguration: Rule = (values, context) => {
  // A deposed configuration of a failed rollout: the endpoint is counted once, with the new configuration.
  if (context.resource.deposed !== undefined) return [];
  return VARIANTS.flatMap((block): Charge[] => {
    const variants = values[block] ?? [];
    if (!Array.isArray(variants))
      return [{ what: { kind: "variants", name: block }, per: "month", terms: KNOWN_LATER }];
    return variants.flatMap((variant: Value) => {
      const name = textOf(at(variant, "variant_name")) ?? KNOWN_LATER;
      const isShadow = block === "shadow_production_variants";
      const item = (kind: VariantItem): CostItem => ({
        kind: isShadow ? `shadow ${kind}` : kind,
        name,
      });
      const serverless = at(variant, "serverless_config", 0);
      return serverless === undefined
        ? instances(item, variant, minimumOf(name, values, context))
        : serverlessCharges(item, serverless, minimumOf(name, values, context));
    });
  });
};

type VariantItem = "instances" | "provisioned concurrency" | "variant requests";

function instances(
  item: (kind: VariantItem) => CostItem,
  variant: Value,
  scaled: Minimum | undefined,
): Charge {
  const type = textOf(at(variant, "instance_type"));
  const managed = at(variant, "managed_instance_scaling", 0, "min_instance_count");
  const minimum = typeof managed === "number" ? { count: managed, note: minimumNote(managed) } : scaled;
  const count = minimum?.count ?? at(variant, "initial_instance_count");
  if (count === 0 && type !== undefined) {
    const hour: Factor = { value: 1, unit: "h" };
    return {
      what: item("instances"),
      per: "use",
      terms: "instances while requests wait",
      each: { item: `sagemaker:instance:${type}`, quantity: 1, factors: [hour] },
    };
  }
  return {
    what: item("instances"),
    per: "month",
    terms:
      type === undefined || typeof count !== "number"
        ? reasonOf(count)
        : [{ item: `sagemaker:instance:${type}`, ...hoursOf(count) }],
    ...noteOf(minimum),
  };
}

function serverlessCharges(
  item: (kind: VariantItem) => CostItem,
  serverless: Value,
  scaled: Minimum | undefined,
): Charge[] {
  const memory = at(serverless, "memory_size_in_mb");
  const provisioned = at(serverless, "provisioned_concurrency") ?? 0;
  const isProvisioned = provisioned === UNKNOWN || (typeof provisioned === "number" && provisioned > 0);
  const requests = { what: item("variant requests"), per: "million requests" } as const;
  const warm = { what: item("provisioned concurrency"), per: "month" } as const;
  if (typeof memory !== "number") {
    const charges: readonly Charge[] = [
      { ...requests, terms: KNOWN_LATER },
      { ...warm, terms: KNOWN_LATER },
    ];
    return isProvisioned ? [...charges] : charges.slice(0, 1);
  }
  const seconds: Factor = { value: SECONDS_PER_MILLION, unit: "s" };
  if (!isProvisioned) {
    const gb = memory / 1024;
    return [
      {
        ...requests,
        terms: [
          {
            item: "sagemaker:serverless",
            quantity: SECONDS_PER_MILLION * gb,
            factors: [seconds, { value: gb, unit: "GB" }],
          },
        ],
      },
    ];
  }
  const count = scaled?.count ?? provisioned;
  const warmTerm = (warmCount: number): Term => ({
    item: `sagemaker:provisioned-concurrency:${memory}`,
    quantity: warmCount * SECONDS_PER_MONTH,
    factors: [{ value: warmCount }, { value: SECONDS_PER_MONTH, unit: "s" }],
  });
  return [
    {
      ...warm,
      terms: typeof count === "number" ? [warmTerm(count)] : reasonOf(count),
      ...noteOf(scaled),
    },
    {
      ...requests,
      terms: [
        {
          item: `sagemaker:provisioned-concurrency-duration:${memory}`,
          quantity: SECONDS_PER_MILLION,
          factors: [seconds],
        },
      ],
      note: { kind: "within provisioned concurrency" },
    },
  ];
}

/** Why a capacity is not counted. */
function reasonOf(count: Value | Minimum["count"] | undefined): UncountedReason {
  return count === "schedule not read" ? count : KNOWN_LATER;
}

function noteOf(minimum: Minimum | undefined): { readonly note?: CostNote } {
  return minimum?.note === undefined ? {} : { note: minimum.note };
}

/** The minimum of a variant that scales. */
interface Minimum {
  readonly count: number | typeof UNKNOWN | "schedule not read";
  readonly note?: CostNote;
}

/** The minimum in Application Auto Scaling; undefined where the variant does not scale. */
function minimumOf(variant: string, configuration: Values, context: CostContext): Minimum | undefined {
  const { plan, side } = context;
  const endpoints = plan.resources
    .filter((one) => one.type === "aws_sagemaker_endpoint" && runsOn(one, configuration, context))
    .map((one) => textOf(deployedValues(one)[side]?.name));
  const target = plan.resources
    .filter(({ type }) => type === "aws_appautoscaling_target")
    .map((one) => deployedValues(one)[side])
    .find((values) =>
      endpoints.some((name) => values?.resource_id === `endpoint/${name}/variant/${variant}`),
    );
  if (target === undefined) return undefined;
  const scheduled = scheduledMinimumOf(target, context);
  if (scheduled !== undefined) return scheduled;
  const minimum = target.min_capacity;
  if (typeof minimum !== "number") return { count: UNKNOWN, note: { kind: "minimum", count: null } };
  return { count: minimum, note: minimumNote(minimum) };
}

/** The average of the minimums that scheduled actions set; undefined without scheduled actions. */
function scheduledMinimumOf(target: Values, { plan, side }: CostContext): Minimum | undefined {
  const actions = plan.resources
    .filter(({ type }) => type === "aws_appautoscaling_scheduled_action")
    .flatMap((one): Values[] => {
      const values = deployedValues(one)[side];
      return values === undefined ? [] : [values];
    })
    .filter((action) => action.resource_id === target.resource_id);
  if (actions.length === 0) return undefined;
  const values = actions.flatMap((action): ScheduledValue[] => {
    const [, expression = ""] = /^cron\((.*)\)$/.exec(textOf(action.schedule) ?? "") ?? [];
    const cron = parseCron(expression);
    const value = numberOf(at(action.scalable_target_action, 0, "min_capacity"));
    return cron === undefined || value === undefined ? [] : [{ cron, value }];
  });
  const average = values.length === actions.length ? averageOf(values) : undefined;
  if (average === undefined) return { count: "schedule not read" };
  const rounded = Math.round(average * 10_000) / 10_000;
  return { count: rounded, note: { kind: "scheduled minimum", average: rounded } };
}

/** The provider writes the capacities of scheduled actions as texts. */
function numberOf(value: Value | undefined): number | undefined {
  const number = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isInteger(number) ? number : undefined;
}

function minimumNote(count: number): CostNote {
  return { kind: "minimum", count };
}

/** Before its first apply, a configuration has no name: then its endpoint is the one with the same parent construct. */
function runsOn(endpoint: PlannedResource, configuration: Values, { resource, side }: CostContext): boolean {
  const named = textOf(deployedValues(endpoint)[side]?.endpoint_config_name);
  const name = textOf(configuration.name);
  if (named !== undefined && name !== undefined) return named === name;
  return parentOf(endpoint.path) !== undefined && parentOf(endpoint.path) === parentOf(resource.path);
}

function parentOf(path: string): string | undefined {
  const end = path.lastIndexOf("/");
  return end < 0 ? undefined : path.slice(0, end);
}
