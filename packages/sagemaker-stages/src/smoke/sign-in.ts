import { createHash, randomBytes } from "node:crypto";
import * as z from "zod";
import { namePrefix, type ParsedEnvironment } from "../environment/environment";
import { parseJson } from "../runtime/json";
import { isLoopback } from "./arguments";
import { type Check, pageOriginOf } from "./checks";
import { SmokeTestError } from "./errors";
import { type HttpAnswer, send } from "./http";
import type { StackOutputs } from "./stack-outputs";

/** The sign-in of an environment's page, as the page's `config.json` describes it. Every value is public. */
export type SignIn = z.infer<typeof signInConfig>;

const signInConfig = z.object({
  domainUrl: z.url(),
  clientId: z.string(),
  redirectUrl: z.url(),
  issuer: z.url(),
  identityPoolId: z.string(),
  identityPoolUrl: z.url(),
});

const TIMEOUT_IN_MS = 10_000;

/**
 * Reads the sign-in of an environment's page from the page's `config.json`.
 *
 * @returns `undefined` if the environment has no sign-in, or if the address of the page is unknown
 * @throws SmokeTestError if the page does not describe its sign-in
 */
export async function findSignIn(
  environment: ParsedEnvironment,
  outputs: StackOutputs,
): Promise<SignIn | undefined> {
  if (environment.website?.signIn === undefined) return undefined;
  const page = pageUrlOf(environment, outputs);
  if (page === undefined) return undefined;
  const url = `${page}config.json`;
  const answer = await send({ method: "GET", url, headers: {} }, TIMEOUT_IN_MS);
  const fault = "reason" in answer ? answer.reason : answer.status === 200 ? undefined : answer.status;
  const { data } = z
    .object({ signIn: signInConfig })
    .safeParse("body" in answer ? parseJson(answer.body) : undefined);
  if (fault === undefined && data !== undefined) return data.signIn;
  throw new SmokeTestError(
    `${url}: got ${fault ?? "a document without the sign-in"}; allowed: the configuration of the page with its sign-in. Deploy the environment again: npx cdktf deploy ${environment.name}`,
  );
}

function pageUrlOf(environment: ParsedEnvironment, outputs: StackOutputs): string | undefined {
  if (isLoopback(outputs.stageUrl)) {
    return `${new URL(outputs.stageUrl).origin}/website/${namePrefix(environment)}/`;
  }
  const origin = pageOriginOf(environment, outputs);
  return origin === undefined ? undefined : `${origin}/`;
}

/** A redirect that no client allows: `example.com` is reserved (https://www.rfc-editor.org/rfc/rfc2606#section-3). */
const FOREIGN_PAGE = "https://foreign.example.com/";

/**
 * The checks of a sign-in. No check signs in: the form is shown, and the user pool and the identity pool refuse everything
 * that the page does not use.
 */
export function signInChecks(signIn: SignIn): readonly Check[] {
  const { domainUrl, clientId, redirectUrl, identityPoolId, identityPoolUrl } = signIn;
  const form = (changed: Readonly<Record<string, string>>) => ({
    method: "GET",
    url: `${domainUrl}/oauth2/authorize?${new URLSearchParams({
      response_type: "code",
      client_id: clientId,
      redirect_uri: redirectUrl,
      scope: "openid",
      state: "smoke-test",
      code_challenge: createHash("sha256").update(randomBytes(32)).digest("base64url"),
      code_challenge_method: "S256",
      ...changed,
    })}`,
    headers: {},
  });
  const common = { isTransient: () => true };
  return [
    {
      ...common,
      route: "GET the sign-in form",
      caller: "the page",
      expected: "the form",
      request: () => form({}),
      findFault: (answer) => (showsForm(answer, signIn) ? undefined : "not the form"),
    },
    {
      ...common,
      route: "GET the sign-in form",
      caller: "with the implicit flow",
      expected: "refused",
      request: () => form({ response_type: "token" }),
      findFault: (answer) => unlessRefused(answer, signIn),
    },
    {
      ...common,
      route: "GET the sign-in form",
      caller: "for a foreign page",
      expected: "refused, no redirect to it",
      request: () => form({ redirect_uri: FOREIGN_PAGE }),
      findFault: (answer) =>
        (answer.headers.get("location") ?? "").startsWith(FOREIGN_PAGE)
          ? "redirects to the foreign page"
          : unlessRefused(answer, signIn),
    },
    {
      ...common,
      route: "POST the token endpoint",
      caller: "with an unknown code",
      expected: "400, invalid_grant",
      request: () => ({
        method: "POST",
        url: `${domainUrl}/oauth2/token`,
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams({
          grant_type: "authorization_code",
          client_id: clientId,
          redirect_uri: redirectUrl,
          code: "unknown",
          code_verifier: randomBytes(32).toString("base64url"),
        }).toString(),
      }),
      findFault: (answer) =>
        answer.status !== 400
          ? "not 400"
          : fieldOf(answer, "error") === "invalid_grant"
            ? undefined
            : "not invalid_grant",
    },
    {
      ...common,
      route: "POST the identity pool",
      caller: "a guest",
      expected: "400, no identity",
      request: () => ({
        method: "POST",
        url: identityPoolUrl,
        headers: {
          "content-type": "application/x-amz-json-1.1",
          "x-amz-target": "AWSCognitoIdentityService.GetId",
        },
        body: JSON.stringify({ IdentityPoolId: identityPoolId }),
      }),
      findFault: (answer) =>
        answer.status !== 400
          ? "not 400"
          : /NotAuthorizedException$/.test(fieldOf(answer, "__type") ?? "")
            ? undefined
            : "not NotAuthorizedException",
    },
  ];
}

/** The address to which an answer redirects; `undefined` for another answer. */
function targetOf({ status, headers }: HttpAnswer, { domainUrl }: SignIn): URL | undefined {
  const location = headers.get("location");
  if (status < 300 || status > 399 || location === null) return undefined;
  return URL.canParse(location, domainUrl) ? new URL(location, domainUrl) : undefined;
}

/** The user pool redirects to its form `/login` (https://docs.aws.amazon.com/cognito/latest/developerguide/login-endpoint.html). */
function showsForm(answer: HttpAnswer, signIn: SignIn): boolean {
  const target = targetOf(answer, signIn);
  return (
    target !== undefined && target.origin === new URL(signIn.domainUrl).origin && target.pathname === "/login"
  );
}

/**
 * A user pool refuses a request with a status, or with a redirect that has the parameter `error`: to the page, or to its own
 * page of errors (https://docs.aws.amazon.com/cognito/latest/developerguide/authorization-endpoint.html).
 */
function unlessRefused(answer: HttpAnswer, signIn: SignIn): string | undefined {
  if (answer.status === 429 || answer.status >= 500) return "proves nothing";
  if (answer.status >= 400) return undefined;
  return targetOf(answer, signIn)?.searchParams.has("error") === true ? undefined : "not refused";
}

function fieldOf({ body }: HttpAnswer, name: string): string | undefined {
  const document = z.record(z.string(), z.unknown()).safeParse(parseJson(body)).data;
  const value = document?.[name];
  return typeof value === "string" ? value : undefined;
}
