import { NotServable } from "../errors";
import { type Read, read } from "./interpreted";
import type { Stack } from "./stack";

/** A SageMaker endpoint that functions or clients ask. */
export interface EndpointDefinition {
  readonly name: string;
  /** The model, by the tag `Model`. */
  readonly model: string;
  readonly variantName: string;
  /** What it runs on, on AWS. */
  readonly compute: EndpointCompute;
  readonly region: string;
  readonly accountId: string;
}

/** What an endpoint runs on, on AWS. */
export type EndpointCompute =
  | {
      readonly kind: "serverless";
      /** Invocations at once; more are throttled. */
      readonly maxConcurrency: number;
    }
  | {
      readonly kind: "instances";
      readonly instanceType: string;
      /** How many each new configuration starts from. */
      readonly initialInstanceCount: number;
    }
  /** It is not the stack's, which therefore does not say. */
  | { readonly kind: "existing" };

/** The variable in which this project's functions look for their endpoint's name. */
export const ENDPOINT_VARIABLE = "ENDPOINT_NAME";

/** What SageMaker's own tools name a variant; the stack does not say what the owner named it. */
const USUAL_VARIANT_NAME = "AllTraffic";

/**
 * The endpoints of a stack: its own, and those that its functions ask and somebody else has made, each once.
 *
 * @throws NotServable where an endpoint has no configuration
 */
export function readEndpoints(stack: Stack): EndpointDefinition[] {
  const own = readOwnEndpoints(stack);
  const existing = new Map<string, EndpointDefinition>();
  for (const { values } of read(stack, "aws_lambda_function")) {
    const name = values.environment?.variables[ENDPOINT_VARIABLE];
    if (name === undefined || existing.has(name) || own.some((endpoint) => endpoint.name === name)) continue;
    existing.set(name, {
      name,
      model: values.tags?.Model ?? name,
      variantName: USUAL_VARIANT_NAME,
      compute: { kind: "existing" },
      region: stack.region,
      accountId: stack.accountId,
    });
  }
  return [...own, ...existing.values()];
}

function readOwnEndpoints(stack: Stack): EndpointDefinition[] {
  const configurations = read(stack, "aws_sagemaker_endpoint_configuration");
  return read(stack, "aws_sagemaker_endpoint").map(({ values }) => {
    const configuration = configurations.find(({ values: c }) => c.name === values.endpoint_config_name);
    if (configuration === undefined) {
      throw new NotServable(
        `endpoint ${values.name}: got no configuration named ${values.endpoint_config_name}`,
      );
    }
    const [variant] = configuration.values.production_variants;
    return {
      name: values.name,
      model: values.tags?.Model ?? values.name,
      variantName: variant.variant_name,
      compute: computeOf(variant),
      region: stack.region,
      accountId: stack.accountId,
    };
  });
}

type Variant = Read<"aws_sagemaker_endpoint_configuration">["values"]["production_variants"][0];

function computeOf(variant: Variant): EndpointCompute {
  if ("serverless_config" in variant) {
    return { kind: "serverless", maxConcurrency: variant.serverless_config.max_concurrency };
  }
  const { instance_type: instanceType, initial_instance_count: initialInstanceCount } = variant;
  return { kind: "instances", instanceType, initialInstanceCount };
}
