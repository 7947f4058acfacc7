import type {
  Bucket,
  Caller,
  FunctionUrl,
  Permission,
  Principals,
  Role,
  Statement,
  VpcEndpoint,
} from "./policies";

/** What one model's principals are there for, in words of the environment and nothing of the code under test. */
export interface ModelScope {
  /** Name of the function and of the endpoint. */
  readonly name: string;
  /** `aws`, or another where the region is in another. */
  readonly partition: string;
  readonly region: string;
  /** 12 digits, or `<account>` where Terraform fills them in. */
  readonly account: string;
  readonly stage: string;
  /** `<METHOD>/<path>` */
  readonly route: string;
  /** The artifact, `<bucket>/<key>`. */
  readonly artifact: string;
  /** ARN of the image's repository. */
  readonly repositoryArn: string;
  /** Whether its function runs in a VPC: a new one, or one that is there already. */
  readonly network: "new" | "existing" | undefined;
}

/** What one caller's policy is there for, in words of the environment and nothing of the code under test. */
export interface CallerScope {
  readonly policyName: string;
  /** `<action> on <ARN> where <condition>` */
  readonly grants: readonly string[];
  /** `role <name>`, `user <name>` or `group <name>`. */
  readonly principals: readonly string[];
}

/**
 * The actions for which the service defines no resource type
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html).
 */
const WITHOUT_RESOURCE_TYPE = [
  "cloudwatch:PutMetricData",
  "ecr:GetAuthorizationToken",
  "xray:PutTelemetryRecords",
  "xray:PutTraceSegments",
];

/** What Lambda asks of the role of a function in a VPC, on `*`. */
const NETWORK_INTERFACE_ACTIONS = [
  "ec2:AssignPrivateIpAddresses",
  "ec2:CreateNetworkInterface",
  "ec2:DeleteNetworkInterface",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSubnets",
  "ec2:UnassignPrivateIpAddresses",
];

const METRIC_NAMESPACES = ["/aws/sagemaker/Endpoints", "AWS/SageMaker"];

/** Everything below, for every principal of a stack. */
export function requireLeastPrivilege(
  principals: Principals,
  models: readonly ModelScope[],
  callers: readonly CallerScope[],
): void {
  requireKnownPrincipals(principals, models);
  requireCallers(principals.callers, callers);
  for (const { policy, trust } of principals.roles) {
    requireNoWildcardInActions([...policy, ...trust]);
    requireStarOnlyWithoutResourceType(policy);
    requireWildcardsOnlyForLogStreams(policy);
    requireNoAction(policy, "iam:PassRole");
  }
  for (const model of models) {
    const fn = functionRole(principals, model);
    requireInvokesOnlyItsEndpoint(fn.policy, model);
    requireWritesOnlyItsFunctionLog(fn.policy, model);
    requireTracesAtMost(fn.policy);
    requireServicesAtMost(fn.policy, servicesOfFunction(model));
    requireNetworkInterfacesAtMost(fn, model);
    requireTrust(fn.trust, {
      service: "lambda.amazonaws.com",
      conditions: { "StringEquals aws:SourceAccount": [model.account] },
    });

    const endpoint = endpointRole(principals, model);
    requireReadsOnlyItsArtifact(endpoint.policy, model);
    requirePullsOnlyItsImage(endpoint.policy, model);
    requireWritesOnlyItsEndpointLog(endpoint.policy, model);
    requireMetricsOnlyInNamespaces(endpoint.policy);
    requireServicesAtMost(endpoint.policy, ["cloudwatch", "ecr", "logs", "s3"]);
    requireNoDenial(endpoint);
    requireTrust(endpoint.trust, {
      service: "sagemaker.amazonaws.com",
      conditions: {
        "StringEquals aws:SourceAccount": [model.account],
        "ArnLike aws:SourceArn": [`arn:${model.partition}:sagemaker:${model.region}:${model.account}:*`],
      },
    });
    requireInvokedOnlyByItsRoute(principals.permissions, model);
  }
  for (const bucket of principals.buckets) {
    if (bucket.name.includes("-website-")) requireReadOnlyByItsDistribution(bucket);
    else requireNoPrincipals(bucket);
  }
  for (const functionUrl of principals.functionUrls) requireSignatures(functionUrl);
  requireWaysOutOnlyToEndpoints(principals.vpcEndpoints, models);
}

/** The services that a function's role may ask. */
export function servicesOfFunction({ network }: ModelScope): string[] {
  return ["logs", "sagemaker", "xray", ...(network === undefined ? [] : ["ec2"])];
}

/** In a VPC: what Lambda needs for its network interfaces, and a denial of just that to the function's code. */
export function requireNetworkInterfacesAtMost(
  { policy, denials }: Role,
  { name, partition, region, account, network }: ModelScope,
): void {
  const onEverything = NETWORK_INTERFACE_ACTIONS.map((action) => `${action} on *`);
  requireExactly(policy, "ec2", network === undefined ? [] : onEverything);
  for (const { action, conditions } of grants(policy)) {
    if (action.startsWith("ec2:")) requireSame(`the conditions of ${action}`, Object.keys(conditions), []);
  }
  const own = `arn:${partition}:lambda:${region}:${account}:function:${name}`;
  requireSame(
    "what is denied to the function",
    statementTexts(denials),
    network === undefined
      ? []
      : onEverything.map((grant) => `Deny ${grant} where ArnEquals lambda:SourceFunctionArn ${own}`),
  );
}

/** A denial that nobody expects may hide that something is allowed too much. */
export function requireNoDenial({ name, denials }: Role): void {
  requireSame(`what is denied to ${name}`, statementTexts(denials), []);
}

/** From a new VPC each function's role reaches its one endpoint, and nobody anything else. */
export function requireWaysOutOnlyToEndpoints(
  vpcEndpoints: readonly VpcEndpoint[],
  models: readonly ModelScope[],
): void {
  const inNewVpc = models.filter(({ network }) => network === "new");
  const [{ partition, region } = { partition: "", region: "" }] = inNewVpc;
  const runtime = `${partition === "aws-cn" ? "cn." : ""}com.amazonaws.${region}.sagemaker.runtime`;
  requireSame(
    "the ways out of the VPC",
    vpcEndpoints.map(({ service }) => service),
    inNewVpc.length === 0 ? [] : [`com.amazonaws.${region}.s3`, runtime],
  );
  for (const { service, statements } of vpcEndpoints) {
    requireSame(
      `what may pass to ${service}`,
      statementTexts(statements),
      service === runtime ? inNewVpc.map(passing) : ["Deny * s3:* on *"],
    );
  }
}

function passing({ name, partition, region, account }: ModelScope): string {
  const endpoint = `arn:${partition}:sagemaker:${region}:${account}:endpoint/${name}`;
  const role = `arn:${partition}:iam::${account}:role/${name}-function`;
  return `Allow * sagemaker:InvokeEndpoint on ${endpoint} where ArnEquals aws:PrincipalArn ${role}`;
}

/** Every action on every resource of statements, in one text each. */
function statementTexts(statements: readonly Statement[]): string[] {
  return statements.flatMap((statement) =>
    grants([statement]).map(({ action, resource, conditions }) => {
      const where = Object.entries(conditions).map(([key, values]) => `${key} ${values.join(" or ")}`);
      const who = statement.principal === undefined ? [] : [statement.principal];
      const words = [statement.effect, ...who, action, "on", resource];
      return [...words, ...(where.length === 0 ? [] : ["where", ...where])].join(" ");
    }),
  );
}

const WITHOUT_TLS = [
  "Deny * s3:* on <bucket> where Bool aws:SecureTransport false",
  "Deny * s3:* on <bucket>/* where Bool aws:SecureTransport false",
];

/** Every caller's policy, with exactly its grants under exactly their conditions, and exactly its principals. */
export function requireCallers(callers: readonly Caller[], scopes: readonly CallerScope[]): void {
  requireSame(
    "the callers' policies",
    callers.map(({ policyName }) => policyName),
    scopes.map(({ policyName }) => policyName),
  );
  for (const { policyName, policy, principals } of callers) {
    requireNoWildcardInActions(policy);
    requireStarOnlyWithoutResourceType(policy);
    for (const { action, resource } of grants(policy)) {
      if (/[*?]/.test(resource)) throw new Error(`a wildcard in ${resource}, for ${action}`);
    }
    const scope = scopes.find((candidate) => candidate.policyName === policyName);
    requireSame(
      `what ${policyName} grants`,
      grants(policy).map(({ action, resource, conditions }) => {
        const where = Object.entries(conditions).map(([key, values]) => `${key} ${values.join(" or ")}`);
        return [`${action} on ${resource}`, ...where].join(" where ");
      }),
      scope?.grants ?? [],
    );
    requireSame(`who has ${policyName}`, principals, scope?.principals ?? []);
  }
}

/** One distribution reads objects; nobody comes without TLS. */
export function requireReadOnlyByItsDistribution(bucket: Bucket): void {
  requirePolicy(bucket, [
    ...WITHOUT_TLS,
    "Allow cloudfront.amazonaws.com s3:GetObject on <bucket>/* where StringEquals aws:SourceArn <distribution>",
  ]);
}

/** The bucket itself lets nobody in: who may read it says so in a policy of its own; nobody comes without TLS. */
export function requireNoPrincipals(bucket: Bucket): void {
  requirePolicy(bucket, WITHOUT_TLS);
}

function requirePolicy({ name, statements }: Bucket, expected: readonly string[]): void {
  const granted = statements.flatMap((statement) =>
    grants([statement]).map(({ action, resource, conditions }) => {
      const where = Object.entries(conditions).map(([key, values]) => `${key} ${values.join(" or ")}`);
      return [statement.effect, statement.principal, action, "on", resource, "where", ...where].join(" ");
    }),
  );
  requireSame(`the policy of the bucket ${name}`, granted, expected);
}

/** A URL without authorization is everybody's. */
export function requireSignatures({ functionName, authorization }: FunctionUrl): void {
  requireSame(`who may call the function URL of ${functionName}`, [authorization], ["AWS_IAM"]);
}

/** The role of a model's function. */
export function functionRole(principals: Principals, { name }: ModelScope): Role {
  return roleNamed(principals, `${name}-function`);
}

/** The execution role of a model's endpoint. */
export function endpointRole(principals: Principals, { name }: ModelScope): Role {
  return roleNamed(principals, `${name}-endpoint`);
}

function roleNamed({ roles }: Principals, name: string): Role {
  const found = roles.find((role) => role.name === name);
  if (found === undefined)
    throw new Error(`no role ${name}; there are ${roles.map((role) => role.name).join(", ")}`);
  return found;
}

/** Two roles and one permission a model, and nobody else. */
export function requireKnownPrincipals(
  { roles, permissions }: Principals,
  models: readonly ModelScope[],
): void {
  requireSame(
    "the roles",
    roles.map(({ name }) => name),
    models.flatMap(({ name }) => [`${name}-endpoint`, `${name}-function`]),
  );
  requireSame(
    "the functions with a permission",
    permissions.map(({ functionName }) => functionName),
    models.map(({ name }) => name),
  );
}

export function requireNoWildcardInActions(statements: readonly Statement[]): void {
  for (const action of statements.flatMap(({ actions }) => actions)) {
    if (/[*?]/.test(action)) throw new Error(`a wildcard in the action ${action}`);
  }
}

/** `*` alone as a resource, only where nothing narrower can be said, or Lambda asks for it. */
export function requireStarOnlyWithoutResourceType(statements: readonly Statement[]): void {
  for (const { action, resource } of grants(statements)) {
    const allowed = [...WITHOUT_RESOURCE_TYPE, ...NETWORK_INTERFACE_ACTIONS];
    if (resource === "*" && !allowed.includes(action)) {
      throw new Error(`${action} on *; allowed on * are ${allowed.join(", ")}`);
    }
  }
}

/** A wildcard inside a resource, only for the streams of one log group. */
export function requireWildcardsOnlyForLogStreams(statements: readonly Statement[]): void {
  for (const { action, resource } of grants(statements)) {
    const exact = resource
      .replaceAll(/\$\{\w+\}/g, "")
      .replace(/(?<=:log-group:[^:]+):(log-stream:)?\*$/, "");
    if (resource !== "*" && /[*?]/.test(exact)) throw new Error(`a wildcard in ${resource}, for ${action}`);
  }
}

/** Wildcards in actions count. */
export function requireNoAction(statements: readonly Statement[], forbidden: string): void {
  for (const { action } of grants(statements)) {
    if (matches(action, forbidden)) throw new Error(`${action} allows ${forbidden}`);
  }
}

export function requireServicesAtMost(statements: readonly Statement[], services: readonly string[]): void {
  for (const { action } of grants(statements)) {
    const [service = action] = action.split(":");
    if (!services.includes(service)) {
      throw new Error(`${action} is of another service than ${services.join(", ")}`);
    }
  }
}

export function requireInvokesOnlyItsEndpoint(
  statements: readonly Statement[],
  { name, partition, region, account }: ModelScope,
): void {
  requireExactly(statements, "sagemaker", [
    `sagemaker:InvokeEndpoint on arn:${partition}:sagemaker:${region}:${account}:endpoint/${name}`,
  ]);
}

/** Terraform owns the log group: with CreateLogGroup the function could bring it back without a retention. */
export function requireWritesOnlyItsFunctionLog(
  statements: readonly Statement[],
  { name, partition, region, account }: ModelScope,
): void {
  requireNoAction(statements, "logs:CreateLogGroup");
  const streams = `arn:${partition}:logs:${region}:${account}:log-group:/aws/lambda/${name}:*`;
  requireExactly(statements, "logs", [
    `logs:CreateLogStream on ${streams}`,
    `logs:PutLogEvents on ${streams}`,
  ]);
}

export function requireTracesAtMost(statements: readonly Statement[]): void {
  requireExactly(statements, "xray", ["xray:PutTelemetryRecords on *", "xray:PutTraceSegments on *"]);
}

export function requireReadsOnlyItsArtifact(
  statements: readonly Statement[],
  { partition, artifact }: ModelScope,
): void {
  requireExactly(statements, "s3", [`s3:GetObject on arn:${partition}:s3:::${artifact}`]);
}

export function requirePullsOnlyItsImage(
  statements: readonly Statement[],
  { repositoryArn }: ModelScope,
): void {
  requireExactly(statements, "ecr", [
    "ecr:GetAuthorizationToken on *",
    `ecr:BatchCheckLayerAvailability on ${repositoryArn}`,
    `ecr:BatchGetImage on ${repositoryArn}`,
    `ecr:GetDownloadUrlForLayer on ${repositoryArn}`,
  ]);
}

/** SageMaker makes the endpoint's log group itself. */
export function requireWritesOnlyItsEndpointLog(
  statements: readonly Statement[],
  { name, partition, region, account }: ModelScope,
): void {
  const group = `arn:${partition}:logs:${region}:${account}:log-group:/aws/sagemaker/Endpoints/${name}`;
  const streams = `${group}:log-stream:*`;
  requireExactly(statements, "logs", [
    ...["CreateLogGroup", "DescribeLogStreams"].flatMap((action) => [
      `logs:${action} on ${group}`,
      `logs:${action} on ${streams}`,
    ]),
    ...["CreateLogStream", "PutLogEvents"].map((action) => `logs:${action} on ${streams}`),
  ]);
}

export function requireMetricsOnlyInNamespaces(statements: readonly Statement[]): void {
  requireExactly(statements, "cloudwatch", ["cloudwatch:PutMetricData on *"]);
  for (const { action, conditions } of grants(statements)) {
    if (action !== "cloudwatch:PutMetricData") continue;
    requireSame("the conditions of cloudwatch:PutMetricData", Object.keys(conditions), [
      "StringEquals cloudwatch:namespace",
    ]);
    requireSame("the namespaces", conditions["StringEquals cloudwatch:namespace"] ?? [], METRIC_NAMESPACES);
  }
}

/** One service, by one action, under exactly these conditions. */
export function requireTrust(
  statements: readonly Statement[],
  expected: { readonly service: string; readonly conditions: Statement["conditions"] },
): void {
  const [statement, ...others] = statements;
  if (statement === undefined || others.length > 0) {
    throw new Error(`the trust has ${statements.length} statements, not 1`);
  }
  requireSame("who may take the role", [statement.principal ?? "nobody"], [expected.service]);
  requireSame("the actions of the trust", statement.actions, ["sts:AssumeRole"]);
  requireSame("the resources of the trust", statement.resources, []);
  requireSame(
    "the conditions of the trust",
    Object.entries(statement.conditions).map(([key, values]) => `${key} is ${values.join(" or ")}`),
    Object.entries(expected.conditions).map(([key, values]) => `${key} is ${values.join(" or ")}`),
  );
}

/** API Gateway, for one method of one path of one stage. */
export function requireInvokedOnlyByItsRoute(
  permissions: readonly Permission[],
  { name, stage, route }: ModelScope,
): void {
  const own = permissions.filter(({ functionName }) => functionName === name);
  for (const { principal, action, sourceArn } of own) {
    if (/[*?]/.test(sourceArn)) throw new Error(`a wildcard in the source ${sourceArn}`);
    requireSame("who may invoke the function", [principal], ["apigateway.amazonaws.com"]);
    requireSame("the permission's action", [action], ["lambda:InvokeFunction"]);
  }
  requireSame(
    "the sources of the permission",
    own.map(({ sourceArn }) => sourceArn),
    [`<api>/${stage}/${route}`],
  );
}

/** Nothing of another environment's: no endpoint, log group, function or role. */
export function requireNoNamesOf(
  otherModels: readonly ModelScope[],
  text: string,
  own: readonly ModelScope[],
): void {
  for (const { name } of otherModels) {
    if (own.some((model) => model.name === name)) continue;
    const found = new RegExp(`(?<![\\w-])${name}(?:-function|-endpoint)?(?![\\w-])`).exec(text);
    if (found !== null) throw new Error(`the policies name ${found[0]} of another environment`);
  }
}

interface Grant {
  readonly action: string;
  readonly resource: string;
  readonly conditions: Statement["conditions"];
}

function grants(statements: readonly Statement[]): Grant[] {
  return statements.flatMap(({ actions, resources, conditions }) =>
    actions.flatMap((action) => resources.map((resource) => ({ action, resource, conditions }))),
  );
}

function requireExactly(
  statements: readonly Statement[],
  service: string,
  expected: readonly string[],
): void {
  const granted = grants(statements)
    .filter(({ action }) => action.startsWith(`${service}:`) || /^\*/.test(action))
    .map(({ action, resource }) => `${action} on ${resource}`);
  requireSame(`what is granted of ${service}`, granted, expected);
}

function requireSame(what: string, got: readonly string[], allowed: readonly string[]): void {
  const [a, b] = [[...got].sort().join("; "), [...allowed].sort().join("; ")];
  if (a !== b) throw new Error(`${what}: got ${a || "nothing"}; allowed: ${b || "nothing"}`);
}

/** IAM compares actions without regard to case; `*` and `?` are its wildcards. */
function matches(pattern: string, action: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${expression}$`, "i").test(action);
}
