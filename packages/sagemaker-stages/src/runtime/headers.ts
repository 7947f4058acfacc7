import { type Contract, type EndpointHeaders, ForbiddenByContract, HEADER_VALUE } from "./contract";
import { type IncomingRequest, readHeader } from "./event";
import { ProblemError } from "./problem";

/**
 * The caller's headers that the contract names, in `callerHeaders`.
 *
 * @throws ProblemError 400 for a value that is too long or no US-ASCII
 */
export function readCallerHeaders(
  { callerHeaders = [] }: Pick<Contract<unknown, unknown>, "callerHeaders">,
  { kind, event }: IncomingRequest,
): Record<string, string> {
  const headers: Record<string, string> = {};
  if (kind === "direct") return headers;
  for (const name of callerHeaders) {
    const value = readHeader(event, name);
    if (!HEADER_VALUE.test(value)) {
      throw new ProblemError({
        status: 400,
        detail: `${name}: got ${value.length} characters; allowed: at most 1024 of ASCII`,
      });
    }
    if (value !== "") headers[name] = value;
  }
  return headers;
}

/**
 * The most characters of the headers of InvokeEndpoint
 * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html).
 */
const ENDPOINT_HEADERS: Readonly<Record<keyof EndpointHeaders, number>> = {
  customAttributes: 1024,
  inferenceId: 64,
  targetModel: 1024,
  sessionId: 256,
};

/**
 * The headers as they are sent, by their names in lower case.
 *
 * @throws ForbiddenByContract for an unknown header, and for a value that the service would not take
 */
export function toEndpointHeaders(headers: EndpointHeaders = {}): Record<string, string> {
  const sent: Record<string, string> = {};
  for (const [field, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    // False also for a field that is unknown, and for a value that is no text.
    const fits = value.length <= ENDPOINT_HEADERS[field as keyof EndpointHeaders];
    // A session id is letters and digits with hyphens between them, or the constant that opens a session.
    const form = field === "sessionId" ? /^(NEW_SESSION|[^\W_](-*[^\W_])*)$/ : /^[!-~][ -~]*$/;
    if (!(fits && form.test(value))) throw new ForbiddenByContract(field);
    sent[`x-amzn-sagemaker-${field.replace(/[A-Z]/g, "-$&").toLowerCase()}`] = value;
  }
  return sent;
}
