import type { Credentials } from "aws4";
import { credentialsFromVariables } from "./credentials-from-variables";

// The pinned version of the clients supports every Node.js version of package.json, but warns about the older versions.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

/**
 * The credentials of AWS's default provider chain: variables, profile, … Variables are read without the SDK, so that the
 * job of a deployment, which sets these variables, runs no code of the SDK.
 *
 * @throws Error of the SDK if no credentials are found
 */
export async function defaultCredentials(region: string): Promise<Credentials> {
  const fromVariables = credentialsFromVariables();
  if (fromVariables !== undefined) return fromVariables;
  const { APIGatewayClient } = await import("@aws-sdk/client-api-gateway");
  return await new APIGatewayClient({ region }).config.credentials();
}
