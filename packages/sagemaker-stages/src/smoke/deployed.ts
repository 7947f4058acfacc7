import { spawnSync } from "node:child_process";
import * as z from "zod";
import type { ParsedEnvironment } from "../environment/environment";
import { CannotAsk } from "./errors";

/** Where an environment is. */
export interface Deployed {
  /** The stage, without a slash at the end. */
  readonly stageUrl: string;
  /** Function URLs by model, each with a slash at its end. */
  readonly functionUrls: ReadonlyMap<string, string>;
  /** Origin of the page, where it is known. */
  readonly websiteOrigin?: string;
  /** Id of the API key, where it is known. */
  readonly apiKeyId?: string;
}

const outputs = z.record(z.string(), z.object({ value: z.unknown() }));

/**
 * Where the stack of an environment is, as its outputs say.
 *
 * @param environment - deployed from this folder: synthesized and initialized
 * @throws CannotAsk where Terraform does not tell it
 */
export function readDeployed({ name, models }: ParsedEnvironment): Deployed {
  const terraform = process.env.TERRAFORM_BINARY_NAME ?? "terraform";
  const folder = `cdktf.out/stacks/${name}`;
  const { status, stdout, stderr, error } = spawnSync(
    terraform,
    [`-chdir=${folder}`, "output", "-json", "-no-color"],
    { encoding: "utf8" },
  );
  if (error !== undefined) throw new CannotAsk(`${terraform}: ${error.message}. Is it on the PATH?`);
  if (status !== 0) {
    throw new CannotAsk(
      `${stderr.trim()}\n\nThe outputs of ${name} cannot be read: synthesize (npx cdktf synth) and initialize it (terraform -chdir=${folder} init) first.`,
    );
  }
  const found = outputs.parse(JSON.parse(stdout));
  const textOf = (output: string): string | undefined => {
    const value = Object.hasOwn(found, output) ? found[output]?.value : undefined;
    return typeof value === "string" ? value : undefined;
  };
  const stageUrl = textOf("stage_url");
  if (stageUrl === undefined) {
    throw new CannotAsk(`${name} has no output stage_url: deploy it first (npx cdktf deploy ${name}).`);
  }
  const websiteOrigin = textOf("website_url");
  const apiKeyId = textOf("api_key_id");
  return {
    stageUrl,
    functionUrls: new Map(
      Object.keys(models).flatMap((model) => {
        const url = textOf(`${model.replaceAll("-", "_")}_function_url`);
        return url === undefined ? [] : [[model, url]];
      }),
    ),
    ...(websiteOrigin === undefined ? {} : { websiteOrigin }),
    ...(apiKeyId === undefined ? {} : { apiKeyId }),
  };
}
