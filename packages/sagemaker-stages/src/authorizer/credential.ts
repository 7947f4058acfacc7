import type { AuthorizerEvent, RouteName } from "./event";

/** A caller with a valid credential. */
export interface Caller {
  /**
   * The id of the caller, which API Gateway can write to the access log: 1–128 letters, digits, `-`, `_` and `.`. It must not
   * be a text that a caller chooses: for tokens, the id is a hash; for keys, the name that the environment gives the customer.
   */
  readonly id: string;
  /** The routes that the credential opens; empty for a valid credential without a route. */
  readonly routes: readonly RouteName[];
}

/**
 * One kind of credential, such as a token or the key of a customer. Each kind has its own authorizer in the API's document,
 * because API Gateway caches results by the values of the authorizer's identity sources.
 */
export interface CredentialKind {
  /** The name in the log, e.g. `token`. */
  readonly name: string;
  /** The routes that require this kind. A route requires one kind only. */
  readonly routes: readonly RouteName[];
  /**
   * Checks the credential of a request. The result must depend only on the values of the identity sources: API Gateway uses
   * the result for every route of this kind.
   *
   * @throws Refused if the credential is missing or invalid: API Gateway answers 401
   * @throws Error if the credential cannot be checked: API Gateway answers 5xx, and never calls the route
   */
  readonly check: (event: AuthorizerEvent) => Promise<Caller> | Caller;
}

/** The reason for which a credential was refused. The log contains the reason, and no part of the credential. */
export class Refused extends Error {
  override readonly name = "Refused";

  constructor(readonly reason: string) {
    super(reason);
  }
}
