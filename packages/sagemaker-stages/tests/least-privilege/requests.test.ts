import { describe, expect, it } from "@jest/globals";
import type { Environment } from "../../src/environment/environment";
import { RULES, requestsOf } from "../../src/testing/least-privilege/principals";
import { readPolicySet, requireOneTimeCodes } from "../../src/testing/least-privilege/read-policy-set";
import { record } from "../../src/testing/least-privilege/recorder";
import { ResolvedStack, readOnce } from "../../src/testing/least-privilege/resolved-stack";
import type { Json } from "../../src/testing/terraform";
import { models } from "../fixtures/app/functions";
import { synthesizeOne, type TerraformJson } from "../stacks/support/synthesized";
import { everything } from "./support/environments";

const stack = new ResolvedStack(everything.name, synthesizeOne(everything).terraform);

describe("a document of a stack", () => {
  it("is read once for the stack and its changed copies, and is frozen", () => {
    // Prepare
    const texts: string[] = [];
    const read = (text: string) => {
      texts.push(text);
      return { statements: [{ text }] };
    };
    const copy = stack.changed(() => {});

    // Act
    const first = readOnce(stack, "aws_x.y.policy", "a", read);
    const second = readOnce(
      copy.changed(() => {}),
      "aws_x.y.policy",
      "a",
      read,
    );
    const changed = readOnce(copy, "aws_x.y.policy", "b", read);
    const again = readOnce(stack, "aws_x.y.policy", "a", read);

    // Assess
    expect(texts).toEqual(["a", "b"]);
    expect([second, again]).toEqual([first, first]);
    expect(changed).toEqual({ statements: [{ text: "b" }] });
    expect(() => first.statements.push({ text: "c" })).toThrow(TypeError);
    expect(() => Object.assign(first.statements[0] ?? {}, { text: "c" })).toThrow(TypeError);
  });
});

describe("requests", () => {
  it("have AWS's documentation or a recording as their source", async () => {
    // Prepare
    const recorded = await record(stack, { environment: everything, models });

    // Act
    const { allowedRequests, deniedRequests } = requestsOf({
      stack,
      environment: everything,
      models,
      recorded,
    });

    // Assess
    const sources = new Set([...allowedRequests, ...deniedRequests].map(({ source }) => source));
    expect(
      [...sources].filter((source) => !/^(recorded|https:\/\/docs\.aws\.amazon\.com\/.+)$/.test(source)),
    ).toEqual([]);
    expect(sources.size).toBeGreaterThan(10);
  });

  const read = RULES.flatMap(({ reads }) => Object.keys(reads)).filter((type) => stack.all(type).length > 0);

  it.each(read)("are refused when a %s has an unknown argument", (type) => {
    // Prepare
    const changed = stack.changed((terraform) => {
      for (const values of Object.values(terraform.resource[type] ?? {})) values.something_new = {};
    });

    // Act
    const act = () => requestsOf({ stack: changed, environment: everything, models, recorded: new Map() });

    // Assess
    expect(act).toThrow(/no rule reads something_new/);
  });

  it.each([
    ["a number", "something_new", 60],
    ["a block of numbers", "something_new", { size: 1024 }],
    ["a list of blocks of numbers", "something_new", [{ size: 1024 }, { size: 512 }]],
  ])("are the same when a function has an unknown limit: %s", (_, argument, limit) => {
    // Prepare
    const changed = withFunctionArgument(argument, limit);
    const sources = { environment: everything, models, recorded: new Map() };

    // Act
    const requests = requestsOf({ ...sources, stack: changed });

    // Assess
    expect(requests).toEqual(requestsOf({ ...sources, stack }));
  });

  it.each([
    ["text", "kms_key_arn", "arn:aws:kms:eu-central-1:111122223333:key/any"],
    ["a reference in a block", "dead_letter_config", { target_arn: `$\{aws_sqs_queue.failed.arn}` }],
    ["text beside a number", "something_new", { size: 1, name: "any" }],
    ["an empty block", "something_new", {}],
    ["a flag", "something_new", true],
    ["numbers that need permissions", "durable_config", { execution_timeout: 60, retention_period: 1 }],
  ])("are refused when an unknown argument of a function is %s", (_, argument, value) => {
    // Prepare
    const changed = withFunctionArgument(argument, value);

    // Act
    const act = () => requestsOf({ stack: changed, environment: everything, models, recorded: new Map() });

    // Assess
    expect(act).toThrow(new RegExp(`no rule reads ${argument}`));
  });

  it.each([
    ["production_variants", "aws_sagemaker_endpoint_configuration", inVariants],
    ["primary_container", "aws_sagemaker_model", inContainer],
  ] as const)("are refused when %s has an unknown member", (argument, type, change) => {
    // Prepare
    const changed = stack.changed(({ resource }) => change(resource[type] ?? {}));

    // Act
    const act = () => requestsOf({ stack: changed, environment: everything, models, recorded: new Map() });

    // Assess
    expect(act).toThrow(new RegExp(`${argument}: no rule reads something_new`));
  });

  it("are refused when a VPC endpoint is for a service without a rule", () => {
    // Prepare
    const changed = stack.changed(({ resource: { aws_vpc_endpoint = {} } }) => {
      for (const values of Object.values(aws_vpc_endpoint))
        values.service_name = "com.amazonaws.eu-central-1.sts";
    });

    // Act
    const act = () => requestsOf({ stack: changed, environment: everything, models, recorded: new Map() });

    // Assess
    expect(act).toThrow(
      /got a VPC endpoint of com\.amazonaws\.eu-central-1\.sts; allowed: .*principals\/vpc-endpoint\.ts/,
    );
  });
});

describe("a resource of an unknown type", () => {
  it("is refused with the options that allow the type", () => {
    // Prepare
    const changed = stack.changed(({ resource }) => {
      resource.aws_kms_key = { key: { policy: "{}" } };
    });

    // Act
    const act = () => readPolicySet(changed, []);

    // Assess
    expect(act).toThrow(/got resources of the type aws_kms_key; allowed: .*typesWithoutPermissions.*rules/);
  });
});

describe("the one-time codes of a user pool", () => {
  const withCodes = (mfa: string) =>
    stack.changed(({ resource }) => {
      for (const pool of Object.values(resource.aws_cognito_user_pool ?? {})) {
        Object.assign(pool, { mfa_configuration: mfa });
      }
    });
  const invocations = everything.website?.signIn?.models ?? [];
  const withoutCodes: Environment = {
    ...everything,
    website: { signIn: { models: invocations, mfa: "OFF" } },
  };

  it("are refused when they differ from the codes of the environment", () => {
    // Act
    const act = () => requireOneTimeCodes(withCodes("OFF"), everything);

    // Assess
    expect(act).toThrow(/mfa_configuration: got "OFF"; allowed: "ON"/);
  });

  it("may be off when the environment turns them off", () => {
    // Act
    const act = () => requireOneTimeCodes(withCodes("OFF"), withoutCodes);

    // Assess
    expect(act).not.toThrow();
  });

  it("must be codes of an authenticator app", () => {
    // Prepare
    const changed = stack.changed(({ resource }) => {
      for (const pool of Object.values(resource.aws_cognito_user_pool ?? {})) {
        delete pool.software_token_mfa_configuration;
      }
    });

    // Act
    const act = () => requireOneTimeCodes(changed, everything);

    // Assess
    expect(act).toThrow(/software_token_mfa_configuration: got undefined/);
  });
});

describe("a domain name with a policy", () => {
  it("is refused, because the policy of a private domain name grants permissions", () => {
    // Prepare
    const changed = stack.changed(({ resource }) => {
      resource.aws_api_gateway_domain_name = { name: { domain_name: "api.example.com", policy: "{}" } };
    });

    // Act
    const act = () => readPolicySet(changed, []);

    // Assess
    expect(act).toThrow("aws_api_gateway_domain_name.name: no rule reads policy");
  });
});

describe("a reference to an unknown attribute", () => {
  it("is refused with the place of the known attributes", () => {
    // Prepare
    const changed = stack.changed(({ resource: { aws_lambda_function = {} } }) => {
      for (const values of Object.values(aws_lambda_function)) {
        values.role = `$\{aws_iam_role.${Object.keys(stack.terraform.resource.aws_iam_role ?? {})[0]}.unique_id}`;
      }
    });

    // Act
    const act = () => requestsOf({ stack: changed, environment: everything, models, recorded: new Map() });

    // Assess
    expect(act).toThrow(
      /got the attribute unique_id of aws_iam_role; allowed: .*COMPUTED of resolved-stack\.ts/,
    );
  });
});

function withFunctionArgument(argument: string, value: Json): ResolvedStack {
  return stack.changed(({ resource: { aws_lambda_function = {} } }) => {
    for (const values of Object.values(aws_lambda_function)) values[argument] = value;
  });
}

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

describe("a reference to a bucket's regional domain", () => {
  it("has the domain of the region's partition", () => {
    // Prepare
    const inChina = new ResolvedStack("china", {
      ...stack.terraform,
      provider: { aws: [{ region: "cn-north-1" }] },
      resource: {
        aws_s3_bucket: { page: { bucket: "amzn-s3-demo-bucket" } },
        aws_sns_topic: { topic: { name: `$\{aws_s3_bucket.page.bucket_regional_domain_name}` } },
      },
    });

    // Act
    const [topic] = inChina.all("aws_sns_topic");

    // Assess
    expect(topic?.get("name")).toBe("amzn-s3-demo-bucket.s3.cn-north-1.amazonaws.com.cn");
  });
});

describe("a resource of a provider with an alias", () => {
  const withAlias = (provider: string): ResolvedStack =>
    new ResolvedStack("dev", {
      ...stack.terraform,
      provider: {
        aws: [
          { alias: "us_east_1", region: "us-east-1", allowed_account_ids: ["777788889999"] },
          { region: "eu-central-1", allowed_account_ids: ["111122223333"] },
        ],
      },
      resource: { aws_sns_topic: { near: {}, far: { provider } } },
    });

  it("has the provider's region, and no argument provider", () => {
    // Prepare
    const aliased = withAlias("aws.us_east_1");

    // Act
    const topics = aliased.all("aws_sns_topic").map(({ region, set }) => ({ region, set }));

    // Assess
    expect(topics).toEqual([
      { region: "eu-central-1", set: [] },
      { region: "us-east-1", set: [] },
    ]);
    expect(aliased.account.arn("sns", "topic")).toBe("arn:aws:sns:eu-central-1:111122223333:topic");
  });

  it.each(["aws.us_west_2", "aws.undefined"])("is refused when the stack has no provider %s", (provider) => {
    // Act
    const topics = () => withAlias(provider).all("aws_sns_topic");

    // Assess
    expect(topics).toThrow(
      `aws_sns_topic.far.provider: got "${provider}"; allowed: aws.<alias> of a provider of the stack`,
    );
  });
});
