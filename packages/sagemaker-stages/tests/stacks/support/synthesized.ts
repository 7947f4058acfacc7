import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type AccountSettings, accountName } from "../../../src/environment/account";
import type { Environment } from "../../../src/environment/environment";
import { createApp } from "../../support/app";
import { inTempFolder } from "./temp-folder";
import type { TerraformType, TerraformTypes } from "./terraform-types";

/** Plain JSON, as it stands in a file. */
export type Json = string | number | boolean | null | Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  [key: string]: Json;
}

/** The part of `cdk.tf.json` that tests read. */
export interface TerraformJson {
  readonly terraform: {
    readonly backend: Readonly<Record<string, JsonObject>>;
    readonly required_providers: Readonly<Record<string, JsonObject>>;
    readonly required_version: string;
  };
  readonly provider: Readonly<Record<string, JsonObject[]>>;
  readonly data?: Record<string, Record<string, JsonObject>>;
  readonly resource: Record<string, Record<string, JsonObject>>;
  readonly output?: Readonly<Record<string, { readonly description: string; readonly value: string }>>;
}

/** A resource or data source of a stack. */
export interface Found<Type extends TerraformType> {
  /** `<type>.<id>`, as other resources refer to it. */
  readonly address: string;
  /** Its arguments. */
  readonly values: TerraformTypes[Type];
}

/** One stack, as Terraform reads it. */
export class SynthesizedStack {
  readonly terraform: TerraformJson;

  constructor(
    /** The stack's name, which is its environment's or account's. */
    readonly name: string,
    /** `cdk.tf.json`, byte for byte. */
    readonly text: string,
  ) {
    this.terraform = JSON.parse(text);
  }

  /** The types that the stack holds, data sources with the prefix `data.`; sorted. */
  types(): string[] {
    const dataTypes = Object.keys(this.terraform.data ?? {}).map((type) => `data.${type}`);
    return [...dataTypes, ...Object.keys(this.terraform.resource)].sort();
  }

  /**
   * Every resource of `type`.
   *
   * @throws Error naming what exists, where there are not `count` of them
   */
  all<Type extends TerraformType>(type: Type, count: number): Found<Type>[] {
    const found = this.find(type);
    if (found.length !== count) {
      const addresses = found.map(({ address }) => address).join(", ");
      const instead =
        found.length > 0 ? `it has ${addresses}` : `the types it has are ${this.types().join(", ")}`;
      throw new Error(`stack ${this.name} has ${found.length} of ${type}, not ${count}: ${instead}`);
    }
    return found;
  }

  /**
   * The only resource of `type`.
   *
   * @throws Error naming what exists, where there is none or more than one
   */
  one<Type extends TerraformType>(type: Type): Found<Type> {
    const [found] = this.all(type, 1);
    return found as Found<Type>;
  }

  /** Every resource of `type`, however many; for tests over environments whose models are not known to them. */
  find<Type extends TerraformType>(type: Type): Found<Type>[] {
    const byId = type.startsWith("data.")
      ? this.terraform.data?.[type.slice("data.".length)]
      : this.terraform.resource[type];
    return Object.entries(byId ?? {}).map(([id, { "//": _, ...values }]) => ({
      address: `${type}.${id}`,
      values: values as unknown as TerraformTypes[Type],
    }));
  }

  /** The OpenAPI document that the REST API is made from. */
  openApi(): OpenApiDocument {
    const { address, values } = this.one("aws_api_gateway_rest_api");
    return parseEmbedded(values.body, `${address}.body`) as unknown as OpenApiDocument;
  }

  /** The stack with its Terraform changed by `change`, for tests of tests. */
  changed(change: (terraform: TerraformJson) => void): SynthesizedStack {
    const terraform: TerraformJson = JSON.parse(this.text);
    change(terraform);
    return new SynthesizedStack(this.name, JSON.stringify(terraform));
  }
}

/** Stacks by name. */
export class Synthesized {
  constructor(
    private readonly stacks: readonly SynthesizedStack[],
    /** The folder that the stacks were written to; it is gone. */
    readonly outdir: string,
  ) {}

  /** Whether there is a stack of this name. */
  has(name: string): boolean {
    return this.stacks.some((stack) => stack.name === name);
  }

  /** @throws Error naming the stacks that exist, where `name` is none of them */
  stack(name: string): SynthesizedStack {
    const found = this.stacks.find((stack) => stack.name === name);
    if (found === undefined) {
      throw new Error(`no stack ${name}; there are ${this.stacks.map((stack) => stack.name).join(", ")}`);
    }
    return found;
  }
}

/** The stacks of `environments` and `accounts`. */
export function synthesize(
  environments: readonly Environment[],
  accounts: readonly AccountSettings[] = [],
): Synthesized {
  return inTempFolder((outdir) => {
    createApp(environments, { accounts, outdir }).synth();
    const names = [...environments.map(({ name }) => name), ...accounts.map(accountName)];
    const stacks = names.map(
      (name) => new SynthesizedStack(name, readFileSync(join(outdir, "stacks", name, "cdk.tf.json"), "utf8")),
    );
    return new Synthesized(stacks, outdir);
  });
}

/** The stack of one environment. */
export function synthesizeOne(environment: Environment): SynthesizedStack {
  return synthesize([environment]).stack(environment.name);
}

/**
 * A JSON document that stands in Terraform as a string.
 *
 * @param place - names it in the error
 * @throws Error where it is no JSON object
 */
export function parseEmbedded(text: string, place: string): JsonObject {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new Error(`${place} is no JSON: ${text.slice(0, 200)}`, { cause });
  }
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    throw new Error(`${place} is no JSON object: ${text.slice(0, 200)}`);
  }
  return document as JsonObject;
}

/** The part of the OpenAPI document that tests read. */
export interface OpenApiDocument {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonObject>>;
    readonly securitySchemes?: Readonly<Record<string, JsonObject>>;
  };
  readonly "x-amazon-apigateway-request-validators": Readonly<Record<string, JsonObject>>;
  readonly "x-amazon-apigateway-gateway-responses": Readonly<Record<string, OpenApiGatewayResponse>>;
}

/** One method of one path. */
export interface OpenApiOperation {
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly requestBody?: {
    readonly required: boolean;
    readonly content: Readonly<Record<string, { readonly schema: { readonly $ref: string } }>>;
  };
  readonly responses: Readonly<Record<string, JsonObject>>;
  readonly "x-amazon-apigateway-request-validator"?: string;
  readonly "x-amazon-apigateway-integration": {
    readonly type: string;
    readonly httpMethod?: string;
    readonly uri?: string;
    readonly timeoutInMillis?: number;
    readonly requestTemplates?: Readonly<Record<string, string>>;
    readonly responses?: Readonly<
      Record<string, { readonly statusCode: string; readonly responseParameters: Record<string, string> }>
    >;
  };
}

/** What API Gateway answers by itself. */
export interface OpenApiGatewayResponse {
  readonly statusCode?: string;
  readonly responseParameters: Readonly<Record<string, string>>;
  readonly responseTemplates: Readonly<Record<string, string>>;
}
