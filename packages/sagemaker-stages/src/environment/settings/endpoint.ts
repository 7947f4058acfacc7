import type * as z from "zod";
import { containerSettings } from "./container";
import { containerInvocation, namedContainers } from "./containers";
import { dataCaptureSettings } from "./data-capture";
import { instanceSettings } from "./instances";
import { serverlessSettings } from "./serverless";
import { flag, optional, propertiesOf, rule, settings, text, withDefault } from "./setting";
import { targetContainer, targetSettings } from "./targets";

/** A serverless endpoint costs nothing at rest; the first request after a pause waits for a cold start. */
export const serverlessEndpoint = settings({
  ...propertiesOf(containerSettings),
  /** Size. An endpoint on instances cannot become serverless: give the model a new environment, or destroy first. */
  serverless: serverlessSettings,
});

/** An endpoint on instances, which run and cost money all the time. */
export const instanceEndpoint = settings({
  ...propertiesOf(containerSettings),

  /**
   * Two to fifteen containers on each instance, in place of `image`, `artifact` and `modelPackage`, which each container
   * has (https://docs.aws.amazon.com/sagemaker/latest/dg/multi-container-endpoints.html).
   *
   * @default - one container
   */
  containers: optional(namedContainers),

  /**
   * - `series`: the request passes all containers in their order, and each answers to the next
   *   (https://docs.aws.amazon.com/sagemaker/latest/dg/inference-pipelines.html).
   * - `direct`: the container `targetContainer` alone answers
   *   (https://docs.aws.amazon.com/sagemaker/latest/dg/multi-container-direct.html).
   *
   * @default "series"
   */
  invocation: optional(containerInvocation),

  /**
   * Name of the container that answers the route, with `invocation: "direct"`. Not beside `existingFunction`, whose code
   * decides.
   *
   * @default - none
   */
  targetContainer,

  /** Type and number of the instances. */
  instances: instanceSettings,

  /**
   * Run the containers in the environment's `network`. With a new VPC, the gateway endpoint of S3 lets the endpoint's
   * role read its artifact's bucket and nothing else. Move an artifact to another bucket in two steps, therefore: first
   * deploy a copy of the old artifact in the new bucket, then the new artifact. Otherwise instances of the old version
   * cannot read their artifact during the update. With an existing VPC, S3 must be reachable from the VPC, and the
   * subnets must belong to the account: subnets that another account shares have ARNs that the role does not name.
   *
   * @default false
   */
  inNetwork: withDefault(flag, false),

  /**
   * Block all network access of the containers, and their access to the role's credentials. SageMaker itself still
   * downloads the artifact
   * (https://docs.aws.amazon.com/sagemaker/latest/dg/mkt-algo-model-internet-free.html).
   *
   * @default false
   */
  networkIsolation: withDefault(flag, false),

  /**
   * ARN of a KMS key for the volumes of the instances, not an alias. Not for types with local storage, such as
   * `ml.m5d` or `ml.g5`, whose hardware encrypts the storage with its own key
   * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html). The key's policy must
   * let the endpoint's role and the deployer create grants.
   *
   * @default - none: AWS encrypts with its own key
   */
  volumeKeyArn: optional(text),

  /**
   * Write requests and answers to S3, for a model monitor. They are the callers' data: choose a private bucket whose
   * lifecycle rule deletes them.
   *
   * @default - none
   */
  dataCapture: optional(dataCaptureSettings),
});

/** An existing endpoint, e.g. an endpoint that a notebook created. */
export const existingEndpoint = settings({
  /**
   * Name of the endpoint: 1–63 letters, digits and `-`, in the environment's account and region. The environment does
   * not change the endpoint; it adds functions and policies that name it.
   */
  existingEndpoint: rule(text, {
    holds: (name) => name.length <= 63 && /^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/.test(name),
    allowed: "1–63 letters, digits and -, the first and the last no -",
    source: "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html",
  }),
  ...propertiesOf(targetSettings),
});

/** A serverless endpoint. */
export type ServerlessEndpoint = z.input<typeof serverlessEndpoint>;

/** An endpoint on instances. */
export type InstanceEndpoint = z.input<typeof instanceEndpoint>;

/** {@link InstanceEndpoint} with defaults. */
export type ParsedInstanceEndpoint = z.output<typeof instanceEndpoint>;

/** A dedicated endpoint of the environment. */
export type NewEndpoint = ServerlessEndpoint | InstanceEndpoint;

/** An existing endpoint. */
export type ExistingEndpoint = z.input<typeof existingEndpoint>;
