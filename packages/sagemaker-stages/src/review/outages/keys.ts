import { deployedValues } from "../reading/deployed-values";
import type { Plan } from "../reading/plan";
import type { PlannedResource } from "../reading/planned-resource";
import { isSame, isValues, textOf, type Value, type Values } from "../reading/values";
import { hasCustomer } from "../surface/shared-key";
import type { Outage } from "./outage";

const API_KEY = "aws_api_gateway_api_key";
const USAGE_PLAN = "aws_api_gateway_usage_plan";
const LINK = "aws_api_gateway_usage_plan_key";

/**
 * Keys that stay, and that lose their usage plan: API Gateway answers 403 to a key without a usage plan of the stage
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html). A usage plan whose keys the plan does
 * not contain is listed itself. The surface lists the usage plans of customers.
 *
 * @param lost - addresses in Terraform of the resources that the plan destroys or replaces
 */
export function keyOutages(plan: Plan, lost: ReadonlySet<string>): Outage[] {
  const isLost = ({ type, address, deposed }: PlannedResource, of: string): boolean =>
    type === of && deposed === undefined && lost.has(address);
  const links = plan.resources.filter(({ type, before }) => type === LINK && before !== undefined);
  const ofLinks = links
    .filter((one) => isLost(one, LINK))
    .flatMap((link): Outage[] => {
      const key = plan.resources.find(
        ({ type, before }) => type === API_KEY && isSame(before?.id, link.before?.key_id ?? null),
      );
      const usagePlan = plan.resources.find(
        ({ type, before }) => type === USAGE_PLAN && isSame(before?.id, link.before?.usage_plan_id ?? null),
      );
      const isOfRemovedCustomer =
        usagePlan !== undefined && hasCustomer(usagePlan.before) && usagePlan.after === undefined;
      // A destroyed or replaced key is listed itself.
      if (isOfRemovedCustomer || (key !== undefined && isLost(key, API_KEY))) return [];
      const isLinkedAgain = plan.resources.some(
        (one) =>
          one.type === LINK &&
          (one.before === undefined || one.address === link.address) &&
          isSame(one.after?.key_id, link.before?.key_id ?? null),
      );
      const name = textOf(key?.before?.name) ?? textOf(link.before?.name);
      const { path, address } = link;
      return [
        {
          cause: "usage plan",
          subject: { kind: "resource", type: API_KEY, name: name === undefined ? path : plan.scrub(name) },
          lasts: isLinkedAgain ? "apply" : "permanent",
          undetermined: false,
          path,
          address,
        },
      ];
    });
  const ofPlans = plan.resources.flatMap((usagePlan): Outage[] => {
    const { type, before, path, address } = usagePlan;
    const hasLinks = links.some((link) => isSame(link.before?.usage_plan_id, before?.id ?? null));
    if (!isLost(usagePlan, USAGE_PLAN) || hasCustomer(before) || hasLinks) return [];
    const name = textOf(before?.name);
    const subject = { kind: "resource", type, name: name === undefined ? path : plan.scrub(name) } as const;
    // A new usage plan with the same name does not contain the keys that Terraform does not manage.
    return [{ cause: "destroyed", subject, lasts: "permanent", undetermined: false, path, address }];
  });
  return [...ofLinks, ...ofPlans];
}

/** Types that encrypt or decrypt with a key of AWS KMS while they answer a call. */
const ENCRYPTED: ReadonlySet<string> = new Set([
  "aws_lambda_function",
  "aws_sagemaker_endpoint",
  "aws_sagemaker_endpoint_configuration",
  "aws_sagemaker_model",
]);

/**
 * Keys of AWS KMS that a plan destroys, and that a function, an endpoint or a model names that stays.
 *
 * @param lost - addresses in Terraform of the resources that the plan destroys or replaces
 */
export function lostEncryptionKeys(plan: Plan, lost: ReadonlySet<string>): Outage[] {
  return plan.resources.flatMap((key): Outage[] => {
    const { type, address, path, deposed } = key;
    if (type !== "aws_kms_key" || deposed !== undefined || !lost.has(address)) return [];
    const lasts = useOfKey(key, plan);
    if (lasts === undefined) return [];
    const subject = { kind: "resource", type, name: path } as const;
    return [{ cause: "destroyed", subject, lasts, undetermined: false, path, address }];
  });
}

/**
 * How long calls fail if a plan disables or destroys a key of AWS KMS.
 *
 * @returns `permanent` if a function, an endpoint or a model that stays still names the key or one of its aliases after the plan;
 * `apply` if it only names the key before the plan, because the change of the key can precede its update; `undefined` otherwise
 */
export function useOfKey({ before: key }: PlannedResource, plan: Plan): Outage["lasts"] | undefined {
  const ids = namesIn(key, ["arn", "key_id", "id"]);
  const aliases = plan.resources
    .filter(({ type, before }) => type === "aws_kms_alias" && mentions(before, ids))
    .flatMap(({ before }) => namesIn(before, ["arn", "name"]));
  const names = [...ids, ...aliases];
  const users = plan.resources
    .filter(({ type, deposed }) => ENCRYPTED.has(type) && deposed === undefined)
    .map(deployedValues)
    .filter(({ before, after }) => after !== undefined && mentions(before, names));
  if (users.length === 0) return undefined;
  return users.some(({ after }) => mentions(after, names)) ? "permanent" : "apply";
}

function namesIn(values: Values | undefined, attributes: readonly string[]): readonly string[] {
  return attributes.flatMap((name) => textOf(values?.[name]) ?? []);
}

/** Whether a value of a resource is one of the names. A tag can name a key, and does not encrypt. */
function mentions(value: Value | undefined, names: readonly string[]): boolean {
  if (typeof value === "string") return names.includes(value);
  if (Array.isArray(value)) return (value as readonly Value[]).some((one) => mentions(one, names));
  if (!isValues(value)) return false;
  return Object.entries(value).some(
    ([attribute, one]) => attribute !== "tags" && attribute !== "tags_all" && mentions(one, names),
  );
}
