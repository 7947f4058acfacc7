import type { Environment } from "../environment/environment";
import { type Fault, FaultCollector } from "../environment/fault-collector";
import { containersOf } from "../environment/model-source";

/** The commit that `sagemaker-stages new-model` writes. */
export const PLACEHOLDER_COMMIT = "0".repeat(40);

/** The owner of the models of the Hugging Face Hub that `sagemaker-stages new-model` writes. */
export const PLACEHOLDER_OWNER = "my-organization/";

const ACCEPTING = "npm start and npm test accept the placeholder";

/**
 * Finds placeholders for models of the Hugging Face Hub and their commits.
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
          const path = `${field}containerEnvironment.${variable}`;
          collector.require(
            !value.startsWith(PLACEHOLDER_OWNER),
            path,
            value,
            "the name of the model on the Hugging Face Hub: <owner>/<model>",
            `new-model wrote ${PLACEHOLDER_OWNER} as a placeholder, and the container would not find the model; ${ACCEPTING}`,
          );
          collector.require(
            value !== PLACEHOLDER_COMMIT,
            path,
            value,
            'the commit of the model, 40 hexadecimal digits, see "Files and versions" on the model\'s page of the Hugging Face Hub, or hubRevision: "unpinned"',
            `new-model wrote the zeros as a placeholder, and the container would not find the model; ${ACCEPTING}`,
          );
        }
      }
    }
  }
  return faults;
}
