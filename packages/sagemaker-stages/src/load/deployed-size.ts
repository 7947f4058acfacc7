import { spawnSync } from "node:child_process";
import * as z from "zod";
import { namePrefix, type ParsedEnvironment } from "../environment/environment";
import { parseJson } from "../lib/json";
import { terraformProgram } from "../lib/terraform-program";
import { LoadTestError } from "./errors";

/** The size of a deployed serverless endpoint. */
export interface DeployedSize {
  readonly memorySizeInMb: number;
  readonly maxConcurrency: number;
  /** 0 without provisioned concurrency. */
  readonly provisionedConcurrency: number;
}

const state = z.object({
  resources: z.array(
    z.object({
      mode: z.string(),
      type: z.string(),
      instances: z.array(z.object({ attributes: z.record(z.string(), z.unknown()) })),
    }),
  ),
});

const variants = z.tuple([
  z.object({
    serverless_config: z.tuple([
      z.object({
        memory_size_in_mb: z.number(),
        max_concurrency: z.number(),
        provisioned_concurrency: z.nullish(z.number()),
      }),
    ]),
  }),
]);

/** The state of a large environment needs some megabytes. */
const MAX_STATE_IN_BYTES = 256 * 1024 * 1024;

/**
 * Reads the size of a model's deployed serverless endpoint from the state of the environment's stack. The settings can
 * already contain the size of the next deployment. The state contains secrets: no message contains a value of the state.
 *
 * @returns `undefined` if the state contains no serverless endpoint of the model
 * @throws LoadTestError if Terraform cannot read the state
 */
export function readDeployedSize(environment: ParsedEnvironment, model: string): DeployedSize | undefined {
  const terraform = terraformProgram();
  const folder = `cdktf.out/stacks/${environment.name}`;
  const { status, stdout, stderr, error } = spawnSync(terraform, [`-chdir=${folder}`, "state", "pull"], {
    encoding: "utf8",
    maxBuffer: MAX_STATE_IN_BYTES,
  });
  if (error !== undefined) throw new LoadTestError(`${terraform}: ${error.message}`);
  if (status !== 0) {
    throw new LoadTestError(`${stderr.trim()}\n\nThe state of ${environment.name} cannot be read.`);
  }
  const { data: pulled } = state.safeParse(parseJson(stdout));
  if (pulled === undefined) {
    throw new LoadTestError(
      `The state of ${environment.name} has an unknown format; allowed: a state of Terraform 1 or of OpenTofu. Deploy the environment first: npx cdktf deploy ${environment.name}`,
    );
  }
  const attributesOf = (type: string) =>
    pulled.resources
      .filter((resource) => resource.mode === "managed" && resource.type === type)
      .flatMap(({ instances }) => instances.map(({ attributes }) => attributes));
  const endpoint = attributesOf("aws_sagemaker_endpoint").find(
    ({ name }) => name === `${namePrefix(environment)}-${model}`,
  );
  const configuration = attributesOf("aws_sagemaker_endpoint_configuration").find(
    ({ name }) => name === endpoint?.endpoint_config_name,
  );
  const { data } = variants.safeParse(configuration?.production_variants);
  if (endpoint === undefined || data === undefined) return undefined;
  const [{ serverless_config }] = data;
  const [{ memory_size_in_mb, max_concurrency, provisioned_concurrency }] = serverless_config;
  return {
    memorySizeInMb: memory_size_in_mb,
    maxConcurrency: max_concurrency,
    provisionedConcurrency: provisioned_concurrency ?? 0,
  };
}
