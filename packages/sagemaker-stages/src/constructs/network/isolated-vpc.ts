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
import type { NetworkPlace } from "./network-place";
import type { NetworkedModel } from "./networked-model";

/** Props of {@link IsolatedVpc}. */
export interface IsolatedVpcProps {
  readonly account: AwsScope;
  /** Prefix of the names of the new resources. */
  readonly environmentName: string;
  readonly settings: ParsedNewVpc;
}

/** Eight parts: one for each letter of a zone. */
const SUBNET_BITS = 3;

const HTTPS = { ipProtocol: "tcp", fromPort: 443, toPort: 443 };

/**
 * Lambda can take 45 minutes to give its network interfaces back, and until then neither their security group nor
 * their subnets can be deleted
 * (https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/security_group#timeouts).
 */
const UNTIL_LAMBDA_IS_GONE = { delete: "45m" };

/**
 * A VPC without a way to the internet: no internet gateway, no NAT gateway, no route but the VPC's own. Functions
 * reach SageMaker's runtime, by an interface endpoint that lets each role ask its one endpoint, and nothing else.
 * Endpoints reach S3, by a gateway that lets each role read from its artifact's bucket, and nothing else.
 *
 * Logs and traces need no way of their own: Lambda sends them from the network that it runs in itself, which a
 * function's VPC does not change (https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html,
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-services-lambda.html). There are no flow logs: they cost
 * money by the gigabyte, and all that could stand in them is one function's connections to one address.
 */
export class IsolatedVpc extends Construct {
  readonly vpc: Vpc;

  private readonly subnets: readonly Subnet[];
  private readonly s3: VpcEndpoint;
  /** What must be there before S3 can be reached. */
  private readonly wayToS3: ITerraformDependable[];
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
      // Both, or the interface endpoint could not answer under SageMaker's public name.
      enableDnsSupport: true,
      enableDnsHostnames: true,
      tags: this.named("vpc"),
    });
    // AWS makes this group with every VPC; taken over without rules, it lets nothing in and nothing out.
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
    // A gateway adds a route for S3's addresses to the table. It is there for the endpoints, and without them so that
    // these addresses, too, meet a policy of this environment, whatever else is put into the VPC one day.
    this.s3 = new VpcEndpoint(this, "s3", {
      vpcId: this.vpc.id,
      vpcEndpointType: "Gateway",
      serviceName: `com.amazonaws.${this.account.region}.s3`,
      routeTableIds: [routeTable.id],
      policy: terraformJson(s3GatewayPolicy([])),
      tags: this.named("s3"),
    });
    this.wayToS3 = [this.s3, ...associations];
  }

  /** For every function: a group of their own, which reaches SageMaker's runtime and nothing else. */
  get functions(): NetworkPlace {
    this.functionsGroup ??= this.addFunctionsGroup();
    return this.placeOf(this.functionsGroup);
  }

  /** For every endpoint: a group of their own, which reaches S3 and nothing else. */
  get endpoints(): NetworkPlace {
    this.endpointsGroup ??= this.addEndpointsGroup();
    return this.placeOf(this.endpointsGroup);
  }

  /** Lets each function ask its own endpoint, and each endpoint read its own artifact. To be called once, with all. */
  admit(models: readonly NetworkedModel[]): void {
    const asking = models.flatMap(({ model, function: fn, invoked }) =>
      fn === undefined ? [] : [{ model, function: fn, invoked }],
    );
    if (this.functionsGroup !== undefined) this.admitFunctions(asking, this.functionsGroup);

    const reading = models.flatMap(({ model, endpoint }) =>
      endpoint === undefined ? [] : [{ model, endpoint }],
    );
    this.s3.policy = terraformJson(
      s3GatewayPolicy(
        reading.map(({ model, endpoint }) => ({
          model,
          roleArn: endpoint.roleArn,
          ...endpoint.artifactBuckets,
          capturedObjectsArn: endpoint.capturedObjectsArn,
        })),
      ),
    );
    // The artifact is read through the gateway while the endpoint comes up.
    for (const { endpoint } of reading) addDependencies(endpoint.endpoint, this.wayToS3);
  }

  private admitFunctions(asking: readonly AskingFunction[], functionsGroup: SecurityGroup): void {
    const runtime = this.addRuntimeEndpoint(asking, functionsGroup);
    for (const { function: fn } of asking) {
      // A function that moves into the VPC still serves: first the way, then the move.
      addDependencies(fn.function, [runtime]);
    }
    // Lambda deletes its network interfaces with a function's role, after the function: the role keeps its policy
    // until the group could be deleted, which is when the interfaces are gone.
    addDependencies(
      functionsGroup,
      asking.map(({ function: fn }) => fn.rolePolicy),
    );
  }

  private addSubnets(
    cidrBlock: string,
    availabilityZones: readonly string[],
    routeTable: RouteTable,
    associations: RouteTableAssociation[],
  ): Subnet[] {
    const range = parseCidr(cidrBlock);
    if (range === undefined) throw new Error(`network.vpc.cidrBlock: got ${cidrBlock}, which is no range`);

    return availabilityZones.map((availabilityZone) => {
      const letter = availabilityZone.slice(-1);
      const subnet = new Subnet(this, `subnet-${letter}`, {
        vpcId: this.vpc.id,
        availabilityZone,
        cidrBlock: partOf(range, SUBNET_BITS, letter.charCodeAt(0) - "a".charCodeAt(0)),
        mapPublicIpOnLaunch: false,
        tags: this.named(`isolated-${letter}`),
        timeouts: UNTIL_LAMBDA_IS_GONE,
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
    functions: readonly AskingFunction[],
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
    const askings = functions.map(({ model, function: fn, invoked }) => ({
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
      policy: terraformJson(runtimeEndpointPolicy(askings)),
      tags: this.named("sagemaker-runtime"),
      dependsOn: rules,
    });
  }

  private addEndpointsGroup(): SecurityGroup {
    const group = this.addGroup("endpoints", "SageMaker endpoints: out to S3 alone");
    this.wayToS3.push(
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
    group.putTimeouts(UNTIL_LAMBDA_IS_GONE);
    return group;
  }

  private placeOf(group: SecurityGroup): NetworkPlace {
    return { subnetIds: this.subnets.map(({ id }) => id), securityGroupIds: [group.id] };
  }

  /** @param description - EC2 takes letters, digits, spaces and `._-:/()#,@[]+=&;{}!$*`, and no apostrophe */
  private addGroup(name: string, description: string): SecurityGroup {
    return new SecurityGroup(this, `${name}-group`, {
      vpcId: this.vpc.id,
      name: `${this.environmentName}-${name}`,
      description,
      tags: this.named(name),
    });
  }

  /** The name under which AWS's console shows it. */
  private named(name: string): Record<string, string> {
    return { Name: `${this.environmentName}-${name}` };
  }
}

/** A function of the VPC, with the endpoint that the function invokes. */
interface AskingFunction {
  readonly model: string;
  readonly function: InferenceFunction;
  readonly invoked: InvokedEndpoint;
}

/** In China the name has a prefix of its own; S3's gateway has not. */
function runtimeServiceName({ partition, region }: AwsScope): string {
  return `${partition === "aws-cn" ? "cn." : ""}com.amazonaws.${region}.sagemaker.runtime`;
}

/** For dependencies on what comes later in the code. */
function addDependencies(
  resource: { dependsOn?: string[] },
  dependencies: readonly ITerraformDependable[],
): void {
  resource.dependsOn = [...(resource.dependsOn ?? []), ...dependencies.map(dependable)];
}
