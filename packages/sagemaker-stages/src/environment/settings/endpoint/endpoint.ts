import type * as z from "zod";
import { containerInvocation, namedContainers } from "../model-source/containers";
import { modelSource } from "../model-source/model-source";
import { releaseSetting } from "../model-source/release";
import { flag, optional, propertiesOf, rule, settings, text, withDefault } from "../setting";
import { dataCaptureSettings } from "./data-capture";
import { deploymentSettings } from "./deployment";
import { instanceSettings } from "./instances";
import { serverlessSettings } from "./serverless";
import { targetContainer, targetModel, targetModels, targetSettings } from "./targets";

/** Settings of the model of a new endpoint, serverless or on instances. */
const containerSettings = settings({
  ...propertiesOf(modelSource),

  /**
   * The id of a release, e.g. `2026-11-20`: the file `functions/<model>/releases/<id>.json` pins the artifact by its SHA-256,
   * the image by its digest, and the metrics. `release` replaces `artifact`, `artifactKeyArn`, `image`, `modelPackage`,
   * `containerEnvironment`, `hubRevision` and `containers`. Terraform copies an artifact in S3 to a private bucket of the
   * environment, and creates no model unless S3 computes the pinned SHA-256. `npx sagemaker-stages release` writes the file,
   * and `npx sagemaker-stages promote` changes the id (`docs/releases.md`).
   *
   * @default - none: the settings name the artifact and the image
   */
  release: optional(releaseSetting),

  /**
   * The deployment and the rollback of an update. Not available for `ml.inf1` instances: they do
   * not support deployment guardrails
   * (https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-exclusions.html).
   *
   * @default - SageMaker's default: blue/green, all traffic at once, with a rollback if the new model does not start
   */
  deployment: optional(deploymentSettings),
});

/** A new serverless endpoint. It costs nothing while idle. The first request after a pause waits for a cold start. */
export const serverlessEndpoint = settings({
  ...propertiesOf(containerSettings),
  /**
   * The size of the serverless endpoint. AWS cannot change an endpoint on instances to serverless: serve the model from
   * another environment, or destroy the endpoint first.
   */
  serverless: serverlessSettings,
});

/** A new endpoint on instances. The instances run and cost money all the time. */
export const instanceEndpoint = settings({
  ...propertiesOf(containerSettings),

  /**
   * 2–15 containers on each instance. Each container has its own `image`, `artifact` or `modelPackage`; the model
   * itself then cannot have these settings
   * (https://docs.aws.amazon.com/sagemaker/latest/dg/multi-container-endpoints.html).
   *
   * @default - one container
   */
  containers: optional(namedContainers),

  /**
   * How SageMaker invokes the `containers`.
   * - `series`: the containers run in their order, and the answer of each container is the request of the next
   *   (https://docs.aws.amazon.com/sagemaker/latest/dg/inference-pipelines.html).
   * - `direct`: only the container `targetContainer` answers
   *   (https://docs.aws.amazon.com/sagemaker/latest/dg/multi-container-direct.html).
   *
   * @default "series"
   */
  invocation: optional(containerInvocation),

  /**
   * Name of the container that answers the route. Required for `invocation: "direct"`. Cannot be combined with
   * `existingFunction`: the function's code chooses the container.
   *
   * @default - none
   */
  targetContainer,

  /**
   * Serve many models of one framework from one endpoint: a multi-model endpoint
   * (https://docs.aws.amazon.com/sagemaker/latest/dg/multi-model-endpoints.html). `artifact` is then a prefix in S3 with a
   * slash at its end, and each model is an archive below the prefix. SageMaker loads a model at its first request. A new
   * archive below the prefix needs no deployment. Each request names its model: `targetModel` or `targetModels` is required.
   * Not together with `containers`, `modelPackage`, `release` and `instances.async`. An image by `framework` or `algorithm` must
   * support many models, and only `sagemaker-tritonserver` and images by `uri` can have accelerated instances
   * (https://docs.aws.amazon.com/sagemaker/latest/dg/multi-model-support.html). If the setting of a deployed model changes, its
   * route fails during the update of the endpoint: use a new model instead (`docs/endpoint-targets.md`).
   *
   * @default false
   */
  multiModel: withDefault(flag, false),

  /**
   * The model of a multi-model endpoint that answers: the archive's key below `artifact`, e.g. `eu/iris.tar.gz`, without `s3://`, a
   * slash at its start and `..` between slashes
   * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html). The function's role may
   * invoke only this model. Requires `multiModel`. Cannot be combined with `targetModels`.
   *
   * @default - none
   */
  targetModel,

  /**
   * The models of a multi-model endpoint from which the contract chooses, with the header `targetModel` of its request:
   * names, or patterns in which `*` matches any characters and `?` matches one character, e.g. `shop-*.tar.gz`. The
   * function's role may invoke only these models, whatever a caller sends
   * (https://docs.aws.amazon.com/sagemaker/latest/dg/multi-model-endpoint-security.html). Requires `multiModel`. Cannot be
   * combined with `targetModel`.
   *
   * @default - none
   */
  targetModels,

  /** Type and number of the instances. */
  instances: instanceSettings,

  /**
   * Run the containers in the environment's `network`. In a new VPC, the gateway endpoint of S3 permits the endpoint's
   * role to read only the bucket of its artifact. Therefore move an artifact to another bucket in two steps: first
   * deploy a copy of the old artifact in the new bucket, then deploy the new artifact. Otherwise instances of the old
   * version cannot read their artifact during the update. In an existing VPC, S3 must be reachable, and the subnets
   * must be in this account: the policy of the endpoint's role does not name subnets that another account shares.
   *
   * @default false
   */
  inNetwork: withDefault(flag, false),

  /**
   * Block all network access of the containers, and their access to the role's credentials. SageMaker still downloads the
   * artifact
   * (https://docs.aws.amazon.com/sagemaker/latest/dg/mkt-algo-model-internet-free.html).
   *
   * @default false
   */
  networkIsolation: withDefault(flag, false),

  /**
   * ARN of a KMS key for the volumes of the instances, not an alias. Not for instance types with local storage, such as
   * `ml.m5d` or `ml.g5`, whose hardware encrypts the storage with its own key
   * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html). The key's policy must
   * let the endpoint's role and the deployer create grants.
   *
   * @default - none: AWS encrypts with its own key
   */
  volumeKeyArn: optional(text),

  /**
   * Write requests and answers to S3, for a model monitor. The captured data belongs to callers: choose a private bucket
   * whose lifecycle rule deletes the data. SageMaker's Model Monitor supports only endpoints with one model, not `multiModel`
   * (https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor.html).
   *
   * @default - none
   */
  dataCapture: optional(dataCaptureSettings),
});

/** An existing endpoint, for example one that a notebook created. */
export const existingEndpoint = settings({
  /**
   * Name of the existing endpoint: 1–63 letters, digits and `-`, in the environment's account and region. The environment
   * does not change the endpoint, and creates functions and policies that name the endpoint.
   */
  existingEndpoint: rule(text, {
    holds: (name) => name.length <= 63 && /^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/.test(name),
    allowed: "1–63 letters, digits and -, not starting or ending with -",
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
