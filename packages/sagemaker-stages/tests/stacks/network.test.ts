import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { describe, expect, it } from "@jest/globals";
import { App, TerraformStack } from "cdktf";
import { Network } from "../../src/constructs/network/network";
import { AwsScope } from "../../src/constructs/terraform/aws-scope";
import type { Environment } from "../../src/environment/environment";
import { inTempFolder } from "../../src/testing/temp-folder";
import { example, exampleModel, named } from "./support/environments";
import { type SynthesizedStack, synthesize } from "./support/synthesized";
import { TERRAFORM_TYPES } from "./support/terraform-types";

const SUBNETS = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"];
const GROUPS = ["sg-0123456789abcdef0"];

const inNewVpc: Environment = {
  ...named("vpc", example),
  network: { vpc: { availabilityZones: ["eu-central-1c", "eu-central-1a"] } },
  models: {
    "loan-default": exampleModel,
    "language-check": { ...exampleModel, artifact: "s3://amzn-s3-demo-bucket/language-check/1/model.tar.gz" },
  },
};
const inExistingVpc: Environment = {
  ...named("existing", example),
  network: { existing: { subnetIds: SUBNETS, securityGroupIds: GROUPS } },
};
const inSmallVpc: Environment = {
  ...named("small", example),
  network: { vpc: { cidrBlock: "192.168.8.0/24", availabilityZones: ["eu-central-1b"] } },
};
const inChina: Environment = {
  ...named("china", example),
  region: "cn-north-1",
  network: { vpc: { availabilityZones: ["cn-north-1a"] } },
};
const everyEnvironment = [named("without", example), inNewVpc, inExistingVpc, inSmallVpc, inChina];

const synthesized = synthesize(everyEnvironment);
const stack = synthesized.stack("vpc");

/** Types of resources that only a stack with a new VPC has. */
const NETWORK_TYPES = [
  "aws_default_security_group",
  "aws_route_table",
  "aws_route_table_association",
  "aws_security_group",
  "aws_subnet",
  "aws_vpc",
  "aws_vpc_endpoint",
  "aws_vpc_security_group_egress_rule",
  "aws_vpc_security_group_ingress_rule",
];

/** Gateways, routes, peerings and addresses. */
const WAYS = /gateway|peering|^aws_(route|eip|dx_|vpn_)/;
/** Tables without a route. */
const KNOWN_WAYS = ["aws_route_table", "aws_route_table_association"];

/** Resources of a stack that can reach the internet: gateways, routes, addresses, and rules for every address. */
function waysToTheInternet({ terraform, text }: SynthesizedStack): string[] {
  const types = Object.keys(terraform.resource).filter(
    (type) => WAYS.test(type) && !type.startsWith("aws_api_gateway_") && !KNOWN_WAYS.includes(type),
  );
  const inlineRoutes = Object.values(terraform.resource.aws_route_table ?? {}).filter(({ route }) => route);
  return [
    ...types,
    ...inlineRoutes.map(() => "a route"),
    ...(text.match(/0\.0\.0\.0\/0|"::\/0"|cidr_ipv[46]|cidr_blocks|prefix_list/g) ?? []),
    ...(text.match(/"(map_public_ip_on_launch|associate_public_ip_address)":\s*true/g) ?? []),
  ];
}

describe("a new VPC", () => {
  const vpc = stack.one("aws_vpc");
  const group = (name: string) => {
    const found = stack.all("aws_security_group", 2).find(({ values }) => values.name === name);
    if (found === undefined) throw new Error(`no security group ${name}`);
    return found;
  };
  const functions = group("vpc-functions");
  const runtime = group("vpc-sagemaker-runtime");
  const endpoint = (kind: string) => {
    const found = stack.all("aws_vpc_endpoint", 2).find(({ values }) => values.vpc_endpoint_type === kind);
    if (found === undefined) throw new Error(`no VPC endpoint of the type ${kind}`);
    return found;
  };

  it("has DNS, so that SageMaker's public name resolves to the interface endpoint", () => {
    // Act
    const { values } = vpc;

    // Assess
    expect(values).toEqual({
      cidr_block: "10.0.0.0/16",
      enable_dns_hostnames: true,
      enable_dns_support: true,
      tags: { Name: "vpc-vpc" },
    });
    expect(endpoint("Interface").values.private_dns_enabled).toBe(true);
  });

  it("has one subnet per zone, with the range of the zone's letter", () => {
    // Act
    const subnets = stack.all("aws_subnet", 2).map(({ values }) => values);

    // Assess
    expect(subnets.map(({ availability_zone, cidr_block }) => [availability_zone, cidr_block])).toEqual(
      expect.arrayContaining([
        ["eu-central-1a", "10.0.0.0/19"],
        ["eu-central-1c", "10.0.64.0/19"],
      ]),
    );
    for (const subnet of subnets) {
      expect(subnet.map_public_ip_on_launch).toBe(false);
      expect(subnet.vpc_id).toBe(`\${${vpc.address}.id}`);
    }
  });

  it("has the environment's range of addresses", () => {
    // Prepare
    const small = synthesized.stack("small");

    // Act
    const ranges = [small.one("aws_vpc"), small.one("aws_subnet")].map(({ values }) => values.cidr_block);

    // Assess
    expect(ranges).toEqual(["192.168.8.0/24", "192.168.8.32/27"]);
  });

  it("has one route table for every subnet, without a route", () => {
    // Prepare
    const table = stack.one("aws_route_table");

    // Act
    const associations = stack.all("aws_route_table_association", 2).map(({ values }) => values);

    // Assess
    expect(table.values).toEqual({ vpc_id: `\${${vpc.address}.id}`, tags: { Name: "vpc-isolated" } });
    expect(associations.map(({ subnet_id }) => subnet_id).sort()).toEqual(
      stack
        .all("aws_subnet", 2)
        .map(({ address }) => `\${${address}.id}`)
        .sort(),
    );
    for (const { route_table_id } of associations) expect(route_table_id).toBe(`\${${table.address}.id}`);
  });

  it("removes the rules of the default security group", () => {
    // Act
    const { values } = stack.one("aws_default_security_group");

    // Assess
    expect(values).toEqual({ vpc_id: `\${${vpc.address}.id}`, tags: { Name: "vpc-unused" } });
  });

  it("allows only traffic from functions to SageMaker's runtime on port 443", () => {
    // Act
    const egress = stack.one("aws_vpc_security_group_egress_rule").values;
    const ingress = stack.one("aws_vpc_security_group_ingress_rule").values;

    // Assess
    const https = { ip_protocol: "tcp", from_port: 443, to_port: 443 };
    expect(egress).toEqual({
      ...https,
      description: "To the SageMaker runtime",
      security_group_id: `\${${functions.address}.id}`,
      referenced_security_group_id: `\${${runtime.address}.id}`,
    });
    expect(ingress).toEqual({
      ...https,
      description: "From the functions",
      security_group_id: `\${${runtime.address}.id}`,
      referenced_security_group_id: `\${${functions.address}.id}`,
    });
    for (const { values } of [functions, runtime]) {
      expect(values).not.toHaveProperty("ingress");
      expect(values).not.toHaveProperty("egress");
    }
  });

  it("describes groups and rules with characters that EC2 accepts", () => {
    // Act
    const descriptions = [
      functions,
      runtime,
      stack.one("aws_vpc_security_group_egress_rule"),
      stack.one("aws_vpc_security_group_ingress_rule"),
    ].map(({ values }) => values.description);

    // Assess
    for (const description of descriptions) {
      expect(description).toMatch(/^[A-Za-z0-9 ._\-:/()#,@[\]+=&;{}!$*]{1,255}$/);
    }
  });

  it("has an interface endpoint of SageMaker's runtime in every subnet", () => {
    // Act
    const { values } = endpoint("Interface");

    // Assess
    expect(values).toMatchObject({
      vpc_id: `\${${vpc.address}.id}`,
      service_name: "com.amazonaws.eu-central-1.sagemaker.runtime",
      security_group_ids: [`\${${runtime.address}.id}`],
    });
    expect([...(values.subnet_ids ?? [])].sort()).toEqual(
      stack
        .all("aws_subnet", 2)
        .map(({ address }) => `\${${address}.id}`)
        .sort(),
    );
  });

  it("has a gateway endpoint for S3, and its policy denies everything", () => {
    // Act
    const { values } = endpoint("Gateway");

    // Assess
    expect(values).toMatchObject({
      vpc_id: `\${${vpc.address}.id}`,
      service_name: "com.amazonaws.eu-central-1.s3",
      route_table_ids: [`\${${stack.one("aws_route_table").address}.id}`],
    });
  });

  it("contains every function", () => {
    // Act
    const configs = stack.all("aws_lambda_function", 2).map(({ values }) => values.vpc_config);

    // Assess
    const subnetIds = stack.all("aws_subnet", 2).map(({ address }) => `\${${address}.id}`);
    for (const config of configs) {
      expect([...(config?.subnet_ids ?? [])].sort()).toEqual(subnetIds.sort());
      expect(config?.security_group_ids).toEqual([`\${${functions.address}.id}`]);
    }
  });

  it("is complete before a function moves into the VPC", () => {
    // Act
    const waits = stack.all("aws_lambda_function", 2).map(({ values }) => values.depends_on);

    // Assess
    for (const addresses of waits) expect(addresses).toContain(endpoint("Interface").address);
    expect(endpoint("Interface").values.depends_on).toEqual([
      stack.one("aws_vpc_security_group_egress_rule").address,
      stack.one("aws_vpc_security_group_ingress_rule").address,
    ]);
  });

  it("is destroyed before the functions' policies, because Lambda needs the policies to delete its network interfaces", () => {
    // Prepare
    const policies = stack.all("aws_iam_role_policy", 4).filter(({ values }) => values.name === "function");

    // Act
    const { depends_on, timeouts } = functions.values;

    // Assess
    expect((depends_on as string[]).toSorted()).toEqual(policies.map(({ address }) => address).toSorted());
    expect(depends_on).toHaveLength(2);
    expect(timeouts).toEqual({ delete: "45m" });
    for (const { values } of stack.all("aws_subnet", 2)) expect(values.timeouts).toEqual({ delete: "45m" });
  });
});

describe("a VPC in China", () => {
  it("has the service names of China", () => {
    // Act
    const services = synthesized
      .stack("china")
      .all("aws_vpc_endpoint", 2)
      .map(({ values }) => values.service_name);

    // Assess
    expect(services.sort()).toEqual([
      "cn.com.amazonaws.cn-north-1.sagemaker.runtime",
      "com.amazonaws.cn-north-1.s3",
    ]);
  });
});

describe("an existing VPC", () => {
  const existing = synthesized.stack("existing");

  it("contains the function", () => {
    // Act
    const { vpc_config } = existing.one("aws_lambda_function").values;

    // Assess
    expect(vpc_config).toEqual({ subnet_ids: SUBNETS, security_group_ids: GROUPS });
  });

  it("has no new resource", () => {
    // Act
    const types = existing.types().filter((type) => NETWORK_TYPES.includes(type));

    // Assess
    expect(types).toEqual([]);
  });
});

describe("an environment without a network", () => {
  it("creates no resource of a network", () => {
    // Prepare
    const without = synthesized.stack("without");

    // Act
    const { values } = without.one("aws_lambda_function");

    // Assess
    expect(values).not.toHaveProperty("vpc_config");
    expect(without.types().filter((type) => NETWORK_TYPES.includes(type))).toEqual([]);
    expect(without.text).not.toContain("ec2:");
  });
});

describe.each(everyEnvironment.map(({ name }) => name))("the stack %s", (name) => {
  it("has no path to the internet", () => {
    // Act
    const ways = waysToTheInternet(synthesized.stack(name));

    // Assess
    expect(ways).toEqual([]);
  });

  it("contains only resource types that the tests list", () => {
    // Act
    const unknown = synthesized
      .stack(name)
      .types()
      .filter((type) => !TERRAFORM_TYPES.some((known) => known === type));

    // Assess
    expect(unknown).toEqual([]);
  });
});

describe("a path to the internet", () => {
  it.each([
    ["aws_internet_gateway", { vpc_id: "vpc" }],
    ["aws_egress_only_internet_gateway", { vpc_id: "vpc" }],
    ["aws_nat_gateway", { subnet_id: "subnet" }],
    ["aws_ec2_transit_gateway_vpc_attachment", { vpc_id: "vpc" }],
    ["aws_vpc_peering_connection", { vpc_id: "vpc" }],
    ["aws_eip", { domain: "vpc" }],
    ["aws_route", { destination_cidr_block: "10.1.0.0/16" }],
    ["aws_route_table", { route: [{ gateway_id: "igw" }] }],
    ["aws_security_group_rule", { cidr_blocks: ["0.0.0.0/0"] }],
    ["aws_vpc_security_group_egress_rule", { cidr_ipv4: "10.0.0.0/16" }],
    ["aws_subnet", { map_public_ip_on_launch: true }],
  ])("is found: %s %j", (type, values) => {
    // Prepare
    const changed = stack.changed(({ resource }) => {
      resource[type] = { ...resource[type], more: values };
    });

    // Act
    const ways = waysToTheInternet(changed);

    // Assess
    expect(ways).not.toEqual([]);
  });
});

describe("a network that several constructs share", () => {
  const NEW_VPC = { vpc: { cidrBlock: "10.0.0.0/16", availabilityZones: ["eu-central-1a"] } };
  const within = (use: (network: Network) => void): void =>
    inTempFolder((outdir) => {
      const app = new App({ outdir });
      const own = new TerraformStack(app, "own");
      new AwsProvider(own, "aws", { region: "eu-central-1" });
      const account = new AwsScope(own, { region: "eu-central-1", accountId: "111122223333" });
      use(new Network(own, "network", { account, environmentName: "own", settings: NEW_VPC }));
      app.synth();
    });

  it("is refused when no model was granted access, because every request would time out", () => {
    // Act
    const act = (): void => within(() => undefined);

    // Assess
    expect(act).toThrow("own/network: no model was granted access; call grantAccess() once with all models");
  });

  it("is refused at a second call of grantAccess", () => {
    // Act
    const act = (): void =>
      within((network) => {
        network.grantAccess([]);
        network.grantAccess([]);
      });

    // Assess
    expect(act).toThrow(
      "own/network: grantAccess() was called again; allowed: one call with all models of the network",
    );
  });
});

describe("a new VPC that contains only an endpoint", () => {
  it("has no VPC endpoint for SageMaker's runtime, which is billed by the hour", () => {
    // Prepare
    const { serverless: _, ...withoutCompute } = exampleModel;
    const environment: Environment = {
      ...example,
      network: { vpc: { availabilityZones: ["eu-central-1a"] } },
      models: {
        "loan-default": {
          ...withoutCompute,
          instances: { instanceType: "ml.m5.large", initialInstanceCount: 1 },
          inNetwork: true,
          existingFunction: "scoring",
        },
      },
    };

    // Act
    const alone = synthesize([environment]).stack(example.name);

    // Assess
    expect(alone.one("aws_vpc_endpoint").values.vpc_endpoint_type).toBe("Gateway");
    expect(alone.one("aws_security_group").values.name).toBe("test-endpoints");
    expect(alone.types()).not.toContain("aws_vpc_security_group_ingress_rule");
  });
});
