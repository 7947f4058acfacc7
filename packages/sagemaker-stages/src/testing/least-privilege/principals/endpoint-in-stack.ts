import type { JsonObject } from "../../terraform";
import { requireMembers } from "../policy";
import type { ResolvedStack, Resource } from "../resolved-stack";
import { requireOne } from "./principal";

/** A new endpoint, with what it is made of. */
export interface EndpointInStack {
  readonly name: string;
  readonly variantName: string;
  readonly roleArn: string;
  readonly endpoint: Resource;
  readonly configuration: Resource;
  readonly model: Resource;
}

/** What a variant may say: none of it needs a right. */
const VARIANT = [
  "container_startup_health_check_timeout_in_seconds",
  "initial_instance_count",
  "instance_type",
  "model_name",
  "serverless_config",
  "variant_name",
];

/** Every endpoint with the model that it serves: by way of its configuration. */
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

/** The stack's own VPC endpoint S3, for endpoints that have no other. */
export function throughS3({ model }: EndpointInStack, stack: ResolvedStack): { vpcEndpoint?: string } {
  if (!model.set.includes("vpc_config")) return {};
  const ways = stack.all("aws_vpc_endpoint").map((way) => way.text("service_name"));
  const vpcEndpoint = ways.find((service) => service.endsWith(".s3"));
  return vpcEndpoint === undefined ? {} : { vpcEndpoint };
}
