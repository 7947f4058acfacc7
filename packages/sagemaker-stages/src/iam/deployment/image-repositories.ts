import { imageRepositoryArn } from "../../aws/arn";
import { type ContainerSource, imageAddress, imagesOf } from "../../environment/model-source";
import type { EnvironmentArns } from "./environment-arns";

/**
 * ARNs of the repositories of the containers' images, in any account.
 *
 * @param registryOf - the account of SageMaker's registry in the environment's region, by the image's repository
 */
export function imageRepositories(
  arns: EnvironmentArns,
  containers: readonly ContainerSource[],
  registryOf: (algorithm: string) => string,
): string[] {
  return containers
    .flatMap(imagesOf)
    .map(imageAddress)
    .map((image) =>
      "uri" in image
        ? imageRepositoryArn(image.uri, arns.partition)
        : arns.repositoryArn(registryOf(image.repository), image.repository),
    );
}
