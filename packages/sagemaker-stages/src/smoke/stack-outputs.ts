import { readFileSync } from "node:fs";
import * as z from "zod";
import type { ParsedEnvironment } from "../environment/environment";
import { parseJson } from "../lib/json";
import { readTerraformOutputs } from "../lib/terraform-outputs";
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

/**
 * Reads the outputs of an environment's stack with `terraform output`, or from a file.
 *
 * @param environment - without a file, its stack must be synthesized and initialized in this folder
 * @param file - a file with the output of `terraform output -json`
 * @throws SmokeTestError if the outputs cannot be read, or if the environment is not deployed
 */
export function readStackOutputs(environment: ParsedEnvironment, file?: string): StackOutputs {
  const { name, models, customers } = environment;
  const found = file === undefined ? readStack(name) : readFile(file);
  const textOf = (output: string): string | undefined => {
    const value = found.get(output);
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
        const { data } = keyIds.safeParse(found.get(output));
        return data === undefined ? [] : [[customer, data]];
      }),
    ),
    ...(websiteOrigin === undefined ? {} : { websiteOrigin }),
    ...(executeApiUrl === undefined ? {} : { executeApiUrl }),
    ...(apiKeyId === undefined ? {} : { apiKeyId }),
  };
}

/** The shape of `terraform output -json`. */
const outputs = z.record(z.string(), z.object({ value: z.unknown() }));

/** The values of outputs by name. */
type Values = ReadonlyMap<string, unknown>;

/** Runs `terraform output` in the folder of a synthesized and initialized stack. */
function readStack(name: string): Values {
  const found = readTerraformOutputs(name);
  if ("fault" in found) throw new SmokeTestError(found.fault);
  return found.values;
}

/** The values are not part of the message: another file could contain secrets. */
function readFile(file: string): Values {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new SmokeTestError(
      `--outputs: ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  const { data } = outputs.safeParse(parseJson(text));
  if (data !== undefined) return new Map(Object.entries(data).map(([name, { value }]) => [name, value]));
  throw new SmokeTestError(
    `--outputs: got a file in another format, ${file}; allowed: the output of terraform output -json`,
  );
}
