import fc from "fast-check";
import type { Environment } from "../../../src/environment/environment";
import type { ModelSettings } from "../../../src/environment/model-settings";
import type { ModelName } from "../../fixtures/app/functions";
import { exampleModel } from "../../stacks/support/environments";

const KEY = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

const MODELS: readonly ModelName[] = ["loan-default", "energy-demand", "ticket-urgency", "language-check"];

const maybe = <Value>(key: string, value: fc.Arbitrary<Value>) =>
  fc.option(value, { nil: undefined }).map((chosen) => (chosen === undefined ? {} : { [key]: chosen }));

const artifact = fc.oneof(
  fc.constant({ artifact: "artifacts/first.tar.gz" }),
  maybe("artifactKeyArn", fc.constant(KEY)).map((key) => ({
    artifact: "s3://amzn-s3-demo-bucket/models/model.tar.gz",
    ...key,
  })),
);
const image = fc.constantFrom(
  { algorithm: "linear-learner", tag: "1" },
  { uri: "111122223333.dkr.ecr.eu-central-1.amazonaws.com/models/own:1" },
);
const deployment = fc.constant({
  trafficShift: { canary: { percent: 10, waitInSeconds: 300 } },
  rollbackOn: { serverErrorsPerMinute: 5, alarmNames: ["checkout-errors"] },
});

const serverless = fc
  .tuple(artifact, image, maybe("deployment", deployment))
  .map(([place, uri, ...more]) => ({
    ...place,
    image: uri,
    serverless: exampleModel.serverless,
    ...Object.assign({}, ...more),
  }));

const instances = (inNetwork: boolean) =>
  fc
    .tuple(
      artifact,
      image,
      maybe("volumeKeyArn", fc.constant(KEY)),
      maybe("networkIsolation", fc.boolean()),
      maybe("inNetwork", fc.constant(inNetwork)),
      maybe("deployment", deployment),
      maybe(
        "dataCapture",
        fc.constantFrom(
          { destination: "s3://amzn-s3-demo-bucket/captured", samplingPercentage: 5 },
          { destination: "s3://amzn-s3-demo-bucket/captured", samplingPercentage: 5, kmsKeyArn: KEY },
        ),
      ),
    )
    .map(([place, uri, ...more]) => ({
      ...place,
      image: uri,
      instances: { instanceType: "ml.m5.large", initialInstanceCount: 2 },
      ...Object.assign({}, ...more),
    }));

function modelSettings(model: ModelName, inNetwork: boolean): fc.Arbitrary<ModelSettings> {
  const endpoint = fc.oneof(
    serverless,
    instances(inNetwork),
    fc.constant({ existingEndpoint: `${model}-2026` }),
  );
  const fn = fc.oneof(
    {
      weight: 3,
      arbitrary: maybe("function", fc.constant({ memorySizeInMb: 512, ephemeralStorageInMb: 1024 })),
    },
    { weight: 1, arbitrary: fc.constant({ existingFunction: `existing-${model}` }) },
  );
  return fc
    .tuple(
      endpoint,
      fn,
      fc.constantFrom("AWS_IAM", "API_KEY", "PUBLIC"),
      maybe("functionUrl", fc.constant({})),
      maybe("sagemakerEnvironmentVariableName", fc.constant("SAGEMAKER_ENDPOINT")),
    )
    .map(([serving, code, access, url, variable]) => {
      const isNew = !("existingFunction" in code);
      return { ...serving, ...code, access, ...(isNew ? url : variable) } as ModelSettings;
    });
}

/** Environments of every shape: each kind of endpoint, function, access, network, website and caller. */
export const anyEnvironment: fc.Arbitrary<Environment> = fc
  .tuple(
    fc.constantFrom(undefined, "dedicated VPC", "existing VPC"),
    fc.subarray([...MODELS], { minLength: 1, maxLength: 3 }),
    fc.boolean(),
    fc.constantFrom(undefined, "shop"),
    fc.constantFrom("dev", "prod", "test"),
  )
  .chain(([network, names, website, project, name]) =>
    fc
      .tuple(
        fc.tuple(...names.map((model) => modelSettings(model, network !== undefined))),
        fc.constantFrom({}, { roles: ["service-role/scoring"] }, { users: ["shop"] }, { groups: ["data"] }),
      )
      .map(([settings, principals]): Environment => {
        const models = Object.fromEntries(names.map((model, index) => [model, settings[index]] as const));
        const mayInvoke = names.flatMap((model) => {
          const { access, functionUrl } = models[model] ?? {};
          return [
            { model, by: "endpoint" as const },
            ...(access === "AWS_IAM" ? [{ model, by: "route" as const }] : []),
            ...(functionUrl === undefined ? [] : [{ model, by: "functionUrl" as const }]),
          ];
        });
        return {
          name,
          region: "eu-central-1",
          ...(project === undefined ? {} : { project }),
          ...(name === "test" ? {} : { accountId: "111122223333" }),
          state: { local: { path: "terraform.tfstate" } },
          stage: { throttling: { rateLimit: 50, burstLimit: 75 }, logRetentionInDays: 14 },
          models: models as Environment["models"],
          callers: { shop: { mayInvoke, ...principals } },
          ...(website && Object.values(models).some(({ access }) => access === "PUBLIC")
            ? { website: {} }
            : {}),
          ...(network === "dedicated VPC"
            ? { network: { vpc: { availabilityZones: ["eu-central-1a", "eu-central-1b"] } } }
            : {}),
          ...(network === "existing VPC"
            ? {
                network: {
                  existing: {
                    subnetIds: ["subnet-0123456789abcdef0"],
                    securityGroupIds: ["sg-0123456789abcdef0"],
                  },
                },
              }
            : {}),
        };
      }),
  );
