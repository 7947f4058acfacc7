import type { Environment } from "../../../src/environment/environment";
import type {
  InstanceEndpoint,
  ModelSettings,
  ServerlessEndpoint,
} from "../../../src/environment/model-settings";

/** A model on a serverless endpoint without a fault. */
export const SERVERLESS: ServerlessEndpoint = {
  artifact: "s3://amzn-s3-demo-bucket/loan-default/model.tar.gz",
  image: { algorithm: "linear-learner", tag: "1" },
  serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
};

/** A model on an endpoint on instances without a fault. */
export const INSTANCES: InstanceEndpoint = {
  artifact: "s3://amzn-s3-demo-bucket/loan-default/model.tar.gz",
  image: { algorithm: "linear-learner", tag: "1" },
  instances: { instanceType: "ml.m5.large", initialInstanceCount: 2 },
};

/** An existing file of the project. */
export const FILE = "artifacts/first.tar.gz";

/** A KMS key in the region of {@link environmentOf}. */
export const KEY_ARN = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

/** A network without a fault. */
export const NETWORK: NonNullable<Environment["network"]> = {
  vpc: { availabilityZones: ["eu-central-1a"] },
};

/** An environment whose only model has these settings. The compiler does not check the settings. */
export function environmentOf(model: object, part: Partial<Environment> = {}): Environment {
  return {
    name: "test",
    region: "eu-central-1",
    state: { local: { path: "terraform.test.tfstate" } },
    stage: { throttling: { rateLimit: 100, burstLimit: 200 }, logRetentionInDays: 7 },
    models: { "loan-default": model as ModelSettings },
    ...part,
  };
}

/** A text of `length` characters: `start`, then as many `x` as necessary, then `end`. */
export function long(start: string, length: number, end = ""): string {
  return start + "x".repeat(length - start.length - end.length) + end;
}

/** A copy of `value` with `part` at a path. */
export function changed<T extends object>(value: T, [key, ...rest]: readonly string[], part: unknown): T {
  if (key === undefined) return value;
  const copy: T = Array.isArray(value) ? Object.assign([], value) : { ...value };
  Reflect.set(copy, key, rest.length === 0 ? part : changed(Reflect.get(value, key) as object, rest, part));
  return copy;
}

/** One rule that a model breaks. */
export interface Broken {
  readonly what: string;
  readonly model: object;
  /** The properties of the environment that differ from {@link environmentOf}. */
  readonly environment?: Partial<Environment>;
  /** The path from the model, e.g. `serverless.memorySizeInMb`. */
  readonly field: string;
  readonly got: string;
  readonly allowed: string;
  readonly because: string;
}
