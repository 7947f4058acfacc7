import type { ExistingFunctionDefinition } from "../terraform/deployment";
import type { FailedInvocation, RouteFunction } from "./function";

/** A function that exists only on AWS: every invocation fails here, and the terminal shows the reason. */
export class ExistingFunction implements RouteFunction {
  constructor(
    readonly definition: ExistingFunctionDefinition,
    private readonly log: (text: string) => void,
  ) {}

  async stream(payload: string): Promise<FailedInvocation> {
    return await this.invoke(payload);
  }

  async invoke(_payload: string): Promise<FailedInvocation> {
    const { name } = this.definition;
    this.log(
      `${name}: this function exists only on AWS. Call the stage on AWS, or serve an environment without ` +
        "existingFunction, in which a function of this project answers.\n",
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
