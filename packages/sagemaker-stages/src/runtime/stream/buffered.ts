import type { Contract } from "../contract";
import { refusal } from "../problem";

/**
 * The contract for a route whose transfer mode is `buffer`: a request for which the contract's `wants` returns true is refused
 * with the status 400, because the container would answer it in a stream that `decode` cannot read.
 *
 * Only the functions of such routes contain this code.
 */
export function refuseStreams<Request, Answer>(
  contract: Contract<Request, Answer>,
): Contract<Request, Answer> {
  const { schema, stream } = contract;
  const safeParse: typeof schema.safeParse = (...args) => {
    const parsed = schema.safeParse(...args);
    if (parsed.success && stream?.wants?.(parsed.data)) {
      throw refusal(
        400,
        "request: got a request for a streamed answer; allowed: a request for a whole answer, because this route does not stream",
      );
    }
    return parsed;
  };
  // Not a copy: a schema of zod has its rules in its prototype, too.
  return { ...contract, schema: Object.create(schema, { safeParse: { value: safeParse } }) };
}
