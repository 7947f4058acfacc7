import type { FunctionDefinition } from "../../terraform/deployment";

/**
 * The answer of a handler that cannot run on this machine: a problem document, in a form for both REST API and function
 * URL. A function URL sets the CORS headers itself.
 *
 * @param event - the payload of the invocation, JSON
 * @param missing - the missing software, with installation instructions
 */
export function missingPythonAnswer(
  { name, environment }: Pick<FunctionDefinition, "name" | "environment">,
  event: string,
  missing: string,
): string {
  const problem = {
    type: "about:blank",
    title: "Service Unavailable",
    status: 503,
    detail: `The handler of ${name} is in Python and cannot run on this machine: ${missing}. Then restart the local stage.`,
  };
  return JSON.stringify({
    statusCode: 503,
    headers: {
      "Content-Type": "application/problem+json",
      ...(!isOfFunctionUrl(event) && allowedOrigin(environment.CORS_ALLOW_ORIGIN ?? "*", event)),
    },
    body: JSON.stringify(problem),
  });
}

/** With several allowed origins, an answer names the origin of its request, as `src/runtime/origins.ts` does. */
function allowedOrigin(setting: string, event: string): Readonly<Record<string, string>> {
  const allowed = setting.split(",");
  if (allowed.length === 1) return { "Access-Control-Allow-Origin": setting };
  const { headers = {} }: { readonly headers?: Readonly<Record<string, unknown>> } = JSON.parse(event);
  const sent = Object.entries(headers).flatMap(([name, value]) =>
    name.toLowerCase() === "origin" ? [value] : [],
  );
  const origin = allowed.find((one) => sent.length === 1 && sent[0] === one);
  return { Vary: "Origin", ...(origin === undefined ? {} : { "Access-Control-Allow-Origin": origin }) };
}

/**
 * Whether an event has the payload version 2.0
 * (https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads).
 */
function isOfFunctionUrl(event: string): boolean {
  const { version }: { readonly version?: unknown } = Object(JSON.parse(event));
  return version === "2.0";
}
