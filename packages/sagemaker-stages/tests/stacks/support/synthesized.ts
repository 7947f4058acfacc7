import { type AccountSettings, accountName } from "../../../src/environment/account";
import type { Environment } from "../../../src/environment/environment";
import { readStack } from "../../../src/testing/synthesize";
import { inTempFolder } from "../../../src/testing/temp-folder";
import {
  type JsonObject,
  parseEmbedded,
  StackJson,
  SynthesizedStacks,
  type TerraformJson,
} from "../../../src/testing/terraform";
import { createApp } from "../../support/app";
import type { TerraformType, TerraformTypes } from "./terraform-types";

export {
  type Json,
  type JsonObject,
  parseEmbedded,
  type TerraformJson,
} from "../../../src/testing/terraform";

/** A resource or data source of a stack. */
export interface Found<Type extends TerraformType> {
  /** `<type>.<id>`, as other resources refer to it. */
  readonly address: string;
  /** The resource's arguments. */
  readonly values: TerraformTypes[Type];
}

/** One stack, with types for the arguments of its resources. */
export class SynthesizedStack extends StackJson {
  /**
   * Every resource of `type`.
   *
   * @throws Error with the existing resources, if the number is not `count`
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
   * @throws Error with the existing resources, if there is no resource or more than one
   */
  one<Type extends TerraformType>(type: Type): Found<Type> {
    const [found] = this.all(type, 1);
    return found as Found<Type>;
  }

  /** Every resource of `type`, for tests that do not know the number of resources. */
  find<Type extends TerraformType>(type: Type): Found<Type>[] {
    return this.resources(type).map(({ address, values }) => ({
      address,
      values: values as unknown as TerraformTypes[Type],
    }));
  }

  /** The OpenAPI document of the REST API. */
  openApi(): OpenApiDocument {
    const { address, values } = this.one("aws_api_gateway_rest_api");
    return parseEmbedded(values.body, `${address}.body`) as unknown as OpenApiDocument;
  }

  /** A copy of the stack whose Terraform `change` has changed, for tests of test helpers. */
  changed(change: (terraform: TerraformJson) => void): SynthesizedStack {
    const terraform: TerraformJson = JSON.parse(this.text);
    change(terraform);
    return new SynthesizedStack(this.name, JSON.stringify(terraform));
  }
}

/** Stacks by name. */
export class Synthesized extends SynthesizedStacks<SynthesizedStack> {
  constructor(
    stacks: readonly SynthesizedStack[],
    /** The folder of the stacks. The folder no longer exists. */
    readonly outdir: string,
  ) {
    super(stacks);
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
    const stacks = names.map((name) => new SynthesizedStack(name, readStack(outdir, name)));
    return new Synthesized(stacks, outdir);
  });
}

/** The stack of one environment. */
export function synthesizeOne(environment: Environment): SynthesizedStack {
  return synthesize([environment]).stack(environment.name);
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
    readonly responseTransferMode?: string;
    readonly requestTemplates?: Readonly<Record<string, string>>;
    readonly responses?: Readonly<
      Record<string, { readonly statusCode: string; readonly responseParameters: Record<string, string> }>
    >;
  };
}

/** A gateway response of API Gateway. */
export interface OpenApiGatewayResponse {
  readonly statusCode?: string;
  readonly responseParameters: Readonly<Record<string, string>>;
  readonly responseTemplates: Readonly<Record<string, string>>;
}
