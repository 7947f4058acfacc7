import type { Environment } from "../environment/environment";
import { type Fault, FaultCollector } from "../environment/fault-collector";
import { containersOf } from "../environment/model-source";

/** The commit that `sagemaker-stages new-model` writes. */
export const PLACEHOLDER_COMMIT = "0".repeat(40);

/**
 * Finds placeholders for the commits of models.
 *
 * @param environments - environments without other faults
 */
export function findPlaceholders(environments: readonly Environment[]): Fault[] {
  const faults: Fault[] = [];
  for (const environment of environments) {
    for (const [name, settings] of Object.entries(environment.models)) {
      if ("existingEndpoint" in settings) continue;
      const collector = new FaultCollector(environment.name, faults).in(`models.${name}`);
      for (const [index, { containerEnvironment = {} }] of containersOf(settings).entries()) {
        const field = "containers" in settings ? `containers[${index}].` : "";
        for (const [variable, value] of Object.entries(containerEnvironment)) {
          collector.require(
            value !== PLACEHOLDER_COMMIT,
            `${field}containerEnvironment.${variable}`,
            value,
            'the commit of the model, 40 hexadecimal digits, see "Files and versions" on the model\'s page of the Hugging Face Hub, or hubRevision: "unpinned"',
            "new-model wrote the zeros as a placeholder, and the container would not find the model; npm start accepts the placeholder",
          );
        }
      }
    }
  }
  return faults;
}
