import { namePrefix, type ParsedEnvironment } from "../environment/environment";
import { isLoopback } from "./arguments";
import { readKey } from "./credentials";
import { SmokeTestError } from "./errors";
import type { StackOutputs } from "./stack-outputs";

/** A key of a customer. */
export interface CustomerKey {
  readonly customer: string;
  /** The name of the key in the environment; `undefined` for a key of the variable `SMOKE_API_KEYS`. */
  readonly name: string | undefined;
  readonly value: string;
}

/** The part of an environment that determines the customers' keys. */
type EnvironmentOfCustomers = Pick<ParsedEnvironment, "name" | "project" | "region" | "customers">;

/**
 * The keys of an environment's customers: the keys of the variable SMOKE_API_KEYS, the keys of the local stage, or all keys
 * that API Gateway returns (which requires `apigateway:GET` on the keys).
 *
 * @throws SmokeTestError if a key cannot be read
 */
export async function findCustomerKeys(
  environment: EnvironmentOfCustomers,
  outputs: StackOutputs,
): Promise<readonly CustomerKey[]> {
  const given = process.env.SMOKE_API_KEYS ?? "";
  if (given !== "") return readVariable(given, Object.keys(environment.customers));
  const named = Object.entries(environment.customers).flatMap(([customer, { keys }]) =>
    keys.map((name) => ({ customer, name })),
  );
  if (isLoopback(outputs.stageUrl)) {
    const prefix = namePrefix(environment);
    return named.map(({ customer, name }) => ({
      customer,
      name,
      value: `local-${prefix}-${customer}-customer-${name}-not-a-secret`,
    }));
  }
  const found: CustomerKey[] = [];
  // One request after the other: API Gateway's control plane permits few requests per second
  // (https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html).
  for (const { customer, name } of named) {
    const id = outputs.customerKeyIds?.get(customer)?.[name];
    if (id === undefined) {
      throw new SmokeTestError(
        `The key ${name} of the customer ${customer} has no id in the stack's outputs. Deploy the environment again, or set SMOKE_API_KEYS, e.g. ${customer}=<key>.`,
      );
    }
    found.push({ customer, name, value: await readKey(environment, id, "SMOKE_API_KEYS") });
  }
  return found;
}

/** Reads `acme=<key> globex=<key>`. Messages contain no key. */
function readVariable(text: string, customers: readonly string[]): CustomerKey[] {
  return text
    .split(/\s+/)
    .filter((word) => word !== "")
    .map((word) => {
      const [customer = "", value = ""] = word.split(/=(.*)/s);
      const isHeader = /^[\x21-\x7e]+$/.test(value);
      if (!customers.includes(customer) || !isHeader) {
        throw new SmokeTestError(
          `SMOKE_API_KEYS: got ${customers.includes(customer) ? `no key of ${customer} that a header can contain` : "the key of an unknown customer"}; allowed: <customer>=<key> for ${customers.join(", ")}, separated by spaces`,
        );
      }
      return { customer, name: undefined, value };
    });
}
