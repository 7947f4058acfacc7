import { findUncheckedRules } from "../constructs/api/request-model";
import type { Environment } from "../environment/environment";
import { type Fault, FaultCollector, raw } from "../environment/fault-collector";
import { isViaGateway } from "../environment/model-settings";
import type { Models } from "../models";

const SOURCE = "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html";

/**
 * Finds rules of schemas that neither a function nor API Gateway checks: the route has no function, and API Gateway's request
 * model cannot contain the rule.
 *
 * @param environments - environments without other faults
 */
export function findUncheckedSchemas(environments: readonly Environment[], models: Models): Fault[] {
  const faults: Fault[] = [];
  for (const environment of environments) {
    for (const [name, settings] of Object.entries(environment.models)) {
      const model = models[name];
      if (model === undefined || model.bytes !== undefined || !isViaGateway(settings)) continue;
      const collector = new FaultCollector(environment.name, faults).in(`models.${name}`);
      for (const { path, rule } of findUncheckedRules(model.schema)) {
        collector.require(
          false,
          "via",
          raw(`"gateway" with a contract whose schema${path} has ${rule}`),
          `"lambda", or a schema without this rule: API Gateway checks type, enum, properties, required, additionalProperties, items, anyOf, minLength, maxLength, minimum, maximum and multipleOf`,
          `no function checks the request, and API Gateway does not check this rule: ${SOURCE}`,
        );
      }
    }
  }
  return faults;
}
