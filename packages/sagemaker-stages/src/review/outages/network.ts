import { deployedValues } from "../reading/deployed-values";
import type { Plan } from "../reading/plan";
import type { PlannedResource } from "../reading/planned-resource";
import { at, textOf, type Values } from "../reading/values";
import type { Outage } from "./outage";

/** The service of a VPC endpoint with which functions call SageMaker endpoints, in every partition. */
const RUNTIME = /\.sagemaker\.runtime(?:-fips)?$/;

/**
 * Functions that stay, and whose VPC loses its VPC endpoint of SageMaker's runtime. Terraform orders the update of a function after
 * the deletion of everything on which the function depended
 * (https://github.com/hashicorp/terraform/blob/v1.10.0/internal/terraform/transform_destroy_edge.go): until the update, the function
 * reaches no endpoint.
 *
 * @param lost - addresses in Terraform of the resources that the plan destroys or replaces
 */
export function networkOutages(plan: Plan, lost: ReadonlySet<string>): Outage[] {
  const endpoints = plan.resources.filter(
    ({ type, deposed, before, after }) =>
      type === "aws_vpc_endpoint" &&
      deposed === undefined &&
      RUNTIME.test(textOf((after ?? before)?.service_name) ?? ""),
  );
  const isDeleted = ({ address }: PlannedResource): boolean => lost.has(address);
  return plan.resources.flatMap((resource): Outage[] => {
    const { before, after } = deployedValues(resource);
    const { type, path, address, deposed } = resource;
    if (type !== "aws_lambda_function" || deposed !== undefined || isDeleted(resource)) return [];
    const vpc = vpcOf(before);
    if (vpc === undefined || after === undefined) return [];
    const ofVpc = endpoints.filter((one) => textOf(one.before?.vpc_id) === vpc);
    // Another VPC endpoint of the VPC that stays answers in place of the deleted VPC endpoint.
    if (ofVpc.length === 0 || !ofVpc.every(isDeleted)) return [];
    const keepsVpc = vpcOf(after) === vpc;
    const isRestored = endpoints.some((one) => one.after !== undefined);
    const name = textOf(before?.function_name);
    return [
      {
        cause: "network",
        subject: { kind: "resource", type, name: name === undefined ? path : plan.scrub(name) },
        lasts: keepsVpc && !isRestored ? "permanent" : "apply",
        undetermined: false,
        path,
        address,
      },
    ];
  });
}

function vpcOf(values: Values | undefined): string | undefined {
  return textOf(at(values, "vpc_config", 0, "vpc_id"));
}
