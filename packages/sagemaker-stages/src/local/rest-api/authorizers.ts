import * as z from "zod";
import { MAX_AUTHORIZER_RESULT_BYTES, REST_API_LIMITS } from "../../aws/api-gateway-limits";
import { matchesArn } from "../../aws/arn-pattern";
import { matchesPattern } from "../../aws/wildcards";
import { type HttpRequest, headerOf } from "../http";
import type { LocalIssuer } from "../issuer";
import { type RouteFunction, UNAUTHORIZED } from "../lambda/function";
import type { StageDefinition } from "../terraform/deployment";
import { toEventHeaders } from "./event-headers";
import { GATEWAY_ERRORS, type GatewayError } from "./gateway-response";
import type { FunctionAuthorizer, UserPoolAuthorizer } from "./method-authorizer";

/** The part of an event and of the access log that an authorizer determines. */
export type AuthorizerContext = Readonly<Record<string, unknown>>;

/** The result of an authorizer: an error that API Gateway answers, or the context of an accepted request. */
export type AuthorizerResult =
  | { readonly error: GatewayError }
  | {
      readonly error?: undefined;
      readonly context: AuthorizerContext;
      /** The key that the authorizer returned, for an API whose source of keys is the authorizer. */
      readonly usageIdentifierKey?: string | undefined;
    };

const texts = z.union([z.string().transform((one) => [one]), z.array(z.string())]);

/** A function's answer. API Gateway refuses another form (…/api-gateway-lambda-authorizer-output.html). */
const answer = z.object({
  principalId: z.string(),
  policyDocument: z.object({
    Version: z.optional(z.string()),
    // Another element, such as Condition, is not evaluated on this machine, and refuses the answer.
    Statement: z.array(
      z.strictObject({
        Sid: z.optional(z.string()),
        Effect: z.enum(["Allow", "Deny"]),
        Action: texts,
        Resource: texts,
      }),
    ),
  }),
  context: z.optional(z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))),
  usageIdentifierKey: z.optional(z.string()),
});

type Answer = z.infer<typeof answer>;

/** A cached answer. */
interface CachedAnswer {
  readonly answer: Answer;
  /** The end of the cache's lifetime, in milliseconds. */
  readonly until: number;
}

const INVOKE = "execute-api:Invoke";

/** The number of answers after which expired answers are removed. */
const MAX_CACHED = 1_000;

/** The authorizers of one stage, with API Gateway's cache of their results. */
export class Authorizers {
  private readonly cache = new Map<string, CachedAnswer>();

  /**
   * @param functions - the functions of the account and region, by ARN
   * @param issuer - the issuer whose key signs the tokens of user pools
   * @param now - the current time in milliseconds
   */
  constructor(
    private readonly stage: Pick<StageDefinition, "executionArn">,
    private readonly functions: ReadonlyMap<string, Pick<RouteFunction, "definition" | "invoke">>,
    private readonly issuer: LocalIssuer | undefined,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * Runs a function authorizer, and evaluates the policy for the request.
   *
   * @param event - the event of the request, as a function integration would receive it
   */
  async runFunction(
    authorizer: FunctionAuthorizer,
    request: HttpRequest,
    methodArn: string,
    event: Readonly<Record<string, unknown>>,
  ): Promise<AuthorizerResult> {
    const headers = toEventHeaders(request);
    // All values: AWS does not document which of several values API Gateway uses for the cache.
    const identity = authorizer.identityHeaders.map((name) =>
      headers.filter(([candidate]) => candidate.toLowerCase() === name).map(([, value]) => value),
    );
    // Without a value of each identity source, the function is not invoked (…/api-gateway-lambda-authorizer-input.html).
    if (authorizer.cacheInSeconds > 0 && identity.some((values) => values.join("") === ""))
      return { error: GATEWAY_ERRORS.unauthorized };

    const key = JSON.stringify([authorizer.name, identity]);
    const cached = this.cache.get(key);
    const found =
      cached !== undefined && this.now() < cached.until
        ? cached.answer
        : await this.invoke(authorizer, methodArn, event);
    if ("responseType" in found) return { error: found };
    if (found !== cached?.answer) this.keep(key, found, authorizer.cacheInSeconds);
    const denial = findDenial(found, methodArn);
    if (denial !== undefined) return { error: denial };
    return {
      context: { principalId: found.principalId, ...found.context },
      usageIdentifierKey: found.usageIdentifierKey,
    };
  }

  private keep(key: string, found: Answer, seconds: number): void {
    if (seconds === 0) return;
    if (this.cache.size >= MAX_CACHED) {
      for (const [other, { until }] of this.cache) if (until <= this.now()) this.cache.delete(other);
    }
    this.cache.set(key, { answer: found, until: this.now() + seconds * 1000 });
  }

  private async invoke(
    { functionArn, name }: FunctionAuthorizer,
    methodArn: string,
    { body: _, isBase64Encoded: __, ...event }: Readonly<Record<string, unknown>>,
  ): Promise<Answer | GatewayError> {
    const fn = this.functions.get(functionArn);
    // API Gateway assigns the id of an authorizer. The local stage uses the name of the security scheme.
    const sourceArn = `${this.stage.executionArn.replace(/\/[^/]*$/, "")}/authorizers/${name}`;
    if (fn === undefined || !fn.definition.invocableFor.some((pattern) => matchesArn(pattern, sourceArn))) {
      console.error(`authorizer ${name}: API Gateway has no permission to invoke ${functionArn}`);
      return GATEWAY_ERRORS.authorizerConfiguration;
    }
    const result = await fn.invoke(JSON.stringify({ type: "REQUEST", methodArn, ...event }));
    if (!result.ok) {
      return result.error.errorMessage === UNAUTHORIZED
        ? GATEWAY_ERRORS.unauthorized
        : GATEWAY_ERRORS.authorizerFailure;
    }
    const bytes = Buffer.byteLength(result.payload);
    if (bytes > MAX_AUTHORIZER_RESULT_BYTES) {
      console.error(
        `authorizer ${name}: got an answer of ${bytes} bytes; allowed: ${MAX_AUTHORIZER_RESULT_BYTES} (${REST_API_LIMITS})`,
      );
      return GATEWAY_ERRORS.authorizerConfiguration;
    }
    const parsed = answer.safeParse(JSON.parse(result.payload));
    return parsed.success ? parsed.data : GATEWAY_ERRORS.authorizerConfiguration;
  }

  /** Checks a token of a user pool, with or without the word Bearer, as API Gateway does. */
  checkUserPool({ issuers, scopes }: UserPoolAuthorizer, request: HttpRequest): AuthorizerResult {
    const token = (headerOf(request, "authorization") ?? "").replace(/^Bearer +/i, "");
    const claims = this.issuer?.verify(token, issuers);
    if (claims === undefined) return { error: GATEWAY_ERRORS.unauthorized };
    if (claims === "expired") return { error: GATEWAY_ERRORS.expiredToken };
    const granted = typeof claims.scope === "string" ? claims.scope.split(" ") : [];
    const isAccepted =
      scopes.length === 0
        ? claims.token_use === "id"
        : claims.token_use === "access" && scopes.some((scope) => granted.includes(scope));
    // API Gateway answers 401, not 403 (https://repost.aws/knowledge-center/api-gateway-cognito-401-unauthorized).
    if (!isAccepted) return { error: GATEWAY_ERRORS.unauthorized };
    const asTexts = Object.entries(claims).map(([name, value]) => [
      name,
      typeof value === "string" ? value : JSON.stringify(value),
    ]);
    return { context: { claims: Object.fromEntries(asTexts) } };
  }
}

/** The error for a request that the policy does not allow. */
function findDenial({ policyDocument }: Answer, methodArn: string): GatewayError | undefined {
  const matching = policyDocument.Statement.filter(
    ({ Action, Resource }) =>
      Action.some((pattern) => matchesPattern(pattern.toLowerCase(), INVOKE.toLowerCase())) &&
      Resource.some((pattern) => pattern === "*" || matchesArn(pattern, methodArn)),
  );
  if (matching.some(({ Effect }) => Effect === "Deny")) return GATEWAY_ERRORS.explicitlyDenied;
  return matching.length === 0 ? GATEWAY_ERRORS.accessDenied : undefined;
}
