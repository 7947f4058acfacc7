import { examples } from "../../../examples";
import type { Environment } from "../../../src/environment/environment";
import type { ModelSettings } from "../../../src/environment/model-settings";
import { environments } from "../../fixtures/app/environments";
import { example, exampleModel, exampleWithCallers, named } from "../../stacks/support/environments";

const POOL = "arn:aws:cognito-idp:eu-central-1:111122223333:userpool/eu-central-1_";

/** Two customers whose routes differ in both directions. */
export const sold: Environment = named("apart", {
  ...example,
  models: {
    "loan-default": { ...exampleModel, access: "API_KEY" },
    "energy-demand": { ...exampleModel, access: "API_KEY" },
    "ticket-urgency": { ...exampleModel, access: "API_KEY" },
    // API Gateway invokes the endpoint of this route without a function.
    "house-price": { ...exampleModel, via: "gateway", access: "API_KEY" },
  },
  customers: {
    acme: { models: ["loan-default", "ticket-urgency", "house-price"], keys: ["1", "2"] },
    globex: { models: ["energy-demand", "ticket-urgency"] },
  },
});

/** Two customers of the same model. */
export const soldTwice: Environment = named("twice", {
  ...example,
  models: { "loan-default": { ...exampleModel, access: "API_KEY" } },
  customers: { acme: { models: ["loan-default"] }, globex: { models: ["loan-default"] } },
});

const asyncModel: ModelSettings = {
  artifact: "s3://amzn-s3-demo-bucket/example/model.tar.gz",
  image: { algorithm: "sagemaker-xgboost", tag: "1.7-1" },
  instances: { instanceType: "ml.m5.large", initialInstanceCount: 1, async: { days: 7 } },
};

/** Environments with properties that neither the fixture app nor the examples have. */
const variants: readonly Environment[] = [
  named("callers", exampleWithCallers),
  // Every name starts with the project's name.
  { ...named("prefixed", exampleWithCallers), project: "shop" },
  // Only functions are in the VPC, so that the VPC endpoint of S3 denies every request.
  named("vpc", {
    ...example,
    models: { "loan-default": exampleModel, "energy-demand": exampleModel },
    network: { vpc: { cidrBlock: "10.8.0.0/20", availabilityZones: ["eu-central-1a", "eu-central-1b"] } },
  }),
  // API Gateway invokes an inference component of an existing endpoint.
  named("component", {
    ...example,
    models: {
      "house-price": { existingEndpoint: "shared", inferenceComponent: "prices", via: "gateway" },
    },
  }),
  named("chosen", {
    ...example,
    models: { "house-price": { existingEndpoint: "shared", targetModel: "eu/prices", via: "gateway" } },
  }),
  // User pools of two teams, with and without scopes.
  named("user-pools", {
    ...example,
    models: {
      "loan-default": {
        ...exampleModel,
        access: { cognito: { userPoolArn: `${POOL}A1b2C3d4E`, scopes: ["loans/score", "loans/admin"] } },
      },
      "ticket-urgency": { ...exampleModel, access: { cognito: { userPoolArn: `${POOL}A1b2C3d4E` } } },
      "energy-demand": { ...exampleModel, access: { cognito: { userPoolArn: `${POOL}Z9y8X7w6V` } } },
    },
  }),
  // Every kind of access to the routes of asynchronous requests.
  named("queues", {
    ...example,
    models: {
      "loan-default": { ...asyncModel, access: "API_KEY" },
      "energy-demand": { ...exampleModel, access: "API_KEY" },
      "ticket-urgency": {
        ...asyncModel,
        access: { jwt: { issuer: "https://login.example.com", audience: ["tickets"], scopes: ["read"] } },
      },
      "house-price": { ...asyncModel },
    },
    customers: {
      acme: { models: ["loan-default"] },
      globex: { models: ["energy-demand"] },
    },
    callers: { shop: { mayInvoke: [{ model: "house-price", by: "route" }], roles: ["shop"] } },
  }),
  // The objects of asynchronous requests pass through the VPC endpoint of S3, to the function and to the endpoint.
  named("isolated-queue", {
    ...example,
    models: { "house-price": { ...asyncModel, inNetwork: true, networkIsolation: true } },
    network: { vpc: { availabilityZones: ["eu-central-1a"] } },
  }),
  sold,
  named("china", {
    ...exampleWithCallers,
    region: "cn-north-1",
    network: { vpc: { availabilityZones: ["cn-north-1a"] } },
  }),
];

const TOPICS = "arn:aws:sns:eu-central-1:111122223333";
const KEYS = "arn:aws:kms:eu-central-1:111122223333:key";

const { corsAllowOrigin: _, ...stage } = example.stage;

/** Every kind of principal in one stack, for the mutants. */
export const everything: Environment = {
  ...named("all", example),
  stage: { ...stage, accessLogs: true },
  website: {
    signIn: {
      models: [
        { model: "loan-default", by: "route" },
        { model: "language-check", by: "functionUrl" },
      ],
    },
  },
  models: {
    "loan-default": {
      ...exampleModel,
      artifact: "artifacts/first.tar.gz",
      functionUrl: {},
      objectives: { availability: 0.995 },
      capture: {
        percent: 10,
        keep: ["answer"],
        kmsKeyArn: `${KEYS}/1234abcd-12ab-34cd-56ef-1234567890af`,
      },
    },
    "energy-demand": {
      modelPackage: {
        arn: "arn:aws:sagemaker:eu-central-1:444455556666:model-package/energy-demand/7",
        imageUris: ["444455556666.dkr.ecr.eu-central-1.amazonaws.com/team/energy-demand:7"],
        artifacts: ["s3://amzn-s3-demo-bucket-of-training/energy-demand/7/model.tar.gz"],
      },
      serverless: exampleModel.serverless,
      existingFunction: "scoring",
      access: "API_KEY",
    },
    "ticket-urgency": {
      image: { uri: "111122223333.dkr.ecr.eu-central-1.amazonaws.com/team/ticket-urgency:1" },
      secrets: {
        LICENSE_SECRET_ARN: "arn:aws:secretsmanager:eu-central-1:111122223333:secret:license-a1B2c3",
      },
      secretsKeyArn: `${KEYS}/1234abcd-12ab-34cd-56ef-1234567890ae`,
      // Asynchronous requests: the function's objects pass through the VPC endpoint of S3.
      instances: {
        instanceType: "ml.m5.large",
        initialInstanceCount: 1,
        async: {
          days: 7,
          successTopicArn: `${TOPICS}:results`,
          failureTopicArn: `${TOPICS}:failures`,
          kmsKeyArn: `${KEYS}/1234abcd-12ab-34cd-56ef-1234567890b0`,
        },
      },
      functionUrl: {},
      access: "PUBLIC",
    },
    "house-price": {
      ...exampleModel,
      via: "gateway",
      access: {
        jwt: {
          issuer: "https://login.example.com",
          audience: ["models", "prices"],
          scopes: ["predict", "prices"],
        },
      },
    },
    "language-check": {
      functionUrl: {},
      access: { cognito: { userPoolArn: `${POOL}A1b2C3d4E`, scopes: ["languages/check"] } },
      artifact: "s3://amzn-s3-demo-bucket/language-check/1/",
      artifactKeyArn: `${KEYS}/1234abcd-12ab-34cd-56ef-1234567890ab`,
      image: { framework: "sklearn", version: "1.2-1" },
      containerEnvironment: {
        SAGEMAKER_PROGRAM: "inference.py",
        SAGEMAKER_SUBMIT_DIRECTORY: "/opt/ml/model/code",
      },
      instances: { instanceType: "ml.m5.large", initialInstanceCount: 2 },
      inNetwork: true,
      volumeKeyArn: `${KEYS}/1234abcd-12ab-34cd-56ef-1234567890ac`,
      dataCapture: {
        destination: "s3://amzn-s3-demo-bucket/captured",
        samplingPercentage: 5,
        kmsKeyArn: `${KEYS}/1234abcd-12ab-34cd-56ef-1234567890ad`,
      },
      deployment: {
        trafficShift: { canary: { percent: 10, waitInSeconds: 300 } },
        rollbackOn: { serverErrorsPerMinute: 5, alarmNames: ["checkout-errors"] },
      },
    },
  },
  callers: {
    shop: {
      mayInvoke: [
        { model: "loan-default", by: "route" },
        { model: "loan-default", by: "functionUrl" },
        { model: "energy-demand", by: "endpoint" },
      ],
      roles: ["shop"],
    },
    "on-call": { mayInvoke: [{ model: "house-price", by: "endpoint" }] },
  },
  network: { vpc: { availabilityZones: ["eu-central-1a", "eu-central-1b"] } },
  notify: { email: "on-call@example.com" },
};

/** The proved environments: the fixture app, the examples, and the variants. */
export const proved: readonly Environment[] = [
  ...environments,
  ...[...examples, ...variants, everything].filter(
    ({ name }) => !environments.some((own) => own.name === name),
  ),
];
