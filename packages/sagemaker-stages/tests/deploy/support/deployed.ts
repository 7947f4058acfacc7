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
import type { Clients } from "./clients";
import { absentWhere } from "./listing";

/** A policy of IAM's, in one spelling: see {@link canonical}. */
export type Policy = unknown;

/** A role: who may take it, what it may do. */
export interface DeployedRole {
  readonly trust: Policy;
  /** By name. */
  readonly inline: Readonly<Record<string, Policy>>;
  /** ARNs. */
  readonly attached: readonly string[];
  /** ARN of its permissions boundary; null where it has none. */
  readonly boundary: string | null;
}

/** One method of one route. */
export interface DeployedMethod {
  readonly authorization: string;
  readonly apiKeyRequired: boolean;
  readonly integration: string;
  readonly uri: string | undefined;
}

/** Everything in the account that is allowed to do something, or that lets others. */
export interface Deployed {
  /** By name. */
  readonly roles: Readonly<Record<string, DeployedRole>>;
  /** By ARN. */
  readonly managedPolicies: Readonly<Record<string, Policy>>;
  /** For whom the tokens of OIDC providers are made, by the provider's ARN. */
  readonly oidcProviders: Readonly<Record<string, readonly string[]>>;
  /** Resource policies by the function's name; null where there is none. */
  readonly functions: Readonly<Record<string, Policy | null>>;
  /** Authorization of function URLs, by the function's name. */
  readonly functionUrls: Readonly<Record<string, string>>;
  /** Policies by the bucket's name; null where there is none. */
  readonly buckets: Readonly<Record<string, Policy | null>>;
  /** By name. */
  readonly apis: Readonly<Record<string, DeployedApi>>;
}

/** An API: what it lets pass, and what it answers by itself. */
export interface DeployedApi {
  /** `<METHOD> <path>` */
  readonly methods: Readonly<Record<string, DeployedMethod>>;
  /** Status and body by the response's type. */
  readonly gatewayResponses: Readonly<Record<string, unknown>>;
  readonly stages: readonly string[];
}

/** Reads the account through AWS's own clients; `without` are roles, managed policies, functions and buckets that were there before. */
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
    apis: Object.fromEntries(
      await Promise.all(apis.map(async ({ id = "", name = "" }) => [name, await readApi(clients, id)])),
    ),
  };
}

/**
 * A document that says the same says it in the same words: an action or resource alone is a list of one, lists of
 * texts are sorted, and so are keys.
 */
export function canonical(document: string): Policy {
  const { Version, Statement } = JSON.parse(document) as {
    readonly Version: string;
    readonly Statement: Readonly<Record<string, unknown>> | readonly Readonly<Record<string, unknown>>[];
  };
  const statements = Array.isArray(Statement) ? Statement : [Statement];
  return { Version, Statement: statements.map((statement) => sortDeeply(statement)) };
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
        authorization: method.authorizationType ?? "(not said)",
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
