import { createHash } from "node:crypto";
import { domainOf, serviceDomain } from "../../aws/partition";
import type { Json, JsonObject, TerraformJson } from "../terraform";
import { Account } from "./account";
import { Refused } from "./refused";

/**
 * A resource or data source, with the values of its arguments.
 *
 * @example
 * const names = stack.all("aws_sqs_queue").map((queue: Resource) => queue.text("name"));
 */
export interface Resource {
  /** `<type>.<id>`. Data sources have the prefix `data.`. */
  readonly address: string;
  /** The Terraform type, e.g. `aws_lambda_function`. Types of data sources have the prefix `data.`. */
  readonly type: string;
  /** The region in which the resource's provider creates the resource. */
  readonly region: string;
  /** Names of the arguments that are set, without `provider`. */
  readonly set: readonly string[];
  /** Names of the arguments whose values are only numbers. A number refers to no other resource. */
  readonly limits: readonly string[];
  /** An argument by its path, e.g. `primary_container.image`. `undefined` for an argument that is not set. */
  readonly get: (path: string) => Json | undefined;
  /** The text of an argument or attribute. @throws Refused if the value is not a text */
  readonly text: (path: string) => string;
}

interface ResourcesOfType {
  readonly all: readonly Resource[];
  readonly byAddress: ReadonlyMap<string, Resource>;
}

type Computed = (resource: Resource, account: Account) => string;

/**
 * Attributes that no argument sets. AWS or the provider assigns their values during an apply. A reference to another
 * attribute is refused. Add the attribute here.
 */
const COMPUTED: Readonly<Record<string, Readonly<Record<string, Computed>>>> = {
  "data.aws_caller_identity": { account_id: (_, account) => account.id },
  "data.aws_lambda_function": {
    // The path of roles that the console creates.
    role: (fn, account) => account.globalArn("iam", `role/service-role/${fn.text("function_name")}-role`),
  },
  "data.aws_sagemaker_prebuilt_ecr_image": {
    registry_id: (_, account) => account.registry(),
    registry_path: (image, account) =>
      `${account.registry()}.dkr.ecr.${account.region}.${domainOf(account.region)}/${image.text("repository_name")}:${image.text("image_tag")}`,
  },
  aws_api_gateway_api_key: {
    id: ({ address }, account) => account.generatedName(address, "<key>"),
    value: ({ address }) => keyValueOf(address),
  },
  aws_api_gateway_usage_plan: {
    id: ({ address }, account) => account.generatedName(address, "<usage plan>"),
  },
  aws_api_gateway_rest_api: {
    id: ({ address }, account) => account.generatedName(address, "<api>"),
    execution_arn: ({ address }, account) =>
      account.arn("execute-api", account.generatedName(address, "<api>")),
  },
  aws_appautoscaling_policy: {
    arn: (policy, account) =>
      account.arn(
        "autoscaling",
        `scalingPolicy:${account.generatedName(policy.address, "<policy>")}:resource/sagemaker/${policy.text("resource_id")}:policyName/${policy.text("name")}`,
      ),
  },
  aws_cloudfront_distribution: {
    arn: ({ address }, account) =>
      account.globalArn(
        "cloudfront",
        `distribution/${account.generatedName(address, "<distribution>", "E")}`,
      ),
    domain_name: ({ address }, account) =>
      `${account.generatedName(address, "<distribution>", "E")}.cloudfront.net`,
  },
  aws_cloudfront_origin_access_control: {
    id: ({ address }, account) => account.generatedName(address, "<access>"),
  },
  aws_cognito_identity_pool: {
    id: ({ address }, account) => account.generatedName(address, "<identity pool>", `${account.region}:`),
  },
  aws_cognito_user_pool: {
    id: userPoolId,
    arn: (pool, account) => account.arn("cognito-idp", `userpool/${userPoolId(pool, account)}`),
    endpoint: (pool, account) =>
      `${serviceDomain("cognito-idp", account.region)}/${userPoolId(pool, account)}`,
  },
  aws_cognito_user_pool_client: { id: ({ address }, account) => account.generatedName(address, "<client>") },
  aws_iam_policy: { arn: (policy, account) => account.globalArn("iam", `policy/${policy.text("name")}`) },
  aws_iam_role: { arn: (role, account) => account.roleArn(role.text("name")) },
  aws_lambda_function: {
    arn: (fn, account) => account.arn("lambda", `function:${fn.text("function_name")}`),
  },
  aws_s3_bucket: {
    id: (bucket) => bucket.text("bucket"),
    arn: (bucket, account) => account.bucketArn(bucket.text("bucket")),
    bucket_regional_domain_name: (bucket, { region }) =>
      `${bucket.text("bucket")}.${serviceDomain("s3", region)}`,
  },
  aws_security_group: {
    id: ({ address }, account) => account.generatedName(address, "<security group>", "sg-"),
  },
  aws_sns_topic: { arn: (topic, account) => account.arn("sns", topic.text("name")) },
  aws_subnet: { id: ({ address }, account) => account.generatedName(address, "<subnet>", "subnet-") },
  terraform_data: { id: ({ address }, account) => account.generatedName(address, "<digits>") },
};

function userPoolId({ address }: Resource, account: Account): string {
  return account.generatedName(address, "<user pool>", `${account.region}_`);
}

const REFERENCE = /^((?:data\.)?[a-z0-9_]+)\.([\w-]+)\.(\w+)$/;
const LAST_OF_PATH = /^element\(regexall\("\[\^\/\]\+\$", (.+)\), 0\)$/;
const CALL = /^(nonsensitive|base64sha256)\((.+)\)$/;
const SHORTENED = /^substr\((.+), (\d+), (\d+)\)$/;

/**
 * A stack with concrete values in place of references.
 *
 * @example
 * const allowedRequests = ({ stack }: Sources) => stack.all("aws_sqs_queue").map((queue) => requestOf(queue));
 */
export class ResolvedStack {
  readonly account: Account;
  private readonly byType = new Map<string, ResourcesOfType>();

  constructor(
    /** The name of the stack and of its environment. */
    readonly name: string,
    readonly terraform: TerraformJson,
  ) {
    this.account = Account.of(terraform);
  }

  /** The types of the stack's resources. */
  types(): string[] {
    return Object.keys(this.terraform.resource);
  }

  /** A copy of the stack with changed resources. */
  changed(change: (terraform: TerraformJson) => void): ResolvedStack {
    const resource = Object.fromEntries(
      Object.entries(this.terraform.resource).map(([type, byId]) => [
        type,
        Object.fromEntries(Object.entries(byId).map(([id, values]) => [id, { ...values }])),
      ]),
    );
    const terraform = { ...this.terraform, resource };
    change(terraform);
    const copy = new ResolvedStack(this.name, terraform);
    DOCUMENTS.set(copy, documentsOf(this));
    return copy;
  }

  /** Every resource of a type. */
  all(type: string): readonly Resource[] {
    return this.ofType(type).all;
  }

  private ofType(type: string): ResourcesOfType {
    const known = this.byType.get(type);
    if (known !== undefined) return known;
    const { data = {}, resource } = this.terraform;
    const byId = type.startsWith("data.") ? data[type.slice("data.".length)] : resource[type];
    const all = Object.entries(byId ?? {}).map(([id, values]) => this.resource(type, id, values));
    const resources = { all, byAddress: new Map(all.map((resource) => [resource.address, resource])) };
    this.byType.set(type, resources);
    return resources;
  }

  /** The resource of a type whose argument has a value. */
  find(type: string, argument: string, value: string): Resource | undefined {
    return this.all(type).find((resource) => resource.get(argument) === value);
  }

  private resource(type: string, id: string, { "//": _, provider, ...values }: JsonObject): Resource {
    const address = `${type}.${id}`;
    const get = (path: string): Json | undefined => {
      let value: Json | undefined = values;
      for (const member of path.split(".")) {
        if (typeof value !== "object" || value === null) return undefined;
        value = (value as JsonObject)[member];
      }
      return value === undefined ? undefined : this.resolve(value, `${address}.${path}`);
    };
    const text = (path: string): string => {
      const value = get(path) ?? COMPUTED[type]?.[path]?.(resource, this.account);
      if (typeof value === "string") return value;
      throw new Refused(`${address}.${path} is ${JSON.stringify(value)} in place of a text`);
    };
    const set = Object.keys(values);
    const region = this.regionOf(provider, address);
    const resource = {
      address,
      type,
      region,
      set,
      get limits() {
        return set.filter((name) => hasNumbersOnly(values[name]));
      },
      get,
      text,
    };
    return resource;
  }

  /** @param provider - the argument `provider` of a resource: `aws.<alias>` */
  private regionOf(provider: Json | undefined, address: string): string {
    if (provider === undefined) return this.account.region;
    const settings = this.terraform.provider.aws?.find(
      ({ alias }) => typeof alias === "string" && provider === `aws.${alias}`,
    );
    if (settings !== undefined) return String(settings.region);
    throw new Refused(
      `${address}.provider: got ${JSON.stringify(provider)}; allowed: aws.<alias> of a provider of the stack`,
    );
  }

  private resolve(value: Json, place: string): Json {
    if (typeof value === "string") {
      if (!value.includes("{")) return value;
      const resolved = value.replace(/(?<!\$)\$\{([^}]*)\}/g, (_, expression: string) =>
        this.evaluate(expression, place),
      );
      return resolved.replaceAll("$${", "${").replaceAll("%%{", "%{");
    }
    if (Array.isArray(value)) return value.map((item) => this.resolve(item, place));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.resolve(item, place)]));
  }

  private evaluate(expression: string, place: string): string {
    const [, call, argument = ""] = CALL.exec(expression) ?? [];
    if (call === "nonsensitive") return this.evaluate(argument, place);
    if (call === "base64sha256") {
      return createHash("sha256").update(this.evaluate(argument, place)).digest("base64");
    }
    const [, inner, start, length] = SHORTENED.exec(expression) ?? [];
    if (inner !== undefined) {
      return this.evaluate(inner, place).substring(Number(start), Number(start) + Number(length));
    }
    const [, path] = LAST_OF_PATH.exec(expression) ?? [];
    if (path !== undefined) return this.evaluate(path, place).replace(/^.*\//, "");
    const [, type = "", id, attribute = ""] = REFERENCE.exec(expression) ?? [];
    const referred = this.ofType(type).byAddress.get(`${type}.${id}`);
    if (referred === undefined) throw new Refused(`${place}: no rule reads the expression ${expression}`);
    if (referred.set.includes(attribute)) return String(referred.get(attribute));
    const computed = COMPUTED[type]?.[attribute];
    if (computed !== undefined) return computed(referred, this.account);
    throw new Refused(
      `${place}: got the attribute ${attribute} of ${type}; allowed: arguments that the stack sets, and the attributes in COMPUTED of resolved-stack.ts`,
    );
  }
}

/** The documents of a stack by the place of their text. A stack and its changed copies have the same documents. */
type Documents = Map<string, { readonly text: string; readonly read: unknown }>;

/** Not a member of the stack, which the rules of an app read. */
const DOCUMENTS = new WeakMap<ResolvedStack, Documents>();

function documentsOf(stack: ResolvedStack): Documents {
  const documents: Documents = DOCUMENTS.get(stack) ?? new Map();
  DOCUMENTS.set(stack, documents);
  return documents;
}

/**
 * Reads a document of a stack. The changed copies of a stack share the frozen result for the same text, because a copy differs
 * in one document, and a proof reads every document of more than a thousand copies.
 *
 * @param place - the argument that contains the document, and only one reader reads the argument
 */
export function readOnce<Read>(
  stack: ResolvedStack,
  place: string,
  text: string,
  read: (text: string, place: string) => Read,
): Read {
  const documents = documentsOf(stack);
  const known = documents.get(place);
  if (known?.text === text) return known.read as Read;
  const result = read(text, place);
  if (known === undefined) documents.set(place, { text, read: deepFreeze(result) });
  return result;
}

/** Freezes a value of JSON and all its members. */
function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null) return value;
  for (const member of Object.values(value)) deepFreeze(member);
  return Object.freeze(value);
}

/** The value of a key, in the form of API Gateway's generated values. The same address always gets the same value. */
export function keyValueOf(address: string): string {
  return createHash("sha256").update(`key ${address}`).digest("hex").slice(0, 40);
}

/** Whether a value is a number, or a block or list of numbers. */
function hasNumbersOnly(value: Json | undefined): boolean {
  if (typeof value !== "object" || value === null) return typeof value === "number";
  const inner = Object.values(value);
  return inner.length > 0 && inner.every(hasNumbersOnly);
}
