import { DataAwsSagemakerPrebuiltEcrImage } from "@cdktf/provider-aws/lib/data-aws-sagemaker-prebuilt-ecr-image";
import { Fn } from "cdktf";
import type { Construct } from "constructs";
import type { ModelImageSettings } from "../../environment/model-settings";
import { ecrRepositoryArn } from "../../iam/workload/ecr-repository";
import type { Account } from "../terraform/account";
import { inExpression, isReference } from "../terraform/references";

/** An inference image. */
export interface ModelImage {
  /** Registry, repository, and tag or digest. */
  readonly uri: string;
  /** The ECR repository that holds it, in whichever account. */
  readonly repositoryArn: string;
}

/** Account, region and repository of an image in ECR, as Terraform reads them. */
const ECR_IMAGE = "^([0-9]+)[.]dkr[.]ecr[.]([a-z0-9-]+)[.][^/]+/([^:@]+)";

/** The image that an environment names; of SageMaker's own, Terraform knows the account in each region. */
export function modelImage(scope: Construct, account: Account, image: ModelImageSettings): ModelImage {
  if ("uri" in image && isReference(image.uri)) {
    const parts = Fn.regex(ECR_IMAGE, inExpression(scope, "image", image.uri));
    const [accountId, region, repository] = [0, 1, 2].map((index) => Fn.element(parts, index));
    return {
      uri: image.uri,
      repositoryArn: `arn:${account.partition}:ecr:${region}:${accountId}:repository/${repository}`,
    };
  }
  if ("uri" in image) {
    return { uri: image.uri, repositoryArn: ecrRepositoryArn(image.uri, account.partition) };
  }
  const prebuilt = new DataAwsSagemakerPrebuiltEcrImage(scope, "image", {
    repositoryName: image.algorithm,
    imageTag: image.tag,
  });
  return {
    uri: prebuilt.registryPath,
    repositoryArn: `arn:${account.partition}:ecr:${account.region}:${prebuilt.registryId}:repository/${image.algorithm}`,
  };
}
