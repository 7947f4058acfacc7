import type { Operation } from "./emulator";

/** What AWS asks IAM before it does something. */
export interface Asked {
  readonly action: string;
  /** ARN, or `*` where the service defines no resource type for the action. */
  readonly resource: string;
  /** Values of condition keys. */
  readonly context: Readonly<Record<string, string>>;
}

/** Where requests are made. */
export interface AskedIn {
  readonly accountId: string;
  readonly environmentName: string;
  /** Permissions boundaries of roles, by the role's name. */
  readonly boundaries?: ReadonlyMap<string, string>;
  /** Keys of volumes, by the endpoint configuration's name. */
  readonly volumeKeys?: ReadonlyMap<string, string>;
}

/**
 * What AWS asks IAM for an operation: the actions and their resources of the Service Authorization Reference
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/). Tags are the provider's default tags, which
 * every resource of the stack has.
 *
 * @throws Error where the operation is in no table here
 */
export function askedFor(operation: Operation, place: AskedIn): readonly Asked[] {
  const ask = SERVICES[operation.service];
  if (ask === undefined) {
    throw new Error(
      `authorization.ts does not say what ${operation.service}:${operation.operation} asks of IAM: add the service there, and its statements to src/iam/deployment/deployer.ts`,
    );
  }
  return ask(operation, place);
}

type Ask = (operation: Operation, place: AskedIn) => readonly Asked[];

const asked = (action: string, resource: string, context: Asked["context"] = {}): Asked => ({
  action,
  resource,
  context,
});

/** The right to give a service a role. */
const passing = (role: string, service: string): Asked =>
  asked("iam:PassRole", role, { "iam:PassedToService": service });

/** A parameter that must be there. */
function text({ service, operation, parameters }: Operation, name: string): string {
  const value = parameters[name];
  if (typeof value !== "string") {
    throw new Error(`${service}:${operation} has no ${name}, only ${Object.keys(parameters).join(", ")}`);
  }
  return value;
}

/** The first of these parameters that is there, or undefined. */
function firstOf(operation: Operation, ...names: readonly string[]): string | undefined {
  return names.map((name) => operation.parameters[name]).find((value) => typeof value === "string") as
    | string
    | undefined;
}

/** Whether a parameter is there, or one within it. */
function has({ parameters }: Operation, name: string): boolean {
  return Object.keys(parameters).some((path) => path === name || path.startsWith(`${name}.`));
}

/** Actions whose requests carry the boundary of their role, or the one that it gets. */
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

const iam: Ask = (operation, { accountId, boundaries }) => {
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
  const action = asked(`iam:${name}`, resource, {
    ...(attaches ? { "iam:PolicyARN": policyArn } : {}),
    ...(boundary !== undefined && WITH_BOUNDARY.includes(name)
      ? { "iam:PermissionsBoundary": boundary }
      : {}),
  });
  const tag = { CreateRole: "iam:TagRole", CreatePolicy: "iam:TagPolicy" }[name];
  return tag === undefined ? [action] : [action, asked(tag, resource)];
};

const lambda: Ask = (operation, { accountId }) => {
  const { operation: name, region } = operation;
  const tagged = firstOf(operation, "Resource");
  const fn = tagged ?? `arn:aws:lambda:${region}:${accountId}:function:${text(operation, "FunctionName")}`;
  switch (name) {
    case "CreateFunction":
      return [
        asked("lambda:CreateFunction", fn),
        asked("lambda:TagResource", fn),
        passing(text(operation, "Role"), "lambda.amazonaws.com"),
        ...lookingAtItsNetwork(operation),
      ];
    case "UpdateFunctionConfiguration": {
      const role = firstOf(operation, "Role");
      const pass = role === undefined ? [] : [passing(role, "lambda.amazonaws.com")];
      return [asked("lambda:UpdateFunctionConfiguration", fn), ...pass, ...lookingAtItsNetwork(operation)];
    }
    case "AddPermission":
      return [asked("lambda:AddPermission", fn, { "lambda:Principal": text(operation, "Principal") })];
    case "CreateFunctionUrlConfig":
    case "UpdateFunctionUrlConfig": {
      const type = firstOf(operation, "AuthType");
      return [asked(`lambda:${name}`, fn, type === undefined ? {} : { "lambda:FunctionUrlAuthType": type })];
    }
    default:
      return [asked(`lambda:${name}`, fn)];
  }
};

/** Lambda verifies a function's network as who deploys it (https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html). */
function lookingAtItsNetwork(operation: Operation): readonly Asked[] {
  if (!has(operation, "VpcConfig.SubnetIds")) return [];
  return ["SecurityGroups", "Subnets", "Vpcs"].map((what) => asked(`ec2:Describe${what}`, "*"));
}

const sagemaker: Ask = (operation, { accountId, volumeKeys }) => {
  const { operation: name, region } = operation;
  const arn = (type: string, of: string): string => `arn:aws:sagemaker:${region}:${accountId}:${type}/${of}`;
  const tagged = firstOf(operation, "ResourceArn");
  if (tagged !== undefined) return [asked(`sagemaker:${name}`, tagged)];
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
    ...resources.map((resource) => asked(`sagemaker:${name}`, resource)),
    // https://docs.aws.amazon.com/sagemaker/latest/dg/api-permissions-reference.html
    ...(volumeKey === undefined
      ? []
      : [
          asked("kms:CreateGrant", volumeKey, {
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
    asked("sagemaker:AddTags", created),
    ...(role === undefined ? [] : [passing(role, "sagemaker.amazonaws.com")]),
  ];
};

const logs: Ask = (operation, { accountId }) => {
  const { operation: name, region } = operation;
  if (name === "DescribeLogGroups") return [asked("logs:DescribeLogGroups", "*")];
  const group =
    firstOf(operation, "resourceArn") ??
    `arn:aws:logs:${region}:${accountId}:log-group:${text(operation, "logGroupName")}`;
  const action = asked(`logs:${name}`, group);
  return name === "CreateLogGroup" ? [action, asked("logs:TagResource", group)] : [action];
};

/** Alarms, by their names. */
const monitoring: Ask = (operation, { accountId }) => {
  const { operation: name, region } = operation;
  const alarm =
    firstOf(operation, "ResourceARN") ??
    `arn:aws:cloudwatch:${region}:${accountId}:alarm:${firstOf(operation, "AlarmName") ?? text(operation, "AlarmNames.member.1")}`;
  const action = asked(`cloudwatch:${name}`, alarm);
  return has(operation, "Tags") ? [action, asked("cloudwatch:TagResource", alarm)] : [action];
};

/**
 * Application Auto Scaling looks whether who asks may do at the endpoint and in CloudWatch what it will do itself
 * (https://docs.aws.amazon.com/autoscaling/application/userguide/security_iam_permission_validation.html), and makes
 * its service-linked role with the caller's rights.
 */
const applicationAutoScaling: Ask = (operation, { accountId, environmentName }) => {
  const { operation: name, region } = operation;
  if (name.startsWith("Describe")) return [asked(`application-autoscaling:${name}`, "*")];
  const own = { "aws:ResourceTag/Environment": environmentName };
  const targets = `arn:aws:application-autoscaling:${region}:${accountId}:scalable-target/*`;
  if (has(operation, "ResourceARN")) return [asked(`application-autoscaling:${name}`, targets, own)];
  const resource = text(operation, "ResourceId");
  const endpoint = `arn:aws:sagemaker:${region}:${accountId}:${resource.split("/").slice(0, 2).join("/")}`;
  const alarms = `arn:aws:cloudwatch:${region}:${accountId}:alarm:TargetTracking-${resource}-*`;
  const scaled = {
    "application-autoscaling:service-namespace": text(operation, "ServiceNamespace"),
    "application-autoscaling:scalable-dimension": text(operation, "ScalableDimension"),
  };
  const tag = { "aws:RequestTag/Environment": String(operation.parameters["Tags.Environment"]) };
  const creates = has(operation, "Tags");
  const action = asked(`application-autoscaling:${name}`, targets, { ...scaled, ...(creates ? tag : own) });
  const service = "sagemaker.application-autoscaling.amazonaws.com";
  const validated =
    name === "RegisterScalableTarget"
      ? [
          asked("sagemaker:DescribeEndpoint", endpoint),
          asked("sagemaker:UpdateEndpointWeightsAndCapacities", endpoint),
          asked(
            "iam:CreateServiceLinkedRole",
            `arn:aws:iam::${accountId}:role/aws-service-role/${service}/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint`,
            { "iam:AWSServiceName": service },
          ),
        ]
      : [];
  const watching = ["PutScalingPolicy", "DeleteScalingPolicy"].includes(name)
    ? ["DeleteAlarms", "DescribeAlarms", "PutMetricAlarm"].map((of) => asked(`cloudwatch:${of}`, alarms))
    : [];
  return [
    action,
    ...(creates ? [asked("application-autoscaling:TagResource", targets, tag)] : []),
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

/** What an action makes. */
const EC2_CREATED: Readonly<Record<string, string>> = {
  AuthorizeSecurityGroupEgress: "security-group-rule",
  AuthorizeSecurityGroupIngress: "security-group-rule",
  CreateRouteTable: "route-table",
  CreateSecurityGroup: "security-group",
  CreateSubnet: "subnet",
  CreateVpc: "vpc",
  CreateVpcEndpoint: "vpc-endpoint",
};

/** Associations have no resource type: what is asked for are their route table and subnet. */
const EC2_ASSOCIATED: Readonly<Record<string, readonly string[]>> = {
  DisassociateRouteTable: ["route-table", "subnet"],
};

const ec2: Ask = (operation, { accountId, environmentName }) => {
  const { operation: name, region, parameters } = operation;
  const arn = (type: string, id: string): string => `arn:aws:ec2:${region}:${accountId}:${type}/${id}`;
  if (name.startsWith("Describe") && name !== "DescribeVpcAttribute") return [asked(`ec2:${name}`, "*")];
  const own = { "aws:ResourceTag/Environment": environmentName };
  const tagKey = Object.keys(parameters).find(
    (path) => /Tag\.\d+\.Key$/.test(path) && parameters[path] === "Environment",
  );
  const tag =
    tagKey === undefined
      ? {}
      : { "aws:RequestTag/Environment": String(parameters[tagKey.replace(/Key$/, "Value")]) };
  const named = Object.entries(parameters)
    // A group's rule may speak of another group, which is not asked for.
    .filter(([path]) => !/^(?:IpPermissions|Filter)\./.test(path))
    .flatMap(([, value]) => {
      const [, prefix = ""] = /^([a-z]+)-[0-9a-f]+$/.exec(String(value)) ?? [];
      const type = EC2_TYPES[prefix];
      return type === undefined ? [] : [arn(type, String(value))];
    });
  if (name === "CreateTags") {
    // No change of an environment changes its name: what gets that tag had none.
    return named.map((resource) => asked("ec2:CreateTags", resource, tagKey === undefined ? own : tag));
  }
  const created = EC2_CREATED[name];
  const others = [...named, ...(EC2_ASSOCIATED[name] ?? []).map((type) => arn(type, "*"))];
  if (others.length === 0 && created === undefined)
    throw new Error(`authorization.ts finds no resource of ec2:${name}`);
  // Lambda's interfaces have no tags.
  const context = (resource: string) => (resource.includes(":network-interface/") ? {} : own);
  return [
    ...others.map((resource) => asked(`ec2:${name}`, resource, context(resource))),
    ...(created === undefined
      ? []
      : [
          asked(`ec2:${name}`, arn(created, "*"), tag),
          asked("ec2:CreateTags", arn(created, "*"), { ...tag, "ec2:CreateAction": name }),
        ]),
  ];
};

/** The end of the path of a role in an OpenAPI document with which API Gateway calls another service. */
const CREDENTIALS = ".x-amazon-apigateway-integration.credentials";

const apigateway: Ask = ({ region, method, path, parameters }, { environmentName }) => {
  const resource = `arn:aws:apigateway:${region}::${path}`;
  const creates = method === "POST" && /^\/\w+$/.test(path);
  const context = { [`aws:${creates ? "Request" : "Resource"}Tag/Environment`]: environmentName };
  const action = asked(`apigateway:${method}`, resource, context);
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/permissions.html
  const passed = Object.entries(parameters)
    .filter(([parameter]) => parameter.endsWith(CREDENTIALS))
    .map(([, role]) => passing(String(role), "apigateway.amazonaws.com"));
  // Tags of what is created are put by a request of their own kind.
  const tags = creates ? [asked("apigateway:PUT", `arn:aws:apigateway:${region}::/tags/*`)] : [];
  return [action, ...tags, ...passed];
};

const cloudfront: Ask = (operation, { accountId, environmentName }) => {
  const { operation: name } = operation;
  const arn = (type: string, id: string): string => `arn:aws:cloudfront::${accountId}:${type}/${id}`;
  const tag = { "aws:RequestTag/Environment": environmentName };
  const own = { "aws:ResourceTag/Environment": environmentName };
  if (name === "CreateDistributionWithTags") {
    return [
      asked("cloudfront:CreateDistribution", "*", tag),
      asked("cloudfront:TagResource", arn("distribution", "*"), tag),
    ];
  }
  if (name.startsWith("Create")) return [asked(`cloudfront:${name}`, "*")];
  const tagged = firstOf(operation, "Resource");
  if (tagged !== undefined) return [asked(`cloudfront:${name}`, tagged, own)];
  const id = text(operation, "Id");
  if (name.endsWith("Distribution")) return [asked(`cloudfront:${name}`, arn("distribution", id), own)];
  if (name.endsWith("OriginAccessControl"))
    return [asked(`cloudfront:${name}`, arn("origin-access-control", id))];
  if (name.endsWith("ResponseHeadersPolicy"))
    return [asked(`cloudfront:${name}`, arn("response-headers-policy", id))];
  throw new Error(`authorization.ts does not say what cloudfront:${name} asks of IAM`);
};

/**
 * Operations of S3 whose action has another name
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html).
 */
const S3_ACTIONS: Readonly<Record<string, string>> = {
  DeleteBucketEncryption: "PutEncryptionConfiguration",
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
  PutBucketEncryption: "PutEncryptionConfiguration",
  PutPublicAccessBlock: "PutBucketPublicAccessBlock",
};

const s3: Ask = (operation) => {
  const { operation: name } = operation;
  const bucket = `arn:aws:s3:::${text(operation, "Bucket")}`;
  // Terraform empties a versioned bucket by versions.
  if (name === "DeleteObjects") {
    return [asked("s3:DeleteObjectVersion", `${bucket}/*`)];
  }
  const key = firstOf(operation, "Key");
  const versioned = firstOf(operation, "versionId") === undefined ? "" : "Version";
  const action = S3_ACTIONS[name] ?? (name === "DeleteObject" ? `${name}${versioned}` : name);
  return [asked(`s3:${action}`, key === undefined ? bucket : `${bucket}/${key}`)];
};

const SERVICES: Readonly<Record<string, Ask>> = {
  apigateway,
  "application-autoscaling": applicationAutoScaling,
  cloudfront,
  ec2,
  iam,
  lambda,
  logs,
  monitoring,
  s3,
  sagemaker,
  // GetCallerIdentity is always allowed (https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html).
  sts: ({ operation }) => {
    if (operation === "GetCallerIdentity") return [];
    throw new Error(`authorization.ts does not say what sts:${operation} asks of IAM`);
  },
};

/** Everything of Terraform's `operations` that AWS asks IAM, once each, ids and digits that differ from run to run replaced; sorted. */
export function recordingOf(operations: readonly Operation[], place: AskedIn): readonly Asked[] {
  const boundaries = pairsOf(operations, "RoleName", "PermissionsBoundary");
  const volumeKeys = pairsOf(operations, "EndpointConfigName", "KmsKeyId");
  const everything = operations
    .filter(({ byTerraform }) => byTerraform)
    .flatMap((operation) => askedFor(operation, { boundaries, volumeKeys, ...place }))
    .map(withoutIds);
  const once = new Map(
    everything.map((one) => [`${one.action} ${one.resource} ${JSON.stringify(one.context)}`, one]),
  );
  return [...once].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

/** A parameter by another one of the same request. */
function pairsOf(operations: readonly Operation[], key: string, value: string): Map<string, string> {
  return new Map(
    operations.flatMap((operation) => {
      const [from, to] = [key, value].map((name) => firstOf(operation, name));
      return from === undefined || to === undefined ? [] : [[from, to]];
    }),
  );
}

function withoutIds(one: Asked): Asked {
  const resource = one.resource
    .replace(/(arn:aws:sagemaker:[^/]*:(?:model|endpoint-config)\/.*-)[0-9a-f]{8}$/, "$100000000")
    .replace(/(arn:aws:ec2:[^/]*\/[a-z]+-)[0-9a-f]+$/, "$1ID")
    .replace(/(arn:aws:cloudfront::[^/]*\/)[A-Za-z0-9-]{8,}$/, "$1ID")
    .replace(/(arn:aws:apigateway:[^/]*\/tags\/).+/, "$1ARN")
    .replace(/(arn:aws:apigateway:[^/]*\/)(restapis|usageplans|apikeys)\/\w+/, "$1$2/ID")
    .replace(/(\/restapis\/ID\/deployments\/|\/usageplans\/ID\/keys\/)\w+/, "$1ID");
  return { ...one, resource };
}
