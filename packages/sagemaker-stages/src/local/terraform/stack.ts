import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { ArnFactory } from "../../aws/arn";
import { serviceDomain } from "../../aws/partition";
import { UserError } from "../../lib/user-error";
import { UnsupportedTerraform } from "../errors";

const blocks = z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown())));

const document = z.object({
  provider: z.object({
    aws: z
      .array(
        z.object({
          region: z.string(),
          allowed_account_ids: z.optional(z.array(z.string())),
          alias: z.optional(z.string()),
        }),
      )
      .min(1),
  }),
  resource: blocks,
  data: z.optional(blocks),
  output: z.optional(z.record(z.string(), z.object({ value: z.unknown() }))),
});

/** A resource or data source of `cdk.tf.json`, without cdktf's metadata. */
export interface Resource {
  /** The type as in references: `data.<type>` for a data source. */
  readonly type: string;
  readonly name: string;
  /**
   * The region of the resource's provider, if the resource has the argument `provider`.
   *
   * @default - the region of the stack
   */
  readonly region?: string;
  /** The arguments with unresolved references, without `provider`. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** The emulated account of a stack without `accountId`. AWS's documentation uses this id in examples. */
const LOCAL_ACCOUNT_ID = "123456789012";

/** The Terraform contains a reference whose value only AWS knows. */
export class UnknownReference extends UserError {
  override readonly name = "UnknownReference";
}

/** One synthesized stack, read from `<folder>/cdk.tf.json`. */
export class Stack {
  readonly region: string;
  readonly accountId: string;
  /** Makes the ARNs of the stack's account and region. */
  readonly arns: ArnFactory;
  readonly resources: readonly Resource[];
  readonly dataSources: readonly Resource[];
  private readonly outputs: ReadonlyMap<string, { readonly value?: unknown }>;

  /**
   * @param name - the environment's name
   * @param folder - the stack's folder, from which its file paths start
   * @throws UnsupportedTerraform if the engine has not synthesized the Terraform
   */
  constructor(
    readonly name: string,
    readonly folder: string,
  ) {
    const file = join(folder, "cdk.tf.json");
    const { data, error } = document.safeParse(JSON.parse(readFileSync(file, "utf8")));
    if (error !== undefined) throw new UnsupportedTerraform(`${file}:\n${z.prettifyError(error)}`);
    const provider = data.provider.aws.find(({ alias }) => alias === undefined);
    if (provider === undefined) throw new UnsupportedTerraform(`${file}: got no AWS provider`);
    this.region = provider.region;
    this.accountId = provider.allowed_account_ids?.[0] ?? LOCAL_ACCOUNT_ID;
    this.arns = new ArnFactory(this.region, this.accountId);
    const regions = new Map(
      data.provider.aws.flatMap(({ alias, region }) =>
        alias === undefined ? [] : [[`aws.${alias}`, region]],
      ),
    );
    this.resources = listed(data.resource, regions);
    this.dataSources = listed(data.data ?? {}, regions, "data.");
    this.outputs = new Map(Object.entries(data.output ?? {}));
  }

  /** All resources of a type, or data sources of a type `data.<type>`. */
  ofType(type: string): readonly Resource[] {
    return [...this.resources, ...this.dataSources].filter((resource) => resource.type === type);
  }

  /** The id of a resource on the local stage: ten letters and digits, derived from the resource's address. */
  idOf({ type, name }: Pick<Resource, "type" | "name">): string {
    const digest = createHash("sha256").update(`${this.name}/${type}.${name}`).digest("hex");
    return BigInt(`0x${digest}`).toString(36).slice(0, 10);
  }

  /** The id and the endpoint of a user pool. Cognito's ids of user pools start with the region. */
  userPoolOf(resource: Pick<Resource, "type" | "name">): { readonly id: string; readonly endpoint: string } {
    const id = `${this.region}_${this.idOf(resource)}`;
    return { id, endpoint: `${serviceDomain("cognito-idp", this.region)}/${id}` };
  }

  /** The id of an identity pool: the region and a UUID. */
  identityPoolIdOf({ type, name }: Pick<Resource, "type" | "name">): string {
    return `${this.region}:${uuidOf(`${this.name}/${type}.${name}`)}`;
  }

  /** The value of an output, unresolved. @throws UnsupportedTerraform if the stack has no such output */
  outputOf(name: string): unknown {
    const output = this.outputs.get(name);
    if (output === undefined) throw new UnsupportedTerraform(`stack ${this.name}: got no output ${name}`);
    return output.value;
  }

  /**
   * Resolves every reference in a value, at any depth.
   *
   * @throws UnknownReference for a reference whose value only AWS knows
   */
  resolve(value: unknown): unknown {
    if (typeof value === "string") return this.resolveText(value);
    if (Array.isArray(value)) return value.map((item) => this.resolve(item));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, this.resolve(inner)]));
  }

  private resolveText(text: string): string {
    return text
      .replace(/(\$+)\{([^{}]*)\}/g, (whole, dollars: string, expression: string) =>
        // In Terraform, `$${` is an escaped `${`.
        dollars.length > 1 ? whole : this.evaluate(expression.trim()),
      )
      .replaceAll("$${", "${")
      .replaceAll("%%{", "%{");
  }

  private evaluate(expression: string): string {
    if (/^data\.aws_caller_identity\.[\w-]+\.account_id$/.test(expression)) return this.accountId;

    const [, call = "", argument = ""] = /^(nonsensitive|base64sha256)\((.+)\)$/.exec(expression) ?? [];
    if (call === "nonsensitive") return this.evaluate(argument);
    if (call === "base64sha256") {
      return createHash("sha256").update(this.evaluate(argument)).digest("base64");
    }

    const [, text = "", offset, length] = /^substr\(([^,]+), *(\d+), *(\d+)\)$/.exec(expression) ?? [];
    if (offset !== undefined) {
      return this.evaluate(text).slice(Number(offset), Number(offset) + Number(length));
    }

    const [, type = "", name = "", attribute = ""] =
      /^((?:data\.)?[^.]+)\.([^.]+)\.([^.]+)$/.exec(expression) ?? [];
    const resource = this.ofType(type).find((candidate) => candidate.name === name);
    const literal = resource?.values[attribute];
    if (typeof literal === "string") return this.resolveText(literal);
    // The stack contains the arguments of a data source. Only AWS knows the other attributes of a data source.
    if (resource !== undefined && this.resources.includes(resource)) {
      if (type === "aws_cognito_user_pool") {
        const { id, endpoint } = this.userPoolOf(resource);
        if (attribute === "id") return id;
        if (attribute === "endpoint") return endpoint;
        if (attribute === "arn") return this.arns.arn("cognito-idp", `userpool/${id}`);
      }
      if (type === "aws_cognito_identity_pool" && attribute === "id") return this.identityPoolIdOf(resource);
      if (type === "aws_iam_role" && attribute === "arn" && typeof resource.values.name === "string") {
        return this.arns.roleArn(this.resolveText(resource.values.name));
      }
      if (/^aws_cloudwatch_(?:metric|composite)_alarm$/.test(type) && attribute === "arn") {
        return this.arns.arn("cloudwatch", `alarm:${this.resolveText(String(resource.values.alarm_name))}`);
      }
      if (attribute === "id") return this.idOf(resource);
      const key =
        type === "aws_api_gateway_api_key" && attribute === "value" && localCustomerKey(resource.values);
      if (typeof key === "string") return key;
      if (type === "aws_cloudfront_distribution" && attribute === "domain_name") {
        return `${this.idOf(resource)}.cloudfront.net`;
      }
      if (type === "aws_api_gateway_rest_api" && attribute === "execution_arn") {
        return this.arns.arn("execute-api", this.idOf(resource));
      }
    }
    throw new UnknownReference(`stack ${this.name}: only AWS knows the value of ${expression}`);
  }
}

/**
 * @param regions - the regions of the stack's providers with an alias, by the argument `provider`
 * @param prefix - the prefix of each type
 */
function listed(
  types: z.infer<typeof blocks>,
  regions: ReadonlyMap<string, string>,
  prefix = "",
): Resource[] {
  return Object.entries(types).flatMap(([type, byName]) =>
    Object.entries(byName).map(([name, { "//": _metadata, provider, ...values }]) => ({
      type: `${prefix}${type}`,
      name,
      ...(provider === undefined ? {} : { region: regionOf(provider, regions, `${prefix}${type}.${name}`) }),
      values,
    })),
  );
}

/**
 * The value of a customer's key on the local stage, which is valid nowhere else. AWS generates the values of keys.
 *
 * @param values - the arguments of the key
 * @returns `undefined` if no customer has the key
 */
export function localCustomerKey({ name, tags }: Readonly<Record<string, unknown>>): string | undefined {
  const isCustomers = typeof tags === "object" && tags !== null && "Customer" in tags;
  return isCustomers ? `local-${name}-not-a-secret` : undefined;
}

function regionOf(provider: unknown, regions: ReadonlyMap<string, string>, address: string): string {
  const region = regions.get(String(provider));
  if (region !== undefined) return region;
  throw new UnsupportedTerraform(
    `${address}.provider: got ${JSON.stringify(provider)}; allowed: ${[...regions.keys()].join(", ") || "no provider"}`,
  );
}

/** A text in the form of a UUID that depends only on `seed`. */
export function uuidOf(seed: string): string {
  const digest = createHash("sha256").update(seed).digest("hex");
  return [8, 12, 16, 20, 32].map((end, index, ends) => digest.slice(ends[index - 1] ?? 0, end)).join("-");
}
