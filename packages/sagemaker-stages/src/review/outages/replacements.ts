import { deployedValues } from "../reading/deployed-values";
import type { Plan } from "../reading/plan";
import type { PlannedResource } from "../reading/planned-resource";
import { at, isEmptyValue, isSame, textOf, type Values } from "../reading/values";
import type { SurfaceSubject } from "../surface";
import type { Outage } from "./outage";

/** How callers depend on the resources of a type. */
interface Called {
  /** The attributes that together identify the resource for callers; `undefined` where AWS generates an address. */
  readonly identity: readonly string[] | undefined;
  /** Whether only API Gateway calls the resource by its name, so that another name concerns no caller after the apply. */
  readonly isBehindRoute?: true;
  /** Whether the resource is a credential of callers. */
  readonly isCredential?: true;
}

const REST_API = "aws_api_gateway_rest_api";

/** Types that callers depend on. A type that is absent is no address: its destruction alone interrupts no call. */
const CALLED: Readonly<Record<string, Called>> = {
  aws_sagemaker_endpoint: { identity: ["name"] },
  // API Gateway calls the function of a route. The API's document shows whether the route of a destroyed function stays.
  aws_lambda_function: { identity: ["function_name"], isBehindRoute: true },
  aws_lambda_function_url: { identity: undefined },
  [REST_API]: { identity: undefined },
  aws_api_gateway_stage: { identity: ["rest_api_id", "stage_name"] },
  aws_api_gateway_domain_name: { identity: ["domain_name"] },
  aws_api_gateway_base_path_mapping: { identity: ["domain_name", "base_path"] },
  aws_api_gateway_api_key: { identity: ["value"], isCredential: true },
  aws_apigatewayv2_api: { identity: undefined },
  aws_apigatewayv2_stage: { identity: ["api_id", "name"] },
  aws_apigatewayv2_domain_name: { identity: ["domain_name"] },
  aws_apigatewayv2_api_mapping: { identity: ["domain_name", "api_mapping_key"] },
  aws_route53_record: { identity: ["name", "type", "set_identifier"] },
  aws_cloudfront_distribution: { identity: undefined },
  aws_cognito_user_pool: { identity: undefined },
  aws_cognito_user_pool_domain: { identity: ["domain"] },
  aws_alb: { identity: undefined },
  aws_elb: { identity: undefined },
  aws_lb: { identity: undefined },
  aws_alb_listener: { identity: ["load_balancer_arn", "port"] },
  aws_lb_listener: { identity: ["load_balancer_arn", "port"] },
};

/**
 * Addresses and credentials of callers that a plan destroys or replaces.
 *
 * @param lost - addresses in Terraform of the resources that the plan destroys or replaces
 * @param removed - removed routes, addresses and customers: the resources that contain them are not listed, too
 */
export function replacementOutages(
  plan: Plan,
  lost: ReadonlySet<string>,
  removed: readonly Outage[],
): Outage[] {
  const apis = plan.resources.filter(({ type, address }) => type === REST_API && lost.has(address));
  return plan.resources.flatMap((resource): Outage[] => {
    const { type, address, path, deposed, before } = resource;
    const called = Object.hasOwn(CALLED, type) ? CALLED[type] : undefined;
    // A deposed object is the rest of a failed replacement: its successor is in use.
    if (!lost.has(address) || called === undefined || deposed !== undefined || !isCalled(resource)) return [];
    if (type === "aws_api_gateway_stage" && apis.some((api) => isSame(api.before?.id, before?.rest_api_id))) {
      return [];
    }
    const fate = fateOf(resource, called, plan);
    if (fate === undefined || (fate.cause === "destroyed" && isContained(resource, removed))) return [];
    return [{ ...fate, subject: subjectOf(resource, plan), undetermined: false, path, address }];
  });
}

/** A DNS record that validates a certificate is no address: only an alias leads callers to an API or a page. */
function isCalled({ type, before }: PlannedResource): boolean {
  return type !== "aws_route53_record" || at(before, "alias", 0) !== undefined;
}

/** Whether the list contains the resource's routes or address, or the customer of an API key. */
function isContained({ address, before }: PlannedResource, removed: readonly Outage[]): boolean {
  const customer = textOf(at(before, "tags", "Customer"));
  return removed.some(
    (one) =>
      one.address === address ||
      (one.subject.kind === "customer" && customer !== undefined && one.subject.customer === customer),
  );
}

interface Fate {
  readonly cause: "destroyed" | "replaced" | "other address" | "other credential";
  readonly lasts: Outage["lasts"];
}

/** What happens to the address; `undefined` where no caller depends on the destroyed resource itself. */
function fateOf(
  resource: PlannedResource,
  { identity, isBehindRoute, isCredential }: Called,
  plan: Plan,
): Fate | undefined {
  const successor = resource.after ?? successorOf(resource, identity, plan)?.after;
  if (successor === undefined) return isBehindRoute ? undefined : { cause: "destroyed", lasts: "permanent" };
  const isSameAddress = identity !== undefined && hasIdentity(resource.before, successor, identity);
  if (isSameAddress || isBehindRoute) return { cause: "replaced", lasts: "apply" };
  return { cause: isCredential ? "other credential" : "other address", lasts: "permanent" };
}

/** The resource with the same identity that the plan creates at another address in Terraform. */
export function successorOf(
  { type, address, before }: PlannedResource,
  identity: readonly string[] | undefined,
  plan: Plan,
): PlannedResource | undefined {
  if (identity === undefined || !identity.some((name) => textOf(before?.[name]) !== undefined))
    return undefined;
  return plan.resources.find((one) => {
    const { before: old, after } = deployedValues(one);
    const isNew = old === undefined && one.type === type && one.address !== address;
    return isNew && after !== undefined && hasIdentity(before, after, identity);
  });
}

/** Whether both resources have the same identity. Terraform writes an absent text as `null` or as an empty text. */
function hasIdentity(one: Values | undefined, other: Values, identity: readonly string[]): boolean {
  return identity.every((name) => {
    const value = one?.[name];
    return isSame(value, other[name]) || (isEmptyValue(value) && isEmptyValue(other[name]));
  });
}

/** Attributes with the name that callers use. */
const NAMES = ["function_name", "domain_name", "stage_name", "domain", "name"] as const;

function subjectOf({ type, path, before }: PlannedResource, plan: Plan): SurfaceSubject {
  const [name = path] = NAMES.flatMap((one) => textOf(before?.[one]) ?? []).map(plan.scrub);
  switch (type) {
    case "aws_lambda_function_url":
      return { kind: "function URL", function: name };
    case "aws_api_gateway_stage":
      return { kind: "stage", stage: name };
    case "aws_api_gateway_domain_name":
    case "aws_api_gateway_base_path_mapping":
    case "aws_apigatewayv2_domain_name":
    case "aws_apigatewayv2_api_mapping":
    case "aws_route53_record":
      return { kind: "domain name", name };
    case "aws_cloudfront_distribution":
      return { kind: "page", pattern: "*" };
    default:
      return { kind: "resource", type, name };
  }
}
