import * as z from "zod";
import { raw } from "../../fault-collector";
import {
  listOf,
  maxCharacters,
  optional,
  type Rule,
  rule,
  settings,
  text,
  textOf,
  withDefault,
} from "../setting";

/** The kinds of access that need no further setting. */
export const ROUTE_ACCESS = ["AWS_IAM", "API_KEY", "PUBLIC"] as const;

const DISCOVERY_SOURCE = "https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata";
const SCOPE_SOURCE = "https://www.rfc-editor.org/rfc/rfc6749#section-3.3";
const AUDIENCE_SOURCE = "https://www.rfc-editor.org/rfc/rfc7519#section-4.1.3";
const USER_POOL_SOURCE =
  "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncognitouserpools.html";

const MAX_SCOPES = 20;
const MAX_SCOPE_CHARACTERS = 256;
const MAX_ISSUER_CHARACTERS = 512;
const MAX_AUDIENCES = 20;
const MAX_AUDIENCE_CHARACTERS = 512;

const USER_POOL =
  /^arn:aws[a-z-]*:cognito-idp:([a-z]{2}(?:-[a-z]+)+-\d):\d{12}:userpool\/\1_[A-Za-z0-9]{1,55}$/;

/** Each value once. */
const eachOnce: Rule<readonly string[]> = {
  holds: (values) => new Set(values).size === values.length,
  allowed: "each value once",
  source: "duplicate entry, probably a copy-paste mistake",
};

function atMost(max: number, source: string): Rule<readonly string[]> {
  return { holds: (values) => values.length <= max, allowed: `at most ${max} values`, source };
}

const scopes = rule(
  listOf(
    rule(text, {
      holds: (scope) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope) && scope.length <= MAX_SCOPE_CHARACTERS,
      allowed: `1–${MAX_SCOPE_CHARACTERS} printable ASCII characters without space, " and \\`,
      source: SCOPE_SOURCE,
    }),
  ),
  eachOnce,
  atMost(MAX_SCOPES, SCOPE_SOURCE),
);

/** Tokens of an Amazon Cognito user pool, which API Gateway itself checks. */
export const cognitoAccess = settings({
  /**
   * ARN of the user pool, e.g. `arn:aws:cognito-idp:eu-central-1:111122223333:userpool/eu-central-1_A1b2C3d4E`. Another stack
   * can create the pool, also in another account
   * (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-cross-account-cognito-authorizer.html).
   *
   * @default - the user pool of `website.signIn`; required without `website.signIn`
   */
  userPoolArn: optional(
    rule(text, {
      holds: (arn) => USER_POOL.test(arn),
      allowed:
        "the ARN of a user pool, e.g. arn:aws:cognito-idp:eu-central-1:111122223333:userpool/eu-central-1_A1b2C3d4E",
      source: USER_POOL_SOURCE,
    }),
  ),
  /**
   * OAuth scopes, at most 20. With scopes, callers send an access token that contains at least one of the scopes
   * (https://docs.aws.amazon.com/apigateway/latest/api/API_Method.html). Without scopes, callers send an ID token
   * (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-invoke-api-integrated-with-cognito-user-pool.html).
   *
   * @default []
   */
  scopes: withDefault(scopes, []),
});

/** Tokens of an OpenID Connect issuer, which the environment's authorizer function checks. */
export const jwtAccess = settings({
  /**
   * The issuer, exactly as its tokens contain it in `iss`: an `https` address without user, query and fragment, at most 512
   * characters, e.g. `https://login.example.com`. The authorizer reads
   * `<issuer>/.well-known/openid-configuration` and the keys that this document names
   * (https://openid.net/specs/openid-connect-discovery-1_0.html).
   */
  issuer: rule(
    text,
    {
      holds: isIssuer,
      allowed: `an https address without user, query, fragment and spaces, at most ${MAX_ISSUER_CHARACTERS} characters, exactly as the tokens contain it, e.g. https://login.example.com`,
      source: DISCOVERY_SOURCE,
      got: shownIssuer,
    },
    {
      holds: (issuer) => !issuer.includes("/.well-known/"),
      allowed: "the issuer without /.well-known/openid-configuration",
      source: `the authorizer adds this path: ${DISCOVERY_SOURCE}`,
      got: shownIssuer,
    },
  ),
  /**
   * The audiences, 1–20 values. A token must contain one of them in `aud`, or in `client_id` if the token has no `aud`, like
   * the access tokens of Cognito.
   */
  audience: rule(
    listOf(
      rule(
        text,
        {
          holds: (audience) => /^[\x21-\x7e]+$/.test(audience),
          allowed: "printable ASCII characters without spaces",
          source: AUDIENCE_SOURCE,
        },
        maxCharacters(MAX_AUDIENCE_CHARACTERS, AUDIENCE_SOURCE),
      ),
    ),
    {
      holds: (values) => values.length > 0,
      allowed: "at least one audience",
      source: `a token for another service must not open the route: ${AUDIENCE_SOURCE}`,
    },
    eachOnce,
    atMost(MAX_AUDIENCES, AUDIENCE_SOURCE),
  ),
  /**
   * OAuth scopes, at most 20. A token must contain all of them in `scope` or `scp`.
   *
   * @default []
   */
  scopes: withDefault(scopes, []),
});

/** The option of {@link routeAccessSetting} for a user pool. */
export const cognitoOption = settings({ cognito: cognitoAccess });

/** The option of {@link routeAccessSetting} for another issuer. */
export const jwtOption = settings({ jwt: jwtAccess });

const ALLOWED = `${ROUTE_ACCESS.join(", ")}, { cognito: … } or { jwt: … }`;

/** Access by a word, or by tokens. A rule refuses other words. */
export const routeAccessSetting = z.union(
  [
    rule(textOf<(typeof ROUTE_ACCESS)[number]>(), {
      holds: (word) => ROUTE_ACCESS.includes(word),
      allowed: ALLOWED,
      source: "the type ModelSettings of sagemaker-stages",
    }),
    cognitoOption,
    jwtOption,
  ],
  ALLOWED,
);

/** Who may call a route, as an environment states it. */
export type RouteAccess = z.input<typeof routeAccessSetting>;

/** {@link RouteAccess} with defaults. */
export type ParsedRouteAccess = z.output<typeof routeAccessSetting>;

/** The kind of an access, for tables and choices. */
export type AccessKind = (typeof ROUTE_ACCESS)[number] | "COGNITO" | "JWT";

/** The kind of an access in one word. */
export function accessKind(access: RouteAccess | ParsedRouteAccess): AccessKind {
  if (typeof access === "string") return access;
  return "cognito" in access ? "COGNITO" : "JWT";
}

/** A message must not show a password. */
function shownIssuer(issuer: string): unknown {
  return /[@?#]/.test(issuer) ? raw("an address with a user, a query or a fragment") : issuer;
}

/** https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata */
function isIssuer(issuer: string): boolean {
  if (issuer.length > MAX_ISSUER_CHARACTERS || !/^https:\/\/[\x21\x24-\x3e\x40-\x7e]+$/.test(issuer))
    return false;
  if (!URL.canParse(issuer)) return false;
  const { protocol, username, password, hostname } = new URL(issuer);
  return protocol === "https:" && username === "" && password === "" && hostname !== "";
}
