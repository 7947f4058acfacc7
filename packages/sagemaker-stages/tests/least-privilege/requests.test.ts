import { describe, expect, it } from "@jest/globals";
import { RULES, requestsOf } from "../../src/testing/least-privilege/principals";
import { readPolicySet } from "../../src/testing/least-privilege/read-policy-set";
import { record } from "../../src/testing/least-privilege/recorder";
import { ResolvedStack } from "../../src/testing/least-privilege/resolved-stack";
import { synthesizeOne, type TerraformJson } from "../stacks/support/synthesized";
import { everything } from "./support/environments";

const stack = new ResolvedStack(everything.name, synthesizeOne(everything).terraform);

describe("requests", () => {
  it("have each a source: AWS's documentation, or that they were recorded", async () => {
    // Prepare
    const recorded = await record(stack);

    // Act
    const { uses, abuses } = requestsOf({ stack, environment: everything, recorded });

    // Assess
    const sources = new Set([...uses, ...abuses].map(({ source }) => source));
    expect(
      [...sources].filter((source) => !/^(recorded|https:\/\/docs\.aws\.amazon\.com\/.+)$/.test(source)),
    ).toEqual([]);
    expect(sources.size).toBeGreaterThan(10);
  });

  const read = RULES.flatMap(({ reads }) => Object.keys(reads)).filter((type) => stack.all(type).length > 0);

  it.each(read)("are not derived from a %s with an argument that nobody thought of", (type) => {
    // Prepare
    const changed = stack.changed((terraform) => {
      for (const values of Object.values(terraform.resource[type] ?? {})) values.something_new = {};
    });

    // Act
    const act = () => requestsOf({ stack: changed, environment: everything, recorded: new Map() });

    // Assess
    expect(act).toThrow(/what it needs is said in support\/principals\/.*something_new/);
  });

  it.each([
    ["production_variants", "aws_sagemaker_endpoint_configuration", inVariants],
    ["primary_container", "aws_sagemaker_model", inContainer],
  ] as const)("are not derived from %s with an argument that nobody thought of", (argument, type, change) => {
    // Prepare
    const changed = stack.changed(({ resource }) => change(resource[type] ?? {}));

    // Act
    const act = () => requestsOf({ stack: changed, environment: everything, recorded: new Map() });

    // Assess
    expect(act).toThrow(new RegExp(`${argument}: no rule reads something_new`));
  });

  it("are not derived from a way out to a service that nobody thought of", () => {
    // Prepare
    const changed = stack.changed(({ resource: { aws_vpc_endpoint = {} } }) => {
      for (const values of Object.values(aws_vpc_endpoint))
        values.service_name = "com.amazonaws.eu-central-1.sts";
    });

    // Act
    const act = () => requestsOf({ stack: changed, environment: everything, recorded: new Map() });

    // Assess
    expect(act).toThrow(/say it in principals\/way-out\.ts/);
  });
});

describe("a type that nobody thought of", () => {
  it("is refused, and it is said where to add it", () => {
    // Prepare
    const changed = stack.changed(({ resource }) => {
      resource.aws_kms_key = { key: { policy: "{}" } };
    });

    // Act
    const act = () => readPolicySet(changed);

    // Assess
    expect(act).toThrow(/no rule reads aws_kms_key\..*readPolicySet.*GRANTING.*NOT_GRANTING/);
  });
});

describe("a reference that nobody thought of", () => {
  it("is refused, and it is said where to add it", () => {
    // Prepare
    const changed = stack.changed(({ resource: { aws_lambda_function = {} } }) => {
      for (const values of Object.values(aws_lambda_function)) {
        values.role = `$\{aws_iam_role.${Object.keys(stack.terraform.resource.aws_iam_role ?? {})[0]}.unique_id}`;
      }
    });

    // Act
    const act = () => requestsOf({ stack: changed, environment: everything, recorded: new Map() });

    // Assess
    expect(act).toThrow(/unique_id of aws_iam_role; add it to COMPUTED in resolved-stack\.ts/);
  });
});

type ById = TerraformJson["resource"][string];

function inVariants(byId: ById): void {
  for (const values of Object.values(byId)) {
    const variants = values.production_variants as object[];
    values.production_variants = variants.map((variant) => ({ ...variant, something_new: 1 }));
  }
}

function inContainer(byId: ById): void {
  for (const values of Object.values(byId)) {
    values.primary_container = { ...(values.primary_container as object), something_new: 1 };
  }
}
