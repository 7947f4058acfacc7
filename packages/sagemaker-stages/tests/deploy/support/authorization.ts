import type { Operation } from "./emulator";

/** An authorization by IAM: AWS evaluates the action on the resource before it executes an operation. */
export interface AuthorizationCheck {
  readonly action: string;
  /** The ARN, or `*` if the service defines no resource type for the action. */
  readonly resource: string;
  /** Values of condition keys. */
  readonly context: Readonly<Record<string, string>>;
}

/** The account and the environment of operations. */
export interface OperationContext {
  readonly accountId: string;
  readonly environmentName: string;
  /** Permissions boundaries of roles, by the role's name. */
  readonly boundaries?: ReadonlyMap<string, string>;
  /** Keys of volumes, by the endpoint configuration's name. */
  readonly volumeKeys?: ReadonlyMap<string, string>;
}

/**
 * The authorizations by IAM that an operation needs, from the Service Authorization Reference
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/). Tags are the provider's default tags, which
 * every resource of the stack has.
 *
 * @throws Error if this file has no rule for the operation
 */
export function authorizationChecksOf(
  operation: Operation,
  context: OperationContext,
): readonly AuthorizationCheck[] {
  const checks = SERVICES[operation.service];
  if (checks === undefined) {
    throw new Error(
      `authorization.ts: got the operation ${operation.service}:${operation.operation}; allowed: services in SERVICES. Add the service to SERVICES, and its statements to src/iam/deployment/deployer.ts`,
    );
  }
  return checks(operation, context);
}

type ServiceChecks = (operation: Operation, context: OperationContext) => readonly AuthorizationCheck[];

const check = (
  action: string,
  resource: string,
  context: AuthorizationCheck["context"] = {},
): AuthorizationCheck => ({
  action,
  resource,
  context,
});

/** The permission to pass a role to a service. */
const passRole = (role: string, service: string): AuthorizationCheck =>
  check("iam:PassRole", role, { "iam:PassedToService": service });

/** The value of a parameter. @throws Error if the operation does not have the parameter */
function text({ service, operation, parameters }: Operation, name: string): string {
  const value = parameters[name];
  if (typeof value !== "string") {
    throw new Error(`${service}:${operation} has no ${name}, only ${Object.keys(parameters).join(", ")}`);
  }
  return value;
}

/** The value of the first parameter in `names` that the operation has. */
function firstOf(operation: Operation, ...names: readonly string[]): string | undefined {
  return names.map((name) => operation.parameters[name]).find((value) => typeof value === "string") as
    | string
    | undefined;
}

/** Whether an operation has a parameter, or a part of the parameter. */
function has({ parameters }: Operation, name: string): boolean {
  return Object.keys(parameters).some((path) => path === name || path.startsWith(`${name}.`));
}

/** Actions whose requests have the key iam:PermissionsBoundary: the boundary of the role, or the boundary that the role gets. */
const WITH_BOUNDARY = [
  "AttachRolePolicy",
  "CreateRole",
  "DeleteRole",
  "DeleteRolePermissionsBoundary",
  "DeleteRolePolicy",
  "DetachRolePolicy",
  "PutRolePermissionsBoundary",
  "PutRolePolicy",
  "UpdateAssumeRolePolicy",
];

const iam: ServiceChecks = (operation, { accountId, boundaries }) => {
  const { operation: name } = operation;
  const policyArn = firstOf(operation, "PolicyArn");
  const principal = (["Role", "User", "Group"] as const)
    .map((kind) => ({ kind, name: firstOf(operation, `${kind}Name`) }))
    .find((found) => found.name !== undefined);
  const resource =
    principal !== undefined
      ? `arn:aws:iam::${accountId}:${principal.kind.toLowerCase()}/${principal.name}`
      : (policyArn ?? `arn:aws:iam::${accountId}:policy/${text(operation, "PolicyName")}`);
  const attaches = principal !== undefined && policyArn !== undefined;
  const boundary =
    firstOf(operation, "PermissionsBoundary") ?? boundaries?.get(firstOf(operation, "RoleName") ?? "");
  const action = check(`iam:${name}`, resource, {
    ...(attaches ? { "iam:PolicyARN": policyArn } : {}),
    ...(boundary !== undefined && WITH_BOUNDARY.includes(name)
      ? { "iam:PermissionsBoundary": boundary }
      : {}),
  });
  const tag = { CreateRole: "iam:TagRole", CreatePolicy: "iam:TagPolicy" }[name];
  return tag === undefined ? [action] : [action, check(tag, resource)];
};

const lambda: ServiceChecks = (operation, { accountId }) => {
  const { operation: name, region } = operation;
  const tagged = firstOf(operation, "Resource");
  const fn = tagged ?? `arn:aws:lambda:${region}:${accountId}:function:${text(operation, "FunctionName")}`;
  switch (name) {
    case "CreateFunction":
      return [
        check("lambda:CreateFunction", fn),
        check("lambda:TagResource", fn),
        passRole(text(operation, "Role"), "lambda.amazonaws.com"),
        ...networkChecks(operation),
      ];
    case "UpdateFunctionConfiguration": {
      const role = firstOf(operation, "Role");
      const pass = role === undefined ? [] : [passRole(role, "lambda.amazonaws.com")];
      return [check("lambda:UpdateFunctionConfiguration", fn), ...pass, ...networkChecks(operation)];
    }
    case "AddPermission":
      return [check("lambda:AddPermission", fn, { "lambda:Principal": text(operation, "Principal") })];
    case "CreateFunctionUrlConfig":
    case "UpdateFunctionUrlConfig": {
      const type = firstOf(operation, "AuthType");
      return [check(`lambda:${name}`, fn, type === undefined ? {} : { "lambda:FunctionUrlAuthType": type })];
    }
    default:
      return [check(`lambda:${name}`, fn)];
  }
};

/** Lambda verifies a function's network with the permissions of the deploying principal (https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html). */
function networkChecks(operation: Operation): readonly AuthorizationCheck[] {
  if (!has(operation, "VpcConfig.SubnetIds")) return [];
  return ["SecurityGroups", "Subnets", "Vpcs"].map((type) => check(`ec2:Describe${type}`, "*"));
}

const sagemaker: ServiceChecks = (operation, { accountId, volumeKeys }) => {
  const { operation: name, region } = operation;
  const arn = (type: string, of: string): string => `arn:aws:sagemaker:${region}:${accountId}:${type}/${of}`;
  const tagged = firstOf(operation, "ResourceArn");
  if (tagged !== undefined) return [check(`sagemaker:${name}`, tagged)];
  const model = firstOf(operation, "ModelName");
  const configuration = firstOf(operation, "EndpointConfigName");
  const endpoint = firstOf(operation, "EndpointName");
  const resources = [
    ...(model === undefined ? [] : [arn("model", model)]),
    ...(configuration === undefined ? [] : [arn("endpoint-config", configuration)]),
    ...(endpoint === undefined ? [] : [arn("endpoint", endpoint)]),
  ];
  if (resources.length === 0) throw new Error(`authorization.ts finds no resource of sagemaker:${name}`);
  const volumeKey = ["CreateEndpoint", "UpdateEndpoint"].includes(name)
    ? volumeKeys?.get(configuration ?? "")
    : undefined;
  const actions = [
    ...resources.map((resource) => check(`sagemaker:${name}`, resource)),
    // https://docs.aws.amazon.com/sagemaker/latest/dg/api-permissions-reference.html
    ...(volumeKey === undefined
      ? []
      : [
          check("kms:CreateGrant", volumeKey, {
            "kms:GrantIsForAWSResource": "true",
            "kms:ViaService": `sagemaker.${region}.amazonaws.com`,
          }),
        ]),
  ];
  if (!name.startsWith("Create")) return actions;
  const created = resources.at(-1) ?? "";
  const role = firstOf(operation, "ExecutionRoleArn");
  return [
    ...actions,
    check("sagemaker:AddTags", created),
    ...(role === undefined ? [] : [passRole(role, "sagemaker.amazonaws.com")]),
  ];
};

const logs: ServiceChecks = (operation, { accountId }) => {
  const { operation: name, region } = operation;
  if (name === "DescribeLogGroups") return [check("logs:DescribeLogGroups", "*")];
  const group =
    firstOf(operation, "resourceArn") ??
    `arn:aws:logs:${region}:${accountId}:log-group:${text(operation, "logGroupName")}`;
  const action = check(`logs:${name}`, group);
  return name === "CreateLogGroup" ? [action, check("logs:TagResource", group)] : [action];
};

/** Alarms and dashboards by their names. A dashboard belongs to no region. */
const monitoring: ServiceChecks = (operation, { accountId }) => {
  const { operation: name, region } = operation;
  // CloudWatch describes composite alarms only with permission on every alarm
  // (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html).
  if (name === "DescribeAlarms" && Object.values(operation.parameters).includes("CompositeAlarm")) {
    return [check("cloudwatch:DescribeAlarms", "*")];
  }
  if (name === "PutCompositeAlarm") {
    // CloudWatch creates a composite alarm only with permission on every alarm, and tags it with permission on its ARN
    // (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html).
    const sends = actionsOf(operation);
    const put = check(
      "cloudwatch:PutCompositeAlarm",
      "*",
      sends === undefined ? {} : { "cloudwatch:AlarmActions": sends },
    );
    const named = `arn:aws:cloudwatch:${region}:${accountId}:alarm:${text(operation, "AlarmName")}`;
    return has(operation, "Tags") ? [put, check("cloudwatch:TagResource", named)] : [put];
  }
  const dashboard = firstOf(operation, "DashboardName", "DashboardNames.member.1", "DashboardNames.0");
  if (dashboard !== undefined) {
    return [check(`cloudwatch:${name}`, `arn:aws:cloudwatch::${accountId}:dashboard/${dashboard}`)];
  }
  const alarm =
    firstOf(operation, "ResourceARN") ??
    `arn:aws:cloudwatch:${region}:${accountId}:alarm:${firstOf(operation, "AlarmName") ?? text(operation, "AlarmNames.member.1")}`;
  const sends = actionsOf(operation);
  const action = check(
    `cloudwatch:${name}`,
    alarm,
    sends === undefined ? {} : { "cloudwatch:AlarmActions": sends },
  );
  return has(operation, "Tags") ? [action, check("cloudwatch:TagResource", alarm)] : [action];
};

/** The only target of an alarm's actions. @throws Error for several targets, which one value of a condition key cannot show */
function actionsOf({ parameters }: Operation): string | undefined {
  const targets = Object.entries(parameters).flatMap(([name, value]) =>
    /^(?:Alarm|OK|InsufficientData)Actions\.member\.\d+$/.test(name) ? [String(value)] : [],
  );
  const [target, ...others] = new Set(targets);
  if (others.length > 0) throw new Error(`got the actions ${targets.join(", ")}; allowed: one target`);
  // The emulator, like AWS, gives each scaling policy a random id.
  return target?.replace(
    /:scalingPolicy:[0-9a-f-]{36}:/,
    ":scalingPolicy:01234567-89ab-cdef-0123-456789abcdef:",
  );
}

/** Topics and their subscriptions. A subscription's ARN continues the topic's ARN. */
const sns: ServiceChecks = (operation, { accountId }) => {
  const { operation: name, region } = operation;
  const arn =
    firstOf(operation, "TopicArn", "SubscriptionArn", "ResourceArn") ??
    `arn:aws:sns:${region}:${accountId}:${text(operation, "Name")}`;
  const context =
    name === "Subscribe"
      ? { "sns:Protocol": text(operation, "Protocol"), "sns:Endpoint": text(operation, "Endpoint") }
      : {};
  const action = check(`sns:${name}`, arn, context);
  return has(operation, "Tags") ? [action, check("sns:TagResource", arn)] : [action];
};

/**
 * Budgets by their names. Two actions authorize all operations with a budget and its notifications
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbudgetservice.html).
 */
const budgets: ServiceChecks = (operation, { accountId }) => {
  const { operation: name } = operation;
  const budget =
    firstOf(operation, "ResourceARN") ??
    `arn:aws:budgets::${accountId}:budget/${firstOf(operation, "BudgetName", "Budget.BudgetName", "NewBudget.BudgetName")}`;
  if (/tag/i.test(name)) return [check(`budgets:${name}`, budget)];
  const action = check(name.startsWith("Describe") ? "budgets:ViewBudget" : "budgets:ModifyBudget", budget);
  return has(operation, "ResourceTags") ? [action, check("budgets:TagResource", budget)] : [action];
};

/**
 * Application Auto Scaling later changes the endpoint and alarms in CloudWatch. Before, Application Auto Scaling verifies
 * that the caller has the permissions for these changes
 * (https://docs.aws.amazon.com/autoscaling/application/userguide/security_iam_permission_validation.html), and creates
 * the service-linked role with the caller's permissions.
 */
const applicationAutoScaling: ServiceChecks = (operation, { accountId, environmentName }) => {
  const { operation: name, region } = operation;
  if (name.startsWith("Describe")) return [check(`application-autoscaling:${name}`, "*")];
  const own = { "aws:ResourceTag/Environment": environmentName };
  const targets = `arn:aws:application-autoscaling:${region}:${accountId}:scalable-target/*`;
  if (has(operation, "ResourceARN")) return [check(`application-autoscaling:${name}`, targets, own)];
  const resource = text(operation, "ResourceId");
  const endpoint = `arn:aws:sagemaker:${region}:${accountId}:${resource.split("/").slice(0, 2).join("/")}`;
  const alarms = `arn:aws:cloudwatch:${region}:${accountId}:alarm:TargetTracking-${resource}-*`;
  const scaled = {
    "application-autoscaling:service-namespace": text(operation, "ServiceNamespace"),
    "application-autoscaling:scalable-dimension": text(operation, "ScalableDimension"),
  };
  const tag = { "aws:RequestTag/Environment": String(operation.parameters["Tags.Environment"]) };
  const creates = has(operation, "Tags");
  const action = check(`application-autoscaling:${name}`, targets, { ...scaled, ...(creates ? tag : own) });
  const service = "sagemaker.application-autoscaling.amazonaws.com";
  const validated =
    name === "RegisterScalableTarget"
      ? [
          check("sagemaker:DescribeEndpoint", endpoint),
          check("sagemaker:UpdateEndpointWeightsAndCapacities", endpoint),
          check(
            "iam:CreateServiceLinkedRole",
            `arn:aws:iam::${accountId}:role/aws-service-role/${service}/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint`,
            { "iam:AWSServiceName": service },
          ),
        ]
      : [];
  const watching = ["PutScalingPolicy", "DeleteScalingPolicy"].includes(name)
    ? ["DeleteAlarms", "DescribeAlarms", "PutMetricAlarm"].map((of) => check(`cloudwatch:${of}`, alarms))
    : [];
  return [
    action,
    ...(creates ? [check("application-autoscaling:TagResource", targets, tag)] : []),
    ...validated,
    ...watching,
  ];
};

/** EC2's resource types by the prefixes of their ids. */
const EC2_TYPES: Readonly<Record<string, string>> = {
  eni: "network-interface",
  rtb: "route-table",
  sg: "security-group",
  sgr: "security-group-rule",
  subnet: "subnet",
  vpc: "vpc",
  vpce: "vpc-endpoint",
};

/** The types of resources that actions create. */
const EC2_CREATED: Readonly<Record<string, string>> = {
  AuthorizeSecurityGroupEgress: "security-group-rule",
  AuthorizeSecurityGroupIngress: "security-group-rule",
  CreateRouteTable: "route-table",
  CreateSecurityGroup: "security-group",
  CreateSubnet: "subnet",
  CreateVpc: "vpc",
  CreateVpcEndpoint: "vpc-endpoint",
};

/** Associations have no resource type: IAM evaluates their route table and subnet. */
const EC2_ASSOCIATED: Readonly<Record<string, readonly string[]>> = {
  DisassociateRouteTable: ["route-table", "subnet"],
};

const ec2: ServiceChecks = (operation, { accountId, environmentName }) => {
  const { operation: name, region, parameters } = operation;
  const arn = (type: string, id: string): string => `arn:aws:ec2:${region}:${accountId}:${type}/${id}`;
  if (name.startsWith("Describe") && name !== "DescribeVpcAttribute") return [check(`ec2:${name}`, "*")];
  const own = { "aws:ResourceTag/Environment": environmentName };
  const tagKey = Object.keys(parameters).find(
    (path) => /Tag\.\d+\.Key$/.test(path) && parameters[path] === "Environment",
  );
  const tag =
    tagKey === undefined
      ? {}
      : { "aws:RequestTag/Environment": String(parameters[tagKey.replace(/Key$/, "Value")]) };
  const named = Object.entries(parameters)
    // IAM does not evaluate the other group in a rule of a group.
    .filter(([path]) => !/^(?:IpPermissions|Filter)\./.test(path))
    .flatMap(([, value]) => {
      const [, prefix = ""] = /^([a-z]+)-[0-9a-f]+$/.exec(String(value)) ?? [];
      const type = EC2_TYPES[prefix];
      return type === undefined ? [] : [arn(type, String(value))];
    });
  if (name === "CreateTags") {
    // A change of an environment never changes its name, so that a resource that gets the tag had no tag before.
    return named.map((resource) => check("ec2:CreateTags", resource, tagKey === undefined ? own : tag));
  }
  const created = EC2_CREATED[name];
  const others = [...named, ...(EC2_ASSOCIATED[name] ?? []).map((type) => arn(type, "*"))];
  if (others.length === 0 && created === undefined)
    throw new Error(`authorization.ts finds no resource of ec2:${name}`);
  // Network interfaces of Lambda have no tags.
  const context = (resource: string) => (resource.includes(":network-interface/") ? {} : own);
  return [
    ...others.map((resource) => check(`ec2:${name}`, resource, context(resource))),
    ...(created === undefined
      ? []
      : [
          check(`ec2:${name}`, arn(created, "*"), tag),
          check("ec2:CreateTags", arn(created, "*"), { ...tag, "ec2:CreateAction": name }),
        ]),
  ];
};

/** In an OpenAPI document, the end of the path to the role with which API Gateway calls another service. */
const CREDENTIALS = ".x-amazon-apigateway-integration.credentials";

const apigateway: ServiceChecks = ({ region, method, path, parameters }, { environmentName }) => {
  const resource = `arn:aws:apigateway:${region}::${path}`;
  const creates = method === "POST" && /^\/\w+$/.test(path);
  const context = { [`aws:${creates ? "Request" : "Resource"}Tag/Environment`]: environmentName };
  const action = check(`apigateway:${method}`, resource, context);
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/permissions.html
  const passed = Object.entries(parameters)
    .filter(([parameter]) => parameter.endsWith(CREDENTIALS))
    .map(([, role]) => passRole(String(role), "apigateway.amazonaws.com"));
  // API Gateway authorizes the tags of a new resource as a separate action.
  const tags = creates ? [check("apigateway:PUT", `arn:aws:apigateway:${region}::/tags/*`)] : [];
  return [action, ...tags, ...passed];
};

const cloudfront: ServiceChecks = (operation, { accountId, environmentName }) => {
  const { operation: name } = operation;
  const arn = (type: string, id: string): string => `arn:aws:cloudfront::${accountId}:${type}/${id}`;
  const tag = { "aws:RequestTag/Environment": environmentName };
  const own = { "aws:ResourceTag/Environment": environmentName };
  if (name === "CreateDistributionWithTags") {
    return [
      check("cloudfront:CreateDistribution", "*", tag),
      check("cloudfront:TagResource", arn("distribution", "*"), tag),
    ];
  }
  if (name.startsWith("Create")) return [check(`cloudfront:${name}`, "*")];
  const tagged = firstOf(operation, "Resource");
  if (tagged !== undefined) return [check(`cloudfront:${name}`, tagged, own)];
  const id = text(operation, "Id");
  if (name.endsWith("Distribution")) return [check(`cloudfront:${name}`, arn("distribution", id), own)];
  if (name.endsWith("OriginAccessControl"))
    return [check(`cloudfront:${name}`, arn("origin-access-control", id))];
  if (name.endsWith("ResponseHeadersPolicy"))
    return [check(`cloudfront:${name}`, arn("response-headers-policy", id))];
  throw new Error(`authorization.ts: got the operation cloudfront:${name}; allowed: operations with a rule`);
};

/**
 * Operations of S3 whose action has another name
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html).
 */
const S3_ACTIONS: Readonly<Record<string, string>> = {
  DeleteBucketCors: "PutBucketCORS",
  DeleteBucketEncryption: "PutEncryptionConfiguration",
  DeleteBucketLifecycle: "PutLifecycleConfiguration",
  DeleteBucketOwnershipControls: "PutBucketOwnershipControls",
  DeleteBucketTagging: "PutBucketTagging",
  DeletePublicAccessBlock: "PutBucketPublicAccessBlock",
  GetBucketAccelerateConfiguration: "GetAccelerateConfiguration",
  GetBucketCors: "GetBucketCORS",
  GetBucketEncryption: "GetEncryptionConfiguration",
  GetBucketLifecycleConfiguration: "GetLifecycleConfiguration",
  GetBucketReplication: "GetReplicationConfiguration",
  GetObjectLockConfiguration: "GetBucketObjectLockConfiguration",
  GetPublicAccessBlock: "GetBucketPublicAccessBlock",
  HeadBucket: "ListBucket",
  HeadObject: "GetObject",
  ListObjectsV2: "ListBucket",
  ListObjectVersions: "ListBucketVersions",
  PutBucketCors: "PutBucketCORS",
  PutBucketEncryption: "PutEncryptionConfiguration",
  PutBucketLifecycleConfiguration: "PutLifecycleConfiguration",
  PutPublicAccessBlock: "PutBucketPublicAccessBlock",
};

const s3: ServiceChecks = (operation) => {
  const { operation: name } = operation;
  const bucket = `arn:aws:s3:::${text(operation, "Bucket")}`;
  // Terraform deletes the versions of the objects in a versioned bucket.
  if (name === "DeleteObjects") {
    return [check("s3:DeleteObjectVersion", `${bucket}/*`)];
  }
  const key = firstOf(operation, "Key");
  if (name === "CopyObject") {
    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html#API_CopyObject_RequestSyntax, "Permissions"
    const source = text(operation, "CopySource").replace(/^\//, "");
    return [check("s3:GetObject", `arn:aws:s3:::${source}`), check("s3:PutObject", `${bucket}/${key}`)];
  }
  const versioned = firstOf(operation, "versionId") === undefined ? "" : "Version";
  const action = S3_ACTIONS[name] ?? (name === "DeleteObject" ? `${name}${versioned}` : name);
  return [check(`s3:${action}`, key === undefined ? bucket : `${bucket}/${key}`)];
};

/**
 * Web ACLs by their names. AWS WAF authorizes the use of managed rules on the ARN of any managed rule group, and an
 * association on the stage, too.
 */
const wafv2: ServiceChecks = (operation, { accountId }) => {
  const { operation: name } = operation;
  const region = has(operation, "Scope") && text(operation, "Scope") === "CLOUDFRONT" ? "global" : "regional";
  const arnOf = (resource: string): string =>
    `arn:aws:wafv2:${region === "global" ? "us-east-1" : operation.region}:${accountId}:${region}/${resource}`;
  const stage = firstOf(operation, "ResourceArn");
  if (stage !== undefined) {
    const acl = firstOf(operation, "WebACLArn");
    const changes = name === "GetWebACLForResource" ? [] : [check("apigateway:SetWebACL", stage)];
    return [
      check(`wafv2:${name}`, stage),
      ...(acl === undefined ? [] : [check(`wafv2:${name}`, acl)]),
      ...changes,
    ];
  }
  const tagged = firstOf(operation, "ResourceARN");
  if (tagged !== undefined) return [check(`wafv2:${name}`, tagged)];
  const acl = arnOf(`webacl/${text(operation, "Name")}/${firstOf(operation, "Id") ?? "*"}`);
  const usesRules = Object.keys(operation.parameters).some((path) =>
    path.includes("ManagedRuleGroupStatement"),
  );
  return [
    check(`wafv2:${name}`, acl),
    ...(usesRules ? [check(`wafv2:${name}`, arnOf("managedruleset/*/*"))] : []),
    ...(has(operation, "Tags") ? [check("wafv2:TagResource", acl)] : []),
  ];
};

const acm: ServiceChecks = (operation, { accountId, environmentName }) => {
  const { operation: name, region } = operation;
  const tag = { "aws:RequestTag/Environment": environmentName };
  if (name === "RequestCertificate") {
    return [
      check("acm:RequestCertificate", "*", {
        ...tag,
        "acm:DomainNames": text(operation, "DomainName"),
        "acm:ValidationMethod": text(operation, "ValidationMethod"),
      }),
      check("acm:AddTagsToCertificate", `arn:aws:acm:${region}:${accountId}:certificate/*`, tag),
    ];
  }
  const own = { "aws:ResourceTag/Environment": environmentName };
  return [check(`acm:${name}`, text(operation, "CertificateArn"), own)];
};

const route53: ServiceChecks = (operation) => {
  const { operation: name } = operation;
  if (name === "GetChange") return [check("route53:GetChange", "arn:aws:route53:::change/*")];
  const id = firstOf(operation, "Id", "HostedZoneId") ?? "";
  const zone = `arn:aws:route53:::hostedzone/${id.replace("/hostedzone/", "")}`;
  if (name !== "ChangeResourceRecordSets") return [check(`route53:${name}`, zone)];
  return [
    check("route53:ChangeResourceRecordSets", zone, {
      "route53:ChangeResourceRecordSetsActions": text(operation, "Action"),
      "route53:ChangeResourceRecordSetsNormalizedRecordNames": text(operation, "Name").replace(/\.$/, ""),
      "route53:ChangeResourceRecordSetsRecordTypes": text(operation, "Type"),
    }),
  ];
};

/**
 * User pools by their ids. Clients and domains have no ARNs. Cognito authorizes the tags of a new pool as a separate
 * action (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncognitouserpools.html).
 */
const userPools: ServiceChecks = (operation, context) => {
  const { operation: name } = operation;
  // Cognito defines no resource type for this action.
  if (name === "DescribeUserPoolDomain") return [check("cognito-idp:DescribeUserPoolDomain", "*")];
  return poolChecks(operation, context, {
    service: "cognito-idp",
    creation: "CreateUserPool",
    tags: "UserPoolTags",
    type: "userpool",
    id: "UserPoolId",
  });
};

/**
 * Identity pools by their ids
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncognitoidentity.html).
 */
const identityPools: ServiceChecks = (operation, context) => {
  const { operation: name } = operation;
  // Cognito defines no resource type for this action, and requires PassRole for the roles.
  if (name === "SetIdentityPoolRoles") {
    const roles = Object.entries(operation.parameters).filter(([parameter]) =>
      parameter.startsWith("Roles."),
    );
    return [
      check("cognito-identity:SetIdentityPoolRoles", "*"),
      ...roles.map(([, role]) => passRole(String(role), "cognito-identity.amazonaws.com")),
    ];
  }
  return poolChecks(operation, context, {
    service: "cognito-identity",
    creation: "CreateIdentityPool",
    tags: "IdentityPoolTags",
    type: "identitypool",
    id: "IdentityPoolId",
  });
};

/** How the operations of a service name its pools. */
interface Pools {
  /** The prefix of the actions, and the service in ARNs. */
  readonly service: string;
  /** The operation that creates a pool. */
  readonly creation: string;
  /** The parameter with the tags of a new pool. */
  readonly tags: string;
  /** The resource type in ARNs. */
  readonly type: string;
  /** The parameter with the pool's id. */
  readonly id: string;
}

function poolChecks(
  operation: Operation,
  { accountId, environmentName }: OperationContext,
  { service, creation, tags, type, id }: Pools,
): readonly AuthorizationCheck[] {
  const { operation: name, region } = operation;
  const arn = (pool: string): string => `arn:aws:${service}:${region}:${accountId}:${type}/${pool}`;
  if (name === creation) {
    const tag = { "aws:RequestTag/Environment": text(operation, `${tags}.Environment`) };
    return [check(`${service}:${name}`, "*", tag), check(`${service}:TagResource`, arn("*"), tag)];
  }
  const resource = firstOf(operation, "ResourceArn") ?? arn(text(operation, id));
  return [check(`${service}:${name}`, resource, { "aws:ResourceTag/Environment": environmentName })];
}

const SERVICES: Readonly<Record<string, ServiceChecks>> = {
  acm,
  "cognito-identity": identityPools,
  "cognito-idp": userPools,
  route53,
  apigateway,
  budgets,
  "application-autoscaling": applicationAutoScaling,
  cloudfront,
  ec2,
  iam,
  lambda,
  logs,
  monitoring,
  s3,
  sagemaker,
  sns,
  // GetCallerIdentity is always allowed (https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html).
  sts: ({ operation }) => {
    if (operation === "GetCallerIdentity") return [];
    throw new Error(`authorization.ts: got the operation sts:${operation}; allowed: GetCallerIdentity`);
  },
  wafv2,
};

/**
 * The sorted, distinct authorizations of Terraform's operations. Placeholders replace ids and digits, because each run
 * has other ids and digits.
 */
export function recordingOf(
  operations: readonly Operation[],
  context: OperationContext,
): readonly AuthorizationCheck[] {
  const boundaries = pairsOf(operations, "RoleName", "PermissionsBoundary");
  const volumeKeys = pairsOf(operations, "EndpointConfigName", "KmsKeyId");
  const all = operations
    .filter(({ byTerraform }) => byTerraform)
    .flatMap((operation) => authorizationChecksOf(operation, { boundaries, volumeKeys, ...context }))
    .map(withoutIds);
  const once = new Map(
    all.map((check) => [`${check.action} ${check.resource} ${JSON.stringify(check.context)}`, check]),
  );
  return [...once].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

/** The values of a parameter by the values of another parameter of the same operation. */
function pairsOf(operations: readonly Operation[], key: string, value: string): Map<string, string> {
  return new Map(
    operations.flatMap((operation) => {
      const [from, to] = [key, value].map((name) => firstOf(operation, name));
      return from === undefined || to === undefined ? [] : [[from, to]];
    }),
  );
}

function withoutIds(check: AuthorizationCheck): AuthorizationCheck {
  const resource = check.resource
    .replace(/(arn:aws:sagemaker:[^/]*:(?:model|endpoint-config)\/.*-)[0-9a-f]{8}$/, "$100000000")
    .replace(/(arn:aws:ec2:[^/]*\/[a-z]+-)[0-9a-f]+$/, "$1ID")
    .replace(/(arn:aws:cloudfront::[^/]*\/)[A-Za-z0-9-]{8,}$/, "$1ID")
    .replace(/(arn:aws:wafv2:.*\/webacl\/[^/]+\/)[0-9a-f-]{36}$/, "$1ID")
    .replace(/(arn:aws:sns:.*:)[0-9a-f-]{36}$/, "$1ID")
    .replace(/(arn:aws:cognito-(?:idp|identity):[^/]*\/)[\w:-]+$/, "$1ID")
    .replace(/(arn:aws:apigateway:[^/]*\/tags\/).+/, "$1ARN")
    .replace(/(arn:aws:apigateway:[^/]*\/)(restapis|usageplans|apikeys)\/\w+/, "$1$2/ID")
    .replace(/(\/restapis\/ID\/deployments\/|\/usageplans\/ID\/keys\/)\w+/, "$1ID");
  return { ...check, resource };
}
