import { deployedValues } from "../reading/deployed-values";
import type { PlannedResource } from "../reading/planned-resource";
import { isSame } from "../reading/values";

/** No argument: API Gateway sends the response only to requests that it already refused. */
const NONE = /^(?!)/;

/** Every argument that an authorizer has, except its name and the time for which it uses a result again. */
const OF_AUTHORIZER = /^(?!(?:arn|authorizer_result_ttl_in_seconds|id|name|region)$)/;

/**
 * Arguments with which a resource can refuse a caller, by the types that the surface lists as undetermined after every change.
 * Terraform's provider documents each argument at https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/<type>.
 */
const REFUSALS: Readonly<Record<string, RegExp>> = {
  aws_apigatewayv2_stage: /^client_certificate_id$/,
  aws_apigatewayv2_authorizer: OF_AUTHORIZER,
  aws_api_gateway_authorizer: OF_AUTHORIZER,
  aws_apigatewayv2_domain_name: /^(?:domain_name|domain_name_configuration|mutual_tls_authentication)$/,
  aws_apigatewayv2_api_mapping: /^(?:api_id|api_mapping_key|domain_name|stage)$/,
  aws_api_gateway_rest_api_policy: /^(?:policy|rest_api_id)$/,
  aws_api_gateway_rest_api_put: /^(?:body|parameters|rest_api_id|triggers)$/,
  aws_api_gateway_gateway_response: NONE,
  aws_appsync_graphql_api:
    /^(?:additional_authentication_provider|authentication_type|introspection_config|lambda_authorizer_config|openid_connect_config|query_depth_limit|resolver_count_limit|schema|user_pool_config|visibility)$/,
  aws_apprunner_service: /^network_configuration$/,
};

/** Whether a plan changes an argument with which the resource can refuse a caller; `true` for types without a list. */
export function changesRefusal(resource: PlannedResource): boolean {
  const pattern = Object.hasOwn(REFUSALS, resource.type) ? REFUSALS[resource.type] : undefined;
  if (pattern === undefined) return true;
  const { before = {}, after = {} } = deployedValues(resource);
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].some(
    (name) => pattern.test(name) && !isSame(before[name] ?? null, after[name] ?? null),
  );
}
