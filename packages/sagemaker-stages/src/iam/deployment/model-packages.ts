import type { Environment } from "../../environment/environment";
import { containersOf } from "../../environment/model-source";
import { allow, type Statement } from "../policy-document";
import { newEndpoints } from "./deployer-scaling";

/** ARNs of the versions in the Model Registry that an environment serves, each once. */
export function modelPackages(environment: Environment): string[] {
  const containers = newEndpoints(environment).flatMap(containersOf);
  return [...new Set(containers.flatMap(({ modelPackage }) => modelPackage?.arn ?? []))];
}

/** What the deployer does with a version: Terraform reads its approval, and SageMaker creates a model from it. */
const ACTIONS = ["sagemaker:CreateModel", "sagemaker:DescribeModelPackage", "sagemaker:ListTags"];

/**
 * Terraform reads the approval by the Cloud Control API, which calls SageMaker with the deployer's permissions
 * (https://docs.aws.amazon.com/cloudcontrolapi/latest/userguide/security.html). SageMaker holds CreateModel against the
 * version, too: the policy of a group of another account grants the action
 * (https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-deploy-xaccount.html).
 */
export function modelPackageStatements(environment: Environment): Statement[] {
  const packages = modelPackages(environment);
  if (packages.length === 0) return [];
  return [
    allow("UseModelPackages", ACTIONS, packages),
    // CloudFormation defines no resource type for this action.
    allow("ReadResources", ["cloudformation:GetResource"], ["*"]),
  ];
}
