import type { FunctionDefinition } from "../../terraform/deployment";

/**
 * The payload that answers a route whose handler cannot run on this machine: a problem document. REST API and function URL read the
 * same form. A function URL sets the headers of CORS itself.
 *
 * @param event - the payload of the invocation, JSON
 * @param missing - what this machine lacks, and how to install it
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
    detail: `The handler of ${name} is in Python and does not run on this machine: ${missing}. Then start the local stage again.`,
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

/** The payload 2.0 (https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads). */
function isOfFunctionUrl(event: string): boolean {
  const { version }: { readonly version?: unknown } = Object(JSON.parse(event));
  return version === "2.0";
}
