import type { About, Route } from "../runtime/contract";
import type { ContractTexts } from "./ready-made";

/** The route of a ready-made contract: `POST /<model>`, unless the options set another path. */
export function routeOf(model: string, { path }: ContractTexts): Route {
  return { method: "POST", path: path ?? `/${model}` };
}

/** The description of a model: the texts of the options, or else the texts that the contract makes. */
export function aboutOf<Request, Answer>(
  model: string,
  { title, description, allowed }: ContractTexts,
  made: Omit<About<Request, Answer>, "title">,
): About<Request, Answer> {
  return {
    title: title ?? titleOf(model),
    description: description ?? plain(made.description),
    allowed: allowed ?? plain(made.allowed),
    example: made.example,
    ...(made.maxBytes === undefined ? {} : { maxBytes: made.maxBytes }),
    ...(made.statesLimits === undefined ? {} : { statesLimits: made.statesLimits }),
  };
}

/** The display name for a model's name, e.g. `Iris species` for `iris-species`. */
function titleOf(model: string): string {
  const words = model.replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/**
 * Removes the characters that begin code in API Gateway's templates
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html). A feature's
 * name can contain such characters.
 */
function plain(text: string): string {
  return text.replace(/[$#]|%(?=\{)|[\r\n]+/g, "");
}

/** `a`, `a or b`, `a, b or c`. */
export function listOf(words: readonly string[], conjunction: "and" | "or"): string {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} ${conjunction} ${last}`;
}
