import { DataAwsSagemakerPrebuiltEcrImage } from "@cdktf/provider-aws/lib/data-aws-sagemaker-prebuilt-ecr-image";
import { Fn } from "cdktf";
import type { Construct } from "constructs";
import { ecrRepositoryArn } from "../../aws/arn";
import type { ModelImageSettings } from "../../environment/model-settings";
import { imageRepositoryArn } from "../../iam/workload/ecr-repository";
import type { AwsScope } from "../terraform/aws-scope";
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
export function modelImage(scope: Construct, account: AwsScope, image: ModelImageSettings): ModelImage {
  if ("uri" in image && isReference(image.uri)) {
    const parts = Fn.regex(ECR_IMAGE, inExpression(scope, "image", image.uri));
    const part = (index: number): string => Fn.element(parts, index);
    return {
      uri: image.uri,
      repositoryArn: ecrRepositoryArn({
        partition: account.partition,
        region: part(1),
        accountId: part(0),
        repository: part(2),
      }),
    };
  }
  if ("uri" in image) {
    return { uri: image.uri, repositoryArn: imageRepositoryArn(image.uri, account.partition) };
  }
  const prebuilt = new DataAwsSagemakerPrebuiltEcrImage(scope, "image", {
    repositoryName: image.algorithm,
    imageTag: image.tag,
  });
  return {
    uri: prebuilt.registryPath,
    repositoryArn: account.repositoryArn(prebuilt.registryId, image.algorithm),
  };
}
