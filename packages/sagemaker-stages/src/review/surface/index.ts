import { compareTexts } from "../changes";
import { inAws } from "../in-aws";
import type { Plan } from "../plan";
import type { PlannedResource } from "../planned-resource";
import { withoutTags } from "../tags";
import { isSame, textOf, type Values } from "../values";
import { bucketCorsChanges } from "./buckets";
import { type Finding, type SurfaceChange, unjudged } from "./change";
import { distributionChanges } from "./distributions";
import { functionUrlChanges } from "./function-urls";
import { httpApiChanges } from "./http-apis";
import { listenerChanges, loadBalancerChanges } from "./load-balancers";
import { httpRouteChanges, methodChanges } from "./methods";
import { restApiChanges } from "./rest-apis";
import { stageChanges } from "./stages";
import { keyThrottling, stageThrottling } from "./throttling";

export type { SurfaceChange, SurfaceKind } from "./change";

/** Finders by the type of the resource. */
const FINDERS: Readonly<Record<string, (resource: PlannedResource, plan: Plan) => Finding[]>> = {
  aws_api_gateway_rest_api: restApiChanges,
  aws_api_gateway_stage: stageChanges,
  aws_api_gateway_method_settings: stageThrottling,
  aws_api_gateway_usage_plan: keyThrottling,
  aws_lambda_function_url: functionUrlChanges,
  aws_cloudfront_distribution: distributionChanges,
  aws_alb: loadBalancerChanges,
  aws_elb: loadBalancerChanges,
  aws_lb: loadBalancerChanges,
  aws_alb_listener: listenerChanges,
  aws_alb_listener_rule: listenerChanges,
  aws_lb_listener: listenerChanges,
  aws_lb_listener_rule: listenerChanges,
  aws_api_gateway_method: methodChanges,
  aws_apigatewayv2_api: httpApiChanges,
  aws_apigatewayv2_route: httpRouteChanges,
  aws_s3_bucket: bucketCorsChanges,
  aws_s3_bucket_cors_configuration: bucketCorsChanges,
};

/** What can be reached by others or says who may, and is not read here. */
const NOT_UNDERSTOOD =
  /^aws_(?:apigatewayv2_(?:stage|authorizer|domain_name|api_mapping)|api_gateway_(?:authorizer|domain_name|base_path_mapping|rest_api_policy|rest_api_put|gateway_response)|appsync_graphql_api|apprunner_service)$/;

/** Whether the type is one whose changes are found here, or named as not understood. */
export function isReadForSurface(type: string): boolean {
  return (Object.hasOwn(FINDERS, type) && !READ_IN_PART.test(type)) || NOT_UNDERSTOOD.test(type);
}

/** Of these, only the authentication is read: any other change is listed as not judged. */
const READ_IN_PART = /_listener(?:_rule)?$/;

/** What is open to more where this goes; what else goes opens nothing. */
const RESTRICTS = /_rest_api_policy$/;

/**
 * What a plan changes of who can reach what: routes of REST APIs by their OpenAPI document, with authorization, CORS and
 * throttling, function URLs, and pages. Nothing of a document is told but methods, paths, names of authorizers and of
 * functions, scopes, origins and limits.
 *
 * CORS that a function sends by itself is not seen: its variables are masked. Whom a resource policy lets in is a matter
 * of access, and not told here.
 *
 * @returns what is opened first, then what else {@link SurfaceChange.public} is true of, then what is let through more
 * than before, then the rest; each by path and name
 */
export function surfaceChanges(plan: Plan): SurfaceChange[] {
  const changes = plan.resources.flatMap((resource) =>
    findingsOf(resource, plan).map((finding): SurfaceChange => {
      const { what, kind, before, after, ...flags } = finding;
      return {
        path: resource.path,
        address: resource.address,
        what: plan.scrub(what),
        kind,
        before: before === undefined ? undefined : plan.scrub(before),
        after: after === undefined ? undefined : plan.scrub(after),
        opened: flags.opened ?? false,
        public: flags.public ?? false,
        unjudged: flags.unjudged ?? false,
        widenedCors: flags.widenedCors ?? false,
        raisedThrottling: flags.raisedThrottling ?? false,
      };
    }),
  );
  return changes.sort((one, other) => compareTexts(sortKey(one), sortKey(other)));
}

function findingsOf(resource: PlannedResource, plan: Plan): Finding[] {
  const { before, after } = inAws(resource);
  if (before === undefined && after === undefined) return [];
  const finder = Object.hasOwn(FINDERS, resource.type) ? FINDERS[resource.type] : undefined;
  if (finder !== undefined) return finder(resource, plan);
  if (!NOT_UNDERSTOOD.test(resource.type)) return [];
  if (before !== undefined && after !== undefined && isSame(withoutTags(before), withoutTags(after)))
    return [];
  const was = before === undefined ? undefined : "there";
  if (after === undefined && !(RESTRICTS.test(resource.type) && staysOpen(before, plan))) {
    return [{ what: nameOf(resource), kind: "removed", before: was, after: undefined }];
  }
  const change = before === undefined ? "new" : after === undefined ? "gone" : "changed";
  return [unjudged(nameOf(resource), was, `${change}; not understood here: look at it`)];
}

/** `aws_appsync_graphql_api orders`: by what AWS calls it, as far as that is known. */
function nameOf({ type, path, before, after }: PlannedResource): string {
  const values = after ?? before;
  const name = ["name", "service_name", "domain_name"]
    .map((one) => textOf(values?.[one]))
    .find((text) => text !== undefined && text !== "");
  return name === undefined && path.startsWith(type) ? path : `${type} ${name ?? path}`;
}

/** Whether the API that a policy was of is still there. */
function staysOpen(policy: Values | undefined, plan: Plan): boolean {
  return !plan.resources.some((one) => {
    const api = inAws(one);
    return (
      one.type === "aws_api_gateway_rest_api" &&
      api.after === undefined &&
      api.before !== undefined &&
      isSame(api.before.id, policy?.rest_api_id)
    );
  });
}

function sortKey(change: SurfaceChange): string {
  const rank = change.opened ? 0 : change.public ? 1 : change.widenedCors || change.raisedThrottling ? 2 : 3;
  return [rank, change.path, change.address, change.what, change.kind].join("\u0000");
}
