import { type Contract, type EndpointHeaders, ForbiddenByContract, HEADER_VALUE } from "./contract";
import { type IncomingRequest, readHeader } from "./event";
import { notAllowed } from "./problem";

/**
 * Reads the caller's headers that the contract lists in `callerHeaders`.
 *
 * @throws ProblemError 400 for a value that is too long or not US-ASCII
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
      throw notAllowed(400, name, `${value.length} characters`, "at most 1024 in ASCII");
    }
    if (value !== "") headers[name] = value;
  }
  return headers;
}

/**
 * The maximum number of characters in each header of InvokeEndpoint
 * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html).
 */
const ENDPOINT_HEADERS: Readonly<Record<keyof EndpointHeaders, number>> = {
  customAttributes: 1024,
  inferenceId: 64,
  targetModel: 1024,
  sessionId: 256,
};

/**
 * The headers of InvokeEndpoint by lower-case name.
 *
 * @throws ForbiddenByContract for an unknown header, and for a value that the service would refuse
 */
export function toEndpointHeaders(headers: EndpointHeaders): Record<string, string> {
  const sent: Record<string, string> = {};
  for (const [field, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    // Also false for an unknown field, and for a value that is not a string.
    const fits = value.length <= ENDPOINT_HEADERS[field as keyof EndpointHeaders];
    // A session id has letters and digits with hyphens between them. `NEW_SESSION` opens a session.
    const form = field === "sessionId" ? /^(NEW_SESSION|[^\W_](-*[^\W_])*)$/ : /^[!-~][ -~]*$/;
    if (!(fits && form.test(value))) throw new ForbiddenByContract(field);
    sent[`x-amzn-sagemaker-${field.replace(/[A-Z]/g, "-$&").toLowerCase()}`] = value;
  }
  return sent;
}
