import { findUncheckedRules } from "../constructs/api/request-model";
import type { Environment } from "../environment/environment";
import { isViaGateway } from "../environment/model-settings";
import { type Fault, inWords, Report } from "../environment/report";
import type { Models } from "../models";

const SOURCE = "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html";

/**
 * The rules of schemas that nothing would check: API Gateway serves the route without a function, and its request model
 * cannot hold the rule.
 *
 * @param environments - without faults of other rules
 */
export function findUncheckedSchemas(environments: readonly Environment[], models: Models): Fault[] {
  const faults: Fault[] = [];
  for (const environment of environments) {
    for (const [name, settings] of Object.entries(environment.models)) {
      const model = models[name];
      if (model === undefined || model.bytes !== undefined || !isViaGateway(settings)) continue;
      const report = new Report(environment.name, faults).in(`models.${name}`);
      for (const { path, rule } of findUncheckedRules(model.schema)) {
        report.require(
          false,
          "via",
          inWords(`"gateway" with a contract whose schema${path} has ${rule}`),
          `"lambda", or a schema without this rule: API Gateway checks type, enum, properties, required, additionalProperties, items, anyOf, minLength, maxLength, minimum, maximum and multipleOf`,
          `no function checks the request, and API Gateway does not check this rule: ${SOURCE}`,
        );
      }
    }
  }
  return faults;
}
