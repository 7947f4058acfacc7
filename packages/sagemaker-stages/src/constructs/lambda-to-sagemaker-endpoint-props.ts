import * as z from "zod";
import { anyNewEndpoint, newEndpoint } from "../environment/model-settings";
import { existingEndpoint } from "../environment/settings/endpoint/endpoint";
import { targetSettings } from "../environment/settings/endpoint/targets";
import { routeSettings } from "../environment/settings/model/route";
import { existingVpc, newVpc } from "../environment/settings/network";
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
import { ArtifactBucket } from "./endpoint/artifact-bucket";
import { newFunctionSettings } from "./function/new-function";
import { Network } from "./network/network";
import { AwsScope } from "./terraform/aws-scope";

const { sagemakerEnvironmentVariableName } = propertiesOf(routeSettings);

/** Every prop except `newEndpoint`: new endpoints have several kinds. */
const commonProps = settings({
  /** Account and region of all resources. They must be the account and region of the stack's AWS provider. */
  account: z.instanceof(AwsScope),

  /**
   * Name of the new function and of the new endpoint, and prefix of the names of their roles, models and configurations.
   * 1–54 letters, digits and `-`, so that the longest name fits SageMaker's 63 characters.
   */
  name: textLike(
    /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,53}$/,
    "1–54 letters, digits and -, not starting or ending with -",
    "the name is part of names of at most 63 characters: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html",
  ),

  /**
   * An existing function in this account and region: its name, or its ARN without version. Not together with
   * `newFunction`. Its role gets the permission to invoke the endpoint. The function's variable must already contain
   * the endpoint's name, or the plan fails with an error.
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
   * Name of an existing endpoint. The endpoint does not change. Not together with `newEndpoint`.
   *
   * @default - none
   */
  existingEndpoint: optional(propertiesOf(existingEndpoint).existingEndpoint),

  ...propertiesOf(targetSettings),

  /**
   * The bucket for an artifact that is a file of the app. Required only for such an artifact.
   *
   * @default - none
   */
  artifacts: optional(z.instanceof(ArtifactBucket)),

  /**
   * Existing subnets and security groups, for the new function, and for a new endpoint with `inNetwork`. Not together with
   * `newVpc` or `network`.
   *
   * @default - none
   */
  existingVpc: optional(existingVpc),

  /**
   * A dedicated VPC for the function and the endpoint, without access to the internet. The VPC reaches only SageMaker's
   * runtime and S3. Not together with `existingVpc` or `network`.
   *
   * @default - none
   */
  newVpc: optional(newVpc),

  /**
   * A network that other functions and endpoints use, too. The owner of the network passes the `networkMember()`
   * of each construct to `network.grantAccess()`. Not together with `existingVpc` or `newVpc`.
   *
   * @default - none: the function runs in Lambda's own network, the endpoint in SageMaker's
   */
  network: optional(z.instanceof(Network)),

  /**
   * The variable from which the function reads the endpoint's name.
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
   * Whether Terraform refuses to plan the destruction of a new endpoint.
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

/** Every prop with the settings of every kind of new endpoint. Rules report settings that exclude each other, with the reason. */
export const anyProps = z.strictObject({
  ...propertiesOf(commonProps),
  newEndpoint: optional(anyNewEndpoint),
});

/** The props, with one kind of new endpoint. */
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
 * Props of LambdaToSagemakerEndpoint. A prop that is `undefined` is absent. Texts and numbers can be references to
 * other resources (`bucket.bucket`, `subnet.id`), except `name`, `newVpc`, the name of the variable and the path of the
 * code. Lists and objects are literals, and their values can be references.
 *
 * @example A new serverless endpoint from an artifact in S3
 * const props: LambdaToSagemakerEndpointProps = {
 *   account: new AwsScope(this, { region: "eu-central-1", accountId: "111122223333" }),
 *   name: "shop-scoring",
 *   newFunction: { code: functionPackage("scoring", folder), description: "Scores orders" },
 *   newEndpoint: {
 *     artifact: `s3://${bucket.bucket}/${model.key}`,
 *     image: { framework: "xgboost", version: "1.7-1" },
 *     serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
 *   },
 *   logRetentionInDays: 30,
 * };
 */
export interface LambdaToSagemakerEndpointProps extends z.input<typeof props> {}

/** {@link LambdaToSagemakerEndpointProps} with defaults. */
export interface ParsedProps extends z.output<typeof props> {}
