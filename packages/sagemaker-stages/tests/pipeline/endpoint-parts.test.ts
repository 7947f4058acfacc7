import { describe, expect, it } from "@jest/globals";
import { type EndpointParts, partsOfEndpoints } from "../../src/pipeline/endpoint-parts";
import type { Found } from "../../src/pipeline/existence";

const IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1";
const UPLOADED = "s3://staging-artifacts/loan/model.tar.gz";
const FOREIGN = "s3://team-models/energy.tar.gz";
const ROLE = "arn:aws:iam::111122223333:role/staging-loan-endpoint";

type Values = Readonly<Record<string, unknown>>;

/** The resources of two endpoints, by their addresses. Each endpoint has its own configuration, model and role. */
const RESOURCES: Readonly<Record<string, Values>> = {
  "aws_sagemaker_endpoint.loan": { name: "staging-loan", endpoint_config_name: "loan-1" },
  "aws_sagemaker_endpoint_configuration.loan": {
    name: "loan-1",
    production_variants: [{ model_name: "loan-model-1" }],
  },
  "aws_sagemaker_model.loan": {
    name: "loan-model-1",
    execution_role_arn: ROLE,
    primary_container: [{ image: IMAGE, model_data_url: UPLOADED, model_data_source: [] }],
    container: [],
    vpc_config: [{ subnets: ["subnet-1"], security_group_ids: ["sg-1"] }],
  },
  "aws_iam_role.loan": { arn: ROLE },
  "aws_s3_object.loan": { bucket: "staging-artifacts", key: "loan/model.tar.gz" },
  "aws_subnet.a": { id: "subnet-1" },
  "aws_security_group.loan": { id: "sg-1" },
  "aws_sagemaker_endpoint.energy": { name: "staging-energy", endpoint_config_name: "energy-1" },
  "aws_sagemaker_endpoint_configuration.energy": {
    name: "energy-1",
    production_variants: [{ model_name: "energy-model-1" }],
  },
  "aws_sagemaker_model.energy": {
    name: "energy-model-1",
    execution_role_arn: `${ROLE}-energy`,
    primary_container: [],
    container: [
      { image: IMAGE, model_data_source: [{ s3_data_source: [{ s3_uri: FOREIGN }] }] },
      { model_package_name: "arn:aws:sagemaker:us-east-1:111122223333:model-package/energy/7" },
    ],
  },
  "aws_iam_role.energy": { arn: `${ROLE}-energy` },
  // A configuration of no endpoint.
  "aws_sagemaker_endpoint_configuration.old": { name: "loan-0", production_variants: [] },
};

interface Change {
  readonly address: string;
  readonly after?: Values;
}

/** A refresh-only plan. The state after the refresh contains no deleted resource. */
function planOf(resources: Readonly<Record<string, Values>>, ...changes: readonly Change[]): unknown {
  const typeOf = (address: string): string => address.split(".")[0] ?? "";
  const isDeleted = (address: string): boolean =>
    changes.some((one) => one.address === address && one.after === undefined);
  return {
    format_version: "1.2",
    prior_state: {
      values: {
        root_module: {
          resources: Object.entries(resources)
            .filter(([address]) => !isDeleted(address))
            .map(([address, values]) => ({ address, mode: "managed", type: typeOf(address), values })),
        },
      },
    },
    resource_drift: changes.map(({ address, after }) => ({
      address,
      mode: "managed",
      type: typeOf(address),
      change: {
        actions: [after === undefined ? "delete" : "update"],
        before: resources[address],
        after: after ?? null,
      },
    })),
  };
}

const EXISTS: Found = { state: "exists" };

/** The parts of the endpoints that do not exist, or are not checked, as short texts. */
async function partsOf(plan: unknown, image: Found = EXISTS, artifact: Found = EXISTS): Promise<string[]> {
  const endpoints = await partsOfEndpoints(plan, {
    image: () => Promise.resolve(image),
    artifact: () => Promise.resolve(artifact),
  });
  return endpoints.flatMap(({ endpoint, state, parts }) => [
    ...(state === "exists" ? [] : [`${endpoint} ${state}`]),
    ...parts
      .filter((part) => part.state !== "exists")
      .map((part) => `${endpoint}: ${part.kind} ${part.name} ${part.state}`),
  ]);
}

const PACKAGE =
  "staging-energy: model package arn:aws:sagemaker:us-east-1:111122223333:model-package/energy/7 unchecked";

describe("the parts of the endpoints", () => {
  it("are found through the names of configuration, model, role, artifact and image", async () => {
    // Act
    const requested: string[] = [];
    const read = (uri: string): Promise<Found> => {
      requested.push(uri);
      return Promise.resolve(EXISTS);
    };
    const endpoints = await partsOfEndpoints(planOf(RESOURCES), { image: read, artifact: read });

    // Assess
    const listed = endpoints.map(({ endpoint, parts }: EndpointParts) => [
      endpoint,
      ...parts.map(({ kind, name }) => `${kind} ${name}`),
    ]);
    expect(listed).toEqual([
      [
        "staging-energy",
        "endpoint configuration energy-1",
        "model energy-model-1",
        `role ${ROLE}-energy`,
        `artifact ${FOREIGN}`,
        `image ${IMAGE}`,
        "model package arn:aws:sagemaker:us-east-1:111122223333:model-package/energy/7",
      ],
      [
        "staging-loan",
        "endpoint configuration loan-1",
        "model loan-model-1",
        `role ${ROLE}`,
        "subnet subnet-1",
        "security group sg-1",
        `artifact ${UPLOADED}`,
        `image ${IMAGE}`,
      ],
    ]);
    // The state contains the uploaded artifact.
    expect(requested).toEqual([IMAGE, FOREIGN, IMAGE]);
  });

  it.each<[address: string, missing: readonly string[]]>([
    ["aws_sagemaker_endpoint_configuration.loan", ["staging-loan: endpoint configuration loan-1 missing"]],
    ["aws_sagemaker_model.loan", ["staging-loan: model loan-model-1 missing"]],
    ["aws_iam_role.loan", [`staging-loan: role ${ROLE} missing`]],
    ["aws_s3_object.loan", [`staging-loan: artifact ${UPLOADED} missing`]],
    ["aws_subnet.a", ["staging-loan: subnet subnet-1 missing"]],
    ["aws_security_group.loan", ["staging-loan: security group sg-1 missing"]],
    ["aws_iam_role.energy", [`staging-energy: role ${ROLE}-energy missing`]],
    ["aws_sagemaker_endpoint.loan", ["staging-loan missing"]],
    ["aws_sagemaker_endpoint_configuration.old", []],
  ])("are missing at the endpoint that uses them when %s was deleted", async (address, missing) => {
    // Act
    const parts = await partsOf(planOf(RESOURCES, { address }));

    // Assess
    expect(parts.filter((part) => part !== PACKAGE)).toEqual(missing);
  });

  it("are those of the configuration that the endpoint has after a change outside of Terraform", async () => {
    // Act
    const parts = await partsOf(
      planOf(RESOURCES, {
        address: "aws_sagemaker_endpoint.loan",
        after: { name: "staging-loan", endpoint_config_name: "by-hand" },
      }),
    );

    // Assess
    expect(parts).toEqual([PACKAGE, "staging-loan: endpoint configuration by-hand unchecked"]);
  });

  it("exist when a resource of the same name was created again", async () => {
    // Prepare
    const again = { ...RESOURCES, "aws_iam_role.again": { arn: ROLE } };

    // Act
    const parts = await partsOf(planOf(again, { address: "aws_iam_role.loan" }));

    // Assess
    expect(parts).toEqual([PACKAGE]);
  });

  it("that Terraform does not manage have the state that AWS returns", async () => {
    // Act
    const parts = await partsOf(
      planOf(RESOURCES),
      { state: "missing" },
      { state: "unchecked", reason: "AWS answered AccessDenied" },
    );

    // Assess
    expect(parts).toEqual([
      `staging-energy: artifact ${FOREIGN} unchecked`,
      `staging-energy: image ${IMAGE} missing`,
      PACKAGE,
      `staging-loan: image ${IMAGE} missing`,
    ]);
  });

  it("of an existing role or key are not checked, with the reason", async () => {
    // Prepare
    const { "aws_iam_role.loan": _, ...withoutRole } = RESOURCES;

    // Act
    const [, loan] = await partsOfEndpoints(
      planOf({
        ...withoutRole,
        "aws_sagemaker_endpoint_configuration.loan": {
          name: "loan-1",
          kms_key_arn: "arn:aws:kms:us-east-1:111122223333:key/k",
          production_variants: [{ model_name: "loan-model-1" }],
        },
      }),
      { image: () => Promise.resolve(EXISTS), artifact: () => Promise.resolve(EXISTS) },
    );

    // Assess
    expect(loan?.parts.filter(({ state }) => state === "unchecked")).toEqual([
      {
        kind: "key",
        name: "arn:aws:kms:us-east-1:111122223333:key/k",
        state: "unchecked",
        reason: "no role of the workflow may read keys",
      },
      {
        kind: "role",
        name: ROLE,
        state: "unchecked",
        reason: "Terraform's state does not contain it",
      },
    ]);
  });

  it("are empty for an environment without a state", async () => {
    // Act
    const parts = await partsOf({ format_version: "1.2" });

    // Assess
    expect(parts).toEqual([]);
  });
});
