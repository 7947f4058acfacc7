import { gzipSync } from "node:zlib";
import { describe, expect, it } from "@jest/globals";
import { unzipSync } from "fflate";
import { functionCode } from "../../src/constructs/function/function-code";
import type { Environment } from "../../src/environment/environment";
import { boundaryPolicy } from "../../src/iam/deployment/boundary";
import { deployLimits } from "../../src/iam/deployment/deploy-limits";
import { deployerPolicies } from "../../src/iam/deployment/deployer";
import { plannerPolicies } from "../../src/iam/deployment/planner";
import { findNetworkPolicyFaults } from "../../src/iam/network-limits";
import { example, exampleModel, named } from "./support/environments";
import { parseEmbedded, synthesize } from "./support/synthesized";

const KEY = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const ACCOUNT = "111122223333";
const BUCKET = "arn:aws:s3:::test-capture-111122223333-eu-central-1";

/** The size of the part in a bundle, compressed. Every cold start loads the bundle. */
const MAX_PART_IN_BYTES = 3_900;

const CAPTURING: Environment = {
  ...example,
  models: {
    "loan-default": { ...exampleModel, capture: { percent: 2.5, keep: ["answer"], days: 7, kmsKeyArn: KEY } },
    "energy-demand": {
      existingEndpoint: "shared",
      targetVariant: "blue",
      capture: { percent: 100, drop: ["date"] },
    },
    "ticket-urgency": exampleModel,
  },
};

const synthesized = synthesize([
  example,
  named("captures", CAPTURING),
  named("protected", { ...CAPTURING, protected: true }),
  named("vpc", { ...CAPTURING, network: { vpc: { availabilityZones: ["eu-central-1a"] } } }),
  named("ending", {
    ...example,
    models: { "loan-default": { ...exampleModel, capture: { percent: 0, days: 10 } } },
  }),
  named("reserved", {
    ...example,
    models: {
      "loan-default": { ...exampleModel, function: { reservedConcurrency: 2 }, capture: { percent: 1 } },
    },
  }),
]);
const stack = synthesized.stack("captures");

describe("an environment with capture", () => {
  const bucket = "captures-capture-111122223333-eu-central-1";
  const ofBucket = <Type extends Parameters<typeof stack.find>[0]>(type: Type) =>
    stack.find(type).filter(({ address }) => address.includes("capture_"));

  it("has a private, encrypted bucket for TLS only, which keeps no versions and deletes objects", () => {
    // Act
    const { values: blocked } = stack.one("aws_s3_bucket_public_access_block");
    const { values: encrypted } = stack.one("aws_s3_bucket_server_side_encryption_configuration");
    const { values: policy, address } = stack.one("aws_s3_bucket_policy");
    const { values: lifecycle } = stack.one("aws_s3_bucket_lifecycle_configuration");

    // Assess
    expect(stack.one("aws_s3_bucket").values).toMatchObject({ bucket, force_destroy: true });
    expect(blocked).toMatchObject({
      block_public_acls: true,
      block_public_policy: true,
      ignore_public_acls: true,
      restrict_public_buckets: true,
    });
    expect(encrypted).toMatchObject({
      rule: [{ apply_server_side_encryption_by_default: { sse_algorithm: "AES256" } }],
    });
    expect(parseEmbedded(policy.policy, address)).toMatchObject({
      Statement: [
        {
          Effect: "Deny",
          Principal: "*",
          Action: ["s3:*"],
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      ],
    });
    expect(ofBucket("aws_s3_bucket_versioning")).toEqual([]);
    expect(lifecycle).toMatchObject({
      rule: [
        {
          id: "captures-loan-default/AllTraffic",
          status: "Enabled",
          filter: [{ prefix: "captures-loan-default/AllTraffic/" }],
          expiration: [{ days: 7 }],
        },
        {
          id: "shared/blue",
          status: "Enabled",
          filter: [{ prefix: "shared/blue/" }],
          expiration: [{ days: 30 }],
        },
        // The requests of models that the environment no longer serves.
        { id: "every-object", status: "Enabled", filter: [{}], expiration: [{ days: 30 }] },
      ],
    });
  });

  it("refuses to destroy the bucket when the environment is protected", () => {
    // Act
    const [isProtected, other] = [synthesized.stack("protected"), stack].map(
      (one) => one.one("aws_s3_bucket").values,
    );

    // Assess
    expect(isProtected).toMatchObject({ force_destroy: false, lifecycle: { prevent_destroy: true } });
    expect(other).not.toHaveProperty("lifecycle");
  });

  it("destroys the bucket's policy before every other setting, which the deployer of a protected environment may not", () => {
    // Act
    const one = synthesized.stack("protected");
    const { values: policy } = one.one("aws_s3_bucket_policy");
    const { values: ownership } = one.one("aws_s3_bucket_ownership_controls");
    const before = (
      [
        "aws_s3_bucket_ownership_controls",
        "aws_s3_bucket_server_side_encryption_configuration",
        "aws_s3_bucket_lifecycle_configuration",
      ] as const
    ).map((type) => one.one(type).address);

    // Assess
    expect(policy).toMatchObject({ depends_on: before });
    expect(ownership).toMatchObject({ depends_on: [one.one("aws_s3_bucket_public_access_block").address] });
  });

  it("keeps the bucket with its rules, and stores nothing, when the percentage is 0", () => {
    // Act
    const ending = synthesized.stack("ending");
    const { values: lifecycle } = ending.one("aws_s3_bucket_lifecycle_configuration");
    const { values: fn } = ending.one("aws_lambda_function");
    const policies = JSON.stringify(ending.find("aws_iam_role_policy").map(({ values }) => values.policy));

    // Assess
    expect(lifecycle).toMatchObject({
      rule: [{ expiration: [{ days: 10 }] }, { expiration: [{ days: 10 }] }],
    });
    expect(JSON.stringify(fn)).not.toContain("CAPTURE");
    expect(fn.source_code_hash).toBe(functionCode("loan-default").sha256);
    expect(policies).not.toContain("s3:PutObject");
  });

  it("has a variable that shortens the writes of a function with reserved concurrency", () => {
    // Act
    const [reserved, other] = ["reserved", "captures"].map((name) =>
      JSON.stringify(synthesized.stack(name).find("aws_lambda_function")),
    );

    // Assess
    expect(reserved).toContain('"CAPTURE_RESERVED":"1"');
    expect(other).not.toContain("CAPTURE_RESERVED");
  });

  it("gives each capturing function its variables and its module, and no other function", () => {
    // Act
    const functions = new Map(
      stack.find("aws_lambda_function").map(({ values }) => [values.function_name, values] as const),
    );
    const variablesOf = (name: string) => functions.get(name)?.environment?.variables ?? {};

    // Assess
    expect(functions.get("captures-loan-default")?.handler).toBe("index.handler");
    expect(variablesOf("captures-loan-default")).toMatchObject({
      CAPTURE_DESTINATION: `s3://${bucket}/captures-loan-default/AllTraffic`,
      CAPTURE_PERCENT: "2.5",
      CAPTURE_KEEP: '["answer"]',
      CAPTURE_KMS_KEY: KEY,
    });
    expect(variablesOf("captures-energy-demand")).toMatchObject({
      CAPTURE_DESTINATION: `s3://${bucket}/shared/blue`,
      CAPTURE_DROP: '["date"]',
    });
    expect(functions.get("captures-ticket-urgency")?.handler).toBe("index.handler");
    expect(Object.keys(variablesOf("captures-ticket-urgency")).join()).not.toContain("CAPTURE");
  });

  it("lets functions in a new VPC reach S3 for their own objects only", () => {
    // Act
    const vpc = synthesized.stack("vpc");
    const gateway = vpc.find("aws_vpc_endpoint").find(({ values }) => values.vpc_endpoint_type === "Gateway");
    const rules = vpc.find("aws_vpc_security_group_egress_rule").map(({ values }) => values.description);

    // Assess
    expect(rules.sort()).toEqual(["To S3", "To the SageMaker runtime"]);
    expect(parseEmbedded(gateway?.values.policy ?? "", "policy")).toMatchObject({
      Statement: [
        {
          Action: ["s3:PutObject"],
          Resource: ["arn:aws:s3:::vpc-capture-111122223333-eu-central-1/vpc-loan-default/AllTraffic/*"],
          Condition: {
            ArnEquals: { "aws:PrincipalArn": "arn:aws:iam::111122223333:role/vpc-loan-default-function" },
          },
        },
        {
          Action: ["s3:PutObject"],
          Resource: ["arn:aws:s3:::vpc-capture-111122223333-eu-central-1/shared/blue/*"],
        },
      ],
    });
  });
});

describe("the package of a function", () => {
  it("is the same as before when other models of the environment capture", () => {
    // Act
    const [alone, beside] = [synthesized.stack("test"), stack].map((one) =>
      one.find("aws_lambda_function").map(({ values }) => [values.function_name, values.source_code_hash]),
    );

    // Assess
    expect(beside).toContainEqual(["captures-ticket-urgency", functionCode("ticket-urgency").sha256]);
    expect(alone).toEqual([["test-loan-default", functionCode("loan-default").sha256]]);
  });

  it("contains the code of capture only for a model with capture, within the limit of the part", () => {
    // Act
    const [plain, capturing] = [false, true].map((captures) =>
      unzipSync(functionCode("loan-default", { captures }).zip),
    );
    const [without, with_] = [plain?.["index.js"], capturing?.["bundle.js"]].map((code) =>
      Buffer.from(code ?? []),
    );
    const sizeOf = (code: Buffer | undefined) => gzipSync(code ?? "", { level: 9 }).length;

    // Assess
    expect(Object.keys(plain ?? {})).toEqual(["index.js"]);
    expect(Object.keys(capturing ?? {})).toEqual(["bundle.js", "index.mjs"]);
    expect(without?.includes("/event/next")).toBe(false);
    expect(with_?.includes("/event/next")).toBe(true);
    expect(sizeOf(with_) - sizeOf(without)).toBeLessThanOrEqual(MAX_PART_IN_BYTES);
  });
});

describe("the policies around an environment with capture", () => {
  it.each([
    { of: "the deployer", policies: deployerPolicies },
    { of: "the planner", policies: plannerPolicies },
  ])("let $of neither read nor write captured requests", ({ policies }) => {
    // Act
    const statements = Object.values(policies(CAPTURING, ACCOUNT)).flatMap(({ Statement }) => Statement);
    const onObjects = statements.filter(({ Resource = [] }) =>
      Resource.some((arn) => arn.startsWith(`${BUCKET}/`)),
    );

    // Assess
    expect(onObjects.flatMap(({ Action }) => Action)).toEqual(
      policies === deployerPolicies ? ["s3:DeleteObjectVersion"] : [],
    );
  });

  it("let the deployer set the bucket's lifecycle, and only with capture", () => {
    // Act
    const [without, with_] = [example, CAPTURING].map((environment) =>
      JSON.stringify(deployerPolicies(environment, ACCOUNT)),
    );

    // Assess
    expect(without).not.toMatch(/capture|PutLifecycle/);
    expect(with_).toContain("s3:PutLifecycleConfiguration");
  });

  it("let the deployer of a protected environment destroy neither captured requests nor the bucket's first setting", () => {
    // Act
    const { Statement } = deployerPolicies(
      { ...CAPTURING, protected: true, accountId: ACCOUNT },
      ACCOUNT,
    ).storage;
    const actionsOn = (resource: string) =>
      Statement.filter(({ Resource = [] }) => Resource.includes(resource)).flatMap(({ Action }) => Action);

    // Assess
    expect(actionsOn(BUCKET)).toEqual(
      expect.arrayContaining(["s3:PutBucketPolicy", "s3:PutLifecycleConfiguration"]),
    );
    expect(
      [...actionsOn(BUCKET), ...actionsOn(`${BUCKET}/*`)].filter((action) =>
        /^s3:Delete(?!Bucket$)/.test(action),
      ),
    ).toEqual([]);
    expect(actionsOn(BUCKET.replace("capture", "artifacts"))).toContain("s3:DeleteBucketPolicy");
  });

  it("name the functions with capture when the policy of S3's VPC endpoint is too long", () => {
    // Prepare
    const models = Array.from({ length: 99 }, (_, index) => [
      `model-${index}`,
      { existingEndpoint: `endpoint-${index}`, capture: { percent: 1 } },
    ]);

    // Act
    const faults = findNetworkPolicyFaults({
      ...example,
      accountId: ACCOUNT,
      network: { vpc: { availabilityZones: ["eu-central-1a"] } },
      models: Object.fromEntries(models),
    });

    // Assess
    expect(faults.map(({ got, allowed }) => `${got}; ${allowed}`)).toContainEqual(
      expect.stringMatching(
        /for 99 functions with capture; .*: about [1-9]\d functions with capture in one VPC/,
      ),
    );
  });

  it("exclude reading captured requests from everything that a deployer can get", () => {
    // Act
    const limits = deployLimits({ ...CAPTURING, permissionsBoundary: true, accountId: ACCOUNT }, ACCOUNT);
    const onBucket = limits.Statement.filter(({ Resource = [] }) => Resource.includes(`${BUCKET}/*`));

    // Assess
    expect(onBucket.flatMap(({ Action }) => Action)).toEqual(
      expect.arrayContaining(["s3:DeleteObjectVersion"]),
    );
    expect(
      onBucket.flatMap(({ Action }) => Action).filter((action) => /GetObject|PutObject|s3:\*$/.test(action)),
    ).toEqual([]);
  });

  it("let the boundary of roles write captured requests, and nothing else in the bucket", () => {
    // Act
    const { Statement } = boundaryPolicy(
      { ...CAPTURING, permissionsBoundary: true, accountId: ACCOUNT },
      ACCOUNT,
    );
    const ofCapture = Statement.filter(({ Sid }) => /Captured/.test(Sid));

    // Assess
    expect(ofCapture).toMatchObject([
      { Action: ["s3:PutObject"], Resource: [`${BUCKET}/*`] },
      {
        Action: ["kms:GenerateDataKey"],
        Resource: [KEY],
        Condition: { StringEquals: { "kms:ViaService": "s3.eu-central-1.amazonaws.com" } },
      },
    ]);
  });
});
