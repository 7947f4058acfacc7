/**
 * The size of the authorizer's table of customers and digests of keys: `acme:<digest>:<digest>,globex:<digest>`
 * (src/authorizer/customers.ts). A rule checks the size before a deployment, because Terraform computes the digests.
 */

/** Characters of a digest with the separator before it. */
const DIGEST_BYTES = 17;

/**
 * The maximum size of the table in bytes: Lambda's 4 KB for all environment variables of a function
 * (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html), minus 256 bytes for the names of the variables
 * and for further variables.
 */
export const MAX_CUSTOMERS_TABLE_BYTES = 4_096 - 256;

/** The size of the table in bytes. @param customers - each customer's name and number of keys */
export function customersTableBytes(
  customers: readonly { readonly name: string; readonly keys: number }[],
): number {
  const separators = Math.max(0, customers.length - 1);
  return customers.reduce(
    (sum, { name, keys }) => sum + Buffer.byteLength(name) + keys * DIGEST_BYTES,
    separators,
  );
}
