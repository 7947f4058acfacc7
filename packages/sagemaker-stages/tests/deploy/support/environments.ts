import { asyncRequests } from "../../../examples/async-requests";
import { capture } from "../../../examples/capture";
import { firewall } from "../../../examples/firewall";
import { objectives } from "../../../examples/objectives";
import { signIn } from "../../../examples/sign-in";
import type { Environment } from "../../../src/environment/environment";
import type {
  ModelSettings,
  ServerlessEndpoint,
  ServingSettings,
} from "../../../src/environment/model-settings";
import { dev } from "../../fixtures/app/environments/dev";
import type { ModelName } from "../../fixtures/app/functions";

/** An environment with changed settings of one model. */
export function withModel(
  environment: Environment,
  model: ModelName,
  changes: Partial<ServingSettings & ServerlessEndpoint>,
): Environment {
  const settings = environment.models[model];
  if (settings === undefined) throw new Error(`${environment.name} has no ${model}`);
  return { ...environment, models: { ...environment.models, [model]: { ...settings, ...changes } } };
}

/** The artifact of a model with a new endpoint. */
export function artifactOf(environment: Environment, model: ModelName): string {
  const settings = environment.models[model];
  if (settings === undefined || !("artifact" in settings)) {
    throw new Error(`${environment.name} has no new endpoint for ${model}`);
  }
  return settings.artifact;
}

/** An existing role of the account. */
export const NOTEBOOKS = "notebooks";

/** dev, with a file of the project as an artifact, and with a caller. */
export const devWithCaller: Environment = {
  ...withModel(dev, "loan-default", { artifact: "models/first.tar.gz" }),
  callers: {
    notebooks: {
      mayInvoke: [
        { model: "ticket-urgency", by: "endpoint" },
        { model: "language-check", by: "functionUrl" },
      ],
      roles: [NOTEBOOKS],
    },
  },
};

const VOLUME_KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

/** An existing function of the account. Its role has the same name and a boundary. */
export const SCORING = "scoring";

const EXISTING_PARTS = {
  existingFunction: SCORING,
  existingFunctionRole: SCORING,
  existingEndpoint: "shared",
} as const;

/** The settings of {@link everything} that can change in place. A new zone gets a new subnet. */
interface Changing {
  readonly tags: Readonly<Record<string, string>>;
  readonly availabilityZones: readonly string[];
  readonly instanceType: string;
  readonly instancesScaling: { readonly maxCapacity: number; readonly targetInvocationsPerInstance: number };
  readonly alarms: { readonly serverErrorsPerMinute: number; readonly modelLatencyInMs: number };
  readonly serverlessScaling: { readonly maxCapacity: number; readonly targetUtilization: number };
}

function everythingWith(changing: Changing): Environment {
  const { tags, availabilityZones, instanceType, instancesScaling, alarms, serverlessScaling } = changing;
  return {
    name: "everything",
    region: "us-east-1",
    accountId: "111122223333",
    permissionsBoundary: true,
    tags,
    state: { local: { path: "terraform.everything.tfstate" } },
    stage: { throttling: { rateLimit: 100, burstLimit: 200 }, logRetentionInDays: 30 },
    network: { vpc: { cidrBlock: "10.20.0.0/20", availabilityZones } },
    models: {
      "energy-demand": {
        artifact: "s3://amzn-s3-demo-bucket/energy-demand/2026-11-20/model.tar.gz",
        image: { algorithm: "sagemaker-xgboost", tag: "1.7-1" },
        instances: {
          instanceType,
          initialInstanceCount: 2,
          autoscaling: { minCapacity: 2, ...instancesScaling },
        },
        inNetwork: true,
        volumeKeyArn: VOLUME_KEY,
        deployment: {
          trafficShift: { canary: { percent: 10, waitInSeconds: 300 } },
          rollbackOn: { ...alarms, alarmNames: ["checkout-errors"] },
        },
      },
      "loan-default": {
        artifact: "s3://amzn-s3-demo-bucket/loan-default/2026-11-20/model.tar.gz",
        image: { algorithm: "linear-learner", tag: "1" },
        serverless: {
          memorySizeInMb: 2048,
          maxConcurrency: 5,
          provisionedConcurrency: 1,
          autoscaling: { minCapacity: 1, ...serverlessScaling },
        },
      },
      "ticket-urgency": EXISTING_PARTS,
      "house-price": { existingEndpoint: "prices", via: "gateway" },
    },
  };
}

/**
 * The parts that neither dev nor prod has: an existing function, a route via API Gateway, a VPC, both kinds of scaling,
 * alarms, and a key for volumes.
 */
export const everything = everythingWith({
  tags: { Project: "sagemaker-stages" },
  availabilityZones: ["us-east-1a", "us-east-1b"],
  instanceType: "ml.m5.large",
  instancesScaling: { maxCapacity: 4, targetInvocationsPerInstance: 600 },
  alarms: { serverErrorsPerMinute: 5, modelLatencyInMs: 500 },
  serverlessScaling: { maxCapacity: 2, targetUtilization: 0.7 },
});

/** {@link everything} with a change of every setting that can change in place. */
export const everythingChanged = everythingWith({
  tags: { Team: "models" },
  availabilityZones: ["us-east-1a", "us-east-1b", "us-east-1c"],
  instanceType: "ml.m5.xlarge",
  instancesScaling: { maxCapacity: 6, targetInvocationsPerInstance: 900 },
  alarms: { serverErrorsPerMinute: 9, modelLatencyInMs: 800 },
  serverlessScaling: { maxCapacity: 5, targetUtilization: 0.5 },
});

/** The smallest environment with a firewall of the stage and of the page. */
export const withFirewalls: Environment = {
  ...firewall,
  models: { "energy-demand": { existingEndpoint: "demand", access: "PUBLIC" } },
};

/** {@link withFirewalls} with other rules, tags and modes. */
export const withOtherFirewalls: Environment = {
  ...withFirewalls,
  tags: { Team: "models" },
  stage: {
    ...withFirewalls.stage,
    firewall: {
      managedRules: ["AWSManagedRulesAnonymousIpList"],
      rate: { requests: 200, windowInSeconds: 60 },
    },
  },
  website: { firewall: { managedRules: ["AWSManagedRulesAmazonIpReputationList"] } },
};

const { firewall: _ofStage, ...stageWithoutFirewall } = withOtherFirewalls.stage;

/** {@link withOtherFirewalls} without firewalls, and with its page. */
export const withoutFirewalls: Environment = {
  ...withOtherFirewalls,
  stage: stageWithoutFirewall,
  website: {},
};

/** The example of objectives. The endpoint of one model exists already. */
export const withObjectives: Environment = {
  ...objectives,
  models: {
    ...objectives.models,
    "energy-demand": { existingEndpoint: "demand", objectives: { p99InMs: 800 } },
  },
};

/** {@link withObjectives} with lower objectives, other tags, and one model without objectives. */
export const withOtherObjectives: Environment = {
  ...withObjectives,
  tags: { Team: "models" },
  models: {
    ...withObjectives.models,
    "energy-demand": { existingEndpoint: "demand", objectives: { availability: 0.99 } },
    "house-price": withoutObjectives(withObjectives.models["house-price"]),
  },
};

/** {@link withOtherObjectives} with an existing topic. */
export const withExistingTopic: Environment = {
  ...withOtherObjectives,
  notify: { topicArn: "arn:aws:sns:eu-central-1:111122223333:on-call" },
};

/** {@link withOtherObjectives} without objectives. */
export const withoutAnyObjectives: Environment = withoutNotify({
  ...withOtherObjectives,
  models: {
    ...withOtherObjectives.models,
    "energy-demand": { existingEndpoint: "demand" },
  },
});

function withoutObjectives(settings: ModelSettings | undefined): ModelSettings {
  if (settings === undefined) throw new Error("the example has no such model");
  const { objectives: _, ...others } = settings;
  return others as ModelSettings;
}

function withoutNotify({ notify: _, ...others }: Environment): Environment {
  return others;
}

const { signIn: settings } = signIn.website ?? {};
if (settings === undefined) throw new Error("the example has no sign-in");

/** The example of a sign-in, with a tag that {@link withOtherSignIn} does not have. */
export const withSignIn: Environment = { ...signIn, tags: { Project: "texts" } };

/** {@link withSignIn} with every change that needs no new user pool: other settings of the sign-in, tags and names. */
export const withOtherSignIn: Environment = {
  ...withSignIn,
  tags: { Team: "models" },
  website: {
    ...signIn.website,
    domain: {
      name: "texts.example.org",
      certificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/66666666-7777-4888-9999-aaaaaaaaaaaa",
    },
    signIn: {
      ...settings,
      domainPrefix: "example-org-texts",
      mfa: "OFF",
      selfRegistration: true,
      models: [{ model: "language-check", by: "functionUrl" }],
    },
  },
};

/** The example whose functions store requests. */
export const withCapture: Environment = capture;

/** {@link withCapture} with other fields and another time of deletion. */
export const withOtherCapture: Environment = {
  ...capture,
  models: Object.fromEntries(
    Object.entries(capture.models).map(([model, settings]) => [
      model,
      { ...settings, capture: { percent: 1, drop: ["answer"], days: 7 } },
    ]),
  ),
};

/** {@link withCapture} without capture. */
export const withoutCapture: Environment = {
  ...capture,
  models: Object.fromEntries(
    Object.entries(capture.models).map(([model, { capture: _, ...settings }]) => [model, settings]),
  ) as Environment["models"],
};

/** Asynchronous endpoints, whose instances start from zero. */
export const withAsync: Environment = asyncRequests;

/** {@link withAsync} before one of its models became asynchronous. */
export const beforeAsync: Environment = {
  ...asyncRequests,
  models: {
    ...asyncRequests.models,
    "energy-demand": {
      artifact: "s3://amzn-s3-demo-bucket/energy-demand/2026-11-29/model.tar.gz",
      image: { algorithm: "sagemaker-xgboost", tag: "1.7-1" },
      instances: {
        instanceType: "ml.m5.large",
        initialInstanceCount: 1,
        autoscaling: { minCapacity: 1, maxCapacity: 2, targetInvocationsPerInstance: 100 },
      },
    },
  },
};

/**
 * {@link withAsync} with another type of instances, another time of deletion, instances that always run, and a key for the bucket.
 *
 * @param kmsKeyArn - the key, which both models share
 */
export function withOtherAsync(kmsKeyArn: string): Environment {
  const loanDefault = asyncRequests.models["loan-default"];
  if (
    loanDefault === undefined ||
    !("instances" in loanDefault) ||
    loanDefault.instances?.async === undefined
  ) {
    throw new Error("the example has no asynchronous loan-default");
  }
  const { instances } = loanDefault;
  return {
    ...asyncRequests,
    models: {
      "energy-demand": {
        artifact: "s3://amzn-s3-demo-bucket/energy-demand/2026-11-29/model.tar.gz",
        image: { algorithm: "sagemaker-xgboost", tag: "1.7-1" },
        instances: {
          instanceType: "ml.m5.xlarge",
          initialInstanceCount: 1,
          async: { days: 2, scaling: { minCapacity: 1, maxCapacity: 3 }, kmsKeyArn },
        },
      },
      "loan-default": {
        ...loanDefault,
        instances: { ...instances, async: { ...loanDefault.instances.async, kmsKeyArn } },
      },
    },
  };
}

/** {@link beforeAsync} without asynchronous requests of any model. */
export const withoutAsync: Environment = withoutNotify({
  ...beforeAsync,
  models: {
    ...beforeAsync.models,
    "loan-default": {
      artifact: "s3://amzn-s3-demo-bucket/loan-default/2026-11-29/model.tar.gz",
      image: { algorithm: "linear-learner", tag: "1" },
      instances: { instanceType: "ml.m5.large", initialInstanceCount: 1 },
    },
  },
});
