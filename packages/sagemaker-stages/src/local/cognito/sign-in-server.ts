import { randomUUID } from "node:crypto";
import { type HttpRequest, type HttpResponse, headerOf } from "../http";
import type { LocalIssuer } from "../issuer";
import type { SignInDefinition } from "../terraform/sign-in";
import { IdentityPool } from "./identity-pool";
import type { RoleSessions } from "./sessions";
import { refusalPage, signInForm } from "./sign-in-form";
import { type AuthorizationRequest, UserPool } from "./user-pool";

/** The sign-in that a server answers, with the page's address on this machine. */
export interface ServedSignIn {
  readonly definition: SignInDefinition;
  /** The page's URL on this machine, e.g. `http://127.0.0.1:3000/website/dev/`. */
  readonly pageUrl: string;
}

/** Answers that a page of another origin may read: AWS allows this for the token endpoint and for the identity pool. */
const READABLE = { "Access-Control-Allow-Origin": "*" };

const IDENTITY_PREFIX = "AWSCognitoIdentityService.";

/**
 * The services of a sign-in in one server: the user pool's domain with its sign-in form and its endpoints, the user pool's keys,
 * and the identity pool's API. On AWS, the services have separate hosts.
 */
export class SignInServer {
  private readonly userPool: UserPool;
  private readonly identityPool: IdentityPool;
  /** The values of forms that no user has sent yet. */
  private readonly formTokens = new Set<string>();

  /** @param issuer - signs the tokens. @param sessions - receives the temporary credentials of signed-in users */
  constructor(issuer: LocalIssuer, sessions: RoleSessions) {
    this.userPool = new UserPool(issuer, sessions.now);
    this.identityPool = new IdentityPool(this.userPool, sessions);
  }

  /** Answers one request. */
  handle(request: HttpRequest, served: ServedSignIn): HttpResponse {
    const { method, path } = request;
    const { definition } = served;
    const query = new URLSearchParams(request.query);
    switch (`${method} ${path}`) {
      case "GET /oauth2/authorize":
        return this.authorize(request, query, served);
      case "GET /login":
        return this.showForm(query, served);
      case "POST /login":
        return this.signIn(request, query, served);
      case "POST /oauth2/token":
        return this.answerTokens(formOf(request), definition);
      case "POST /oauth2/revoke":
        return this.revoke(formOf(request), definition);
      case "GET /logout":
        return this.signOut(request, query, served);
      case "POST /":
        return this.callIdentityPool(request, definition);
      case "OPTIONS /":
      case "OPTIONS /oauth2/token":
        return preflight(request);
      case `GET /${definition.userPoolId}/.well-known/jwks.json`:
        return json(200, this.userPool.keySet());
      default:
        return refusalPage("not found", `${method} ${path} is not an address of the local sign-in.`);
    }
  }

  private authorize(request: HttpRequest, query: URLSearchParams, served: ServedSignIn): HttpResponse {
    const checked = readAuthorization(query, served);
    if ("status" in checked) return checked;
    if (this.userPool.isFormSession(cookieOf(request, served))) return this.redirectWithCode(checked, query);
    return redirect(`/login?${query}`);
  }

  private showForm(query: URLSearchParams, served: ServedSignIn, failure?: string): HttpResponse {
    const checked = readAuthorization(query, served);
    if ("status" in checked) return checked;
    const token = randomUUID();
    this.formTokens.add(token);
    return signInForm(token, failure);
  }

  private signIn(request: HttpRequest, query: URLSearchParams, served: ServedSignIn): HttpResponse {
    const checked = readAuthorization(query, served);
    if ("status" in checked) return checked;
    const form = formOf(request);
    if (!this.formTokens.delete(form.get("_csrf") ?? "")) {
      return this.showForm(query, served, "The form was sent twice, or is too old. Try again.");
    }
    const session = this.userPool.openFormSession(form.get("username") ?? "", form.get("password") ?? "");
    if (session === undefined) return this.showForm(query, served, "Incorrect username or password.");
    return this.redirectWithCode(checked, query, {
      "Set-Cookie": `${cookieName(served)}=${session}; Path=/; HttpOnly; SameSite=Lax`,
    });
  }

  private redirectWithCode(
    request: AuthorizationRequest,
    query: URLSearchParams,
    headers: HttpResponse["headers"] = {},
  ): HttpResponse {
    const answer = new URLSearchParams({ code: this.userPool.createCode(request) });
    const state = query.get("state");
    if (state !== null) answer.set("state", state);
    return redirect(`${request.redirectUri}?${answer}`, headers);
  }

  private answerTokens(form: URLSearchParams, definition: SignInDefinition): HttpResponse {
    const value = (name: string) => form.get(name) ?? undefined;
    if (value("client_id") !== definition.clientId) return oauthError("invalid_client");
    switch (value("grant_type")) {
      case "authorization_code": {
        const code = {
          code: value("code"),
          redirectUri: value("redirect_uri"),
          verifier: value("code_verifier"),
        };
        const tokens = this.userPool.exchangeCode(code, definition);
        return tokens === undefined ? oauthError("invalid_grant") : json(200, tokens);
      }
      case "refresh_token": {
        const tokens = this.userPool.refresh(value("refresh_token"), definition);
        return tokens === undefined ? oauthError("invalid_grant") : json(200, tokens);
      }
      default:
        return oauthError("unsupported_grant_type");
    }
  }

  private revoke(form: URLSearchParams, { clientId }: SignInDefinition): HttpResponse {
    const token = form.get("token");
    if (form.get("client_id") !== clientId) return { ...oauthError("invalid_client"), headers: JSON_HEADERS };
    if (token === null) return { ...oauthError("invalid_request"), headers: JSON_HEADERS };
    this.userPool.revoke(token);
    // AWS documents no CORS headers for this endpoint.
    return { status: 200, headers: JSON_HEADERS, body: "" };
  }

  private signOut(request: HttpRequest, query: URLSearchParams, served: ServedSignIn): HttpResponse {
    const { clientId, logoutUrls } = served.definition;
    if (query.get("client_id") !== clientId) return refusalPage("invalid_request", "unknown client_id");
    const target = query.get("logout_uri");
    if (target === null || !toLocal(logoutUrls, served).includes(target)) {
      return refusalPage("invalid_request", "logout_uri is not a logout URL of the client");
    }
    this.userPool.closeFormSession(cookieOf(request, served));
    return redirect(target, { "Set-Cookie": `${cookieName(served)}=; Path=/; Max-Age=0` });
  }

  private callIdentityPool(request: HttpRequest, definition: SignInDefinition): HttpResponse {
    const target = headerOf(request, "x-amz-target") ?? "";
    const operation = target.startsWith(IDENTITY_PREFIX) ? target.slice(IDENTITY_PREFIX.length) : "";
    const body = request.body?.toString("utf8") ?? "";
    const answer = this.identityPool.handle(operation, body, definition);
    return {
      status: answer.status,
      headers: { "Content-Type": "application/x-amz-json-1.1", ...READABLE },
      body: JSON.stringify(answer.body),
    };
  }
}

/**
 * Checks a request for a code. A wrong client or redirect has no safe address to return to, so that the user pool shows the
 * refusal itself; other faults return to the page
 * (https://docs.aws.amazon.com/cognito/latest/developerguide/authorization-endpoint.html).
 */
function readAuthorization(
  query: URLSearchParams,
  served: ServedSignIn,
): AuthorizationRequest | HttpResponse {
  const { clientId, callbackUrls, scopes: allowed } = served.definition;
  if (query.get("client_id") !== clientId) return refusalPage("invalid_request", "unknown client_id");
  const redirectUri = query.get("redirect_uri");
  if (redirectUri === null || !toLocal(callbackUrls, served).includes(redirectUri)) {
    return refusalPage("redirect_mismatch", "redirect_uri is not a callback URL of the client");
  }
  const refuse = (error: string): HttpResponse => {
    const state = query.get("state");
    return redirect(`${redirectUri}?${new URLSearchParams({ error, ...(state === null ? {} : { state }) })}`);
  };
  if (query.get("response_type") !== "code") return refuse("unauthorized_client");
  const scopes = (query.get("scope") ?? allowed.join(" ")).split(" ");
  if (!scopes.every((scope) => allowed.includes(scope))) return refuse("invalid_scope");
  const challenge = query.get("code_challenge") ?? undefined;
  if (challenge !== undefined && query.get("code_challenge_method") !== "S256") {
    return refuse("invalid_request");
  }
  return { redirectUri, scopes, nonce: query.get("nonce") ?? undefined, challenge };
}

/** The client's URLs with the page's address on this machine in place of its address on AWS. */
function toLocal(urls: readonly string[], { definition, pageUrl }: ServedSignIn): string[] {
  return urls.map((url) => (url === `${definition.pageOrigin}/` ? pageUrl : url));
}

/** Cookies of one host are shared by its ports, so that the name contains the user pool. */
function cookieName({ definition }: ServedSignIn): string {
  return `cognito-${definition.userPoolId}`;
}

function cookieOf(request: HttpRequest, served: ServedSignIn): string | undefined {
  const name = `${cookieName(served)}=`;
  const cookies = (headerOf(request, "cookie") ?? "").split(/; */);
  return cookies.find((cookie) => cookie.startsWith(name))?.slice(name.length);
}

function formOf({ body }: HttpRequest): URLSearchParams {
  return new URLSearchParams(body?.toString("utf8") ?? "");
}

function redirect(location: string, headers: HttpResponse["headers"] = {}): HttpResponse {
  return { status: 302, headers: { Location: location, "Cache-Control": "no-store", ...headers }, body: "" };
}

const JSON_HEADERS = { "Content-Type": "application/json;charset=UTF-8", "Cache-Control": "no-store" };

function json(status: number, value: object): HttpResponse {
  return { status, headers: { ...JSON_HEADERS, ...READABLE }, body: JSON.stringify(value) };
}

function oauthError(error: string): HttpResponse {
  return json(400, { error });
}

function preflight(request: HttpRequest): HttpResponse {
  return {
    status: 200,
    headers: {
      ...READABLE,
      "Access-Control-Allow-Methods": "POST",
      "Access-Control-Allow-Headers": headerOf(request, "access-control-request-headers") ?? "",
    },
    body: "",
  };
}
