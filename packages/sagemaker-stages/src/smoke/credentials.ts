import { type Credentials as AwsCredentials, sign } from "aws4";
import { defaultCredentials } from "../aws/credentials";
import type { Environment } from "../environment/environment";
import { isLoopback } from "./arguments";
import { SmokeTestError } from "./errors";
import type { HttpRequest } from "./http";
import type { StackOutputs } from "./stack-outputs";

/** The AWS service in the scope of a signature. */
export type SignedService = "execute-api" | "lambda";

/** Adds the credentials of a caller to a request. */
export type Authorize = (request: HttpRequest) => HttpRequest;

/** The local stage accepts this pair of credentials and one API key. Both are valid nowhere else. */
const LOCAL_CREDENTIALS = { accessKeyId: "local", secretAccessKey: "local" };

/** A secret that no caller has. It is long enough for an API key. */
const UNKNOWN_SECRET = "unknown-0000000000000000000000000000000000";

/** A caller without credentials. */
export const unauthorized: Authorize = (request) => request;

/** A caller with an API key. */
export function withKey(key: string): Authorize {
  return (request) => ({ ...request, headers: { ...request.headers, "x-api-key": key } });
}

/** A caller with the key of a customer as a bearer token. */
export function withBearerKey(key: string): Authorize {
  return withToken(key);
}

/** A key that does not exist. */
export const WRONG_KEY = UNKNOWN_SECRET;

/** A caller with a token. */
export function withToken(token: string): Authorize {
  return (request) => ({ ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } });
}

/** A caller who signs with Signature Version 4. A signature expires within minutes: sign each try again. */
export function withSignature(
  credentials: AwsCredentials,
  service: SignedService,
  region: string,
): Authorize {
  return (request) => {
    const { host, pathname, search } = new URL(request.url);
    const { headers } = sign(
      {
        service,
        region,
        host,
        method: request.method,
        path: `${pathname}${search}`,
        headers: { ...request.headers },
        ...(request.body === undefined ? {} : { body: request.body }),
      },
      credentials,
    );
    const sent = Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)]);
    return { ...request, headers: Object.fromEntries(sent) };
  };
}

/** A caller with an existing access key id who signs with a wrong secret. */
export const withForgedSignature: typeof withSignature = (credentials, service, region) =>
  withSignature({ ...credentials, secretAccessKey: UNKNOWN_SECRET }, service, region);

/**
 * The credentials to sign with: those of AWS's default provider chain (variables, profile, …), or the local stage's
 * pair.
 *
 * @throws SmokeTestError if no credentials are found
 */
export async function findCredentials(
  { region }: Pick<Environment, "region">,
  { stageUrl }: StackOutputs,
): Promise<AwsCredentials> {
  if (isLoopback(stageUrl)) return LOCAL_CREDENTIALS;
  try {
    return await defaultCredentials(region);
  } catch (error) {
    throw new SmokeTestError(`AWS credentials: ${describeError(error)}`);
  }
}

/**
 * The environment's API key: SMOKE_API_KEY, the local stage's key, or the key that API Gateway returns (which requires
 * `apigateway:GET` on the key).
 *
 * @throws SmokeTestError if the key cannot be read
 */
export async function findApiKey(
  { name, region }: Pick<Environment, "name" | "region">,
  outputs: StackOutputs,
): Promise<string> {
  const given = process.env.SMOKE_API_KEY;
  if (given !== undefined && given !== "") {
    // An invalid header would cause an error whose message contains the key.
    if (/^[\x21-\x7e]+$/.test(given)) return given;
    throw new SmokeTestError(
      "SMOKE_API_KEY: got characters that a header cannot contain, such as a line break; allowed: the key alone",
    );
  }
  if (isLoopback(outputs.stageUrl)) return `local-${name}-key-not-a-secret`;
  if (outputs.apiKeyId === undefined) {
    throw new SmokeTestError(
      "SMOKE_API_KEY: got none; with --url, routes that require an API key need this variable.",
    );
  }
  return await readKey({ region }, outputs.apiKeyId, "SMOKE_API_KEY");
}

/**
 * Reads the value of a key from API Gateway.
 *
 * @param id - the key's id
 * @param variable - the variable that can contain the key instead, for messages
 * @throws SmokeTestError if the key cannot be read
 */
export async function readKey(
  { region }: Pick<Environment, "region">,
  id: string,
  variable: string,
): Promise<string> {
  try {
    const { APIGatewayClient, GetApiKeyCommand } = await import("@aws-sdk/client-api-gateway");
    const client = new APIGatewayClient({ region });
    const { value } = await client.send(new GetApiKeyCommand({ apiKey: id, includeValue: true }));
    if (value !== undefined) return value;
  } catch (error) {
    throw new SmokeTestError(`The API key cannot be read: ${describeError(error)} Or set ${variable}.`);
  }
  throw new SmokeTestError(`The API key has no value. Set ${variable}.`);
}

/** A token: three parts in base64url. */
const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** A trial token of the local stage; `undefined` if another server answers, or no server. */
async function trialToken(stageUrl: string, path: string): Promise<string | undefined> {
  const { origin, pathname } = new URL(stageUrl);
  try {
    const response = await fetch(`${origin}/_local/token${pathname.replace(/\/$/, "")}${path}`);
    const text = await response.text();
    return response.ok && TOKEN.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

/** The variable with the token for one model, e.g. `SMOKE_TOKEN_LOAN_DEFAULT`. */
export function tokenVariable(model: string): string {
  return `SMOKE_TOKEN_${model.toUpperCase().replaceAll("-", "_")}`;
}

/**
 * The tokens for routes, by model: from the variable of the model, from SMOKE_TOKEN, or from the issuer of the local stage.
 *
 * @param routes - the paths of the routes that require a token, by model
 * @returns no entry for a model without a token: only its owner can get a token of the issuer
 * @throws SmokeTestError if the value of a variable is no token
 */
export async function findTokens(
  routes: ReadonlyMap<string, string>,
  { stageUrl }: StackOutputs,
): Promise<Map<string, string>> {
  const tokens = new Map<string, string>();
  for (const [model, path] of routes) {
    const variable = [tokenVariable(model), "SMOKE_TOKEN"].find((name) => (process.env[name] ?? "") !== "");
    if (variable !== undefined) {
      const token = process.env[variable] ?? "";
      // An invalid header would cause an error whose message contains the token.
      if (!TOKEN.test(token)) {
        throw new SmokeTestError(
          `${variable}: got a text that is no token; allowed: the token alone, three parts with dots, without Bearer`,
        );
      }
      tokens.set(model, token);
    } else if (isLoopback(stageUrl)) {
      const token = await trialToken(stageUrl, path);
      if (token !== undefined) tokens.set(model, token);
    }
  }
  return tokens;
}

function describeError(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
