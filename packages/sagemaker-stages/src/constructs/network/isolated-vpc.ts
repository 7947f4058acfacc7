import { DefaultSecurityGroup } from "@cdktf/provider-aws/lib/default-security-group";
import { RouteTable } from "@cdktf/provider-aws/lib/route-table";
import { RouteTableAssociation } from "@cdktf/provider-aws/lib/route-table-association";
import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { Subnet } from "@cdktf/provider-aws/lib/subnet";
import { Vpc } from "@cdktf/provider-aws/lib/vpc";
import { VpcEndpoint } from "@cdktf/provider-aws/lib/vpc-endpoint";
import { VpcSecurityGroupEgressRule } from "@cdktf/provider-aws/lib/vpc-security-group-egress-rule";
import { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule";
import { dependable, type ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { parseCidr, partOf } from "../../environment/cidr";
import type { ParsedNewVpc } from "../../environment/settings/network";
import type { InvokedEndpoint } from "../../iam/workload/invoke-endpoint";
import { runtimeEndpointPolicy, s3GatewayPolicy } from "../../iam/workload/network";
import type { InferenceFunction } from "../function/inference-function";
import type { AwsScope } from "../terraform/aws-scope";
import { terraformJson } from "../terraform/terraform-json";
import type { NetworkMember } from "./network-member";
import type { VpcConfig } from "./vpc-config";

/** Props of {@link IsolatedVpc}. */
export interface IsolatedVpcProps {
  readonly account: AwsScope;
  /** Prefix of the names of the new resources. */
  readonly environmentName: string;
  readonly settings: ParsedNewVpc;
}

/** The VPC's range has eight parts: one for each letter of a zone. */
const SUBNET_BITS = 3;

const HTTPS = { ipProtocol: "tcp", fromPort: 443, toPort: 443 };

/**
 * Lambda can take 45 minutes to delete its network interfaces. Until then, neither their security group nor their subnets
 * can be deleted
 * (https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/security_group#timeouts).
 */
const LAMBDA_INTERFACE_TIMEOUTS = { delete: "45m" };

/**
 * A VPC without access to the internet: no internet gateway, no NAT gateway, and only the VPC's local route. Functions
 * reach SageMaker's runtime, through an interface endpoint whose policy allows each role to invoke one endpoint. If a function
 * stores requests, the functions also reach S3. Endpoints reach only S3, through a gateway endpoint whose policy allows each role
 * to use the buckets of its artifacts, or to write the captured requests of its model.
 *
 * Logs and traces need no VPC endpoint: Lambda sends logs and traces from Lambda's own network, even for a function in a VPC
 * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html,
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-services-lambda.html). The VPC has no flow logs: AWS bills flow logs by
 * the gigabyte, and they would only show connections to the VPC endpoints.
 */
export class IsolatedVpc extends Construct {
  readonly vpc: Vpc;

  private readonly subnets: readonly Subnet[];
  private readonly s3: VpcEndpoint;
  /** Resources that must exist before an endpoint can reach S3. */
  private readonly s3Dependencies: ITerraformDependable[];
  private functionsGroup: SecurityGroup | undefined;
  private endpointsGroup: SecurityGroup | undefined;
  private readonly account: AwsScope;
  private readonly environmentName: string;

  constructor(scope: Construct, id: string, { account, environmentName, settings }: IsolatedVpcProps) {
    super(scope, id);
    this.account = account;
    this.environmentName = environmentName;
    const { cidrBlock, availabilityZones } = settings;

    this.vpc = new Vpc(this, "vpc", {
      cidrBlock,
      // The interface endpoint needs both settings to answer under SageMaker's public DNS name.
      enableDnsSupport: true,
      enableDnsHostnames: true,
      tags: this.named("vpc"),
    });
    // AWS creates this group with every VPC. Terraform removes its rules, so that the group allows no traffic.
    new DefaultSecurityGroup(this, "default-security-group", {
      vpcId: this.vpc.id,
      tags: this.named("unused"),
    });
    const routeTable = new RouteTable(this, "route-table", {
      vpcId: this.vpc.id,
      tags: this.named("isolated"),
    });
    const associations: RouteTableAssociation[] = [];
    this.subnets = this.addSubnets(cidrBlock, availabilityZones, routeTable, associations);
    // The gateway endpoint adds a route for S3's addresses to the table. It exists even if the VPC has no SageMaker
    // endpoints, so that this environment's policy also applies to components that are added to the VPC later.
    this.s3 = new VpcEndpoint(this, "s3", {
      vpcId: this.vpc.id,
      vpcEndpointType: "Gateway",
      serviceName: `com.amazonaws.${this.account.region}.s3`,
      routeTableIds: [routeTable.id],
      policy: terraformJson(s3GatewayPolicy([])),
      tags: this.named("s3"),
    });
    this.s3Dependencies = [this.s3, ...associations];
  }

  /** Subnets and security group of the functions. The group reaches SageMaker's runtime, and S3 if a function stores requests. */
  get functions(): VpcConfig {
    this.functionsGroup ??= this.addFunctionsGroup();
    return this.vpcConfigOf(this.functionsGroup);
  }

  /** Subnets and security group of the endpoints. The group reaches only S3. */
  get endpoints(): VpcConfig {
    this.endpointsGroup ??= this.addEndpointsGroup();
    return this.vpcConfigOf(this.endpointsGroup);
  }

  /** Allows each function to invoke its endpoint, and each endpoint to read its artifacts. Call once, with all models. */
  grantAccess(models: readonly NetworkMember[]): void {
    const functions = models.flatMap(({ model, function: fn, invoked }) =>
      fn === undefined ? [] : [{ model, function: fn, invoked }],
    );
    const capturing = functions.flatMap(({ model, function: fn }) =>
      fn.capturedObjectsArn === undefined ? [] : [{ model, function: fn, objectsArn: fn.capturedObjectsArn }],
    );
    const asynchronous = functions.flatMap(({ model, function: { roleArn, asyncObjects: objects } }) =>
      objects === undefined ? [] : [{ model, roleArn, objects }],
    );
    if (this.functionsGroup !== undefined) {
      this.grantFunctionAccess(functions, this.functionsGroup);
      if (capturing.length > 0 || asynchronous.length > 0) this.grantStorageAccess(this.functionsGroup);
    }

    const endpoints = models.flatMap(({ model, endpoint }) =>
      endpoint === undefined ? [] : [{ model, endpoint }],
    );
    this.s3.policy = terraformJson(
      s3GatewayPolicy(
        endpoints.map(({ model, endpoint }) => ({
          model,
          roleArn: endpoint.roleArn,
          ...endpoint.artifactBuckets,
          capturedObjectsArn: endpoint.capturedObjectsArn,
          asyncObjects: endpoint.asyncObjects,
        })),
        capturing.map(({ model, function: fn, objectsArn }) => ({ model, roleArn: fn.roleArn, objectsArn })),
        asynchronous,
      ),
    );
    // While an endpoint is created, SageMaker reads the artifact through the gateway endpoint.
    for (const { endpoint } of endpoints) addDependencies(endpoint.endpoint, this.s3Dependencies);
  }

  private grantFunctionAccess(functions: readonly InvokingFunction[], functionsGroup: SecurityGroup): void {
    const runtime = this.addRuntimeEndpoint(functions, functionsGroup);
    for (const { function: fn } of functions) {
      // A function that moves into the VPC keeps serving: the VPC endpoint exists before the move.
      addDependencies(fn.function, [runtime]);
    }
    // Lambda deletes its network interfaces with the function's role, after the function is deleted. The role keeps its
    // policy until the security group is deleted. AWS deletes the group only after the interfaces.
    addDependencies(
      functionsGroup,
      functions.map(({ function: fn }) => fn.rolePolicy),
    );
  }

  /**
   * Lets functions reach S3, to store captured or asynchronous requests. The rule lets every function of the VPC reach all of S3; the policy of
   * the VPC endpoint and the functions' roles limit the requests.
   */
  private grantStorageAccess(functionsGroup: SecurityGroup): void {
    new VpcSecurityGroupEgressRule(this, "functions-to-s3", {
      description: "To S3",
      securityGroupId: functionsGroup.id,
      prefixListId: this.s3.prefixListId,
      ...HTTPS,
    });
  }

  private addSubnets(
    cidrBlock: string,
    availabilityZones: readonly string[],
    routeTable: RouteTable,
    associations: RouteTableAssociation[],
  ): Subnet[] {
    const range = parseCidr(cidrBlock);
    if (range === undefined)
      throw new Error(`network.vpc.cidrBlock: got ${cidrBlock}; allowed: a CIDR range`);

    return availabilityZones.map((availabilityZone) => {
      const letter = availabilityZone.slice(-1);
      const subnet = new Subnet(this, `subnet-${letter}`, {
        vpcId: this.vpc.id,
        availabilityZone,
        cidrBlock: partOf(range, SUBNET_BITS, letter.charCodeAt(0) - "a".charCodeAt(0)),
        mapPublicIpOnLaunch: false,
        tags: this.named(`isolated-${letter}`),
        timeouts: LAMBDA_INTERFACE_TIMEOUTS,
      });
      associations.push(
        new RouteTableAssociation(this, `route-table-of-${letter}`, {
          subnetId: subnet.id,
          routeTableId: routeTable.id,
        }),
      );
      return subnet;
    });
  }

  private addRuntimeEndpoint(
    functions: readonly InvokingFunction[],
    functionsGroup: SecurityGroup,
  ): VpcEndpoint {
    const runtimeGroup = this.addGroup(
      "sagemaker-runtime",
      "The SageMaker runtime: in from the functions alone",
    );
    const rules = [
      new VpcSecurityGroupEgressRule(this, "functions-to-runtime", {
        description: "To the SageMaker runtime",
        securityGroupId: functionsGroup.id,
        referencedSecurityGroupId: runtimeGroup.id,
        ...HTTPS,
      }),
      new VpcSecurityGroupIngressRule(this, "runtime-from-functions", {
        description: "From the functions",
        securityGroupId: runtimeGroup.id,
        referencedSecurityGroupId: functionsGroup.id,
        ...HTTPS,
      }),
    ];
    const access = functions.map(({ model, function: fn, invoked }) => ({
      model,
      roleArn: fn.roleArn,
      endpoint: invoked,
    }));
    return new VpcEndpoint(this, "runtime", {
      vpcId: this.vpc.id,
      vpcEndpointType: "Interface",
      serviceName: runtimeServiceName(this.account),
      privateDnsEnabled: true,
      subnetIds: this.subnets.map(({ id }) => id),
      securityGroupIds: [runtimeGroup.id],
      policy: terraformJson(runtimeEndpointPolicy(access)),
      tags: this.named("sagemaker-runtime"),
      dependsOn: rules,
    });
  }

  private addEndpointsGroup(): SecurityGroup {
    const group = this.addGroup("endpoints", "SageMaker endpoints: out to S3 alone");
    this.s3Dependencies.push(
      new VpcSecurityGroupEgressRule(this, "endpoints-to-s3", {
        description: "To S3",
        securityGroupId: group.id,
        prefixListId: this.s3.prefixListId,
        ...HTTPS,
      }),
    );
    return group;
  }

  private addFunctionsGroup(): SecurityGroup {
    const group = this.addGroup("functions", "Lambda functions: out to the SageMaker runtime alone");
    group.putTimeouts(LAMBDA_INTERFACE_TIMEOUTS);
    return group;
  }

  private vpcConfigOf(group: SecurityGroup): VpcConfig {
    return { subnetIds: this.subnets.map(({ id }) => id), securityGroupIds: [group.id] };
  }

  /** @param description - EC2 accepts letters, digits, spaces and `._-:/()#,@[]+=&;{}!$*`, and no apostrophe */
  private addGroup(name: string, description: string): SecurityGroup {
    return new SecurityGroup(this, `${name}-group`, {
      vpcId: this.vpc.id,
      name: `${this.environmentName}-${name}`,
      description,
      tags: this.named(name),
    });
  }

  /** The tag with the name that AWS's console shows. */
  private named(name: string): Record<string, string> {
    return { Name: `${this.environmentName}-${name}` };
  }
}

/** A function of the VPC, with the endpoint that the function invokes. */
interface InvokingFunction {
  readonly model: string;
  readonly function: InferenceFunction;
  readonly invoked: InvokedEndpoint;
}

/** In China the service name has a prefix. The service name of S3's gateway endpoint has no prefix. */
function runtimeServiceName({ partition, region }: AwsScope): string {
  return `${partition === "aws-cn" ? "cn." : ""}com.amazonaws.${region}.sagemaker.runtime`;
}

/** Adds dependencies on resources that are created later in the code. */
function addDependencies(
  resource: { dependsOn?: string[] },
  dependencies: readonly ITerraformDependable[],
): void {
  resource.dependsOn = [...(resource.dependsOn ?? []), ...dependencies.map(dependable)];
}
