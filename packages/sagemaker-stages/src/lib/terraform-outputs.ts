import { spawnSync } from "node:child_process";
import { isObject, parseJson } from "./json";
import { terraformProgram } from "./terraform-program";

/** The values of a stack's outputs by name, or why they cannot be read. */
export type TerraformOutputs = { readonly values: ReadonlyMap<string, unknown> } | { readonly fault: string };

/** The folder of the synthesized stack of an environment, from the app's folder. */
export function synthesizedFolder(environment: string): string {
  return `cdktf.out/stacks/${environment}`;
}

/**
 * Reads the outputs of an environment's stack with `terraform output`. The stack must be synthesized and initialized in the current
 * folder.
 */
export function readTerraformOutputs(environment: string): TerraformOutputs {
  const terraform = terraformProgram();
  const folder = synthesizedFolder(environment);
  const { status, stdout, stderr, error } = spawnSync(
    terraform,
    [`-chdir=${folder}`, "output", "-json", "-no-color"],
    { encoding: "utf8" },
  );
  if (error !== undefined) return { fault: `${terraform}: ${error.message}. Is it on the PATH?` };
  if (status !== 0) {
    return {
      fault: `${stderr.trim()}\n\nThe outputs of ${environment} cannot be read. Deploy the environment first: npx cdktf deploy ${environment}. If the environment is deployed from another folder, run: npx cdktf synth, then ${terraform} -chdir=${folder} init.`,
    };
  }
  const outputs = parseJson(stdout);
  if (!isObject(outputs)) {
    return { fault: `${terraform} output -json: got no JSON object; allowed: the outputs of ${environment}` };
  }
  return {
    values: new Map(
      Object.entries(outputs).map(([name, output]) => [name, isObject(output) ? output.value : undefined]),
    ),
  };
}
