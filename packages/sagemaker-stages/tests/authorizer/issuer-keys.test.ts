import { describe, expect, it } from "@jest/globals";
import { createAuthorizer } from "../../src/authorizer/handler";
import {
  type FetchJson,
  IssuerKeys,
  KEYS_LIFETIME_IN_MS,
  MIN_REFRESH_INTERVAL_IN_MS,
  RETRY_INTERVAL_IN_MS,
} from "../../src/authorizer/jwks";
import { tokens } from "../../src/authorizer/tokens";
import { ecKeys, type Json, jwkOf, type KeyPair, rsaKeys } from "./support/keys";
import { ISSUER, ROUTES, validToken } from "./support/near-misses";

const DISCOVERY = `${ISSUER}/.well-known/openid-configuration`;
const KEYS_ADDRESS = "https://keys.example.com/jwks";
const DOCUMENT = { issuer: ISSUER, jwks_uri: KEYS_ADDRESS };

const [first, second] = [rsaKeys(), rsaKeys()];

/** An issuer with a clock, and the addresses that were read. */
class Issuer {
  time = 1_800_000_000_000;
  documents: Record<string, unknown> = { [DISCOVERY]: DOCUMENT };
  readonly reads: string[] = [];
  failure: Error | undefined;

  readonly fetchJson: FetchJson = async (url) => {
    this.reads.push(url);
    if (this.failure !== undefined) throw this.failure;
    return this.documents[url];
  };

  readonly keys = new IssuerKeys(ISSUER, this.fetchJson, () => this.time);

  publish(...keys: Json[]): void {
    this.documents[KEYS_ADDRESS] = { keys };
  }
}

function withKeys(...keys: Json[]): Issuer {
  const issuer = new Issuer();
  issuer.publish(...keys);
  return issuer;
}

const rsa = (pair: KeyPair, kid: string, members: Json = {}) => jwkOf(pair, { kid, ...members });

describe("the keys of an issuer", () => {
  it("are read once while they are valid", async () => {
    // Prepare
    const issuer = withKeys(rsa(first, "1"));

    // Act
    await issuer.keys.find("1", "RS256");
    issuer.time += KEYS_LIFETIME_IN_MS - 1;
    await issuer.keys.find("1", "RS256");

    // Assess
    expect(issuer.reads).toEqual([DISCOVERY, KEYS_ADDRESS]);
  });

  it("are read again after their lifetime, and a removed key is then unknown", async () => {
    // Prepare
    const issuer = withKeys(rsa(first, "1"), rsa(second, "2"));
    await issuer.keys.find("1", "RS256");

    // Act
    issuer.publish(rsa(second, "2"));
    issuer.time += KEYS_LIFETIME_IN_MS;
    const found = [await issuer.keys.find("1", "RS256"), await issuer.keys.find("2", "RS256")];

    // Assess
    expect(found).toEqual([undefined, expect.anything()]);
    expect(issuer.reads).toHaveLength(4);
  });

  it("are read again for a new key id, when the issuer has rotated its keys", async () => {
    // Prepare
    const issuer = withKeys(rsa(first, "1"));
    await issuer.keys.find("1", "RS256");

    // Act
    issuer.publish(rsa(first, "1"), rsa(second, "2"));
    issuer.time += MIN_REFRESH_INTERVAL_IN_MS;
    const found = await issuer.keys.find("2", "RS256");

    // Assess
    expect(found?.equals(second.publicKey)).toBe(true);
  });

  it("are read at most once per interval when tokens have random key ids", async () => {
    // Prepare
    const issuer = withKeys(rsa(first, "1"));
    await issuer.keys.find("1", "RS256");

    // Act: one token per second for two minutes
    for (let second = 0; second < 120; second++) {
      issuer.time += 1_000;
      expect(await issuer.keys.find(`random-${second}`, "RS256")).toBeUndefined();
      expect(await issuer.keys.find("1", "RS256")).toBeDefined();
    }

    // Assess: the first read, and four refreshes
    expect(issuer.reads.filter((url) => url === KEYS_ADDRESS)).toHaveLength(1 + 4);
  });

  it("are read once for concurrent requests", async () => {
    // Prepare
    const issuer = withKeys(rsa(first, "1"));

    // Act
    await Promise.all([1, 2, 3].map(() => issuer.keys.find("1", "RS256")));

    // Assess
    expect(issuer.reads).toEqual([DISCOVERY, KEYS_ADDRESS]);
  });

  it("are unavailable after their lifetime when the issuer does not answer, and are read again after an interval", async () => {
    // Prepare
    const issuer = withKeys(rsa(first, "1"));
    await issuer.keys.find("1", "RS256");
    issuer.time += KEYS_LIFETIME_IN_MS;
    issuer.failure = new Error("no answer within 3000 ms");

    // Act
    const findings = [];
    for (let request = 0; request < 10; request++) {
      findings.push(await issuer.keys.find("1", "RS256").catch((error: Error) => error.message));
    }
    issuer.failure = undefined;
    issuer.time += RETRY_INTERVAL_IN_MS;
    const recovered = await issuer.keys.find("1", "RS256");

    // Assess
    expect(findings[0]).toBe(`issuer ${ISSUER}: the keys could not be read: no answer within 3000 ms`);
    expect(findings.slice(1)).toEqual(
      findings.slice(1).map(() => `issuer ${ISSUER}: the keys could not be read a moment ago`),
    );
    expect(recovered).toBeDefined();
    expect(issuer.reads).toHaveLength(2 + 1 + 2);
  });

  it.each([
    { name: "names another issuer", document: { ...DOCUMENT, issuer: "https://login.example.com" } },
    { name: "names the issuer with a slash", document: { ...DOCUMENT, issuer: `${ISSUER}/` } },
    { name: "names keys without TLS", document: { ...DOCUMENT, jwks_uri: "http://keys.example.com/jwks" } },
    { name: "names no keys", document: { issuer: ISSUER } },
    { name: "is no object", document: null },
  ])("are unavailable when the discovery document $name", async ({ document }) => {
    // Prepare
    const issuer = withKeys(rsa(first, "1"));
    issuer.documents[DISCOVERY] = document;

    // Act
    const finding = issuer.keys.find("1", "RS256");

    // Assess
    await expect(finding).rejects.toThrow(
      `issuer ${ISSUER}: the keys could not be read: the discovery document`,
    );
    expect(issuer.reads).toEqual([DISCOVERY]);
  });

  it.each([
    { name: "a key for encryption", key: rsa(first, "1", { use: "enc" }) },
    { name: "a key for other operations", key: rsa(first, "1", { use: undefined, key_ops: ["encrypt"] }) },
    { name: "a key for another algorithm", key: rsa(first, "1", { alg: "RS512" }) },
    { name: "a short RSA key", key: rsa(rsaKeys(1024), "1") },
    { name: "an elliptic curve", key: jwkOf(ecKeys("P-256"), { kid: "1" }) },
    { name: "a symmetric key", key: { kty: "oct", k: "c2VjcmV0", kid: "1", use: "sig" } },
    { name: "no key id", key: rsa(first, "1", { kid: undefined }) },
    { name: "a malformed key", key: { kty: "RSA", kid: "1", n: 1 } },
  ])("do not contain $name", async ({ key }) => {
    // Prepare
    const issuer = withKeys(key);

    // Act
    const found = await issuer.keys.find("1", "RS256");

    // Assess
    expect(found).toBeUndefined();
  });

  it.each([
    { algorithm: "ES256", curve: "P-256" },
    { algorithm: "ES384", curve: "P-384" },
    { algorithm: "ES512", curve: "P-521" },
  ] as const)(
    "contain a key on the curve of $algorithm, and of no other algorithm",
    async ({ algorithm, curve }) => {
      // Prepare
      const issuer = withKeys(jwkOf(ecKeys(curve), { kid: "1" }));

      // Act
      const found = await Promise.all(
        (["ES256", "ES384", "ES512", "RS256", "PS256"] as const).map(
          async (one) => [one, await issuer.keys.find("1", one)] as const,
        ),
      );

      // Assess
      expect(found.filter(([, key]) => key !== undefined).map(([one]) => one)).toEqual([algorithm]);
    },
  );
});

describe("the authorizer", () => {
  const EVENT = {
    type: "REQUEST",
    methodArn: "arn:aws:execute-api:eu-central-1:111122223333:abcdefghij/dev/POST/loan-default",
    httpMethod: "POST",
    resource: "/loan-default",
  };

  it("fails, and does not refuse, when the keys of the issuer cannot be read", async () => {
    // Prepare
    const lines: unknown[] = [];
    const issuer = new Issuer();
    issuer.failure = new Error("status 503");
    const handler = createAuthorizer(
      [tokens(ROUTES, { now: () => issuer.time, fetchJson: issuer.fetchJson })],
      { write: (line) => lines.push(line) },
    );
    const token = validToken({ keyId: "1", keys: first, now: issuer.time / 1000 });

    // Act
    const deciding = handler({ ...EVENT, multiValueHeaders: { authorization: [`Bearer ${token}`] } });

    // Assess
    await expect(deciding).rejects.toThrow("The credential could not be checked");
    expect(lines).toMatchObject([
      { outcome: "failed", reason: `issuer ${ISSUER}: the keys could not be read: status 503` },
    ]);
  });

  it("sends no request for a token of an unknown issuer", async () => {
    // Prepare
    const issuer = withKeys(rsa(first, "1"));
    const handler = createAuthorizer(
      [tokens(ROUTES, { now: () => issuer.time, fetchJson: issuer.fetchJson })],
      { write: () => {} },
    );
    const token = validToken(
      { keyId: "1", keys: first, now: issuer.time / 1000 },
      { iss: "https://169.254.169.254" },
    );

    // Act
    await handler({ ...EVENT, multiValueHeaders: { authorization: [`Bearer ${token}`] } }).catch(() => {});

    // Assess
    expect(issuer.reads).toEqual([]);
  });

  it("fails for a route that is not in its table", async () => {
    // Prepare
    const handler = createAuthorizer([tokens(ROUTES)], { write: () => {} });

    // Act
    const deciding = handler({ ...EVENT, resource: "/other" });

    // Assess
    await expect(deciding).rejects.toThrow("The credential could not be checked");
  });
});
