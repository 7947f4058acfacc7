import * as z from "zod";
import { anyNewEndpoint, newEndpoint } from "../environment/model-settings";
import { existingEndpoint } from "../environment/settings/endpoint";
import { existingVpc, newVpc } from "../environment/settings/network";
import { routeSettings } from "../environment/settings/route";
import {
  byName,
  flag,
  optional,
  propertiesOf,
  settings,
  text,
  textLike,
  withDefault,
} from "../environment/settings/setting";
import { logRetentionInDays } from "../environment/settings/stage";
import { targetSettings } from "../environment/settings/targets";
import { ArtifactBucket } from "./endpoint/artifact-bucket";
import { newFunctionSettings } from "./function/new-function";
import { Network } from "./network/network";
import { AwsScope } from "./terraform/aws-scope";

const { sagemakerEnvironmentVariableName } = propertiesOf(routeSettings);

/** Props besides those of which there are several kinds. */
const commonProps = settings({
  /** Account and region of all resources: the region of the stack's AWS provider, and its account. */
  account: z.instanceof(AwsScope),

  /**
   * Name of the new function and of the new endpoint, and prefix of the names of their roles, models and configurations.
   * 1–54 letters, digits and `-`, so that the longest name fits SageMaker's 63 characters.
   */
  name: textLike(
    /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,53}$/,
    "1–54 letters, digits and -, neither first nor last a -",
    "it is part of names of at most 63 characters: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html",
  ),

  /**
   * An existing function in this account and region: its name, or its ARN without version. Not beside `newFunction`. Its
   * role gets the permission to invoke the endpoint; its variable must already name the endpoint, or the plan fails and
   * says so.
   *
   * @default - none
   */
  existingFunction: optional(text),

  /**
   * A new function. Either `newFunction` or `existingFunction` is required.
   *
   * @default - none
   */
  newFunction: optional(newFunctionSettings),

  /**
   * Name of an existing endpoint, which does not change. Not beside `newEndpoint`.
   *
   * @default - none
   */
  existingEndpoint: optional(propertiesOf(existingEndpoint).existingEndpoint),

  ...propertiesOf(targetSettings),

  /**
   * The bucket to which an artifact is uploaded that is a file of the project. Required for such an artifact only.
   *
   * @default - none
   */
  artifacts: optional(z.instanceof(ArtifactBucket)),

  /**
   * Existing subnets and security groups, for the new function, and for a new endpoint with `inNetwork`. Not beside
   * `newVpc` or `network`.
   *
   * @default - none
   */
  existingVpc: optional(existingVpc),

  /**
   * A dedicated VPC for both: without access to the internet, with access to SageMaker's runtime only. Not beside
   * `existingVpc` or `network`.
   *
   * @default - none
   */
  newVpc: optional(newVpc),

  /**
   * A network that other functions and endpoints use, too. The owner of the network admits all of them with
   * {@link networked}. Not beside `existingVpc` or `newVpc`.
   *
   * @default - none: the function runs in Lambda's own network, the endpoint in SageMaker's
   */
  network: optional(z.instanceof(Network)),

  /**
   * The variable in which the function finds the endpoint's name.
   *
   * @default "ENDPOINT_NAME"
   */
  sagemakerEnvironmentVariableName,

  /**
   * ARN of a managed policy that is the permissions boundary of the roles of a new function and a new endpoint.
   *
   * @default - none
   */
  permissionsBoundaryArn: optional(
    textLike(
      /^arn:aws[a-z-]*:iam::(?:\d{12}|aws):policy\/[\w+=,.@/-]+$/,
      "the ARN of a managed policy, e.g. arn:aws:iam::111122223333:policy/boundary",
      "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
    ),
  ),

  /** Days that new logs are kept; one of CloudWatch's steps. */
  logRetentionInDays,

  /**
   * Refuse to plan the destruction of a new endpoint.
   *
   * @default false
   */
  protected: withDefault(flag, false),

  /**
   * Tags beyond the provider's default tags.
   *
   * @default - none
   */
  tags: withDefault(byName(text), {}),
});

/** Every prop with every setting of every kind of new endpoint: rules say which of them exclude each other, and why. */
export const anyProps = z.strictObject({
  ...propertiesOf(commonProps),
  newEndpoint: optional(anyNewEndpoint),
});

/** The props, with one kind of new endpoint at a time. */
export const props = z
  .object({
    ...propertiesOf(commonProps),
    /**
     * A new endpoint. For an artifact that the same stack puts into S3, write the object's key,
     * `s3://${bucket.bucket}/${object.key}`, so that the endpoint waits for the object. Either `newEndpoint` or
     * `existingEndpoint` is required.
     *
     * @default - none
     */
    newEndpoint: optional(newEndpoint),
  })
  .readonly();

/**
 * Props of LambdaToSagemakerEndpoint. A prop that is `undefined` counts as absent. Texts and numbers can be references to
 * other resources (`bucket.bucket`, `subnet.id`), except `name`, `newVpc`, the name of the variable and the path of the
 * code; lists and objects are written out.
 */
export interface LambdaToSagemakerEndpointProps extends z.input<typeof props> {}

/** {@link LambdaToSagemakerEndpointProps} with defaults. */
export interface ParsedProps extends z.output<typeof props> {}
