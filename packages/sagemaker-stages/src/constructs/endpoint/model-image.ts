import { DataAwsSagemakerPrebuiltEcrImage } from "@cdktf/provider-aws/lib/data-aws-sagemaker-prebuilt-ecr-image";
import { Fn } from "cdktf";
import type { Construct } from "constructs";
import { ecrRepositoryArn, imageRepositoryArn } from "../../aws/arn";
import type { ModelImageSettings } from "../../environment/model-settings";
import { type ImageAddress, imageAddress } from "../../environment/model-source";
import type { AwsScope } from "../terraform/aws-scope";
import { inExpression, isReference } from "../terraform/references";

/** An inference image. */
export interface ModelImage {
  /** Registry, repository, and tag or digest. */
  readonly uri: string;
  /** ARN of the image's ECR repository, in any account. */
  readonly repositoryArn: string;
}

/** Regular expression with which Terraform reads account, region and repository of an image in ECR. */
const ECR_IMAGE = "^([0-9]+)[.]dkr[.]ecr[.]([a-z0-9-]+)[.][^/]+/([^:@]+)";

/** The images of one endpoint. Each image is read once, and several tags of one repository have one ARN. */
export class ModelImages {
  private readonly known = new Map<string, ModelImage>();
  private readonly repositoryArns = new Map<string, string>();

  constructor(
    private readonly scope: Construct,
    private readonly account: AwsScope,
  ) {}

  /**
   * The image that an environment names. Terraform's provider contains a list of the accounts of SageMaker's images.
   *
   * @param id - id of the data source or local value that is created for a new image
   */
  get(id: string, image: ModelImageSettings): ModelImage {
    const address = imageAddress(image);
    const key = JSON.stringify(address);
    const known = this.known.get(key) ?? this.read(id, address);
    this.known.set(key, known);
    return known;
  }

  private read(id: string, address: ImageAddress): ModelImage {
    if ("repository" in address) return this.prebuilt(id, address);
    const { uri } = address;
    if (!isReference(uri)) {
      return { uri, repositoryArn: imageRepositoryArn(uri, this.account.partition) };
    }
    const parts = Fn.regex(ECR_IMAGE, inExpression(this.scope, id, uri));
    const part = (index: number): string => Fn.element(parts, index);
    return {
      uri,
      repositoryArn: ecrRepositoryArn({
        partition: this.account.partition,
        region: part(1),
        accountId: part(0),
        repository: part(2),
      }),
    };
  }

  private prebuilt(
    id: string,
    { repository, tag }: Extract<ImageAddress, { repository: string }>,
  ): ModelImage {
    const prebuilt = new DataAwsSagemakerPrebuiltEcrImage(this.scope, id, {
      repositoryName: repository,
      imageTag: tag,
    });
    const repositoryArn =
      this.repositoryArns.get(repository) ?? this.account.repositoryArn(prebuilt.registryId, repository);
    this.repositoryArns.set(repository, repositoryArn);
    return { uri: prebuilt.registryPath, repositoryArn };
  }
}
