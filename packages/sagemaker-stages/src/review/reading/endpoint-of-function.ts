import { deployedValues } from "./deployed-values";
import type { PlannedResource } from "./planned-resource";
import { at, isSame } from "./values";

/**
 * Whether a function that stays keeps its endpoint. The plan shows the names of the function's variables, and the review masks the
 * values.
 *
 * @returns `undefined` for another resource, and for a function without an endpoint before or after the plan
 */
export function endpointOfFunction(resource: PlannedResource): "same" | "other" | undefined {
  if (resource.type !== "aws_lambda_function") return undefined;
  const { before, after } = deployedValues(resource);
  const [was, is] = [before, after].map((values) =>
    at(values, "environment", 0, "variables", "ENDPOINT_NAME"),
  );
  if (was === undefined || is === undefined) return undefined;
  return isSame(was, is) ? "same" : "other";
}
