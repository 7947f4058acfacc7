import { hasAsync } from "../async-requests";
import { hasCapture } from "../captured-requests";
import type { Environment } from "../environment";
import { type FaultCollector, raw } from "../fault-collector";
import type { ModelSettings } from "../model-settings";
import { containersOf, needsArtifactBucket } from "../model-source";
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
  const { accountId, budget, callers = {}, dashboard, models, network, website } = environment;
  const all = Object.entries<ModelSettings>(models);
  return new Map([
    ["stage", "the stage"],
    ["aws", "Terraform's provider"],
    ["backend", "Terraform's state"],
    ...when(accountId === undefined, "caller", "the account's id"),
    ...when(budget !== undefined, "budget", "the budget"),
    ...when(dashboard === true, "dashboard", "the dashboard"),
    ...when(website !== undefined, "website", "the web page"),
    ...when(website?.signIn !== undefined, "sign-in", "the sign-in of the page's users"),
    ...when(network !== undefined, "network", "the network"),
    ...when(all.some(hasFiles), "artifacts", "the bucket of artifacts"),
    ...when(hasObjectives(all), "alarms", "the alarms of objectives"),
    ...when(hasAsync(environment), "async", "the bucket of asynchronous requests"),
    ...when(hasCapture(environment), "capture", "the bucket of captured requests"),
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

/** Whether a model has objectives. */
function hasObjectives(models: readonly (readonly [string, ModelSettings])[]): boolean {
  return models.some(([, { objectives }]) => objectives !== undefined);
}

/** Whether the environment's bucket contains an artifact of a model. */
function hasFiles([, settings]: readonly [string, ModelSettings]): boolean {
  if ("existingEndpoint" in settings) return false;
  return containersOf(settings).some(needsArtifactBucket);
}
