import { constants, sign } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { checkToken, readToken } from "../../src/authorizer/jwt";
import { ecKeys, rsaKeys, tokenWith } from "./support/keys";
import { validClaims } from "./support/near-misses";

const NOW = 1_800_000_000;
const rsa = rsaKeys();
const ec = { ES256: ecKeys("P-256"), ES384: ecKeys("P-384"), ES512: ecKeys("P-521") };
const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };

/** Signers that do not use the code under test. */
const SIGNERS = {
  RS256: { pair: rsa, signer: (text: Buffer) => sign("sha256", text, rsa.privateKey) },
  RS384: { pair: rsa, signer: (text: Buffer) => sign("sha384", text, rsa.privateKey) },
  RS512: { pair: rsa, signer: (text: Buffer) => sign("sha512", text, rsa.privateKey) },
  PS256: { pair: rsa, signer: (text: Buffer) => sign("sha256", text, { key: rsa.privateKey, ...PSS }) },
  PS384: { pair: rsa, signer: (text: Buffer) => sign("sha384", text, { key: rsa.privateKey, ...PSS }) },
  PS512: { pair: rsa, signer: (text: Buffer) => sign("sha512", text, { key: rsa.privateKey, ...PSS }) },
  ES256: { pair: ec.ES256, signer: (text: Buffer) => ecdsa("sha256", text, "ES256") },
  ES384: { pair: ec.ES384, signer: (text: Buffer) => ecdsa("sha384", text, "ES384") },
  ES512: { pair: ec.ES512, signer: (text: Buffer) => ecdsa("sha512", text, "ES512") },
};

function ecdsa(hash: string, text: Buffer, algorithm: keyof typeof ec): Buffer {
  return sign(hash, text, { key: ec[algorithm].privateKey, dsaEncoding: "ieee-p1363" });
}

const ALL = Object.entries(SIGNERS).map(([algorithm, { pair, signer }]) => ({ algorithm, pair, signer }));

describe("the signature of a token", () => {
  it.each(ALL)("is accepted with $algorithm", ({ algorithm, pair, signer }) => {
    // Prepare
    const token = tokenWith({ alg: algorithm, kid: "1" }, validClaims({ now: NOW }), signer);

    // Act
    const claims = checkToken(readToken(token), pair.publicKey, NOW * 1000);

    // Assess
    expect(claims.subject).toBe("4f7c1e0a");
  });

  it.each(ALL)("is refused with $algorithm when one bit differs", ({ algorithm, pair, signer }) => {
    // Prepare
    const token = tokenWith({ alg: algorithm, kid: "1" }, validClaims({ now: NOW }), (text) => {
      const signature = signer(text);
      signature[10] = (signature[10] ?? 0) ^ 1;
      return signature;
    });

    // Act
    const checking = () => checkToken(readToken(token), pair.publicKey, NOW * 1000);

    // Assess
    expect(checking).toThrow("wrong signature");
  });

  it.each(ALL)("is refused with $algorithm when it is too short", ({ algorithm, pair, signer }) => {
    // Prepare
    const token = tokenWith({ alg: algorithm, kid: "1" }, validClaims({ now: NOW }), (text) =>
      signer(text).subarray(0, 7),
    );

    // Act
    const checking = () => checkToken(readToken(token), pair.publicKey, NOW * 1000);

    // Assess
    expect(checking).toThrow("wrong signature");
  });

  it("is refused when it has the other encoding of ECDSA", () => {
    // Prepare
    const token = tokenWith({ alg: "ES256", kid: "1" }, validClaims({ now: NOW }), (text) =>
      sign("sha256", text, { key: ec.ES256.privateKey, dsaEncoding: "der" }),
    );

    // Act
    const checking = () => checkToken(readToken(token), ec.ES256.publicKey, NOW * 1000);

    // Assess
    expect(checking).toThrow("wrong signature");
  });
});
