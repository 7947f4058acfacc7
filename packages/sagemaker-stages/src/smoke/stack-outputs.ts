import { spawnSync } from "node:child_process";
import * as z from "zod";
import type { ParsedEnvironment } from "../environment/environment";
import { terraformProgram } from "../lib/terraform-program";
import { SmokeTestError } from "./errors";

/** The URLs and ids of a deployed environment: the outputs of its stack, or the values of the command line. */
export interface StackOutputs {
  /** The stage's URL, without a slash at the end. */
  readonly stageUrl: string;
  /** Function URLs by model, each with a slash at the end. */
  readonly functionUrls: ReadonlyMap<string, string>;
  /** The page's origin, if it is known. */
  readonly websiteOrigin?: string;
  /** The stage's URL at the API's default address, if the stage has a domain name. */
  readonly executeApiUrl?: string;
  /** The id of the shared API key, if it is known. */
  readonly apiKeyId?: string;
  /** The ids of the customers' keys, by the names of customer and key. @default - unknown */
  readonly customerKeyIds?: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

const keyIds = z.record(z.string(), z.string());
const outputs = z.record(z.string(), z.object({ value: z.unknown() }));

/**
 * Reads the outputs of an environment's stack with `terraform output`.
 *
 * @param environment - its stack must be synthesized and initialized in this folder
 * @throws SmokeTestError if Terraform cannot read the outputs, or if the environment is not deployed
 */
export function readStackOutputs({ name, models, customers }: ParsedEnvironment): StackOutputs {
  const terraform = terraformProgram();
  const folder = `cdktf.out/stacks/${name}`;
  const { status, stdout, stderr, error } = spawnSync(
    terraform,
    [`-chdir=${folder}`, "output", "-json", "-no-color"],
    { encoding: "utf8" },
  );
  if (error !== undefined) throw new SmokeTestError(`${terraform}: ${error.message}. Is it on the PATH?`);
  if (status !== 0) {
    throw new SmokeTestError(
      `${stderr.trim()}\n\nThe outputs of ${name} cannot be read. Deploy the environment first: npx cdktf deploy ${name}. If the environment is deployed from another folder, run: npx cdktf synth, then ${terraform} -chdir=${folder} init.`,
    );
  }
  const found = outputs.parse(JSON.parse(stdout));
  const textOf = (output: string): string | undefined => {
    const value = Object.hasOwn(found, output) ? found[output]?.value : undefined;
    return typeof value === "string" ? value : undefined;
  };
  const stageUrl = textOf("stage_url");
  if (stageUrl === undefined) {
    throw new SmokeTestError(
      `${name} has no output stage_url. Deploy the environment first: npx cdktf deploy ${name}`,
    );
  }
  const websiteOrigin = textOf("website_url");
  const executeApiUrl = textOf("execute_api_url");
  const apiKeyId = textOf("api_key_id");
  return {
    stageUrl,
    functionUrls: new Map(
      Object.keys(models).flatMap((model) => {
        const url = textOf(`${model.replaceAll("-", "_")}_function_url`);
        return url === undefined ? [] : [[model, url]];
      }),
    ),
    customerKeyIds: new Map(
      Object.keys(customers).flatMap((customer) => {
        const output = `${customer.replaceAll("-", "_")}_customer_api_key_ids`;
        const { data } = keyIds.safeParse(Object.hasOwn(found, output) ? found[output]?.value : undefined);
        return data === undefined ? [] : [[customer, data]];
      }),
    ),
    ...(websiteOrigin === undefined ? {} : { websiteOrigin }),
    ...(executeApiUrl === undefined ? {} : { executeApiUrl }),
    ...(apiKeyId === undefined ? {} : { apiKeyId }),
  };
}
