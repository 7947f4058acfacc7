import { type Credentials, sign } from "aws4";
import type { Environment } from "../environment/environment";
import { isOfThisMachine } from "./arguments";
import type { Deployed } from "./deployed";
import { CannotAsk } from "./errors";
import type { HttpRequest } from "./http";

// The clients are pinned to a version that takes every Node.js of package.json, and warn of those that will not.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

/** What a request is signed for. */
export type SignedService = "execute-api" | "lambda";

/** Makes a request one of a certain caller's. */
export type Authorize = (request: HttpRequest) => HttpRequest;

/** A stage on this machine knows one pair of credentials and one key, which open nothing else. */
const LOCAL_CREDENTIALS = { accessKeyId: "local", secretAccessKey: "local" };

/** Long enough for an API key, and a secret of nobody. */
const NOBODYS = "nobodys-0000000000000000000000000000000000";

/** Who is nobody in particular. */
export const unauthorized: Authorize = (request) => request;

/** Who has an API key. */
export function withKey(key: string): Authorize {
  return (request) => ({ ...request, headers: { ...request.headers, "x-api-key": key } });
}

/** Who has a key that nobody gave. */
export const withWrongKey = withKey(NOBODYS);

/** Who signs. A signature holds for minutes: sign each try anew. */
export function signing(credentials: Credentials, service: SignedService, region: string): Authorize {
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

/** The same name with a secret that is not its own. */
export function impostorOf(credentials: Credentials): Credentials {
  return { ...credentials, secretAccessKey: NOBODYS };
}

/**
 * The credentials to sign with: the usual ones of AWS (variables, profile, …); on this machine the one pair of its stage.
 * Variables are read without the SDK: a deployment's job has them, and then runs none of the SDK's code.
 *
 * @throws CannotAsk where there are none
 */
export async function findCredentials(
  { region }: Pick<Environment, "region">,
  { stageUrl }: Deployed,
): Promise<Credentials> {
  if (isOfThisMachine(stageUrl)) return LOCAL_CREDENTIALS;
  const ofVariables = credentialsOfVariables();
  if (ofVariables !== undefined) return ofVariables;
  try {
    const { APIGatewayClient } = await import("@aws-sdk/client-api-gateway");
    return await new APIGatewayClient({ region }).config.credentials();
  } catch (error) {
    throw new CannotAsk(`AWS credentials: ${wordsOf(error)}`);
  }
}

/** `undefined` where the SDK would look elsewhere: it prefers a profile that is named. */
function credentialsOfVariables(): Credentials | undefined {
  const {
    AWS_PROFILE: profile = "",
    AWS_ACCESS_KEY_ID: accessKeyId = "",
    AWS_SECRET_ACCESS_KEY: secretAccessKey = "",
    AWS_SESSION_TOKEN: sessionToken = "",
  } = process.env;
  if (profile !== "" || accessKeyId === "" || secretAccessKey === "") return undefined;
  return { accessKeyId, secretAccessKey, ...(sessionToken === "" ? {} : { sessionToken }) };
}

/**
 * The environment's API key: SMOKE_API_KEY; on this machine the stage's own; else API Gateway tells it
 * (`apigateway:GET` on the key).
 *
 * @throws CannotAsk where it cannot be had
 */
export async function findApiKey(
  { name, region }: Pick<Environment, "name" | "region">,
  deployed: Deployed,
): Promise<string> {
  const given = process.env.SMOKE_API_KEY;
  if (given !== undefined && given !== "") {
    // The error that a header makes would quote it.
    if (/^[\x21-\x7e]+$/.test(given)) return given;
    throw new CannotAsk(
      "SMOKE_API_KEY: got characters that no header takes, such as a line's end; allowed: the key alone",
    );
  }
  if (isOfThisMachine(deployed.stageUrl)) return `local-${name}-key-not-a-secret`;
  if (deployed.apiKeyId === undefined) {
    throw new CannotAsk("SMOKE_API_KEY: got none; with --url, routes that want the API key need it.");
  }
  try {
    const { APIGatewayClient, GetApiKeyCommand } = await import("@aws-sdk/client-api-gateway");
    const client = new APIGatewayClient({ region });
    const { value } = await client.send(
      new GetApiKeyCommand({ apiKey: deployed.apiKeyId, includeValue: true }),
    );
    if (value !== undefined) return value;
  } catch (error) {
    throw new CannotAsk(`The API key cannot be read: ${wordsOf(error)} Or set SMOKE_API_KEY.`);
  }
  throw new CannotAsk("The API key has no value. Set SMOKE_API_KEY.");
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
