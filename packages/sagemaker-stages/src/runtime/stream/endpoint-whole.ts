import type { EndpointRequest } from "../contract";
import { type EndpointAnswer, readAnswer, TOO_LARGE } from "../endpoint";
import { toEndpointHeaders } from "../headers";
import { type Calling, readWhole } from "./abortable-calls";

/**
 * Invokes an endpoint for a whole answer, as `createEndpointClient` does, but the abort of a signal ends the invocation: on a
 * route that streams, the handler learns that its caller has left.
 *
 * @param bytesTypes - media types of answers that are bytes; every other answer is text
 * @throws EndpointFailure
 */
export function invokeWhole(
  calling: Calling,
  request: EndpointRequest,
  timeLeftInMs: () => number,
  signal: AbortSignal,
  bytesTypes: readonly string[] = [],
): Promise<EndpointAnswer> {
  const { accept, headers } = request;
  return calling(
    {
      operation: "invocations",
      request,
      accept,
      headers: headers ? toEndpointHeaders(headers) : {},
      async read(incoming) {
        const bytes = await readWhole(incoming);
        return bytes === undefined ? TOO_LARGE : readAnswer(incoming, bytes, bytesTypes);
      },
    },
    timeLeftInMs,
    signal,
  );
}
