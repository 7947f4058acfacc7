import type { WebsiteFile } from "../../page/build";
import type { AlarmDefinition } from "../cloudwatch/alarm-definition";
import type { OpenApi } from "../rest-api/openapi";
import type { Quota } from "../rest-api/quota";
import type { CaptureBucketDefinition } from "../s3/captured-requests";
import type { EndpointDefinition } from "./endpoints";
import type { GatewayRoleDefinition } from "./gateway-roles";
import type { SignInDefinition } from "./sign-in";

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
  /** The sign-in of the page's users. @default - no sign-in */
  readonly signIn?: SignInDefinition | undefined;
  /** The files of the page, which only a synthesis for the local stage writes. @default - no page */
  readonly page?: readonly WebsiteFile[] | undefined;
  /** @default - no firewall */
  readonly pageFirewall?: PageFirewallDefinition | undefined;
  /** The domain name of the page. @default - none */
  readonly pageDomainName?: string | undefined;
  /** The alarms, each after the alarms of its rule. @default - no alarms */
  readonly alarms?: readonly AlarmDefinition[];
  /** The bucket of captured requests. @default - no model captures requests */
  readonly captureBuckets?: readonly CaptureBucketDefinition[];
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
  /** Whether the function is an authorizer, whose requests to issuers the local issuer answers. @default false */
  readonly isAuthorizer?: boolean;
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
  /** Whether the URL streams answers. @default BUFFERED */
  readonly invokeMode?: "BUFFERED" | "RESPONSE_STREAM" | undefined;
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
  /** The limits of the key over all methods. */
  readonly throttling: Throttling | undefined;
  /** The limits of the key for single methods, by `<METHOD><path>`. @default - none */
  readonly methodThrottling?: ReadonlyMap<string, Throttling>;
  /** The quota of the key. @default - none */
  readonly quota?: Quota | undefined;
  /** The customer who has the key, and the name of the key. @default - the shared key of the environment */
  readonly customer?: { readonly name: string; readonly keyName: string };
}

/** A firewall: the rules of a web ACL. */
export interface FirewallDefinition {
  /** The limits for the requests of one IP address. */
  readonly rates: readonly {
    readonly limit: number;
    readonly windowInSeconds: number;
    /** Whether the rule refuses requests. Otherwise the rule only counts requests. */
    readonly blocks: boolean;
  }[];
  /** The names of the managed rule groups, which exist only on AWS. */
  readonly managedRules: readonly string[];
}

/** The firewall of the page. */
export interface PageFirewallDefinition extends FirewallDefinition {
  /** The answer to a refused request, and to a request for a file that does not exist. */
  readonly refusal: { readonly contentType: string; readonly body: string };
}

/** A domain name that is mapped to a stage. */
export interface StageDomainDefinition {
  readonly name: string;
  /** The first part of the paths, without slashes. @default - none */
  readonly basePath?: string | undefined;
}

/** A stage of a REST API. */
export interface StageDefinition {
  readonly stageName: string;
  /** @default - none */
  readonly domain?: StageDomainDefinition | undefined;
  readonly apiId: string;
  /** The name of the REST API, which its metrics have. @default - no metrics */
  readonly apiName?: string;
  /** The ARN of the stage: `arn:aws:execute-api:<region>:<account>:<api>/<stage>`. */
  readonly executionArn: string;
  readonly openApi: OpenApi;
  /** The roles with which API Gateway calls services for routes. @default - none */
  readonly gatewayRoles?: readonly GatewayRoleDefinition[];
  readonly throttling: Throttling | undefined;
  /** @default - no firewall */
  readonly firewall?: FirewallDefinition | undefined;
  readonly apiKeys: readonly ApiKeyDefinition[];
  /** The format of the access log, with API Gateway's variables; `undefined` if the stage has no access log. */
  readonly accessLogFormat: string | undefined;
}
