/**
 * Sends a request and receives the whole answer. A test that looks only at the status or at the headers of an answer of
 * `fetch` leaves the connection open until the garbage collection if the body has more than 64 KiB.
 *
 * @returns the answer, whose body is in the memory
 */
export async function fetchWhole(...request: Parameters<typeof fetch>): Promise<Response> {
  const answer = await fetch(...request);
  const body = await answer.arrayBuffer();
  // A response of the status 204 or 304 cannot be made with a body.
  return new Response(body.byteLength === 0 ? null : body, answer);
}
