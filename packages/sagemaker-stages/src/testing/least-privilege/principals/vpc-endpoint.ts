import { OTHER_ACCOUNT } from "../account";
import { Refused } from "../refused";
import { type AccessRequest, only, type Use } from "../request";
import { artifactArnOf, endpointsOf, throughS3 } from "./endpoint-in-stack";
import { capturedObjects } from "./endpoint-instances";
import { functionsOf, runtimeEndpointOf } from "./function-role";
import { foreignPrincipal, type PrincipalRules, type Sources } from "./principal";

const INTERFACE = "https://docs.aws.amazon.com/sagemaker/latest/dg/interface-vpc-endpoint.html";
const GATEWAY = "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-s3.html";

/**
 * The VPC endpoints. The principals of the requests have every permission, so that only the policy of the VPC endpoint
 * can deny a request.
 */
export const vpcEndpoint: PrincipalRules = {
  reads: {
    aws_vpc_endpoint: [
      "depends_on",
      "policy",
      "private_dns_enabled",
      "route_table_ids",
      "security_group_ids",
      "service_name",
      "subnet_ids",
      "tags",
      "vpc_endpoint_type",
      "vpc_id",
    ],
  },
  uses: (sources) => [...usesOfRuntime(sources), ...usesOfS3(sources)],
  abuses: (sources) =>
    sources.stack.all("aws_vpc_endpoint").flatMap((way) => abusesOf(way.text("service_name"), sources)),
};

function usesOfRuntime({ stack, recorded }: Sources): Use[] {
  return functionsOf(stack).flatMap((fn) => {
    const way = runtimeEndpointOf(stack, fn);
    if (way === undefined) return [];
    return (recorded.get(fn.name) ?? []).map(
      (call): Use => ({
        subject: `VPC endpoint ${way}`,
        who: { kind: "principal with every permission", arn: fn.roleArn },
        action: call.action,
        resource: only(stack.account.arn(call.service, call.resource)),
        context: {},
        through: way,
        because: `the handler of ${fn.name} sends ${call.request}`,
        source: "recorded",
        beside: "nothing",
      }),
    );
  });
}

/**
 * An endpoint in the VPC reads its artifact by way of S3's gateway, and writes what it captures. The way leads to the
 * artifact's whole bucket: the endpoint that still serves reads the model before this one.
 */
function usesOfS3({ stack }: Sources): Use[] {
  return endpointsOf(stack).flatMap((endpoint): Use[] => {
    const { through } = throughS3(endpoint, stack);
    if (through === undefined) return [];
    const [bucket = "", key = ""] = artifactArnOf(endpoint, stack).split(/\/(.*)/s);
    const captured = capturedObjects(endpoint, stack);
    const common = {
      subject: `VPC endpoint ${through}`,
      who: { kind: "principal with every permission", arn: endpoint.roleArn },
      context: {},
      through,
      source: GATEWAY,
      beside: "nothing",
    } as const;
    return [
      {
        ...common,
        action: "s3:GetObject",
        resource: { exact: `${bucket}/`, free: key },
        because: `SageMaker reads an artifact of ${endpoint.name}`,
      },
      ...(captured === undefined
        ? []
        : [
            {
              ...common,
              action: "s3:PutObject",
              resource: captured,
              because: `SageMaker writes the data that ${endpoint.name} captures`,
            },
          ]),
    ];
  });
}

function abusesOf(service: string, { stack }: Sources): AccessRequest[] {
  const { account } = stack;
  const common = { subject: `VPC endpoint ${service}`, context: {}, through: service };
  if (service.endsWith(".sagemaker.runtime")) {
    return [
      {
        ...common,
        who: foreignPrincipal(stack),
        action: "sagemaker:InvokeEndpoint",
        resource: only(
          `arn:${account.partition}:sagemaker:${account.region}:${OTHER_ACCOUNT}:endpoint/theirs`,
        ),
        because:
          "code in the function sends data to another account's endpoint, with that account's credentials",
        source: INTERFACE,
      },
      ...functionsOf(stack).map(
        ({ roleArn }): AccessRequest => ({
          ...common,
          who: { kind: "principal with every permission", arn: roleArn },
          action: "sagemaker:InvokeEndpoint",
          resource: only(account.arn("sagemaker", "endpoint/somebody-elses")),
          because: "a function with more permissions invokes another endpoint",
          source: INTERFACE,
        }),
      ),
    ];
  }
  if (service.endsWith(".s3")) {
    const requesters = [
      foreignPrincipal(stack),
      ...functionsOf(stack).map(
        ({ roleArn: arn }) => ({ kind: "principal with every permission", arn }) as const,
      ),
    ];
    return requesters.flatMap((who) =>
      ["s3:GetObject", "s3:PutObject"].map((action) => ({
        ...common,
        who,
        action,
        resource: only(`arn:${account.partition}:s3:::bucket-of-somebody/key`),
        because: "code in a function exchanges data with another bucket",
        source: GATEWAY,
      })),
    );
  }
  throw new Refused(
    `${stack.name}: got a VPC endpoint of ${service}; allowed: the services in principals/vpc-endpoint.ts`,
  );
}
