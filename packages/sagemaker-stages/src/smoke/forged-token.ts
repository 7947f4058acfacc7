import { generateKeyPairSync, sign } from "node:crypto";
import * as z from "zod";
import { parseArn } from "../aws/arn";
import { serviceDomain } from "../aws/partition";
import type { ParsedEnvironment } from "../environment/environment";
import { isLoopback } from "./arguments";
import type { StackOutputs } from "./stack-outputs";

/** A key of an issuer, as a token's header names it. */
interface NamedKey {
  readonly alg: keyof typeof ALGORITHMS;
  readonly kid: string;
}

/** The algorithms with which a forged token is signed, by the type of the issuer's key. */
const ALGORITHMS = {
  RS256: { generate: () => generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey, hash: "sha256" },
  ES256: { generate: () => generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey, hash: "sha256" },
} as const;

/** For an issuer whose keys cannot be read. */
const UNKNOWN_KEY: NamedKey = { alg: "RS256", kid: "unknown" };

const LIFETIME_IN_SECONDS = 3600;
const TIMEOUT_IN_MS = 3_000;

const namedKey = z.object({ alg: z.enum(["RS256", "ES256"]), kid: z.string().min(1).max(256) });
const discovery = z.object({ jwks_uri: z.url({ protocol: /^https$/ }) });
const keySet = z.object({ keys: z.array(z.unknown()) });
const jwk = z.object({
  kty: z.string(),
  kid: z.string(),
  alg: z.optional(z.string()),
  crv: z.optional(z.string()),
  use: z.optional(z.string()),
});

/** The token that a route requires. */
interface Required {
  readonly issuer: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

/**
 * A forged token for each model whose route requires a token. It has everything that the route requires: the issuer, an
 * audience, the scopes, the time, and a key id of the issuer. Only the signature is of another key, so that a route that does
 * not check signatures accepts the token.
 *
 * @param tokens - valid tokens by model. The header of such a token names a key of the issuer
 * @param signIn - the sign-in of the page, which names the issuer of the environment's own user pool. Without it, the forged
 * token of such a route names an unknown pool
 */
export async function forgeTokens(
  environment: ParsedEnvironment,
  tokens: ReadonlyMap<string, string>,
  { stageUrl }: Pick<StackOutputs, "stageUrl">,
  signIn?: { readonly issuer: string },
): Promise<Map<string, string>> {
  const forged = Object.keys(environment.models).flatMap((model) => {
    const required = requiredBy(model, environment, signIn?.issuer);
    if (required === undefined) return [];
    return [forge(required, keyOf(tokens.get(model)), stageUrl).then((token) => [model, token] as const)];
  });
  return new Map(await Promise.all(forged));
}

async function forge(
  { issuer, claims }: Required,
  known: NamedKey | undefined,
  stageUrl: string,
): Promise<string> {
  // The local stage answers in place of the issuer, whose keys it does not have.
  const { alg, kid } = known ?? (isLoopback(stageUrl) ? UNKNOWN_KEY : await publishedKey(issuer));
  const { generate, hash } = ALGORITHMS[alg];
  const iat = Math.floor(Date.now() / 1000);
  const times = { iat, exp: iat + LIFETIME_IN_SECONDS };
  const signed = [
    { alg, typ: "JWT", kid },
    { iss: issuer, sub: "smoke-test", ...claims, ...times },
  ]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  const signature = sign(hash, Buffer.from(signed), { key: generate(), dsaEncoding: "ieee-p1363" });
  return `${signed}.${signature.toString("base64url")}`;
}

function requiredBy(
  model: string,
  { region, models }: ParsedEnvironment,
  ownIssuer: string | undefined,
): Required | undefined {
  const access = models[model]?.access;
  if (access === undefined || typeof access === "string") return undefined;
  if ("jwt" in access) {
    const { issuer, audience, scopes } = access.jwt;
    return {
      issuer,
      claims: { aud: audience[0], ...(scopes.length > 0 ? { scope: scopes.join(" ") } : {}) },
    };
  }
  const { userPoolArn, scopes } = access.cognito;
  return {
    issuer: (userPoolArn === undefined ? ownIssuer : undefined) ?? issuerOfPool(userPoolArn, region),
    claims:
      scopes.length > 0
        ? { token_use: "access", client_id: "unknown", scope: scopes.join(" ") }
        : { token_use: "id", aud: "unknown" },
  };
}

/**
 * The issuer of a user pool's tokens
 * (https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html). AWS
 * assigns the id of the pool of `website.signIn`.
 */
function issuerOfPool(arn: string | undefined, ownRegion: string): string {
  const { region = ownRegion, resource = `userpool/${ownRegion}_unknown` } = parseArn(arn ?? "") ?? {};
  return `https://${serviceDomain("cognito-idp", region)}/${resource.replace("userpool/", "")}`;
}

/** The key of a token, from the token's header. */
function keyOf(token: string | undefined): NamedKey | undefined {
  const [header = ""] = (token ?? "").split(".");
  return namedKey.safeParse(parse(Buffer.from(header, "base64url").toString("utf8"))).data;
}

/** A key of the issuer's public key set; {@link UNKNOWN_KEY} if the set cannot be read or has no key of a known algorithm. */
async function publishedKey(issuer: string): Promise<NamedKey> {
  const address = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const keys = discovery.safeParse(await read(address)).data;
  const set = keys && keySet.safeParse(await read(keys.jwks_uri)).data;
  const found = (set?.keys ?? []).flatMap((key): NamedKey[] => {
    const { data } = jwk.safeParse(key);
    if (data === undefined || (data.use ?? "sig") !== "sig") return [];
    const alg =
      data.kty === "RSA" ? "RS256" : data.kty === "EC" && data.crv === "P-256" ? "ES256" : undefined;
    return alg === undefined || (data.alg ?? alg) !== alg ? [] : [{ alg, kid: data.kid }];
  });
  return found[0] ?? UNKNOWN_KEY;
}

/** A public JSON document; `undefined` if it cannot be read. Then the forged token has an unknown key id. */
async function read(address: string): Promise<unknown> {
  try {
    const response = await fetch(address, { redirect: "error", signal: AbortSignal.timeout(TIMEOUT_IN_MS) });
    const text = await response.text();
    return response.ok ? parse(text) : undefined;
  } catch {
    return undefined;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
