import { ArnFactory } from "../../../aws/arn";
import { OTHER_ACCOUNT } from "../account";
import { Refused } from "../refused";
import { type AccessRequest, type AllowedRequest, only } from "../request";
import type { ResolvedStack } from "../resolved-stack";
import { endpointObjectRequests, functionObjectRequests } from "./async-requests";
import { endpointsOf, throughS3 } from "./endpoint-in-stack";
import { capturedObjects } from "./endpoint-instances";
import { capturedObjectsOf, functionsOf, runtimeVpcEndpointOf, s3VpcEndpointOf } from "./function-role";
import { modelNeeds } from "./model-source";
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
  allowedRequests: (sources) => [
    ...runtimeRequests(sources),
    ...s3Requests(sources),
    ...captureRequests(sources.stack),
    ...asyncRequests(sources.stack),
  ],
  deniedRequests: (sources) =>
    sources.stack
      .all("aws_vpc_endpoint")
      .flatMap((resource) => deniedRequestsOf(resource.text("service_name"), sources)),
};

function runtimeRequests({ stack, recorded }: Sources): AllowedRequest[] {
  return functionsOf(stack).flatMap((fn) => {
    const service = runtimeVpcEndpointOf(stack, fn);
    if (service === undefined) return [];
    return (recorded.get(fn.name) ?? []).flatMap((call) =>
      [call.resource, ...(call.component === undefined ? [] : [call.component])].map(
        (resource): AllowedRequest => ({
          subject: `VPC endpoint ${service}`,
          principal: { kind: "principal with every permission", arn: fn.roleArn },
          action: call.action,
          resource: only(stack.account.arn(call.service, resource)),
          context: {},
          vpcEndpoint: service,
          reason: `the handler of ${fn.name} sends ${call.request}`,
          source: "recorded",
          otherRequests: "denied",
        }),
      ),
    );
  });
}

/**
 * An endpoint in the VPC reads its artifact and writes captured data through S3's VPC endpoint. The policy of the VPC
 * endpoint allows the artifact's whole bucket, because instances of the old version read the old artifact.
 */
function s3Requests(sources: Sources): AllowedRequest[] {
  const { stack } = sources;
  return endpointsOf(stack).flatMap((endpoint): AllowedRequest[] => {
    const { vpcEndpoint } = throughS3(endpoint, stack);
    if (vpcEndpoint === undefined) return [];
    const { artifacts } = modelNeeds(endpoint, sources);
    const captured = capturedObjects(endpoint, stack);
    const common = {
      subject: `VPC endpoint ${vpcEndpoint}`,
      principal: { kind: "principal with every permission", arn: endpoint.roleArn },
      context: {},
      vpcEndpoint,
      source: GATEWAY,
      otherRequests: "denied",
    } as const;
    return [
      ...artifacts.map(({ bucket, key }) => ({
        ...common,
        action: "s3:GetObject",
        resource: { exact: stack.account.bucketArn(`${bucket}/`), free: key },
        reason: `SageMaker reads an artifact of ${endpoint.name}`,
      })),
      ...artifacts
        .filter(({ isPrefix }) => isPrefix)
        .map(({ bucket }) => ({
          ...common,
          action: "s3:ListBucket",
          resource: only(stack.account.bucketArn(bucket)),
          reason: `SageMaker lists an artifact of ${endpoint.name}`,
        })),
      ...(captured === undefined
        ? []
        : [
            {
              ...common,
              action: "s3:PutObject",
              resource: captured,
              reason: `SageMaker writes the data that ${endpoint.name} captures`,
            },
          ]),
      ...endpointObjectRequests(endpoint, stack)
        .filter(({ action }) => action.startsWith("s3:"))
        .map(({ action, resource, reason }) => ({ ...common, action, resource, reason })),
    ];
  });
}

/** A function in the VPC stores captured requests through S3's VPC endpoint. */
function captureRequests(stack: ResolvedStack): AllowedRequest[] {
  return functionsOf(stack).flatMap((fn): AllowedRequest[] => {
    const [vpcEndpoint, resource] = [s3VpcEndpointOf(stack, fn), capturedObjectsOf(fn, stack)];
    if (vpcEndpoint === undefined || resource === undefined) return [];
    return [
      {
        subject: `VPC endpoint ${vpcEndpoint}`,
        principal: { kind: "principal with every permission", arn: fn.roleArn },
        action: "s3:PutObject",
        resource,
        context: {},
        vpcEndpoint,
        reason: `${fn.name} stores captured requests`,
        source: GATEWAY,
        otherRequests: "denied",
      },
    ];
  });
}

/** A function in the VPC reads and writes asynchronous requests through S3's VPC endpoint. */
function asyncRequests(stack: ResolvedStack): AllowedRequest[] {
  return functionsOf(stack).flatMap((fn): AllowedRequest[] => {
    const vpcEndpoint = s3VpcEndpointOf(stack, fn);
    if (vpcEndpoint === undefined) return [];
    return functionObjectRequests(fn.resource, stack).map(({ action, resource, reason }) => ({
      subject: `VPC endpoint ${vpcEndpoint}`,
      principal: { kind: "principal with every permission", arn: fn.roleArn },
      action,
      resource,
      context: {},
      vpcEndpoint,
      reason: `${fn.name}: ${reason}`,
      source: GATEWAY,
      otherRequests: "denied",
    }));
  });
}

function deniedRequestsOf(service: string, { stack }: Sources): AccessRequest[] {
  const { account } = stack;
  const common = { subject: `VPC endpoint ${service}`, context: {}, vpcEndpoint: service };
  if (service.endsWith(".sagemaker.runtime")) {
    return [
      {
        ...common,
        principal: foreignPrincipal(stack),
        action: "sagemaker:InvokeEndpoint",
        resource: only(new ArnFactory(account.region, OTHER_ACCOUNT).arn("sagemaker", "endpoint/external")),
        reason:
          "code in the function sends data to another account's endpoint, with that account's credentials",
        source: INTERFACE,
      },
      ...functionsOf(stack).map(
        ({ roleArn }): AccessRequest => ({
          ...common,
          principal: { kind: "principal with every permission", arn: roleArn },
          action: "sagemaker:InvokeEndpoint",
          resource: only(account.arn("sagemaker", "endpoint/external")),
          reason: "a function with more permissions invokes another endpoint",
          source: INTERFACE,
        }),
      ),
    ];
  }
  if (service.endsWith(".s3")) {
    const principals = [
      foreignPrincipal(stack),
      ...functionsOf(stack).map(
        ({ roleArn: arn }) => ({ kind: "principal with every permission", arn }) as const,
      ),
    ];
    return principals.flatMap((principal) =>
      ["s3:GetObject", "s3:PutObject"].map((action) => ({
        ...common,
        principal,
        action,
        resource: only(account.bucketArn("external-bucket/key")),
        reason: "code in a function exchanges data with another bucket",
        source: GATEWAY,
      })),
    );
  }
  throw new Refused(
    `${stack.name}: got a VPC endpoint of ${service}; allowed: the services in principals/vpc-endpoint.ts`,
  );
}
