import type { SagemakerModelContainer } from "@cdktf/provider-aws/lib/sagemaker-model";
import type { ITerraformDependable } from "cdktf";
import { type ContainerSource, imagesOf, variablesOf } from "../../environment/model-source";
import { omitUndefined } from "../../lib/omit-undefined";
import { terraformText } from "../terraform/terraform-json";
import type { Artifact } from "./artifact-bucket";
import type { ModelImage, ModelImages } from "./model-image";
import type { RevisionContent } from "./revision";

/** A container of a model, with the artifacts that SageMaker reads for it. */
export interface SourcedContainer {
  readonly source: ContainerSource;
  /** The container's artifact, or the artifacts of its model package. */
  readonly artifacts: readonly Artifact[];
}

/** A container of a model with its arguments for Terraform. */
export class ModelContainer {
  readonly source: ContainerSource;
  readonly artifacts: readonly Artifact[];
  /** ARNs of the ECR repositories of its images, in any account. */
  readonly repositoryArns: readonly string[];
  private readonly images: readonly ModelImage[];

  /** @param images - the images of the endpoint */
  constructor({ source, artifacts }: SourcedContainer, images: ModelImages) {
    this.source = source;
    this.artifacts = artifacts;
    const id = source.name === undefined ? "image" : `image-${source.name}`;
    this.images = imagesOf(source).map((image, index) =>
      images.get(index === 0 ? id : `${id}-${index + 1}`, image),
    );
    this.repositoryArns = this.images.map(({ repositoryArn }) => repositoryArn);
  }

  /** The container's block of `aws_sagemaker_model`. */
  get definition(): SagemakerModelContainer {
    const { name, modelPackage } = this.source;
    const { artifactUrl: url, mode } = this;
    const isUncompressed = mode === undefined && url?.endsWith("/") === true;
    return omitUndefined({
      containerHostname: name,
      image: this.imageUri,
      mode,
      modelDataUrl: isUncompressed ? undefined : url,
      modelDataSource: isUncompressed
        ? { s3DataSource: [{ s3Uri: url, s3DataType: "S3Prefix", compressionType: "None" }] }
        : undefined,
      modelPackageName: modelPackage?.arn,
      environment: this.variables,
    });
  }

  /** Values whose change requires a new model. The version of a model package includes its images and artifacts. */
  get content(): RevisionContent {
    return omitUndefined({
      artifact: this.artifactUrl,
      image: this.imageUri,
      environment: this.variables,
      modelPackage: this.source.modelPackage?.arn,
      mode: this.mode,
    });
  }

  /** Resources that must exist before SageMaker can read the artifacts. */
  get dependsOn(): readonly ITerraformDependable[] {
    return this.artifacts.flatMap(({ dependsOn }) => dependsOn);
  }

  /**
   * SageMaker's mode of a container with many models, whose `model_data_url` is a prefix
   * (https://docs.aws.amazon.com/sagemaker/latest/dg/create-multi-model-endpoint.html).
   */
  private get mode(): "MultiModel" | undefined {
    return this.source.multiModel === true ? "MultiModel" : undefined;
  }

  private get artifactUrl(): string | undefined {
    const [artifact] = this.source.modelPackage === undefined ? this.artifacts : [];
    return artifact && terraformText(artifact.url);
  }

  private get imageUri(): string | undefined {
    return this.source.modelPackage === undefined ? this.images[0]?.uri : undefined;
  }

  /** The variables; `undefined` without variables. The values are escaped, because they can look like Terraform expressions. */
  private get variables(): Record<string, string> | undefined {
    const escaped = Object.entries(variablesOf(this.source)).map(([name, value]) => [
      name,
      terraformText(value),
    ]);
    return escaped.length === 0 ? undefined : Object.fromEntries(escaped);
  }
}
