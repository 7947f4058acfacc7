import type { Environment } from "../environment/environment";
import { containersOf } from "../environment/model-source";
import { type Fault, Report } from "../environment/report";

/** The commit that `sagemaker-stages new-model` writes. */
export const PLACEHOLDER_COMMIT = "0".repeat(40);

/**
 * The commits of models that no repository has.
 *
 * @param environments - without faults of other rules
 */
export function findPlaceholders(environments: readonly Environment[]): Fault[] {
  const faults: Fault[] = [];
  for (const environment of environments) {
    for (const [name, settings] of Object.entries(environment.models)) {
      if ("existingEndpoint" in settings) continue;
      const report = new Report(environment.name, faults).in(`models.${name}`);
      for (const [index, { containerEnvironment = {} }] of containersOf(settings).entries()) {
        const field = "containers" in settings ? `containers[${index}].` : "";
        for (const [variable, value] of Object.entries(containerEnvironment)) {
          report.require(
            value !== PLACEHOLDER_COMMIT,
            `${field}containerEnvironment.${variable}`,
            value,
            'the commit of the model, 40 hexadecimal digits, as the model\'s page on the Hugging Face Hub shows it under "Files and versions", or hubRevision: "unpinned"',
            "new-model wrote the zeros as a placeholder, and the container would not find the model; npm start accepts the placeholder",
          );
        }
      }
    }
  }
  return faults;
}
