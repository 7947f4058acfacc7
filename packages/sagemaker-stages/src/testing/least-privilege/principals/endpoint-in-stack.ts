import { serviceDomain } from "../../../aws/partition";
import type { JsonObject } from "../../terraform";
import { requireMembers } from "../policy";
import { type AllowedRequest, only } from "../request";
import type { ResolvedStack, Resource } from "../resolved-stack";
import { requireOne } from "./principal";

/** A new endpoint with its configuration, model and role. */
export interface EndpointInStack {
  readonly name: string;
  readonly variantName: string;
  readonly roleArn: string;
  readonly endpoint: Resource;
  readonly configuration: Resource;
  readonly model: Resource;
}

/** A request of an endpoint's role, without the parts that every request of the role has. */
export type RoleRequest = Pick<AllowedRequest, "action" | "resource" | "reason" | "source"> &
  Partial<Pick<AllowedRequest, "context" | "vpcEndpoint">>;

/** Known arguments of a variant. None of these arguments needs a permission. */
const VARIANT = [
  "container_startup_health_check_timeout_in_seconds",
  "initial_instance_count",
  "instance_type",
  "model_name",
  "serverless_config",
  "variant_name",
];

/** Every endpoint with its model. The endpoint's configuration names the model. */
export function endpointsOf(stack: ResolvedStack): EndpointInStack[] {
  return stack.all("aws_sagemaker_endpoint").flatMap((endpoint) => {
    const name = endpoint.text("endpoint_config_name");
    const configuration = requireOne(stack, "aws_sagemaker_endpoint_configuration", "name", name);
    const variants = configuration.get("production_variants") as unknown as readonly JsonObject[];
    return variants.map((variant) => {
      const place = `${configuration.address}.production_variants`;
      requireMembers(variant, VARIANT, place);
      const model = requireOne(stack, "aws_sagemaker_model", "name", String(variant.model_name));
      return {
        name: endpoint.text("name"),
        variantName: String(variant.variant_name),
        roleArn: model.text("execution_role_arn"),
        endpoint,
        configuration,
        model,
      };
    });
  });
}

/** The stack's VPC endpoint of S3, for endpoints whose instances are in the VPC. */
export function throughS3({ model }: EndpointInStack, stack: ResolvedStack): { vpcEndpoint?: string } {
  if (!model.set.includes("vpc_config")) return {};
  const services = stack.all("aws_vpc_endpoint").map((resource) => resource.text("service_name"));
  const vpcEndpoint = services.find((service) => service.endsWith(".s3"));
  return vpcEndpoint === undefined ? {} : { vpcEndpoint };
}

/** The documentation of the requests to KMS that S3 sends for a principal. */
export const VIA_S3 = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html";

/** The condition keys of a key that S3 uses for a principal. */
export function viaS3({ account: { region } }: ResolvedStack): AllowedRequest["context"] {
  return { "kms:ViaService": only(serviceDomain("s3", region)) };
}
