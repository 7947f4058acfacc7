import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AccountSettings } from "../../../src/environment/account";
import type { Environment, QuotaSettings } from "../../../src/environment/environment";
import type { ModelSettings } from "../../../src/environment/model-settings";
import type { ModelName } from "../../fixtures/app/functions";
import { MAIN, ProjectCopy } from "../../local/support/project";
import { type Finished, runNode } from "./project";
import { SynthesizedStack } from "./synthesized";

const FIXTURE_APP = join(__dirname, "../../fixtures/app");

/** The model that every generated model copies. */
const TEMPLATE = "loan-default";

const PROVE = `import { proveLeastPrivilege } from "sagemaker-stages/testing";
import { environments } from "./environments";
import { models } from "./functions";

proveLeastPrivilege({ models, environments }, { mutants: false }).then(({ findings, counts, record }) => {
  const titles = record.map(({ title }) => title);
  process.stdout.write(JSON.stringify({ messages: findings.map(({ message }) => message), counts, titles }));
});
`;

/** The account of {@link environmentWith}. GitHub workflows deploy the environments of this account. */
export const MANY_MODELS_ACCOUNT: AccountSettings = {
  region: "us-east-1",
  accountId: "444455556666",
  state: { local: { path: "terraform.account.tfstate" } },
  github: { repository: "octo-org@123456/stages@456789" },
};

/** The settings that an account needs for 100 models. */
const QUOTAS: QuotaSettings = { serverlessConcurrency: 1_000, serverlessEndpoints: 200 };

/** Names of generated models: `model-001`, and so on. */
export function generatedModels(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `model-${String(index + 1).padStart(3, "0")}`);
}

/** An environment that serves these models, with every kind of access, with function URLs, and a caller of all endpoints. */
export function environmentWith(models: readonly string[], quotas: QuotaSettings = QUOTAS): Environment {
  const settings = models.map((model, index): [string, ModelSettings] => [
    model,
    {
      artifact: `s3://amzn-s3-demo-bucket/models/${model}/model.tar.gz`,
      image: { algorithm: index % 2 === 0 ? "linear-learner" : "sagemaker-xgboost", tag: "1" },
      serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
      access: (["AWS_IAM", "AWS_IAM", "API_KEY", "PUBLIC"] as const)[index % 4] ?? "AWS_IAM",
      ...(index % 3 === 0 && { functionUrl: {} }),
    },
  ]);
  return {
    name: "prod",
    region: "us-east-1",
    accountId: "444455556666",
    permissionsBoundary: true,
    state: { s3: { bucket: "amzn-s3-demo-state-bucket", key: "stages/prod.tfstate" } },
    stage: { throttling: { rateLimit: 1_000, burstLimit: 2_000 }, logRetentionInDays: 30 },
    quotas,
    // The types contain only the app's own models.
    models: Object.fromEntries(settings) as Environment["models"],
    callers: {
      notebooks: {
        mayInvoke: models.map((model) => ({ model: model as ModelName, by: "endpoint" as const })),
        roles: ["notebooks"],
      },
    },
  };
}

/** A copy of the project whose catalog has generated models, and an environment and an account for them. */
export class ManyModels {
  readonly project = new ProjectCopy();
  readonly models: readonly string[];

  constructor(count: number) {
    this.models = generatedModels(count);
    for (const model of this.models) this.addModel(model);
    this.addToCatalog();
    this.serve(environmentWith(this.models));
  }

  /** Replaces all environments by this environment, and all accounts by {@link MANY_MODELS_ACCOUNT}. */
  serve(environment: Environment): void {
    this.project.setEnvironments(environment);
    this.project.setAccounts(MANY_MODELS_ACCOUNT);
  }

  /** `main.ts`, as `cdktf` runs it, without network and credentials. */
  synthesize(): Promise<Finished> {
    return runNode(MAIN, this.project.folder);
  }

  /** A stack that {@link synthesize} wrote. */
  stack(name: string): SynthesizedStack {
    const file = join(this.project.folder, "cdktf.out", "stacks", name, "cdk.tf.json");
    return new SynthesizedStack(name, readFileSync(file, "utf8"));
  }

  /** Runs the proof of least privilege for the environment, like the app's own tests. Writes JSON. */
  prove(): Promise<Finished> {
    this.project.write("prove.ts", PROVE);
    return runNode(["--import", "tsx", "prove.ts"], this.project.folder, "UTC", "with network");
  }

  remove(): void {
    this.project.remove();
  }

  private addModel(model: string): void {
    const folder = join(this.project.folder, "functions", model);
    cpSync(join(FIXTURE_APP, "functions", TEMPLATE), folder, { recursive: true });
    const contract = join(folder, "contract.ts");
    writeFileSync(contract, readFileSync(contract, "utf8").replaceAll(TEMPLATE, model));
  }

  private addToCatalog(): void {
    const names = this.models.map((model) => model.replaceAll("-", ""));
    const imports = this.models.map(
      (model, index) => `import * as ${names[index]} from "./${model}/contract";`,
    );
    const entries = this.models.map((model, index) => `  "${model}": ${names[index]},`);
    this.project.edit("functions/index.ts", (text) =>
      `${imports.join("\n")}\n${text}`.replace(
        "export const models = defineModels({",
        `export const models = defineModels({\n${entries.join("\n")}`,
      ),
    );
  }
}
