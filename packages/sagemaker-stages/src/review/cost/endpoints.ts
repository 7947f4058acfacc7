import { inAws } from "../in-aws";
import type { PlannedResource } from "../planned-resource";
import { at, textOf, UNKNOWN, type Value, type Values } from "../values";
import {
  ASSUMED_DURATION_IN_MS,
  type Charge,
  HOURS_PER_MONTH,
  hoursOf,
  inDigits,
  KNOWN_LATER,
  type Rule,
  type Surroundings,
  type Term,
} from "./charge";

const SECONDS_PER_MONTH = HOURS_PER_MONTH * 3600;
const SECONDS_PER_MILLION = ASSUMED_DURATION_IN_MS * 1000;
const VARIANTS = ["production_variants", "shadow_production_variants"] as const;

/**
 * What the variants of an endpoint's configuration cost, taken that one endpoint runs on it. What scales is counted at
 * its least.
 */
export const endpointConfiguration: Rule = (values, surroundings) => {
  // Left over from a rollout that failed: the endpoint is counted once, with the configuration that succeeded it.
  if (surroundings.resource.deposed !== undefined) return [];
  return VARIANTS.flatMap((block): Charge[] => {
    const variants = values[block] ?? [];
    if (!Array.isArray(variants)) return [{ what: block, per: "month", terms: KNOWN_LATER }];
    return variants.flatMap((variant: Value) => {
      const name = textOf(at(variant, "variant_name")) ?? KNOWN_LATER;
      const prefix = block === "production_variants" ? "variant" : "shadow variant";
      const serverless = at(variant, "serverless_config", 0);
      return serverless === undefined
        ? instances(`${prefix} ${name}`, variant, leastOf(name, values, surroundings))
        : serverlessCharges(`${prefix} ${name}`, serverless, leastOf(name, values, surroundings));
    });
  });
};

function instances(what: string, variant: Value, scaled: Least | undefined): Charge {
  const type = textOf(at(variant, "instance_type"));
  const managed = at(variant, "managed_instance_scaling", 0, "min_instance_count");
  const least = typeof managed === "number" ? { count: managed, note: leastNote(managed) } : scaled;
  const count = least?.count ?? at(variant, "initial_instance_count");
  return {
    what: `${what}: instances`,
    per: "month",
    terms:
      type === undefined || typeof count !== "number"
        ? KNOWN_LATER
        : [{ item: `sagemaker:instance:${type}`, name: type, ...hoursOf(count) }],
    ...(least === undefined ? {} : { note: least.note }),
  };
}

function serverlessCharges(what: string, serverless: Value, scaled: Least | undefined): Charge[] {
  const memory = at(serverless, "memory_size_in_mb");
  const provisioned = at(serverless, "provisioned_concurrency") ?? 0;
  const isProvisioned = provisioned === UNKNOWN || (typeof provisioned === "number" && provisioned > 0);
  const requests = { what: `${what}: requests`, per: "million requests" } as const;
  const warm = { what: `${what}: provisioned concurrency`, per: "month" } as const;
  if (typeof memory !== "number") {
    return [{ ...requests, terms: KNOWN_LATER }, ...(isProvisioned ? [{ ...warm, terms: KNOWN_LATER }] : [])];
  }
  const seconds = `${inDigits(SECONDS_PER_MILLION)} s`;
  if (!isProvisioned) {
    const gb = memory / 1024;
    return [
      {
        ...requests,
        terms: [
          {
            item: "sagemaker:serverless",
            name: "serverless inference",
            quantity: SECONDS_PER_MILLION * gb,
            words: `${seconds} × ${gb} GB`,
          },
        ],
      },
    ];
  }
  const count = scaled?.count ?? provisioned;
  const size = `${memory} MB`;
  const warmTerm = (warmCount: number): Term => ({
    item: `sagemaker:provisioned-concurrency:${memory}`,
    name: `provisioned concurrency of ${size}`,
    quantity: warmCount * SECONDS_PER_MONTH,
    words: `${warmCount} × ${inDigits(SECONDS_PER_MONTH)} s`,
  });
  return [
    {
      ...warm,
      terms: typeof count === "number" ? [warmTerm(count)] : KNOWN_LATER,
      ...(scaled === undefined ? {} : { note: scaled.note }),
    },
    {
      ...requests,
      terms: [
        {
          item: `sagemaker:provisioned-concurrency-duration:${memory}`,
          name: `requests to provisioned concurrency of ${size}`,
          quantity: SECONDS_PER_MILLION,
          words: seconds,
        },
      ],
      note: "as long as the provisioned concurrency is enough for them",
    },
  ];
}

/** The least of what scales, and that it is so. */
interface Least {
  readonly count: number | typeof UNKNOWN;
  readonly note: string;
}

/** What Application Auto Scaling keeps of a variant at least; undefined where it does not scale. */
function leastOf(variant: string, configuration: Values, surroundings: Surroundings): Least | undefined {
  const { plan, side } = surroundings;
  const endpoints = plan.resources
    .filter((one) => one.type === "aws_sagemaker_endpoint" && runsOn(one, configuration, surroundings))
    .map((one) => textOf(inAws(one)[side]?.name));
  const target = plan.resources
    .filter(({ type }) => type === "aws_appautoscaling_target")
    .map((one) => inAws(one)[side])
    .find((values) =>
      endpoints.some((name) => values?.resource_id === `endpoint/${name}/variant/${variant}`),
    );
  if (target === undefined) return undefined;
  const least = target.min_capacity;
  if (typeof least !== "number") return { count: UNKNOWN, note: "its least is known after apply" };
  return { count: least, note: leastNote(least) };
}

function leastNote(least: number): string {
  return `it scales: counted at its least, ${least}`;
}

/** Before its first apply, a configuration has no name: then the endpoint that stands beside it in the stack. */
function runsOn(endpoint: PlannedResource, configuration: Values, { resource, side }: Surroundings): boolean {
  const named = textOf(inAws(endpoint)[side]?.endpoint_config_name);
  const name = textOf(configuration.name);
  if (named !== undefined && name !== undefined) return named === name;
  return parentOf(endpoint.path) !== undefined && parentOf(endpoint.path) === parentOf(resource.path);
}

function parentOf(path: string): string | undefined {
  const end = path.lastIndexOf("/");
  return end < 0 ? undefined : path.slice(0, end);
}
