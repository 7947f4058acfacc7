import type { WebsiteFile } from "../../page/build";
import type { OpenApi } from "../rest-api/openapi";
import type { EndpointDefinition } from "./endpoints";
import type { GatewayRoleDefinition } from "./gateway-roles";

/** What the local stage serves of one stack: plain data. */
export interface Deployment {
  /** The environment's name. */
  readonly name: string;
  readonly region: string;
  readonly accountId: string;
  readonly functions: readonly FunctionDefinition[];
  /** Functions that somebody else deploys. */
  readonly existingFunctions: readonly ExistingFunctionDefinition[];
  readonly endpoints: readonly EndpointDefinition[];
  readonly stages: readonly StageDefinition[];
  readonly functionUrls: readonly FunctionUrlDefinition[];
  /** The files of the page. Only a synthesis for the local stage writes a page. @default - no page */
  readonly page?: readonly WebsiteFile[] | undefined;
  /** What the Terraform holds and this machine does not do, one line each. */
  readonly notDone: readonly string[];
}

/** A Lambda function. */
export interface FunctionDefinition {
  readonly name: string;
  readonly arn: string;
  /** The deployment package on disk. */
  readonly zipFile: string;
  readonly codeSha256: string;
  /** Where the synthesis writes the source map of the code; of code that it did not build there is none. */
  readonly sourceMapFile?: string;
  /** `<file>.<export>` */
  readonly handler: string;
  readonly runtime: string;
  readonly timeoutInSeconds: number;
  readonly memorySizeInMb: number;
  /** Invocations that it can have at once; `undefined` where it shares the account's unreserved concurrency. */
  readonly reservedConcurrency: number | undefined;
  readonly environment: Readonly<Record<string, string>>;
  readonly region: string;
  readonly logGroup: string;
  /** ARNs for which API Gateway may invoke it. */
  readonly invocableFor: readonly string[];
}

/** A Lambda function of which the stack knows no more than that it is there: no code, no settings. */
export type ExistingFunctionDefinition = Pick<FunctionDefinition, "name" | "arn" | "invocableFor">;

/** A function URL for signed requests. */
export interface FunctionUrlDefinition {
  readonly functionArn: string;
  readonly functionName: string;
  readonly urlId: string;
  readonly region: string;
  readonly accountId: string;
  readonly cors: CorsDefinition | undefined;
}

/** What Lambda itself answers to pages of other origins. */
export interface CorsDefinition {
  readonly allowOrigins: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  /** Seconds that a browser may remember a preflight; `undefined` where the Terraform does not set them. */
  readonly maxAgeInSeconds?: number | undefined;
}

/** Requests per second, and at once. */
export interface Throttling {
  readonly rateLimit: number;
  readonly burstLimit: number;
}

/** An API key with its value on this machine. */
export interface ApiKeyDefinition {
  readonly id: string;
  readonly value: string;
  readonly throttling: Throttling | undefined;
}

/** A REST API's stage. */
export interface StageDefinition {
  readonly stageName: string;
  readonly apiId: string;
  /** `arn:aws:execute-api:<region>:<account>:<api>/<stage>` */
  readonly executionArn: string;
  readonly openApi: OpenApi;
  /** The roles with which API Gateway calls services for routes. @default - none */
  readonly gatewayRoles?: readonly GatewayRoleDefinition[];
  readonly throttling: Throttling | undefined;
  readonly apiKeys: readonly ApiKeyDefinition[];
  /** A line of the access log, with API Gateway's variables in it; `undefined` where the stage has no log. */
  readonly accessLogFormat: string | undefined;
}
