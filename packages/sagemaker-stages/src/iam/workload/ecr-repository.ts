import { ecrRepositoryArn } from "../../aws/arn";

/**
 * ARN of the repository that an image is in.
 *
 * @param uri - `<account>.dkr.ecr.<region>.<domain>/<repository>` with a tag or digest
 */
export function imageRepositoryArn(uri: string, partition: string): string {
  const [registry = "", repositoryAndVersion = ""] = uri.split(/\/(.*)/s);
  const [accountId = "", , , region = ""] = registry.split(".");
  const [repository = ""] = repositoryAndVersion.split(/[:@]/);
  return ecrRepositoryArn({ partition, region, accountId, repository });
}
