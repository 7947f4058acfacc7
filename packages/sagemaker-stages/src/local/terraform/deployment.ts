import type { WebsiteFile } from "../../page/build";
import type { OpenApi } from "../rest-api/openapi";
import type { EndpointDefinition } from "./endpoints";
import type { GatewayRoleDefinition } from "./gateway-roles";

/** The parts of a stack that the local stage serves, as plain data. */
export interface Deployment {
  /** The environment's name. */
  readonly name: string;
  readonly region: string;
  readonly accountId: string;
  readonly functions: readonly FunctionDefinition[];
  /** Existing functions, which another stack deploys. */
  readonly existingFunctions: readonly ExistingFunctionDefinition[];
  readonly endpoints: readonly EndpointDefinition[];
  readonly stages: readonly StageDefinition[];
  readonly functionUrls: readonly FunctionUrlDefinition[];
  /** The files of the page, which only a synthesis for the local stage writes. @default - no page */
  readonly page?: readonly WebsiteFile[] | undefined;
  /** The differences from AWS: one line for each part of the Terraform that the local stage does not support. */
  readonly unsupported: readonly string[];
}

/** A Lambda function. */
export interface FunctionDefinition {
  readonly name: string;
  readonly arn: string;
  /** The path of the deployment package. */
  readonly zipFile: string;
  readonly codeSha256: string;
  /** The path of the code's source map. The file exists only for code that the synthesis has built. */
  readonly sourceMapFile?: string;
  /** The handler as `<file>.<export>`. */
  readonly handler: string;
  readonly runtime: string;
  readonly timeoutInSeconds: number;
  readonly memorySizeInMb: number;
  /** Reserved concurrency; `undefined` if the function shares the account's unreserved concurrency. */
  readonly reservedConcurrency: number | undefined;
  readonly environment: Readonly<Record<string, string>>;
  readonly region: string;
  readonly logGroup: string;
  /** The ARNs for which API Gateway may invoke the function. */
  readonly invocableFor: readonly string[];
}

/** An existing Lambda function. The stack contains neither its code nor its settings. */
export type ExistingFunctionDefinition = Pick<FunctionDefinition, "name" | "arn" | "invocableFor">;

/** A function URL, which requires signed requests. */
export interface FunctionUrlDefinition {
  readonly functionArn: string;
  readonly functionName: string;
  readonly urlId: string;
  readonly region: string;
  readonly accountId: string;
  readonly cors: CorsDefinition | undefined;
}

/** The CORS settings with which Lambda answers preflight requests. */
export interface CorsDefinition {
  readonly allowOrigins: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  /** Seconds for which a browser caches a preflight; `undefined` if the Terraform does not set them. */
  readonly maxAgeInSeconds?: number | undefined;
}

/** The throttling limits: requests per second, and the burst. */
export interface Throttling {
  readonly rateLimit: number;
  readonly burstLimit: number;
}

/** An API key with the value that the local stage accepts. */
export interface ApiKeyDefinition {
  readonly id: string;
  readonly value: string;
  readonly throttling: Throttling | undefined;
}

/** A stage of a REST API. */
export interface StageDefinition {
  readonly stageName: string;
  readonly apiId: string;
  /** The ARN of the stage: `arn:aws:execute-api:<region>:<account>:<api>/<stage>`. */
  readonly executionArn: string;
  readonly openApi: OpenApi;
  /** The roles with which API Gateway calls services for routes. @default - none */
  readonly gatewayRoles?: readonly GatewayRoleDefinition[];
  readonly throttling: Throttling | undefined;
  readonly apiKeys: readonly ApiKeyDefinition[];
  /** The format of the access log, with API Gateway's variables; `undefined` if the stage has no access log. */
  readonly accessLogFormat: string | undefined;
}
