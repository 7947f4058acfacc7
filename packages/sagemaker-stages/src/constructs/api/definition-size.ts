import { InvalidEnvironments } from "../../environment/checks";

/** API Gateway accepts documents of at least 6 MB. */
const MAX_BYTES = 6_000_000;
const SOURCE = "https://docs.aws.amazon.com/apigateway/latest/api/API_PutRestApi.html";

/**
 * Refuses an OpenAPI document that API Gateway would not import.
 *
 * @param environment - the environment's name
 * @throws InvalidEnvironments if the document is too large
 */
export function checkDefinitionSize(body: string, routes: number, environment: string): void {
  const bytes = Buffer.byteLength(body);
  if (bytes <= MAX_BYTES) return;
  throw new InvalidEnvironments([
    {
      environment,
      field: "models",
      got: `an OpenAPI document of ${bytes} bytes for ${routes} models`,
      allowed: `at most ${MAX_BYTES} bytes: fewer models, or shorter schemas, examples and descriptions`,
      because: SOURCE,
    },
  ]);
}
