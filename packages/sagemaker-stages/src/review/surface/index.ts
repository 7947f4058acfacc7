import { compareTexts } from "../changes/changes";
import { withoutTags } from "../changes/tags";
import { mapTexts } from "../map-texts";
import { deployedValues } from "../reading/deployed-values";
import type { Plan } from "../reading/plan";
import type { PlannedResource } from "../reading/planned-resource";
import { isSame, textOf, type Values } from "../reading/values";
import { bucketCorsChanges } from "./buckets";
import { type Finding, note, type SurfaceChange, type SurfaceSubject, undetermined } from "./change";
import { customerChanges } from "./customers";
import { distributionChanges } from "./distributions";
import { domainNameChanges, mappingChanges } from "./domain-names";
import { functionUrlChanges } from "./function-urls";
import { httpApiChanges } from "./http-apis";
import { listenerChanges, loadBalancerChanges } from "./load-balancers";
import { httpRouteChanges, methodChanges } from "./methods";
import { restApiChanges } from "./rest-apis";
import { identityPoolChanges, userPoolChanges, userPoolClientChanges } from "./sign-in";
import { stageChanges } from "./stages";
import { keyThrottling, stageThrottling } from "./throttling";

export type { SurfaceChange, SurfaceKind, SurfaceState, SurfaceSubject } from "./change";

/** Finders by the type of the resource. */
const FINDERS: Readonly<Record<string, (resource: PlannedResource, plan: Plan) => Finding[]>> = {
  aws_api_gateway_rest_api: restApiChanges,
  aws_api_gateway_stage: stageChanges,
  aws_api_gateway_domain_name: domainNameChanges,
  aws_api_gateway_base_path_mapping: mappingChanges,
  aws_api_gateway_method_settings: stageThrottling,
  aws_api_gateway_usage_plan: (resource, plan) => [
    ...customerChanges(resource, plan),
    ...keyThrottling(resource),
  ],
  aws_lambda_function_url: functionUrlChanges,
  aws_cloudfront_distribution: distributionChanges,
  aws_cognito_identity_pool: identityPoolChanges,
  aws_cognito_user_pool: userPoolChanges,
  aws_cognito_user_pool_client: userPoolClientChanges,
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

/** Types that expose a resource or control access to it, and that the review does not support. */
const UNSUPPORTED =
  /^aws_(?:apigatewayv2_(?:stage|authorizer|domain_name|api_mapping)|api_gateway_(?:authorizer|rest_api_policy|rest_api_put|gateway_response)|appsync_graphql_api|apprunner_service|cognito_(?:identity_pool_provider_principal_tag|identity_provider|managed_user_pool_client|user_group))$/;

/** Whether the surface shows changes of the type, at least as undetermined. */
export function isReadForSurface(type: string): boolean {
  return (Object.hasOwn(FINDERS, type) && !READ_IN_PART.test(type)) || UNSUPPORTED.test(type);
}

/** The review reads only the authentication of these types, and lists every other change as undetermined. */
const READ_IN_PART = /_listener(?:_rule)?$/;

/** The types whose removal permits more callers. */
const RESTRICTS = /_rest_api_policy$/;

/**
 * Changes of the public surface: routes of REST APIs by their OpenAPI document, with authorization, CORS and throttling,
 * function URLs, pages, and the sign-in of pages. A change contains only methods, paths, names of authorizers and functions,
 * issuers, audiences, addresses of sign-ins, scopes, origins and limits of a document.
 *
 * The CORS headers that a function sends are not visible, because its variables are masked. Resource policies are part of
 * the access changes.
 *
 * @returns opened subjects first, then other {@link SurfaceChange.public} changes, then wider CORS and limits, then
 * the rest; each group by path and subject
 */
export function surfaceChanges(plan: Plan): SurfaceChange[] {
  const changes = plan.resources.flatMap((resource) =>
    findingsOf(resource, plan).map((finding): SurfaceChange => {
      const { subject, kind, before, after, ...flags } = finding;
      return {
        path: resource.path,
        address: resource.address,
        subject: mapTexts(subject, plan.scrub, CONSTANTS),
        kind,
        before: mapTexts(before, plan.scrub, CONSTANTS),
        after: mapTexts(after, plan.scrub, CONSTANTS),
        opened: flags.opened ?? false,
        public: flags.public ?? false,
        undetermined: flags.undetermined ?? false,
        refuses: flags.refuses ?? false,
        widenedCors: flags.widenedCors ?? false,
        raisedThrottling: flags.raisedThrottling ?? false,
        raisedTimeout: flags.raisedTimeout ?? false,
      };
    }),
  );
  return changes.sort((one, other) => compareTexts(sortKey(one), sortKey(other)));
}

/** Members whose texts are constants of the review, and never texts of a plan. */
const CONSTANTS: ReadonlySet<string> = new Set(["kind", "note", "differs"]);

function findingsOf(resource: PlannedResource, plan: Plan): Finding[] {
  const { before, after } = deployedValues(resource);
  if (before === undefined && after === undefined) return [];
  const finder = Object.hasOwn(FINDERS, resource.type) ? FINDERS[resource.type] : undefined;
  if (finder !== undefined) return finder(resource, plan);
  if (!UNSUPPORTED.test(resource.type)) return [];
  if (before !== undefined && after !== undefined && isSame(withoutTags(before), withoutTags(after)))
    return [];
  const subject = subjectOf(resource);
  const was = before === undefined ? undefined : note("exists");
  if (after === undefined && !(RESTRICTS.test(resource.type) && staysOpen(before, plan))) {
    return [{ subject, kind: "removed", before: was, after: undefined }];
  }
  const change = before === undefined ? "new" : after === undefined ? "removed" : "changed";
  return [undetermined(subject, was, note(`${change}, not supported`))];
}

/** By the name in AWS, as far as the name is known. */
function subjectOf({ type, path, before, after }: PlannedResource): SurfaceSubject {
  const values = after ?? before;
  const name = ["name", "service_name", "domain_name"]
    .map((one) => textOf(values?.[one]))
    .find((text) => text !== undefined && text !== "");
  return { kind: "resource", type, name: name ?? path };
}

/** Whether the API of a removed policy still exists. */
function staysOpen(policy: Values | undefined, plan: Plan): boolean {
  return !plan.resources.some((one) => {
    const api = deployedValues(one);
    return (
      one.type === "aws_api_gateway_rest_api" &&
      api.after === undefined &&
      api.before !== undefined &&
      isSame(api.before.id, policy?.rest_api_id)
    );
  });
}

function sortKey(change: SurfaceChange): string {
  const isWider = change.widenedCors || change.raisedThrottling || change.raisedTimeout;
  const rank = change.opened ? 0 : change.public ? 1 : isWider ? 2 : 3;
  return [rank, change.path, change.address, ...Object.values(change.subject), change.kind].join("\u0000");
}
