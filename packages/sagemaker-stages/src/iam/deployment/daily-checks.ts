import type { Environment } from "../../environment/environment";
import { routeAccess } from "../../environment/model-settings";
import { artifactsOf, containersOf, isInS3, s3LocationOf } from "../../environment/model-source";
import type { ModelRoutes } from "../../models";
import { allow, type PolicyDocument, policyDocument, type Statement } from "../policy-document";
import { newEndpoints } from "./deployer-scaling";
import { EnvironmentArns } from "./environment-arns";
import { imageRepositories } from "./image-repositories";
import { smokeTestPolicy } from "./smoke-test";

/**
 * Policy of the daily checks of a deployed environment: the smoke test with its API keys, and reads that show whether the
 * images and the artifacts outside of the environment's bucket still exist. The checks read no artifact and no layer of an
 * image, and not Terraform's state.
 *
 * @param accountId - 12 digits
 * @param routes - the route of each model
 * @param registryOf - see `boundaryPolicy`
 * @returns `undefined` if the checks need no permission
 */
export function dailyChecksPolicy(
  environment: Environment,
  accountId: string,
  routes: ModelRoutes,
  registryOf: (algorithm: string) => string = () => "*",
): PolicyDocument | undefined {
  const arns = new EnvironmentArns(environment, accountId);
  const statements = [
    ...(smokeTestPolicy(environment, accountId, routes)?.Statement ?? []),
    ...keyStatements(arns),
    ...artifactStatements(arns),
    ...imageStatements(arns, registryOf),
  ];
  return statements.length === 0 ? undefined : policyDocument(...statements);
}

/** API Gateway assigns the ids of keys, so that a condition identifies the environment's keys by the tag `Environment`. */
function keyStatements(arns: EnvironmentArns): Statement[] {
  const { environment, prefix } = arns;
  if (!Object.values(environment.models).some((settings) => routeAccess(settings) === "API_KEY")) return [];
  return [
    allow("ReadApiKeys", ["apigateway:GET"], [arns.apiGatewayArn("/apikeys/*")], {
      StringEquals: { "aws:ResourceTag/Environment": prefix },
    }),
  ];
}

/**
 * A list with the key of an artifact as its prefix shows whether the artifact exists; HeadObject would require the permission
 * to read the artifact. Terraform's state contains the objects of the environment's own bucket.
 */
function artifactStatements(arns: EnvironmentArns): Statement[] {
  const prefixes = new Map<string, Set<string>>();
  for (const source of newEndpoints(arns.environment).flatMap(containersOf)) {
    if (source.pinned !== undefined || source.modelPackage !== undefined) continue;
    for (const artifact of artifactsOf(source).filter(isInS3)) {
      const bucket = s3LocationOf(artifact)?.bucket ?? "";
      const known = prefixes.get(bucket) ?? new Set();
      prefixes.set(bucket, known.add(artifact.slice(`s3://${bucket}/`.length)));
    }
  }
  // Each bucket has its own statement: the prefixes of one bucket do not apply to another bucket.
  return [...prefixes].map(([bucket, keys], index) =>
    allow(`ListArtifacts${index === 0 ? "" : index + 1}`, ["s3:ListBucket"], [arns.bucketArn(bucket)], {
      StringEquals: { "s3:prefix": [...keys] },
    }),
  );
}

/**
 * The manifest shows that an image exists. The endpoints' roles have the same permission, so that the policy of a repository in
 * another account, such as the repositories of SageMaker's images, allows the action if it allows the pull.
 */
function imageStatements(arns: EnvironmentArns, registryOf: (algorithm: string) => string): Statement[] {
  const containers = newEndpoints(arns.environment)
    .flatMap(containersOf)
    .filter(({ modelPackage }) => modelPackage === undefined);
  const repositories = new Set(imageRepositories(arns, containers, registryOf));
  if (repositories.size === 0) return [];
  return [allow("ReadImageManifests", ["ecr:BatchGetImage"], [...repositories])];
}
