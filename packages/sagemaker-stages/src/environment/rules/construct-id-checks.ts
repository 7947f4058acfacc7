import type { Environment } from "../environment";
import { type FaultCollector, raw } from "../fault-collector";
import type { ModelSettings } from "../model-settings";
import { artifactsOf, containersOf, isInS3 } from "../model-source";
import { hasAuthorizer, hasCustomers } from "./model/access-checks";
import { AUTHORIZER } from "./name-checks";

/**
 * Checks that no model has the id of another construct of the environment's stack. A model's construct has the model's name as
 * its id, and CDKTF refuses the same id twice, without a hint at the model. The ids are part of Terraform's addresses, so that
 * another id of the construct would replace deployed resources.
 */
export function checkConstructIds(environment: Environment, collector: FaultCollector): void {
  for (const [id, purpose] of otherConstructs(environment)) {
    collector.require(
      !Object.hasOwn(environment.models, id),
      id,
      raw("a model with this name"),
      "a model with another name",
      `the construct of ${purpose} has the same name`,
    );
  }
}

/** The ids of a stack's constructs other than models, with their purposes (src/constructs/inference-stack.ts). */
function otherConstructs(environment: Environment): Map<string, string> {
  const { accountId, callers = {}, models, network, website } = environment;
  const all = Object.entries<ModelSettings>(models);
  return new Map([
    ["stage", "the stage"],
    ["aws", "Terraform's provider"],
    ["backend", "Terraform's state"],
    ...when(accountId === undefined, "caller", "the account's id"),
    ...when(website !== undefined, "website", "the web page"),
    ...when(website?.signIn !== undefined, "sign-in", "the sign-in of the page's users"),
    ...when(network !== undefined, "network", "the network"),
    ...when(all.some(hasFiles), "artifacts", "the bucket of artifacts"),
    ...when(hasCustomers(environment), "customers", "the customers' keys"),
    ...when(hasAuthorizer(environment), AUTHORIZER, "the function that checks credentials"),
    ...all.flatMap(([model, { functionUrl }]) =>
      when(functionUrl !== undefined, `${model}-function-url`, `the function URL of ${model}`),
    ),
    ...Object.keys(callers).map((caller) => [`${caller}-caller`, `the caller ${caller}`] as const),
  ]);
}

function when(exists: boolean, id: string, purpose: string): (readonly [string, string])[] {
  return exists ? [[id, purpose]] : [];
}

/** Whether an artifact of a model is a file of the app. */
function hasFiles([, settings]: readonly [string, ModelSettings]): boolean {
  if ("existingEndpoint" in settings) return false;
  return containersOf(settings)
    .flatMap(artifactsOf)
    .some((artifact) => !isInS3(artifact));
}
