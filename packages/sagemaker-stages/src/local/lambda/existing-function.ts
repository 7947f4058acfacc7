import type { ExistingFunctionDefinition } from "../terraform/deployment";
import type { InvocationResult, RouteFunction } from "./function";

/** A function that is on AWS alone: every invocation fails here, and the terminal says why. */
export class ExistingFunction implements RouteFunction {
  constructor(
    readonly definition: ExistingFunctionDefinition,
    private readonly log: (text: string) => void,
  ) {}

  async invoke(_payload: string): Promise<InvocationResult> {
    const { name } = this.definition;
    this.log(
      `${name}: this function is on AWS and its code is not here. Ask the stage on AWS, or try out an environment ` +
        "without existingFunction, where this project's own function answers.\n",
    );
    return {
      ok: false,
      error: {
        errorType: "ResourceNotFoundException",
        errorMessage: `Function not found: ${this.definition.arn}`,
      },
    };
  }
}
