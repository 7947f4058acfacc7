import { type CredentialKind, Refused } from "./credential";
import { type CustomerRoutes, customers } from "./customers";
import { type AuthorizerAnswer, type AuthorizerEvent, headerValues, type RouteName } from "./event";
import { type AuthorizerOptions, createAuthorizer } from "./handler";

/** The answer of an authorizer for an API whose source of keys is the authorizer. */
export interface KeyedAnswer extends AuthorizerAnswer {
  /**
   * The caller's key. API Gateway checks that the key belongs to a usage plan of the stage, and applies the plan's limits and
   * quota (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html).
   */
  readonly usageIdentifierKey?: string;
}

/** The credentials of an API with customers, of whom some send their keys as bearer tokens. */
export interface KeyAuthorizerProps {
  /** The routes of each customer. */
  readonly customers: CustomerRoutes;
  /** The routes whose callers send the key in `authorization: Bearer <key>`. The other routes read `x-api-key`. */
  readonly bearerRoutes: readonly RouteName[];
  /** The kinds of credentials that are no keys. @default - none */
  readonly others?: readonly CredentialKind[];
  /** The value of `CUSTOMER_KEYS`. @default - the variable of the function */
  readonly variable?: string;
}

/**
 * One key in the header, and nothing else. A comma would be a second value: RFC 9110 allows a proxy to join several headers
 * with commas (https://www.rfc-editor.org/rfc/rfc9110#section-5.3).
 */
const BEARER = /^Bearer +([^\s,]+) *$/i;

/**
 * Creates the handler of an authorizer for an API that reads keys from the authorizer's answer. The handler decides with the
 * same table of customers and digests as {@link customers}, for both headers. Each header has its own authorizer in the API's
 * document, with the header as the only identity source, so that API Gateway never uses the result for one header for a
 * request with the other.
 *
 * The returned key is always the text that the caller sent. The function knows no other key: a caller cannot receive the
 * limits or the routes of a key that the caller does not have. API Gateway caches the key together with the policy.
 */
export function createKeyAuthorizer(
  { customers: customerRoutes, bearerRoutes, others = [], variable }: KeyAuthorizerProps,
  options?: AuthorizerOptions,
): (event: AuthorizerEvent) => Promise<KeyedAnswer> {
  const keys = customers(customerRoutes, variable);
  const isBearer = (route: RouteName) => bearerRoutes.includes(route);
  const authorize = createAuthorizer(
    [
      ...others,
      { ...keys, routes: keys.routes.filter((route) => !isBearer(route)) },
      {
        name: "bearer key",
        routes: keys.routes.filter(isBearer),
        check: (event) => keys.check(withKey(event, bearerKeyOf(event))),
      },
    ],
    options,
  );
  return async (event) => {
    const answer = await authorize(event);
    const route = `${event.httpMethod} ${event.resource}`;
    if (!keys.routes.includes(route)) return answer;
    const [key] = isBearer(route) ? [bearerKeyOf(event)] : headerValues(event, "x-api-key");
    return { ...answer, ...(key === undefined ? {} : { usageIdentifierKey: key }) };
  };
}

/** The request with the key in place of every other credential. */
function withKey({ requestContext, ...event }: AuthorizerEvent, key: string): AuthorizerEvent {
  const { requestId } = requestContext ?? {};
  return {
    ...event,
    multiValueHeaders: { "x-api-key": [key] },
    ...(requestId === undefined ? {} : { requestContext: { requestId } }),
  };
}

/** @throws Refused without a key, or with several Authorization headers, which RFC 9110 forbids */
function bearerKeyOf(event: AuthorizerEvent): string {
  const [value = "", ...others] = headerValues(event, "authorization");
  if (others.length > 0) throw new Refused("several authorization headers");
  const [, key] = BEARER.exec(value) ?? [];
  if (key === undefined) throw new Refused("no key");
  return key;
}
