import type { Contract } from "../runtime/contract";
import { createContract as createPassThrough, type PassThroughSettings } from "./pass-through";
import { withStream } from "./stream-option";

/**
 * Creates the contract of `passThrough` with the option `stream`. The contract is a separate file, so that the handlers of other
 * contracts do not contain its code.
 */
export function createContract(model: string, options: PassThroughSettings): Contract<unknown, unknown> {
  const contract = createPassThrough(model, options);
  return options.stream === undefined ? contract : withStream(contract, options.stream);
}
