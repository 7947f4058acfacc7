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
      ...(!isOfFunctionUrl(event) && {
        "Access-Control-Allow-Origin": environment.CORS_ALLOW_ORIGIN ?? "*",
      }),
    },
    body: JSON.stringify(problem),
  });
}

/**
 * Whether an event has the payload version 2.0
 * (https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads).
 */
function isOfFunctionUrl(event: string): boolean {
  const { version }: { readonly version?: unknown } = Object(JSON.parse(event));
  return version === "2.0";
}
