import type { ModelRoutes, RoutedModel } from "../../../models";
import type { Environment } from "../../environment";
import { type FaultCollector, raw } from "../../fault-collector";

/** Media types whose bodies a function can read as text: text, XML, variants of JSON, and forms. */
const TEXT_TYPE =
  /^text\/|^application\/(?:x-)?(?:csv|xml|yaml|javascript|json\w*|ndjson|www-form-urlencoded)$|\+(?:json|xml)$/;

const BINARY =
  "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings.html";

/**
 * Checks existing functions against the API's binary media types. An API has one list of binary media types, and every
 * function of the API receives a body of such a type in base64. New functions decode the body, but an existing function can
 * expect text.
 */
export function checkBinaryTypes(
  { models }: Environment,
  routes: ModelRoutes,
  collector: FaultCollector,
): void {
  for (const [model, { existingFunction }] of Object.entries(models)) {
    if (existingFunction === undefined) continue;
    const own = binaryTypesOf(routes[model]);
    const otherTypes = Object.keys(models)
      .filter((other) => other !== model)
      .flatMap((other) =>
        binaryTypesOf(routes[other])
          .filter((type) => TEXT_TYPE.test(type) && !own.includes(type))
          .map((type) => `${type} of ${other}`),
      );
    collector.require(
      otherTypes.length === 0,
      `${model}.existingFunction`,
      raw(`an existing function together with the binary media types ${otherTypes.join(", ")}`),
      "a new function, another environment, or contracts that take no text media types as bytes",
      `the API has one list of binary media types, and a body of such a type would reach the function in base64: ${BINARY}`,
    );
  }
}

function binaryTypesOf({ bytes, answerTypes = [] }: Partial<RoutedModel> = {}): readonly string[] {
  return [...(bytes?.takes ?? []), ...answerTypes];
}
