import * as z from "zod";
import { parseArn } from "../../aws/arn";
import { serviceDomain } from "../../aws/partition";

/** An authorizer that API Gateway runs for each request of a method. */
export type MethodAuthorizer = FunctionAuthorizer | UserPoolAuthorizer;

/** An authorizer that invokes a function. */
export interface FunctionAuthorizer {
  readonly kind: "function";
  /** The name of the security scheme. */
  readonly name: string;
  readonly functionArn: string;
  /** The headers that identify a caller, in lower case. API Gateway refuses a request without one of them. */
  readonly identityHeaders: readonly string[];
  /** Seconds for which a result is used again. */
  readonly cacheInSeconds: number;
}

/** An authorizer that checks tokens of user pools. */
export interface UserPoolAuthorizer {
  readonly kind: "user pools";
  readonly name: string;
  /** The claim `iss` of the pools' tokens. */
  readonly issuers: readonly string[];
  /** The scopes, of which an access token must contain one. Without scopes, ID tokens are accepted. */
  readonly scopes: readonly string[];
}

/** API Gateway's default (https://docs.aws.amazon.com/apigateway/latest/api/API_Authorizer.html). */
const DEFAULT_CACHE_IN_SECONDS = 300;

const authorizer = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("request"),
    identitySource: z
      .string()
      .regex(
        /^method\.request\.header\.[\w-]+(?: *, *method\.request\.header\.[\w-]+)*$/,
        "the local stage identifies callers only by headers",
      ),
    authorizerUri: z
      .string()
      .regex(/\/functions\/arn:[^/]+\/invocations$/, "the local stage invokes only functions"),
    authorizerResultTtlInSeconds: z.optional(z.number()),
  }),
  z.strictObject({
    type: z.literal("cognito_user_pools"),
    providerARNs: z.array(z.string()).min(1),
  }),
]);

/** A security scheme of the document. Unknown properties are refused, because they can define access. */
export const securityScheme = z.strictObject({
  description: z.optional(z.string()),
  type: z.literal("apiKey"),
  name: z.string(),
  in: z.literal("header"),
  "x-amazon-apigateway-authtype": z.optional(z.string()),
  "x-amazon-apigateway-authorizer": z.optional(authorizer),
});

/** A security scheme of the document. */
export type SecurityScheme = z.infer<typeof securityScheme>;

/** The authorizer of a security scheme; `undefined` if the scheme has none. @param scopes - the scopes of the method */
export function methodAuthorizer(
  name: string,
  { "x-amazon-apigateway-authorizer": defined }: SecurityScheme,
  scopes: readonly string[],
): MethodAuthorizer | undefined {
  if (defined === undefined) return undefined;
  if (defined.type === "cognito_user_pools") {
    return { kind: "user pools", name, issuers: defined.providerARNs.map(issuerOfUserPool), scopes };
  }
  const [, functionArn = ""] = /\/functions\/(arn:[^/]+)\/invocations$/.exec(defined.authorizerUri) ?? [];
  return {
    kind: "function",
    name,
    functionArn,
    identityHeaders: defined.identitySource
      .split(",")
      .map((source) => source.trim().replace("method.request.header.", "").toLowerCase()),
    cacheInSeconds: defined.authorizerResultTtlInSeconds ?? DEFAULT_CACHE_IN_SECONDS,
  };
}

/**
 * The claim `iss` of a user pool's tokens
 * (https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html).
 */
export function issuerOfUserPool(userPoolArn: string): string {
  const { region = "", resource = "" } = parseArn(userPoolArn) ?? {};
  return `https://${serviceDomain("cognito-idp", region)}/${resource.replace(/^userpool\//, "")}`;
}
