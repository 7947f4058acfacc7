import { createPublicKey, type JsonWebKey, type KeyObject } from "node:crypto";
import { ALGORITHMS, type Algorithm } from "./jwt";

/** Milliseconds after which the keys are read again, so that a key that the issuer removed is no longer accepted. */
export const KEYS_LIFETIME_IN_MS = 10 * 60 * 1000;

/**
 * Milliseconds between two reads because of an unknown key id. An issuer publishes a new key before it signs with the key.
 * Without this interval, each token with a random key id would cause a request to the issuer.
 */
export const MIN_REFRESH_INTERVAL_IN_MS = 30_000;

/** Milliseconds between two reads after a failure, so that each request does not wait for an issuer that does not answer. */
export const RETRY_INTERVAL_IN_MS = 5_000;

const MIN_RSA_BITS = 2048;
const MAX_KEYS = 100;

/** Reads a JSON document from an address. @throws Error if the document cannot be read */
export type FetchJson = (url: string) => Promise<unknown>;

/** The keys of an issuer cannot be read. The message contains the issuer's address and no part of a token. */
export class IssuerUnavailable extends Error {
  override readonly name = "IssuerUnavailable";
}

/** A public key with its id. */
interface IssuerKey {
  readonly id: string;
  readonly algorithm: string | undefined;
  readonly key: KeyObject;
}

/**
 * The public keys of one issuer, which the issuer's discovery document names
 * (https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig). The keys are kept in memory.
 *
 * The key set can be at another host than the issuer, as with Google, so that only `https` is required: TLS authenticates the
 * discovery document, and the document must name the issuer
 * (https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfigurationValidation,
 * https://www.rfc-editor.org/rfc/rfc8414#section-3.3).
 */
export class IssuerKeys {
  private keys: readonly IssuerKey[] = [];
  private readAt = Number.NEGATIVE_INFINITY;
  private failedAt = Number.NEGATIVE_INFINITY;
  private reading: Promise<void> | undefined;

  /** @param now - the current time in milliseconds */
  constructor(
    private readonly issuer: string,
    private readonly fetchJson: FetchJson,
    private readonly now: () => number,
  ) {}

  /**
   * The key with an id, for an algorithm.
   *
   * @returns `undefined` if the issuer has no such key
   * @throws IssuerUnavailable if the keys cannot be read
   */
  async find(keyId: string, algorithm: Algorithm): Promise<KeyObject | undefined> {
    const find = () => this.keys.find((key) => key.id === keyId && isFor(key, algorithm))?.key;
    const isExpired = this.now() - this.readAt >= KEYS_LIFETIME_IN_MS;
    if (!isExpired) {
      const known = find();
      if (known !== undefined || this.now() - this.readAt < MIN_REFRESH_INTERVAL_IN_MS) return known;
    }
    await this.refresh();
    return find();
  }

  private async refresh(): Promise<void> {
    if (this.now() - this.failedAt < RETRY_INTERVAL_IN_MS) {
      throw new IssuerUnavailable(`issuer ${this.issuer}: the keys could not be read a moment ago`);
    }
    this.reading ??= this.read().finally(() => {
      this.reading = undefined;
    });
    await this.reading;
  }

  private async read(): Promise<void> {
    try {
      const address = `${this.issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
      const { issuer, jwks_uri: keysAddress } = Object(await this.fetchJson(address));
      if (issuer !== this.issuer) throw new Error("the discovery document names another issuer");
      if (typeof keysAddress !== "string" || !keysAddress.startsWith("https://"))
        throw new Error("the discovery document has no jwks_uri with https");
      const { keys } = Object(await this.fetchJson(keysAddress));
      if (!Array.isArray(keys)) throw new Error("the key set has no keys");
      this.keys = keys.slice(0, MAX_KEYS).flatMap(readKey);
      this.readAt = this.now();
    } catch (error) {
      this.failedAt = this.now();
      const reason = error instanceof Error ? error.message : String(error);
      throw new IssuerUnavailable(`issuer ${this.issuer}: the keys could not be read: ${reason}`);
    }
  }
}

/**
 * A public key of a key set. Keys for another purpose or of another type are ignored
 * (https://www.rfc-editor.org/rfc/rfc7517#section-5).
 */
function readKey(jwk: unknown): IssuerKey[] {
  const { kid, kty, use, key_ops: operations, alg } = Object(jwk);
  const isForSignatures =
    (use === undefined || use === "sig") &&
    (operations === undefined || (Array.isArray(operations) && operations.includes("verify")));
  if (typeof kid !== "string" || !isForSignatures || !["RSA", "EC"].includes(kty)) return [];
  try {
    const key = createPublicKey({ key: jwk as JsonWebKey, format: "jwk" });
    return [{ id: kid, algorithm: typeof alg === "string" ? alg : undefined, key }];
  } catch {
    return [];
  }
}

function isFor({ key, algorithm: ofKey }: IssuerKey, algorithm: Algorithm): boolean {
  const properties = ALGORITHMS[algorithm];
  if (ofKey !== undefined && ofKey !== algorithm) return false;
  if (key.asymmetricKeyType !== properties.keyType) return false;
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
  return properties.keyType === "rsa" ? modulusLength >= MIN_RSA_BITS : namedCurve === properties.curve;
}
