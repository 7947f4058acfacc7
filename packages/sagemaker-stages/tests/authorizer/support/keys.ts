import { createHmac, generateKeyPairSync, type KeyObject, sign } from "node:crypto";

/** A pair of keys of an issuer. */
export interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export function rsaKeys(modulusLength = 2048): KeyPair {
  return generateKeyPairSync("rsa", { modulusLength });
}

export function ecKeys(namedCurve: string): KeyPair {
  return generateKeyPairSync("ec", { namedCurve });
}

export type Json = Readonly<Record<string, unknown>>;

/** A key in the form of a key set. */
export function jwkOf({ publicKey }: KeyPair, members: Json): Json {
  return { ...publicKey.export({ format: "jwk" }), use: "sig", ...members };
}

export function encode(value: unknown): string {
  return Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
}

/** A token with a signature by `signer`. */
export function tokenWith(
  header: Json,
  claims: unknown,
  signer: (signed: Buffer) => Buffer | string,
): string {
  const signed = `${encode(header)}.${encode(claims)}`;
  const signature = signer(Buffer.from(signed));
  return `${signed}.${typeof signature === "string" ? signature : signature.toString("base64url")}`;
}

export function rs256({ privateKey }: KeyPair): (signed: Buffer) => Buffer {
  return (signed) => sign("sha256", signed, privateKey);
}

export function hs256(secret: string | Buffer): (signed: Buffer) => Buffer {
  return (signed) => createHmac("sha256", secret).update(signed).digest();
}
