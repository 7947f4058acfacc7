import type { AccountSettings, Environment, ModelSettings } from "../src";
import type { GithubSettings } from "../src/environment/account";
import type { CallerSettings, CustomerSettings, StageSettings } from "../src/environment/environment";
import type {
  CaptureSettings,
  ExistingEndpoint,
  FunctionSettings,
  FunctionUrlSettings,
} from "../src/environment/model-settings";
import type { BudgetSettings } from "../src/environment/settings/budget";
import type { StageDomain, WebsiteDomain } from "../src/environment/settings/domain";
import type { AsyncSettings, BacklogScaling } from "../src/environment/settings/endpoint/async";
import type { DataCaptureSettings } from "../src/environment/settings/endpoint/data-capture";
import type { DeploymentSettings } from "../src/environment/settings/endpoint/deployment";
import type { InstanceEndpoint } from "../src/environment/settings/endpoint/endpoint";
import type { InstanceScaling, InstanceSettings } from "../src/environment/settings/endpoint/instances";
import type { ScheduledCapacity, ScheduleSettings } from "../src/environment/settings/endpoint/schedule";
import type {
  ProvisionedConcurrencyScaling,
  ServerlessSettings,
} from "../src/environment/settings/endpoint/serverless";
import type { FirewallSettings, RateRuleSettings } from "../src/environment/settings/firewall";
import type { ObjectivesSettings } from "../src/environment/settings/model/objectives";
import type { NamedContainer } from "../src/environment/settings/model-source/containers";
import type { FrameworkImageSettings } from "../src/environment/settings/model-source/framework-image";
import type {
  ModelPackageSettings,
  ModelSourceSettings,
} from "../src/environment/settings/model-source/model-source";
import type { NetworkSettings } from "../src/environment/settings/network";
import type { NotifySettings } from "../src/environment/settings/notify";
import type { QuotaSettings } from "../src/environment/settings/quotas";
import type { SignInSettings } from "../src/environment/settings/sign-in";
import type { S3State } from "../src/environment/settings/state";
import type { WebsiteSettings } from "../src/environment/settings/website";

// The examples of `docs/environments.md`. The compiler checks their types, and a test checks the rules of each setting.

export const environment: Environment = {
  name: "dev",
  region: "eu-central-1",
  state: { local: { path: "terraform.dev.tfstate" } },
  stage: { throttling: { rateLimit: 100, burstLimit: 200 }, logRetentionInDays: 7 },
  models: {
    churn: {
      artifact: "s3://amzn-s3-demo-bucket/churn/model.tar.gz",
      image: { framework: "xgboost", version: "1.7-1" },
      serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
    },
  },
};

export const state: S3State = {
  s3: { bucket: "amzn-s3-demo-state-bucket", key: "churn/prod.tfstate" },
};

export const stage: StageSettings = {
  throttling: { rateLimit: 100, burstLimit: 200 },
  logRetentionInDays: 30,
  accessLogs: true,
};

export const website: WebsiteSettings = { title: "Churn" };

export const signIn: SignInSettings = {
  models: [
    { model: "churn", by: "route" },
    { model: "iris", by: "functionUrl" },
  ],
};

export const firewall: FirewallSettings = { mode: "count", rate: { requests: 1_000 } };

export const rateRule: RateRuleSettings = { requests: 200, windowInSeconds: 60 };

export const stageDomain: StageDomain = {
  name: "api.example.com",
  hostedZone: { id: "Z0123456789EXAMPLE", name: "example.com" },
  basePath: "v1",
};

export const websiteDomain: WebsiteDomain = {
  name: "models.example.org",
  certificateArn: "arn:aws:acm:us-east-1:111122223333:certificate/11111111-2222-4333-8444-555555555555",
};

export const newVpc: NetworkSettings = {
  vpc: { availabilityZones: ["eu-central-1a", "eu-central-1b"] },
};

export const existingVpc: NetworkSettings = {
  existing: { subnetIds: ["subnet-0123456789abcdef0"], securityGroupIds: ["sg-0123456789abcdef0"] },
};

export const emailNotification: NotifySettings = { email: "on-call@example.com" };

export const topicNotification: NotifySettings = {
  topicArn: "arn:aws:sns:eu-central-1:111122223333:on-call",
};

export const quotas: QuotaSettings = { serverlessConcurrency: 10 };

export const caller: CallerSettings = {
  mayInvoke: [{ model: "churn", by: "endpoint" }],
  roles: ["SageMaker-Execution"],
};

export const customer: CustomerSettings = {
  models: ["churn"],
  throttling: { rateLimit: 50, burstLimit: 100 },
  quota: { requests: 1_000_000, per: "month" },
};

export const throttling: StageSettings["throttling"] = { rateLimit: 50, burstLimit: 100 };

export const model: ModelSettings = {
  existingEndpoint: "churn-2026",
  access: "API_KEY",
  tags: { Team: "growth" },
};

export const objectives: ObjectivesSettings = { availability: 0.995, p99InMs: 1_500, drift: true };

export const modelFunction: FunctionSettings = { memorySizeInMb: 512, reservedConcurrency: 40 };

export const functionUrl: FunctionUrlSettings = { corsAllowOrigins: ["https://www.example.com"] };

export const newEndpoint: InstanceEndpoint = {
  artifact: "s3://amzn-s3-demo-bucket/churn/model.tar.gz",
  image: { framework: "xgboost", version: "1.7-1" },
  instances: { instanceType: "ml.m5.large", initialInstanceCount: 2 },
  inNetwork: true,
};

export const existingEndpoint: ExistingEndpoint = {
  existingEndpoint: "forecasts",
  targetModel: "eu/churn.tar.gz",
};

export const serverless: ServerlessSettings = { memorySizeInMb: 2048, maxConcurrency: 5 };

export const serverlessScaling: ProvisionedConcurrencyScaling = {
  minCapacity: 1,
  maxCapacity: 4,
  targetUtilization: 0.7,
};

export const instances: InstanceSettings = { instanceType: "ml.m5.large", initialInstanceCount: 2 };

export const instanceScaling: InstanceScaling = {
  minCapacity: 2,
  maxCapacity: 6,
  targetInvocationsPerInstance: 600,
};

export const asynchronous: AsyncSettings = { days: 7, scaling: { minCapacity: 0, maxCapacity: 4 } };

export const backlogScaling: BacklogScaling = { minCapacity: 0, maxCapacity: 4, targetBacklogPerInstance: 2 };

export const deployment: DeploymentSettings = {
  trafficShift: { canary: { percent: 10, waitInSeconds: 300 } },
  rollbackOn: { serverErrorsPerMinute: 5 },
};

export const capture: CaptureSettings = { percent: 10, keep: ["age", "predictions"], days: 90 };

export const dataCapture: DataCaptureSettings = {
  destination: "s3://amzn-s3-demo-bucket/captured",
  samplingPercentage: 10,
};

export const source: ModelSourceSettings = {
  artifact: "s3://amzn-s3-demo-bucket/churn/model.tar.gz",
  image: { algorithm: "linear-learner", tag: "1" },
};

export const frameworkImage: FrameworkImageSettings = {
  framework: "huggingface",
  version: "4.49.0",
  pytorch: "2.6.0",
  python: "py312",
};

export const algorithmImage: ModelSourceSettings["image"] = { algorithm: "linear-learner", tag: "1" };

export const ecrImage: ModelSourceSettings["image"] = {
  uri: "111122223333.dkr.ecr.eu-central-1.amazonaws.com/churn:2026-11-20",
};

export const modelPackage: ModelPackageSettings = {
  arn: "arn:aws:sagemaker:eu-central-1:111122223333:model-package/churn/3",
  imageUris: ["111122223333.dkr.ecr.eu-central-1.amazonaws.com/churn:2026-11-20"],
  artifacts: ["s3://amzn-s3-demo-bucket/churn/model.tar.gz"],
};

export const container: NamedContainer = {
  name: "preprocess",
  artifact: "s3://amzn-s3-demo-bucket/churn/preprocess.tar.gz",
  image: { framework: "sklearn", version: "1.2-1" },
  containerEnvironment: {
    SAGEMAKER_PROGRAM: "inference.py",
    SAGEMAKER_SUBMIT_DIRECTORY: "/opt/ml/model/code",
  },
};

export const account: AccountSettings = {
  region: "eu-central-1",
  accountId: "111122223333",
  state: { local: { path: "terraform.account.tfstate" } },
  stateBucket: "amzn-s3-demo-state-bucket",
  apiGatewayLogs: true,
};

export const github: GithubSettings = { repository: "octo-org@123456/churn@456789" };

export const cognito = {
  userPoolArn: "arn:aws:cognito-idp:eu-central-1:111122223333:userpool/eu-central-1_A1b2C3d4E",
  scopes: ["models/predict"],
};

export const jwt = {
  issuer: "https://login.example.com",
  audience: ["https://models.example.com"],
  scopes: ["predict"],
};

export const budget: BudgetSettings = { monthlyInUsd: 300, notifyAtPercent: [50, 80, 100] };

export const schedule: ScheduleSettings = {
  timezone: "Europe/Berlin",
  actions: {
    "working-day": { cron: "0 7 ? * MON-FRI *", minCapacity: 4, maxCapacity: 10 },
    evening: { cron: "0 19 ? * MON-FRI *", minCapacity: 1, maxCapacity: 4 },
  },
};

export const scheduledCapacity: ScheduledCapacity = {
  cron: "0 19 ? * MON-FRI *",
  minCapacity: 1,
  maxCapacity: 4,
};
