import { type Caller, type CredentialKind, Refused } from "./credential";
import type { AuthorizerAnswer, AuthorizerEvent } from "./event";
import { policyOf } from "./policy";

/** One line per invocation in the log of the authorizer. The line never contains a credential or a claim. */
export interface AuthorizerLogLine {
  /** API Gateway's id of the request. */
  readonly requestId: string;
  /** The kind of credential; absent for an unknown route. */
  readonly credential?: string;
  readonly outcome: "accepted" | "refused" | "failed";
  /** The reason of a refusal or a failure, or the reason why an accepted credential opens no route. */
  readonly reason?: string;
  /** The number of routes that the credential opens. */
  readonly routes?: number;
  readonly totalMs: number;
}

/** The dependencies of {@link createAuthorizer}. */
export interface AuthorizerOptions {
  /** Writes a line of the log. @default - to standard output */
  readonly write?: (line: AuthorizerLogLine) => void;
}

/**
 * The message by which API Gateway recognizes a missing or invalid credential: it answers 401. After every other error, it
 * answers 500, response type AUTHORIZER_FAILURE
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html).
 */
const UNAUTHORIZED = "Unauthorized";

/**
 * Creates the handler of the authorizer function.
 *
 * @param kinds - the kinds of credentials. The route of a request determines the kind
 */
export function createAuthorizer(
  kinds: readonly CredentialKind[],
  { write = writeLine }: AuthorizerOptions = {},
): (event: AuthorizerEvent) => Promise<AuthorizerAnswer> {
  const kindOf = new Map(kinds.flatMap((kind) => kind.routes.map((route) => [route, kind] as const)));
  return async (event) => {
    const startedAt = performance.now();
    const kind = kindOf.get(`${event.httpMethod} ${event.resource}`);
    const log = (line: Pick<AuthorizerLogLine, "outcome" | "reason" | "routes">): void =>
      write({
        requestId: event.requestContext?.requestId ?? "",
        ...(kind === undefined ? {} : { credential: kind.name }),
        ...line,
        totalMs: Math.round(performance.now() - startedAt),
      });
    let caller: Caller;
    try {
      if (kind === undefined) throw new Error("the route requires no credential that this function checks");
      caller = await kind.check(event);
    } catch (error) {
      if (error instanceof Refused) {
        log({ outcome: "refused", reason: error.reason });
        throw withoutStack(UNAUTHORIZED);
      }
      log({ outcome: "failed", reason: error instanceof Error ? error.message : "unknown" });
      throw withoutStack("The credential could not be checked");
    }
    const routes = caller.routes.length;
    // Only the scopes of a token can exclude every route.
    log({ outcome: "accepted", routes, ...(routes === 0 ? { reason: "no route for the scopes" } : {}) });
    return policyOf(caller, event.methodArn);
  };
}

/** Lambda writes the stack of each error to the log: a refused request is no fault of the function. */
function withoutStack(message: string): Error {
  const error = new Error(message);
  error.stack = "";
  return error;
}

/** Lambda wraps lines of `console.log`, so that a log query cannot read their fields. */
function writeLine(line: AuthorizerLogLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
