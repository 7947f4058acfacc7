import type { Contract } from "../runtime/contract";
import { withStream } from "./stream-option";
import { createContract as createText, type TextOptions, type TextRequest } from "./text";

/**
 * Creates the contract of `text` with the option `stream`. The contract is a separate file, so that the handlers of other
 * contracts do not contain its code.
 */
export function createContract(
  model: string,
  options: Omit<TextOptions, "example">,
): Contract<TextRequest, unknown> {
  const contract = createText(model, options);
  return options.stream === undefined ? contract : withStream(contract, options.stream);
}
