import {
  GetApiKeysCommand,
  GetBasePathMappingsCommand,
  GetDeploymentsCommand,
  GetDomainNamesCommand,
  GetRestApisCommand,
  GetStagesCommand,
  GetUsagePlanKeysCommand,
  GetUsagePlansCommand,
} from "@aws-sdk/client-api-gateway";
import {
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
  DescribeScheduledActionsCommand,
} from "@aws-sdk/client-application-auto-scaling";
import { ListDistributionsCommand, ListOriginAccessControlsCommand } from "@aws-sdk/client-cloudfront";
import { DescribeAlarmsCommand, ListDashboardsCommand } from "@aws-sdk/client-cloudwatch";
import { DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  DescribeNetworkInterfacesCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
} from "@aws-sdk/client-ec2";
import {
  ListAttachedRolePoliciesCommand,
  ListOpenIDConnectProvidersCommand,
  ListPoliciesCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
} from "@aws-sdk/client-iam";
import { GetFunctionUrlConfigCommand, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { ListBucketsCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import {
  ListEndpointConfigsCommand,
  ListEndpointsCommand,
  ListModelsCommand,
} from "@aws-sdk/client-sagemaker";
import { type Clients, SNS_VERSION } from "./clients";
import type { StateResource } from "./state";

/**
 * The sorted resources of the account as `<kind> <name or id>`. The lists are not paginated, because an account of the tests
 * is small.
 */
export async function listAccount(clients: Clients): Promise<readonly string[]> {
  const listed = await Promise.all([
    listIam(clients),
    listLambda(clients),
    listApiGateway(clients),
    listSagemaker(clients),
    listS3(clients),
    listCloudFront(clients),
    listScaling(clients),
    listDashboards(clients),
    listBudgets(clients),
    listNetworks(clients),
    listFirewalls(clients),
    listCertificates(clients),
    listRecords(clients),
    listUserPools(clients),
    listIdentityPools(clients),
    clients.cloudWatch
      .send(new DescribeAlarmsCommand({}))
      .then(({ MetricAlarms = [], CompositeAlarms = [] }) => [
        ...MetricAlarms.map(({ AlarmName }) => `alarm ${AlarmName}`),
        ...CompositeAlarms.map(({ AlarmName }) => `composite alarm ${AlarmName}`),
      ]),
    listTopics(clients),
    clients.logs
      .send(new DescribeLogGroupsCommand({}))
      .then(({ logGroups = [] }) => logGroups.map(({ logGroupName }) => `log group ${logGroupName}`)),
  ]);
  return listed.flat().sort();
}

async function listIam({ iam }: Clients): Promise<string[]> {
  const { Roles = [] } = await iam.send(new ListRolesCommand({}));
  const { Policies = [] } = await iam.send(new ListPoliciesCommand({ Scope: "Local" }));
  const ofRoles = await Promise.all(
    Roles.map(async ({ RoleName }) => {
      const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
      const { AttachedPolicies = [] } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
      return [
        `role ${RoleName}`,
        ...PolicyNames.map((name) => `policy ${name} of role ${RoleName}`),
        ...AttachedPolicies.map(({ PolicyArn }) => `attachment of ${PolicyArn} to role ${RoleName}`),
      ];
    }),
  );
  const { OpenIDConnectProviderList = [] } = await iam.send(new ListOpenIDConnectProvidersCommand({}));
  return [
    ...ofRoles.flat(),
    ...Policies.map(({ Arn }) => `managed policy ${Arn}`),
    ...OpenIDConnectProviderList.map(({ Arn }) => `OIDC provider ${Arn}`),
  ];
}

async function listLambda({ lambda }: Clients): Promise<string[]> {
  const { Functions = [] } = await lambda.send(new ListFunctionsCommand({}));
  const urls = await Promise.all(
    Functions.map(({ FunctionName }) =>
      absentWhere(
        "ResourceNotFoundException",
        lambda.send(new GetFunctionUrlConfigCommand({ FunctionName })),
      ),
    ),
  );
  return [
    ...Functions.map(({ FunctionName }) => `function ${FunctionName}`),
    ...Functions.filter((_, index) => urls[index] !== undefined).map(
      ({ FunctionName }) => `function URL of ${FunctionName}`,
    ),
  ];
}

async function listApiGateway({ apiGateway }: Clients): Promise<string[]> {
  const { items: apis = [] } = await apiGateway.send(new GetRestApisCommand({}));
  const ofApis = await Promise.all(
    apis.map(async ({ id: restApiId }) => {
      const { items: deployments = [] } = await apiGateway.send(new GetDeploymentsCommand({ restApiId }));
      const { item: stages = [] } = await apiGateway.send(new GetStagesCommand({ restApiId }));
      return [
        `API ${restApiId}`,
        ...deployments.map(({ id }) => `deployment ${id} of API ${restApiId}`),
        ...stages.map(({ stageName }) => `stage ${stageName} of API ${restApiId}`),
      ];
    }),
  );
  const { items: keys = [] } = await apiGateway.send(new GetApiKeysCommand({}));
  const { items: plans = [] } = await apiGateway.send(new GetUsagePlansCommand({}));
  const ofPlans = await Promise.all(
    plans.map(async ({ id: usagePlanId }) => {
      const { items = [] } = await apiGateway.send(new GetUsagePlanKeysCommand({ usagePlanId }));
      return [
        `usage plan ${usagePlanId}`,
        ...items.map(({ id }) => `key ${id} of usage plan ${usagePlanId}`),
      ];
    }),
  );
  const { items: names = [] } = await apiGateway.send(new GetDomainNamesCommand({}));
  const ofNames = await Promise.all(
    names.map(async ({ domainName }) => {
      const { items = [] } = await apiGateway.send(new GetBasePathMappingsCommand({ domainName }));
      return [
        `domain name ${domainName}`,
        ...items.map(({ basePath }) => `mapping ${basePath} of ${domainName}`),
      ];
    }),
  );
  return [...ofApis.flat(), ...keys.map(({ id }) => `API key ${id}`), ...ofPlans.flat(), ...ofNames.flat()];
}

/** Certificates in the environment's region, and in the region of CloudFront's certificates. */
async function listCertificates(clients: Clients): Promise<string[]> {
  const regions = [...new Set([clients.region, "us-east-1"])];
  const lists = await Promise.all(
    regions.map(async (region) => {
      const answer = await clients.send({
        service: "acm",
        region,
        method: "POST",
        headers: {
          "Content-Type": "application/x-amz-json-1.1",
          "X-Amz-Target": "CertificateManager.ListCertificates",
        },
        body: "{}",
      });
      const { CertificateSummaryList = [] } = JSON.parse(answer) as {
        CertificateSummaryList?: readonly { readonly CertificateArn: string }[];
      };
      return CertificateSummaryList.map(({ CertificateArn }) => `certificate ${CertificateArn}`);
    }),
  );
  return lists.flat();
}

/** Records of all hosted zones, without the records that Route 53 creates with a hosted zone. */
async function listRecords(clients: Clients): Promise<string[]> {
  const request = { service: "route53", region: "us-east-1", method: "GET" };
  const zones = await clients.send({ ...request, path: "/2013-04-01/hostedzone" });
  const lists = await Promise.all(
    [...zones.matchAll(/<Id>(\/hostedzone\/\w+)<\/Id>/g)].map(async ([, id = ""]) => {
      const records = await clients.send({ ...request, path: `/2013-04-01${id}/rrset` });
      return [...records.matchAll(/<Name>([^<]+?)\.?<\/Name>\s*<Type>(\w+)<\/Type>/g)]
        .filter(([, , type = ""]) => !["NS", "SOA"].includes(type))
        .map(([, name, type]) => `record ${type} ${name}`);
    }),
  );
  return lists.flat();
}

/** User pools with their clients and domains. */
async function listUserPools(clients: Clients): Promise<string[]> {
  const call = (operation: string, body: object) =>
    clients.call("cognito-idp", `AWSCognitoIdentityProviderService.${operation}`, body);
  const { UserPools = [] } = (await call("ListUserPools", { MaxResults: 60 })) as {
    UserPools?: readonly { readonly Id: string }[];
  };
  const lists = await Promise.all(
    UserPools.map(async ({ Id: UserPoolId }) => {
      const { UserPoolClients = [] } = (await call("ListUserPoolClients", {
        UserPoolId,
        MaxResults: 60,
      })) as { UserPoolClients?: readonly { readonly ClientId: string }[] };
      const { UserPool } = (await call("DescribeUserPool", { UserPoolId })) as {
        UserPool: { readonly Domain?: string };
      };
      return [
        `user pool ${UserPoolId}`,
        ...UserPoolClients.map(({ ClientId }) => `client ${ClientId} of user pool ${UserPoolId}`),
        ...(UserPool.Domain === undefined ? [] : [`domain ${UserPool.Domain} of user pool ${UserPoolId}`]),
      ];
    }),
  );
  return lists.flat();
}

/** Identity pools. Their roles are settings. */
async function listIdentityPools(clients: Clients): Promise<string[]> {
  const pools = await clients.listIdentityPools();
  return pools.map((id) => `identity pool ${id}`);
}

async function listSagemaker({ sagemaker }: Clients): Promise<string[]> {
  const { Models = [] } = await sagemaker.send(new ListModelsCommand({}));
  const { EndpointConfigs = [] } = await sagemaker.send(new ListEndpointConfigsCommand({}));
  const { Endpoints = [] } = await sagemaker.send(new ListEndpointsCommand({}));
  return [
    ...Models.map(({ ModelName }) => `model ${ModelName}`),
    ...EndpointConfigs.map(({ EndpointConfigName }) => `endpoint configuration ${EndpointConfigName}`),
    ...Endpoints.map(({ EndpointName }) => `endpoint ${EndpointName}`),
  ];
}

async function listS3({ s3 }: Clients): Promise<string[]> {
  const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
  const ofBuckets = await Promise.all(
    Buckets.map(async ({ Name: Bucket }) => {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
      return [`bucket ${Bucket}`, ...Contents.map(({ Key }) => `object ${Key} in ${Bucket}`)];
    }),
  );
  return ofBuckets.flat();
}

async function listCloudFront({ cloudFront }: Clients): Promise<string[]> {
  const { DistributionList } = await cloudFront.send(new ListDistributionsCommand({}));
  const { OriginAccessControlList } = await cloudFront.send(new ListOriginAccessControlsCommand({}));
  return [
    ...(DistributionList?.Items ?? []).map(({ Id }) => `distribution ${Id}`),
    ...(OriginAccessControlList?.Items ?? []).map(({ Id }) => `origin access control ${Id}`),
  ];
}

async function listScaling({ applicationAutoScaling }: Clients): Promise<string[]> {
  const ServiceNamespace = "sagemaker";
  const { ScalableTargets = [] } = await applicationAutoScaling.send(
    new DescribeScalableTargetsCommand({ ServiceNamespace }),
  );
  const { ScalingPolicies = [] } = await applicationAutoScaling.send(
    new DescribeScalingPoliciesCommand({ ServiceNamespace }),
  );
  const { ScheduledActions = [] } = await applicationAutoScaling.send(
    new DescribeScheduledActionsCommand({ ServiceNamespace }),
  );
  return [
    ...ScalableTargets.map(({ ResourceId }) => `scalable target ${ResourceId}`),
    ...ScalingPolicies.map(({ PolicyName, ResourceId }) => `scaling policy ${PolicyName} of ${ResourceId}`),
    ...ScheduledActions.map(
      ({ ScheduledActionName, ResourceId }) => `scheduled action ${ScheduledActionName} of ${ResourceId}`,
    ),
  ];
}

async function listDashboards({ cloudWatch }: Clients): Promise<string[]> {
  const { DashboardEntries = [] } = await cloudWatch.send(new ListDashboardsCommand({}));
  return DashboardEntries.map(({ DashboardName }) => `dashboard ${DashboardName}`);
}

async function listBudgets(clients: Clients): Promise<string[]> {
  return (await clients.listBudgets()).map((name) => `budget ${name}`);
}

async function listNetworks({ ec2 }: Clients): Promise<string[]> {
  const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({}));
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
  const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({}));
  const { SecurityGroupRules = [] } = await ec2.send(new DescribeSecurityGroupRulesCommand({}));
  const { RouteTables = [] } = await ec2.send(new DescribeRouteTablesCommand({}));
  const { VpcEndpoints = [] } = await ec2.send(new DescribeVpcEndpointsCommand({}));
  const { NetworkInterfaces = [] } = await ec2.send(new DescribeNetworkInterfacesCommand({}));
  return [
    ...Vpcs.map(({ VpcId }) => `VPC ${VpcId}`),
    ...Subnets.map(({ SubnetId }) => `subnet ${SubnetId}`),
    ...SecurityGroups.map(({ GroupId }) => `security group ${GroupId}`),
    ...SecurityGroupRules.map(({ SecurityGroupRuleId }) => `security group rule ${SecurityGroupRuleId}`),
    // AWS creates the main route table with the VPC.
    ...RouteTables.filter(({ Associations = [] }) => !Associations.some(({ Main }) => Main)).map(
      ({ RouteTableId }) => `route table ${RouteTableId}`,
    ),
    ...RouteTables.flatMap(({ Associations = [] }) => Associations.filter(({ Main }) => !Main)).map(
      ({ RouteTableAssociationId }) => `route table association ${RouteTableAssociationId}`,
    ),
    ...VpcEndpoints.filter(({ State }) => String(State) !== "deleted").map(
      ({ VpcEndpointId }) => `VPC endpoint ${VpcEndpointId}`,
    ),
    // AWS creates and deletes the network interfaces of a VPC endpoint.
    ...NetworkInterfaces.filter(({ Description }) => Description?.startsWith("AWS Lambda")).map(
      ({ NetworkInterfaceId }) => `network interface ${NetworkInterfaceId}`,
    ),
  ];
}

/** Topics with their subscriptions. */
async function listTopics(clients: Clients): Promise<string[]> {
  const topics = await clients.listTopics();
  const subscriptions = await clients.query("sns", SNS_VERSION, "ListSubscriptions");
  return [
    ...topics.map((arn) => `topic ${arn}`),
    ...[...subscriptions.matchAll(/<SubscriptionArn>([^<]+)<\/SubscriptionArn>/g)].map(
      ([, arn]) => `subscription ${arn}`,
    ),
  ];
}

async function listFirewalls(clients: Clients): Promise<string[]> {
  const arns = [...(await clients.listWebAcls("REGIONAL")), ...(await clients.listWebAcls("CLOUDFRONT"))];
  return arns.map((arn) => `web ACL ${arn}`);
}

/** The answer, or `undefined` for an error that means that the resource does not exist. */
export async function absentWhere<Value>(error: string, request: Promise<Value>): Promise<Value | undefined> {
  try {
    return await request;
  } catch (cause) {
    if (cause instanceof Error && cause.name === error) return undefined;
    throw cause;
  }
}

/** The entry of {@link listAccount} for a type of Terraform. Empty if the type is a setting of another resource. */
const LISTED: Readonly<Record<string, ((values: StateResource["values"]) => string) | "setting">> = {
  aws_acm_certificate: ({ arn }) => `certificate ${arn}`,
  aws_acm_certificate_validation: "setting",
  aws_api_gateway_account: "setting",
  aws_api_gateway_api_key: ({ id }) => `API key ${id}`,
  aws_api_gateway_base_path_mapping: ({ base_path, domain_name }) =>
    `mapping ${base_path || "(none)"} of ${domain_name}`,
  aws_api_gateway_domain_name: ({ domain_name }) => `domain name ${domain_name}`,
  aws_api_gateway_deployment: ({ id, rest_api_id }) => `deployment ${id} of API ${rest_api_id}`,
  aws_api_gateway_method_settings: "setting",
  aws_api_gateway_rest_api: ({ id }) => `API ${id}`,
  aws_api_gateway_stage: ({ stage_name, rest_api_id }) => `stage ${stage_name} of API ${rest_api_id}`,
  aws_api_gateway_usage_plan: ({ id }) => `usage plan ${id}`,
  aws_api_gateway_usage_plan_key: ({ key_id, usage_plan_id }) =>
    `key ${key_id} of usage plan ${usage_plan_id}`,
  aws_appautoscaling_policy: ({ name, resource_id }) => `scaling policy ${name} of ${resource_id}`,
  aws_appautoscaling_scheduled_action: ({ name, resource_id }) =>
    `scheduled action ${name} of ${resource_id}`,
  aws_appautoscaling_target: ({ resource_id }) => `scalable target ${resource_id}`,
  aws_budgets_budget: ({ name }) => `budget ${name}`,
  aws_cloudfront_distribution: ({ id }) => `distribution ${id}`,
  aws_cloudfront_origin_access_control: ({ id }) => `origin access control ${id}`,
  // The emulator does not list these resources. Tests check their operations.
  aws_cloudfront_response_headers_policy: "setting",
  aws_cloudwatch_composite_alarm: ({ alarm_name }) => `composite alarm ${alarm_name}`,
  aws_cloudwatch_dashboard: ({ dashboard_name }) => `dashboard ${dashboard_name}`,
  aws_cloudwatch_log_group: ({ name }) => `log group ${name}`,
  aws_cloudwatch_metric_alarm: ({ alarm_name }) => `alarm ${alarm_name}`,
  aws_cognito_identity_pool: ({ id }) => `identity pool ${id}`,
  aws_cognito_identity_pool_roles_attachment: "setting",
  aws_cognito_user_pool: ({ id }) => `user pool ${id}`,
  aws_cognito_user_pool_client: ({ id, user_pool_id }) => `client ${id} of user pool ${user_pool_id}`,
  aws_cognito_user_pool_domain: ({ domain, user_pool_id }) => `domain ${domain} of user pool ${user_pool_id}`,
  aws_default_security_group: ({ id }) => `security group ${id}`,
  aws_iam_openid_connect_provider: ({ arn }) => `OIDC provider ${arn}`,
  aws_iam_policy: ({ arn }) => `managed policy ${arn}`,
  aws_iam_role: ({ name }) => `role ${name}`,
  aws_iam_role_policy: ({ name, role }) => `policy ${name} of role ${role}`,
  aws_iam_role_policy_attachment: ({ policy_arn, role }) => `attachment of ${policy_arn} to role ${role}`,
  aws_lambda_function: ({ function_name }) => `function ${function_name}`,
  aws_lambda_function_url: ({ function_name }) => `function URL of ${function_name}`,
  aws_lambda_permission: "setting",
  aws_route53_record: ({ type, fqdn }) => `record ${type} ${String(fqdn).replace(/\.$/, "")}`,
  aws_route_table: ({ id }) => `route table ${id}`,
  aws_route_table_association: ({ id }) => `route table association ${id}`,
  aws_s3_bucket: ({ bucket }) => `bucket ${bucket}`,
  aws_s3_bucket_cors_configuration: "setting",
  aws_s3_bucket_lifecycle_configuration: "setting",
  aws_s3_bucket_ownership_controls: "setting",
  aws_s3_bucket_policy: "setting",
  aws_s3_bucket_public_access_block: "setting",
  aws_s3_bucket_server_side_encryption_configuration: "setting",
  aws_s3_bucket_versioning: "setting",
  aws_s3_object: ({ key, bucket }) => `object ${key} in ${bucket}`,
  aws_s3_object_copy: ({ key, bucket }) => `object ${key} in ${bucket}`,
  aws_sagemaker_endpoint: ({ name }) => `endpoint ${name}`,
  aws_sagemaker_endpoint_configuration: ({ name }) => `endpoint configuration ${name}`,
  aws_sagemaker_model: ({ name }) => `model ${name}`,
  aws_security_group: ({ id }) => `security group ${id}`,
  aws_sns_topic: ({ arn }) => `topic ${arn}`,
  aws_sns_topic_policy: "setting",
  aws_sns_topic_subscription: ({ arn }) => `subscription ${arn}`,
  aws_subnet: ({ id }) => `subnet ${id}`,
  aws_vpc: ({ id }) => `VPC ${id}`,
  aws_vpc_endpoint: ({ id }) => `VPC endpoint ${id}`,
  aws_vpc_security_group_egress_rule: ({ id }) => `security group rule ${id}`,
  aws_vpc_security_group_ingress_rule: ({ id }) => `security group rule ${id}`,
  aws_wafv2_web_acl: ({ arn }) => `web ACL ${arn}`,
  aws_wafv2_web_acl_association: "setting",
  terraform_data: "setting",
};

/**
 * The sorted resources of Terraform's state in the form of {@link listAccount}.
 *
 * @throws Error if the table lacks a type. Add the type to the table and to {@link listAccount}
 */
export function listState(resources: readonly StateResource[]): readonly string[] {
  return resources
    .filter(({ mode }) => mode === "managed")
    .flatMap(({ type, values }) => {
      const listed = LISTED[type];
      if (listed === undefined) throw new Error(`listing.ts: got the type ${type}; allowed: types in LISTED`);
      return listed === "setting" ? [] : [listed(values)];
    })
    .sort();
}
