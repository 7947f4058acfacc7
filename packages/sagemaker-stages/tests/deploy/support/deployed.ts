import {
  GetGatewayResponsesCommand,
  GetResourcesCommand,
  GetRestApisCommand,
  GetStagesCommand,
} from "@aws-sdk/client-api-gateway";
import {
  GetOpenIDConnectProviderCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListOpenIDConnectProvidersCommand,
  ListPoliciesCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
} from "@aws-sdk/client-iam";
import {
  GetPolicyCommand as GetFunctionPolicyCommand,
  GetFunctionUrlConfigCommand,
  ListFunctionsCommand,
} from "@aws-sdk/client-lambda";
import { GetBucketPolicyCommand, ListBucketsCommand } from "@aws-sdk/client-s3";
import { type Clients, SNS_VERSION } from "./clients";
import { absentWhere } from "./listing";

/** An IAM policy in the form of {@link canonical}. */
export type Policy = unknown;

/** A role: its trust policy and its permissions. */
export interface DeployedRole {
  readonly trust: Policy;
  /** The role's own policies by their names. */
  readonly inline: Readonly<Record<string, Policy>>;
  /** ARNs of the attached managed policies. */
  readonly attached: readonly string[];
  /** The ARN of the role's permissions boundary. `null` for a role without a boundary. */
  readonly boundary: string | null;
}

/** A method of a route. */
export interface DeployedMethod {
  readonly authorization: string;
  readonly apiKeyRequired: boolean;
  readonly integration: string;
  readonly uri: string | undefined;
}

/** Everything in the account that has or grants permissions. */
export interface Deployed {
  /** Roles by their names. */
  readonly roles: Readonly<Record<string, DeployedRole>>;
  /** Managed policies by their ARNs. */
  readonly managedPolicies: Readonly<Record<string, Policy>>;
  /** Audiences of the tokens of OIDC providers, by the provider's ARN. */
  readonly oidcProviders: Readonly<Record<string, readonly string[]>>;
  /** Resource policies by the function's name. `null` for a function without a policy. */
  readonly functions: Readonly<Record<string, Policy | null>>;
  /** Authorization of function URLs, by the function's name. */
  readonly functionUrls: Readonly<Record<string, string>>;
  /** Policies by the bucket's name. `null` for a bucket without a policy. */
  readonly buckets: Readonly<Record<string, Policy | null>>;
  /** Policies by the ARNs of topics. */
  readonly topics: Readonly<Record<string, Policy>>;
  /** APIs by their names. */
  readonly apis: Readonly<Record<string, DeployedApi>>;
  /** Identity pools by their names. */
  readonly identityPools: Readonly<Record<string, DeployedIdentityPool>>;
}

/** An identity pool: who gets credentials, and the roles of the credentials. */
export interface DeployedIdentityPool {
  readonly allowsUnauthenticated: boolean;
  readonly allowsClassicFlow: boolean;
  /** The clients of user pools whose tokens the identity pool accepts. */
  readonly clients: readonly string[];
  /** ARNs of roles by the kind of the identity. */
  readonly roles: Readonly<Record<string, string>>;
}

/** An API: the authorization of its methods, its gateway responses and its stages. */
export interface DeployedApi {
  /** `<METHOD> <path>` */
  readonly methods: Readonly<Record<string, DeployedMethod>>;
  /** Status and body by the response's type. */
  readonly gatewayResponses: Readonly<Record<string, unknown>>;
  readonly stages: readonly string[];
}

/**
 * Reads the account with the AWS SDK.
 *
 * @param without - names of existing roles, managed policies, functions and buckets that this function does not read
 */
export async function readDeployed(clients: Clients, without: readonly string[] = []): Promise<Deployed> {
  const isNew = (name: string | undefined): boolean => !without.includes(name ?? "");
  const { Roles = [] } = await clients.iam.send(new ListRolesCommand({}));
  const { Policies = [] } = await clients.iam.send(new ListPoliciesCommand({ Scope: "Local" }));
  const { OpenIDConnectProviderList: providers = [] } = await clients.iam.send(
    new ListOpenIDConnectProvidersCommand({}),
  );
  const { Functions = [] } = await clients.lambda.send(new ListFunctionsCommand({}));
  const { Buckets = [] } = await clients.s3.send(new ListBucketsCommand({}));
  const { items: apis = [] } = await clients.apiGateway.send(new GetRestApisCommand({}));
  const functions = Functions.map(({ FunctionName = "" }) => FunctionName).filter(isNew);
  const urls = await byKey(functions, (name) => readFunctionUrl(clients, name));
  return {
    roles: await byKey(Roles.map(({ RoleName = "" }) => RoleName).filter(isNew), (name) =>
      readRole(clients, name),
    ),
    managedPolicies: await byKey(Policies.map(({ Arn = "" }) => Arn).filter(isNew), (arn) =>
      readManagedPolicy(clients, arn),
    ),
    oidcProviders: await byKey(
      providers.map(({ Arn = "" }) => Arn),
      (arn) => readOidcProvider(clients, arn),
    ),
    functions: await byKey(functions, (name) => readFunctionPolicy(clients, name)),
    functionUrls: Object.fromEntries(
      Object.entries(urls).flatMap(([name, auth]) => (auth === undefined ? [] : [[name, auth]])),
    ),
    buckets: await byKey(Buckets.map(({ Name = "" }) => Name).filter(isNew), (name) =>
      readBucketPolicy(clients, name),
    ),
    topics: await byKey(await clients.listTopics(), (arn) => readTopicPolicy(clients, arn)),
    apis: Object.fromEntries(
      await Promise.all(apis.map(async ({ id = "", name = "" }) => [name, await readApi(clients, id)])),
    ),
    identityPools: Object.fromEntries(
      await Promise.all((await clients.listIdentityPools()).map((id) => readIdentityPool(clients, id))),
    ),
  };
}

async function readIdentityPool(clients: Clients, id: string): Promise<[string, DeployedIdentityPool]> {
  const read = (operation: string): Promise<object> =>
    clients.call("cognito-identity", `AWSCognitoIdentityService.${operation}`, { IdentityPoolId: id });
  const pool = (await read("DescribeIdentityPool")) as {
    readonly IdentityPoolName: string;
    readonly AllowUnauthenticatedIdentities: boolean;
    readonly AllowClassicFlow: boolean;
    readonly CognitoIdentityProviders: readonly { readonly ClientId: string }[];
  };
  const { Roles = {} } = (await read("GetIdentityPoolRoles")) as { Roles?: Record<string, string> };
  return [
    pool.IdentityPoolName,
    {
      allowsUnauthenticated: pool.AllowUnauthenticatedIdentities,
      allowsClassicFlow: pool.AllowClassicFlow,
      clients: pool.CognitoIdentityProviders.map(({ ClientId }) => ClientId),
      roles: Roles,
    },
  ];
}

/**
 * A policy document in a canonical form, so that equal policies are equal texts: a single action or resource is a list, and
 * statements, lists and keys are sorted.
 */
export function canonical(document: string): Policy {
  const { Version, Statement } = JSON.parse(document) as {
    readonly Version: string;
    readonly Statement: Readonly<Record<string, unknown>> | readonly Readonly<Record<string, unknown>>[];
  };
  const statements = Array.isArray(Statement) ? Statement : [Statement];
  const sorted = statements.map((statement) => sortDeeply(statement));
  // Terraform adds the statements of a function's policy concurrently.
  const order = (statement: unknown): string => JSON.stringify(statement);
  return { Version, Statement: sorted.sort((one, other) => (order(one) < order(other) ? -1 : 1)) };
}

function sortDeeply(value: unknown): unknown {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return [...value].sort();
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sortDeeply(member)]),
  );
}

async function readRole({ iam }: Clients, RoleName: string): Promise<DeployedRole> {
  const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
  const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
  const { AttachedPolicies = [] } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
  return {
    trust: canonical(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? "")),
    inline: await byKey(PolicyNames, async (PolicyName) => {
      const { PolicyDocument = "" } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
      return canonical(decodeURIComponent(PolicyDocument));
    }),
    attached: AttachedPolicies.map(({ PolicyArn = "" }) => PolicyArn).sort(),
    boundary: Role?.PermissionsBoundary?.PermissionsBoundaryArn ?? null,
  };
}

async function readManagedPolicy({ iam }: Clients, PolicyArn: string): Promise<Policy> {
  const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
  const { PolicyVersion } = await iam.send(
    new GetPolicyVersionCommand({ PolicyArn, VersionId: Policy?.DefaultVersionId }),
  );
  return canonical(decodeURIComponent(PolicyVersion?.Document ?? ""));
}

async function readOidcProvider({ iam }: Clients, OpenIDConnectProviderArn: string): Promise<string[]> {
  const { ClientIDList = [] } = await iam.send(
    new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }),
  );
  return ClientIDList;
}

async function readFunctionPolicy({ lambda }: Clients, FunctionName: string): Promise<Policy | null> {
  const answer = await absentWhere(
    "ResourceNotFoundException",
    lambda.send(new GetFunctionPolicyCommand({ FunctionName })),
  );
  return answer?.Policy === undefined ? null : canonical(answer.Policy);
}

async function readFunctionUrl({ lambda }: Clients, FunctionName: string): Promise<string | undefined> {
  const url = await absentWhere(
    "ResourceNotFoundException",
    lambda.send(new GetFunctionUrlConfigCommand({ FunctionName })),
  );
  return url?.AuthType;
}

async function readBucketPolicy({ s3 }: Clients, Bucket: string): Promise<Policy | null> {
  const answer = await absentWhere("NoSuchBucketPolicy", s3.send(new GetBucketPolicyCommand({ Bucket })));
  return answer?.Policy === undefined ? null : canonical(answer.Policy);
}

async function readTopicPolicy(clients: Clients, TopicArn: string): Promise<Policy> {
  const attributes = await clients.query("sns", SNS_VERSION, "GetTopicAttributes", { TopicArn });
  const [, policy = ""] = /<key>Policy<\/key>\s*<value>([^<]*)<\/value>/.exec(attributes) ?? [];
  return canonical(policy.replaceAll("&quot;", '"').replaceAll("&#34;", '"').replaceAll("&amp;", "&"));
}

async function readApi({ apiGateway }: Clients, restApiId: string): Promise<DeployedApi> {
  const { items: resources = [] } = await apiGateway.send(
    new GetResourcesCommand({ restApiId, embed: ["methods"], limit: 500 }),
  );
  const { items: responses = [] } = await apiGateway.send(new GetGatewayResponsesCommand({ restApiId }));
  const { item: stages = [] } = await apiGateway.send(new GetStagesCommand({ restApiId }));
  const methods = resources.flatMap(({ path, resourceMethods = {} }) =>
    Object.entries(resourceMethods).map(([verb, method]): [string, DeployedMethod] => [
      `${verb} ${path}`,
      {
        authorization: method.authorizationType ?? "(none)",
        apiKeyRequired: method.apiKeyRequired ?? false,
        integration: (method.methodIntegration?.type ?? "(none)").toLowerCase(),
        uri: method.methodIntegration?.uri,
      },
    ]),
  );
  return {
    methods: Object.fromEntries(methods),
    gatewayResponses: Object.fromEntries(
      responses.map(({ responseType = "", statusCode, responseParameters, responseTemplates }) => [
        responseType,
        { statusCode, responseParameters, responseTemplates },
      ]),
    ),
    stages: stages.map(({ stageName = "" }) => stageName),
  };
}

async function byKey<Value>(
  keys: readonly string[],
  read: (key: string) => Promise<Value>,
): Promise<Record<string, Value>> {
  return Object.fromEntries(await Promise.all(keys.map(async (key) => [key, await read(key)])));
}
