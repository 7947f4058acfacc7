import { cpSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AccountSettings } from "../src/environment/account";
import type { Environment } from "../src/environment/environment";
import { copySources } from "./comparison";

/** The kinds of resources whose numbers must be equal in both apps: Terraform's type, and CloudFormation's type. */
const COMPARED = {
  aws_lambda_function: "AWS::Lambda::Function",
  aws_sagemaker_model: "AWS::SageMaker::Model",
  aws_sagemaker_endpoint_configuration: "AWS::SageMaker::EndpointConfig",
  aws_sagemaker_endpoint: "AWS::SageMaker::Endpoint",
  aws_api_gateway_rest_api: "AWS::ApiGateway::RestApi",
  aws_iam_role: "AWS::IAM::Role",
  aws_iam_policy: "AWS::IAM::ManagedPolicy",
} as const;

/** What the AWS CDK app (`comparison/cdk/app.cjs`) reads. */
interface CdkApp {
  readonly outdir: string;
  readonly environments: readonly {
    readonly name: string;
    readonly region: string;
    readonly account: string;
    readonly models: readonly string[];
    readonly website: boolean;
  }[];
  readonly accounts: readonly {
    readonly name: string;
    readonly region: string;
    readonly account: string;
    readonly roles: number;
    readonly policies: number;
  }[];
}

/** The arguments of Node.js that synthesize the app. */
export interface CdkCommands {
  /** AWS CDK bundles the functions, as the engine does. */
  readonly words: readonly string[];
  /** AWS CDK copies the functions. */
  readonly wordsWithoutBundling: readonly string[];
}

/** The account of an environment that any account can deploy. */
const ANY_ACCOUNT = "111122223333";
/**
 * Writes an AWS CDK app with the environments, models and accounts of the fixture app.
 *
 * @param folder - the app's folder, which does not exist
 * @param installed - the folder of {@link installComparison}
 * @param terraform - the folder `stacks` of the measured app's output. The stacks of the accounts determine the numbers of roles
 * and policies, because these numbers change with each area of the deployer's permissions
 */
export function writeCdkApp(
  folder: string,
  installed: string,
  environments: readonly Environment[],
  accounts: readonly AccountSettings[],
  terraform: string,
): CdkCommands {
  copySources("cdk", folder);
  symlinkSync(join(installed, "node_modules"), join(folder, "node_modules"), "dir");
  for (const pin of ["package.json", "package-lock.json"]) cpSync(join(installed, pin), join(folder, pin));
  const models = new Set(environments.flatMap((environment) => Object.keys(environment.models)));
  for (const model of models) {
    cpSync(join(folder, "handler.js"), join(folder, "handlers", `${model}.js`));
  }
  rmSync(join(folder, "handler.js"));
  const app: CdkApp = {
    outdir: join(folder, "cdk.out"),
    environments: environments.map((environment) => ({
      name: environment.name,
      region: environment.region,
      account: environment.accountId ?? ANY_ACCOUNT,
      models: Object.keys(environment.models),
      website: environment.website !== undefined,
    })),
    accounts: accounts.map(({ name = "account", region, accountId }) => ({
      name,
      region,
      account: accountId,
      roles: numberOf("aws_iam_role", terraform, name),
      policies: numberOf("aws_iam_policy", terraform, name),
    })),
  };
  writeFileSync(join(folder, "app.json"), JSON.stringify(app));
  // The same loader as the measured app.
  const words = ["--import", "tsx", "app.cjs", "app.json"];
  return { words, wordsWithoutBundling: [...words, "without-bundling"] };
}

/**
 * Requires that both apps have the same numbers of functions, models, endpoints, REST APIs, roles and policies.
 *
 * @param terraform - the folder `stacks` of the measured app's output
 * @param cloudFormation - the output of AWS CDK
 * @returns a text with the numbers of all resources
 * @throws Error with both numbers of the first different kind
 */
export function requireSameResources(terraform: string, cloudFormation: string): string {
  const ours = new Map<string, number>();
  for (const name of readdirSync(terraform)) {
    for (const [type, byName] of Object.entries(resourcesOf(terraform, name)))
      count(ours, type, Object.keys(byName).length);
  }
  const theirs = new Map<string, number>();
  for (const name of readdirSync(cloudFormation).filter((file) => file.endsWith(".template.json"))) {
    const { Resources }: { readonly Resources: Readonly<Record<string, { readonly Type: string }>> } =
      JSON.parse(readFileSync(join(cloudFormation, name), "utf8"));
    for (const { Type } of Object.values(Resources)) count(theirs, Type, 1);
  }
  const compared = Object.entries(COMPARED).map(([type, cdkType]) => {
    const [own = 0, other = 0] = [ours.get(type), theirs.get(cdkType)];
    if (own !== other || own === 0) {
      throw new Error(
        `the compared apps differ: got ${own} of ${type} and ${other} of ${cdkType}; allowed: the same number, and at least one. Change bench/comparison/cdk/app.cjs.`,
      );
    }
    return `${own} ${cdkType}`;
  });
  return `both apps synthesize ${compared.join(", ")}; in all, ${sum(ours)} resources of Terraform and ${sum(theirs)} of CloudFormation`;
}

/** The resources of a stack of the measured app, by type and name. */
function resourcesOf(terraform: string, stack: string): Readonly<Record<string, object>> {
  const { resource }: { readonly resource: Readonly<Record<string, object>> } = JSON.parse(
    readFileSync(join(terraform, stack, "cdk.tf.json"), "utf8"),
  );
  return resource;
}

function numberOf(type: string, terraform: string, stack: string): number {
  return Object.keys(resourcesOf(terraform, stack)[type] ?? {}).length;
}

function count(counts: Map<string, number>, kind: string, more: number): void {
  counts.set(kind, (counts.get(kind) ?? 0) + more);
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, more) => total + more, 0);
}
