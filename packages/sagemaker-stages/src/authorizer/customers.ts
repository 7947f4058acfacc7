import { createHash } from "node:crypto";
import { type Caller, type CredentialKind, Refused } from "./credential";
import { type AuthorizerEvent, headerValues, type RouteName } from "./event";

/** The environment variable with the digests of the customers' keys, see {@link readCustomerKeys}. */
export const CUSTOMER_KEYS = "CUSTOMER_KEYS";

/**
 * Characters of a digest: the first 96 bits of SHA-256 in base64. Terraform computes the same digest.
 *
 * No caller must find another text with the digest of a key. API Gateway would refuse the text as a key, but it would keep the
 * policy for the text. AWS does not document which of several `x-api-key` headers API Gateway uses for the cache, and which
 * as the key: a caller could send the text together with an own key, and the cached policy would apply without the refusal
 * of several keys in {@link keyOf}.
 */
export const DIGEST_CHARACTERS = 16;

/** Separates the entries of customers in {@link CUSTOMER_KEYS}. No name and no digest contains the character. */
export const BETWEEN_CUSTOMERS = ",";
/** Separates a customer's name and digests in {@link CUSTOMER_KEYS}. No name and no digest contains the character. */
export const BETWEEN_DIGESTS = ":";

/** The routes that a customer may call, by the customer's name. */
export type CustomerRoutes = Readonly<Record<string, readonly RouteName[]>>;

/** The customers by the digests of their keys. */
export type CustomerKeys = ReadonlyMap<string, string>;

/**
 * Keys of customers, in the header `x-api-key`. API Gateway itself checks that the key is a key of a usage plan of the stage,
 * and applies the plan's limits and quota. The digests decide only which routes a real key opens.
 *
 * @param customerRoutes - the routes of each customer
 * @param variable - the value of {@link CUSTOMER_KEYS}; default: the variable of the function
 */
export function customers(
  customerRoutes: CustomerRoutes,
  variable: string | undefined = process.env[CUSTOMER_KEYS],
): CredentialKind {
  let keys: CustomerKeys | undefined;
  return {
    name: "key",
    routes: [...new Set(Object.values(customerRoutes).flat())],
    check: (event): Caller => {
      // A variable with a fault must not stop the authorizer's other kinds of credentials.
      keys ??= readCustomerKeys(variable ?? "");
      const customer = keys.get(digestOf(keyOf(event)));
      // Terraform changes the variables and the code in two steps: the code can lack a new customer for some seconds.
      if (customer === undefined || !Object.hasOwn(customerRoutes, customer)) {
        throw new Refused("unknown key");
      }
      return { id: customer, routes: customerRoutes[customer] ?? [] };
    },
  };
}

/** The digest of a key's value. The authorizer compares digests, so that its settings contain no key. */
export function digestOf(key: string): string {
  return createHash("sha256").update(key).digest("base64").slice(0, DIGEST_CHARACTERS);
}

/**
 * Reads the environment variable: `acme:<digest>:<digest>,globex:<digest>`. The names are part of the value, because
 * Terraform changes the code and the variables of a function in two steps: with numbers in place of names, a key could
 * open the routes of another customer between the two steps.
 *
 * @throws Error if an entry has no digest, if a digest has another length, or if two keys have the same digest. Messages
 * contain no digest.
 */
export function readCustomerKeys(text: string): CustomerKeys {
  const keys = new Map<string, string>();
  for (const entry of text.split(BETWEEN_CUSTOMERS)) {
    const [name = "", ...digests] = entry.split(BETWEEN_DIGESTS);
    if (name === "" || digests.length === 0) {
      throw new Error(`${CUSTOMER_KEYS}: got an entry without name or digest; allowed: <name>:<digest>`);
    }
    for (const digest of digests) {
      if (digest.length !== DIGEST_CHARACTERS) {
        throw new Error(
          `${CUSTOMER_KEYS}: ${name}: got a digest of ${digest.length} characters; allowed: ${DIGEST_CHARACTERS}`,
        );
      }
      if (keys.has(digest)) {
        throw new Error(
          `${CUSTOMER_KEYS}: ${name}: got the digest of another key; allowed: a unique digest. Replace one of the keys.`,
        );
      }
      keys.set(digest, name);
    }
  }
  return keys;
}

/**
 * The request's key. API Gateway does not document which of several headers it checks, so that the authorizer must not choose
 * one of them. `requestContext.identity.apiKey` is the key that API Gateway itself reads
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html).
 *
 * API Gateway does not run this check for a request with a cached policy: the check relies on {@link DIGEST_CHARACTERS}.
 *
 * @throws Refused without exactly one key
 */
function keyOf(event: AuthorizerEvent): string {
  const [key, ...others] = headerValues(event, "x-api-key");
  if (key === undefined || key === "") throw new Refused("no key");
  const ofGateway = event.requestContext?.identity?.apiKey;
  if (others.length > 0 || (typeof ofGateway === "string" && ofGateway !== key)) {
    throw new Refused("several keys");
  }
  return key;
}
