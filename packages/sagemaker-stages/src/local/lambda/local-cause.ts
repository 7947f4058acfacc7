import type { HttpResponse } from "../http";

/**
 * Adds the reason why a container of this machine did not answer to the problem document of a failed answer. Other
 * answers stay unchanged.
 */
export function withLocalCause(answer: HttpResponse, cause: string | undefined): HttpResponse {
  if (cause === undefined || answer.status < 500) return answer;
  const problem = readProblem(answer);
  if (problem === undefined) return answer;
  const detail = `${problem.detail} On this machine: ${cause}`;
  return { ...answer, body: JSON.stringify({ ...problem, detail }) };
}

function readProblem({ headers, body }: HttpResponse): { readonly detail: string } | undefined {
  const isProblem = Object.entries(headers).some(
    ([name, value]) =>
      name.toLowerCase() === "content-type" && String(value).startsWith("application/problem+json"),
  );
  if (!isProblem) return undefined;
  try {
    const problem: unknown = JSON.parse(String(body));
    return hasDetail(problem) ? problem : undefined;
  } catch {
    return undefined;
  }
}

function hasDetail(problem: unknown): problem is { readonly detail: string } {
  return (
    typeof problem === "object" &&
    problem !== null &&
    "detail" in problem &&
    typeof problem.detail === "string"
  );
}
