import type { Environment } from "../../environment/environment";
import { containersOf } from "../../environment/model-source";
import { allow, type Statement } from "../policy-document";
import { newEndpoints } from "./deployer-scaling";

/** ARNs of the model packages in the Model Registry that an environment serves, each once. */
export function modelPackages(environment: Environment): string[] {
  const containers = newEndpoints(environment).flatMap(containersOf);
  return [...new Set(containers.flatMap(({ modelPackage }) => modelPackage?.arn ?? []))];
}

/** Actions on a model package: Terraform reads the approval, and SageMaker creates a model from the package. */
const ACTIONS = ["sagemaker:CreateModel", "sagemaker:DescribeModelPackage", "sagemaker:ListTags"];

/**
 * Terraform reads the approval through the Cloud Control API, which calls SageMaker with the deployer's permissions
 * (https://docs.aws.amazon.com/cloudcontrolapi/latest/userguide/security.html). SageMaker also evaluates CreateModel on the
 * package: the policy of a package group in another account grants the action
 * (https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-deploy-xaccount.html).
 */
export function modelPackageStatements(environment: Environment): Statement[] {
  const packages = modelPackages(environment);
  if (packages.length === 0) return [];
  return [
    allow("UseModelPackages", ACTIONS, packages),
    // CloudFormation defines no resource type for this action.
    allow("GetResources", ["cloudformation:GetResource"], ["*"]),
  ];
}
