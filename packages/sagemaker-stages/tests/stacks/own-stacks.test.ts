import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CloudwatchDashboard } from "@cdktf/provider-aws/lib/cloudwatch-dashboard";
import { IamAccountAlias } from "@cdktf/provider-aws/lib/iam-account-alias";
import { describe, expect, it } from "@jest/globals";
import {
  type AccountSettings,
  AccountStack,
  type AppProps,
  createApp,
  type FunctionAndEndpoint,
  InferenceStack,
  type Network,
  type RestStage,
  type StateBucket,
  type Website,
} from "../../src";
import { BEFORE_EVERY_END } from "../../src/testing/clock";
import { inTempFolder } from "../../src/testing/temp-folder";
import { models } from "../fixtures/app/functions";
import { example } from "./support/environments";
import type { JsonObject } from "./support/synthesized";

/** An app's stack of an environment, from the example of {@link InferenceStack}. */
class OwnInferenceStack extends InferenceStack {
  constructor(...args: ConstructorParameters<typeof InferenceStack>) {
    super(...args);
    new CloudwatchDashboard(this, "dashboard", {
      dashboardName: `${this.prefix}-inference`,
      dashboardBody: dashboardOf(this.stage, this.website, this.network),
    });
    for (const { functionAndEndpoint } of this.models) {
      if (functionAndEndpoint !== undefined) describeFunction(functionAndEndpoint);
    }
  }
}

/** A function of an app that uses the types of the stack's properties, which the package exports. */
function dashboardOf(stage: RestStage, website: Website | undefined, network: Network | undefined): string {
  return JSON.stringify({
    widgets: [],
    url: stage.url,
    page: website?.origin,
    hasVpc: network?.vpc !== undefined,
  });
}

function describeFunction(functionAndEndpoint: FunctionAndEndpoint): void {
  functionAndEndpoint.lambdaFunction.addOverride("description", "Serves a model of team Atlas");
}

function lockObjects(state: StateBucket | undefined): void {
  state?.bucket.addOverride("object_lock_enabled", true);
}

/** An app's stack of an account, from the example of {@link AccountStack}. */
class OwnAccountStack extends AccountStack {
  constructor(...args: ConstructorParameters<typeof AccountStack>) {
    super(...args);
    new IamAccountAlias(this, "alias", { accountAlias: "shop" });
    lockObjects(this.stateBucket);
  }
}

const account: AccountSettings = {
  region: "us-east-1",
  accountId: "444455556666",
  state: { local: { path: "terraform.account.tfstate" } },
  stateBucket: "terraform-states",
};

/** Terraform's resources of one stack, by type and id. */
type Resources = Readonly<Record<string, Readonly<Record<string, JsonObject>>>>;

/** The resources of the app's stack of this name. */
function resourcesOf(
  stack: string,
  classes: Pick<AppProps, "InferenceStack" | "AccountStack"> = {},
): Resources {
  return inTempFolder((outdir) => {
    createApp({
      models,
      environments: [example],
      accounts: [account],
      now: BEFORE_EVERY_END,
      outdir,
      ...classes,
    }).synth();
    return JSON.parse(readFileSync(join(outdir, `stacks/${stack}/cdk.tf.json`), "utf8")).resource;
  });
}

/** The addresses of resources, with each argument that differs. */
function differences(one: Resources, other: Resources): string[] {
  const flat = (resources: Resources) =>
    Object.entries(resources).flatMap(([type, byId]) =>
      Object.entries(byId).map(([id, { "//": _, ...values }]) => [`${type}.${id}`, values] as const),
    );
  const before = new Map(flat(one));
  return flat(other).flatMap(([address, values]) => {
    const known = before.get(address);
    if (known === undefined) return [address];
    const keys = Object.keys({ ...known, ...values });
    return keys
      .filter((key) => JSON.stringify(known[key]) !== JSON.stringify(values[key]))
      .map((key) => `${address}.${key}`);
  });
}

describe("an app's subclass of InferenceStack", () => {
  it("adds a resource, overrides an argument, and changes nothing else", () => {
    // Prepare
    const plain = resourcesOf(example.name);

    // Act
    const own = resourcesOf(example.name, { InferenceStack: OwnInferenceStack });

    // Assess
    const [[address, fn] = ["", {}]] = Object.entries(own.aws_lambda_function ?? {});
    expect(own.aws_cloudwatch_dashboard?.dashboard).toMatchObject({
      dashboard_name: `${example.name}-inference`,
    });
    expect(fn).toMatchObject({ description: "Serves a model of team Atlas" });
    expect(differences(plain, own).sort()).toEqual([
      "aws_cloudwatch_dashboard.dashboard",
      `aws_lambda_function.${address}.description`,
    ]);
  });
});

describe("an app's subclass of AccountStack", () => {
  it("adds a resource, overrides an argument, and changes nothing else", () => {
    // Prepare
    const plain = resourcesOf("account");

    // Act
    const own = resourcesOf("account", { AccountStack: OwnAccountStack });

    // Assess
    const [[address, bucket] = ["", {}]] = Object.entries(own.aws_s3_bucket ?? {});
    expect(own.aws_iam_account_alias?.alias).toMatchObject({ account_alias: "shop" });
    expect(bucket).toMatchObject({ object_lock_enabled: true });
    expect(differences(plain, own).sort()).toEqual([
      "aws_iam_account_alias.alias",
      `aws_s3_bucket.${address}.object_lock_enabled`,
    ]);
  });
});
