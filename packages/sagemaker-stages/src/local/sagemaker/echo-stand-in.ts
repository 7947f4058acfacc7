import type { Container } from "./container";

/**
 * The container of a model: the team's container, the sample model, or else an echo stand-in.
 *
 * @param containers - by the name of the model
 */
export function containerOf(containers: ReadonlyMap<string, Container>, model: string): Container {
  return containers.get(model) ?? echoStandIn(model);
}

/**
 * A container that answers every request with the content type and the body of the request. A model can be called
 * before it has a sample, and the answer shows the body that the contract sends to the endpoint. A contract that cannot
 * read this body as predictions answers 502, as for every unreadable answer of an endpoint.
 */
function echoStandIn(model: string): Container {
  const remedy = `Add functions/${model}/sample/index.ts, or start with --container ${model}=<url>.`;
  return {
    description: `ECHO STAND-IN, no model: answers with the encoded request. ${remedy}`,
    caveat: `the echo stand-in returned the request that it received, because ${model} has no sample and no container. ${remedy}`,
    invoke: async ({ contentType, body }) => ({ status: 200, contentType, body }),
  };
}
