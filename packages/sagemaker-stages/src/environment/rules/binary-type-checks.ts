import type { ModelRoutes, RoutedModel } from "../../models";
import type { Environment } from "../environment";
import { inWords, type Report } from "../report";

/** Media types whose bodies a function may read as text: text, XML, JSON by another name, and forms. */
const OF_TEXT =
  /^text\/|^application\/(?:x-)?(?:csv|xml|yaml|javascript|json\w*|ndjson|www-form-urlencoded)$|\+(?:json|xml)$/;

const BINARY =
  "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings.html";

/**
 * The rule of the API's binary media types: an API has one list of them, and a body of such a type reaches every function
 * of the API in base64. Functions of this project decode it. An existing function is of others, and may read text.
 */
export function checkBinaryTypes({ models }: Environment, routes: ModelRoutes, report: Report): void {
  for (const [model, { existingFunction }] of Object.entries(models)) {
    if (existingFunction === undefined) continue;
    const own = typesOfBytes(routes[model]);
    const ofOthers = Object.keys(models)
      .filter((other) => other !== model)
      .flatMap((other) =>
        typesOfBytes(routes[other])
          .filter((type) => OF_TEXT.test(type) && !own.includes(type))
          .map((type) => `${type} of ${other}`),
      );
    report.require(
      ofOthers.length === 0,
      `${model}.existingFunction`,
      inWords(`an existing function beside the binary media types ${ofOthers.join(", ")}`),
      "a new function, another environment, or contracts whose bytes have no media type of text",
      `the API has one list of binary media types, and a body of such a type would reach the function in base64: ${BINARY}`,
    );
  }
}

function typesOfBytes({ bytes, answerTypes = [] }: Partial<RoutedModel> = {}): readonly string[] {
  return [...(bytes?.takes ?? []), ...answerTypes];
}
