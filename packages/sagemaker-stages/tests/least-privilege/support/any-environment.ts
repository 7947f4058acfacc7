import fc from "fast-check";
import type { Environment } from "../../../src/environment/environment";
import type { ModelSettings } from "../../../src/environment/model-settings";
import { type ModelName, models } from "../../fixtures/app/functions";

/** A region with its partition, availability zones and registry. */
interface Location {
  readonly region: string;
  readonly partition: string;
  readonly zones: readonly string[];
  /** Domain of the region's image registries. */
  readonly registryDomain: string;
}

const LOCATIONS: readonly Location[] = [
  {
    region: "eu-central-1",
    partition: "aws",
    zones: ["eu-central-1a", "eu-central-1b"],
    registryDomain: "amazonaws.com",
  },
  { region: "us-east-1", partition: "aws", zones: ["us-east-1a"], registryDomain: "amazonaws.com" },
  {
    region: "cn-north-1",
    partition: "aws-cn",
    zones: ["cn-north-1a", "cn-north-1b"],
    registryDomain: "amazonaws.com.cn",
  },
];

const ACCOUNT = "111122223333";

type Network = "none" | "dedicated VPC" | "existing VPC";

/** An object with or without a property. */
const maybe = <Value>(key: string, value: fc.Arbitrary<Value>) =>
  fc.option(value, { nil: undefined }).map((chosen) => (chosen === undefined ? {} : { [key]: chosen }));

const keyIn = ({ partition, region }: Location) =>
  fc
    .constantFrom("1234abcd-12ab-34cd-56ef-1234567890ab", "1234abcd-12ab-34cd-56ef-1234567890ac")
    .map((key) => `arn:${partition}:kms:${region}:${ACCOUNT}:key/${key}`);

const artifactOf = (model: string, location: Location) =>
  fc.oneof(
    fc.constant({ artifact: "artifacts/first.tar.gz" }),
    fc
      .tuple(
        fc.constantFrom("amzn-s3-demo-bucket", "amzn-s3-demo-bucket1"),
        maybe("artifactKeyArn", keyIn(location)),
      )
      .map(([bucket, key]) => ({ artifact: `s3://${bucket}/${model}/2026-11-29/model.tar.gz`, ...key })),
  );

const imageIn = ({ region, registryDomain }: Location) =>
  fc.constantFrom(
    { algorithm: "linear-learner", tag: "1" },
    { algorithm: "sagemaker-xgboost", tag: "1.7-1" },
    { uri: `${ACCOUNT}.dkr.ecr.${region}.${registryDomain}/models/own:1` },
  );

const deployment = fc
  .tuple(
    maybe(
      "trafficShift",
      fc.constantFrom(
        { canary: { percent: 10, waitInSeconds: 300 } },
        { linear: { percent: 25, waitInSeconds: 120 } },
      ),
    ),
    fc.constantFrom(
      { serverErrorsPerMinute: 5 },
      { modelLatencyInMs: 200, alarmNames: ["checkout-errors"] },
      { alarmNames: ["checkout-errors", "orders"] },
    ),
  )
  .map(([shift, rollbackOn]) => ({ terminationWaitInSeconds: 120, ...shift, rollbackOn }));

const serverlessEndpoint = (model: string, location: Location) =>
  fc
    .tuple(
      artifactOf(model, location),
      imageIn(location),
      maybe("deployment", deployment),
      fc.constantFrom({}, { provisionedConcurrency: 2 }),
    )
    .map(([artifact, image, more, provisioned]) => ({
      ...artifact,
      image,
      serverless: { memorySizeInMb: 2048, maxConcurrency: 5, ...provisioned },
      ...more,
    }));

const instanceEndpoint = (model: string, location: Location, network: Network) =>
  fc
    .tuple(
      artifactOf(model, location),
      imageIn(location),
      maybe("volumeKeyArn", keyIn(location)),
      maybe("networkIsolation", fc.boolean()),
      network === "none" ? fc.constant({}) : maybe("inNetwork", fc.boolean()),
      maybe("deployment", deployment),
      maybe(
        "dataCapture",
        maybe("kmsKeyArn", keyIn(location)).map((key) => ({
          destination: "s3://amzn-s3-demo-bucket/captured",
          samplingPercentage: 5,
          ...key,
        })),
      ),
      maybe(
        "autoscaling",
        fc.constant({ minCapacity: 2, maxCapacity: 4, targetInvocationsPerInstance: 600 }),
      ),
    )
    .map(([artifact, image, volumeKey, isolation, inNetwork, more, capture, autoscaling]) => ({
      ...artifact,
      image,
      instances: { instanceType: "ml.m5.large", initialInstanceCount: 2, ...autoscaling },
      ...volumeKey,
      ...isolation,
      ...inNetwork,
      ...more,
      ...capture,
    }));

const newFunction = fc
  .tuple(
    maybe(
      "function",
      fc.constantFrom({ memorySizeInMb: 512, ephemeralStorageInMb: 1024 }, { reservedConcurrency: 10 }),
    ),
    maybe("functionUrl", fc.constant({})),
  )
  .map(([code, url]) => ({ ...code, ...url }));

const existingFunction = (model: string) =>
  fc
    .tuple(
      maybe("existingFunctionRole", fc.constantFrom(`${model}-role`, `service-role/${model}-role`)),
      maybe("sagemakerEnvironmentVariableName", fc.constant("SAGEMAKER_ENDPOINT")),
    )
    .map(([role, variable]) => ({ existingFunction: `existing-${model}`, ...role, ...variable }));

/** The settings of a model. @param needsNewFunction - whether the model's function is new in any case */
function modelSettings(
  model: ModelName,
  location: Location,
  { network, needsNewFunction }: { readonly network: Network; readonly needsNewFunction: boolean },
): fc.Arbitrary<ModelSettings> {
  const endpoint = fc.oneof(
    { weight: 2, arbitrary: serverlessEndpoint(model, location) },
    { weight: 3, arbitrary: instanceEndpoint(model, location, network) },
    { weight: 1, arbitrary: fc.constant({ existingEndpoint: `${model}-2026` }) },
  );
  const code = needsNewFunction
    ? newFunction
    : fc.oneof({ weight: 3, arbitrary: newFunction }, { weight: 1, arbitrary: existingFunction(model) });
  return fc
    .tuple(endpoint, code, fc.constantFrom("AWS_IAM", "API_KEY", "PUBLIC"))
    .map(([serving, settings, access]) => ({ ...serving, ...settings, access }) as ModelSettings);
}

/** Every way in which a caller can invoke a model, e.g. `{ model: "iris", by: "route" }`. */
function invocationsOf(settings: Readonly<Record<string, ModelSettings>>) {
  return Object.entries(settings).flatMap(([model, { access, functionUrl }]) => [
    { model, by: "endpoint" as const },
    ...(access === "AWS_IAM" ? [{ model, by: "route" as const }] : []),
    ...(functionUrl === undefined ? [] : [{ model, by: "functionUrl" as const }]),
  ]);
}

const callersOf = (settings: Readonly<Record<string, ModelSettings>>) =>
  fc
    .tuple(
      fc.subarray(invocationsOf(settings), { minLength: 1 }),
      fc.constantFrom(
        {},
        { roles: ["service-role/scoring"] },
        { users: ["shop"] },
        { groups: ["data", "ml"] },
      ),
      fc.boolean(),
    )
    .map(([mayInvoke, principals, hasSecond]) => ({
      shop: { mayInvoke, ...principals },
      ...(hasSecond ? { "on-call": { mayInvoke: mayInvoke.slice(0, 1), roles: ["on-call"] } } : {}),
    }));

function networkSettings(network: Network, { zones }: Location): Pick<Environment, "network"> {
  if (network === "dedicated VPC") return { network: { vpc: { availabilityZones: zones } } };
  if (network === "none") return {};
  return {
    network: {
      existing: {
        subnetIds: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
        securityGroupIds: ["sg-0123456789abcdef0"],
      },
    },
  };
}

/** Valid environments of every shape: each kind of endpoint, function, access, network, website, caller and region. */
export const anyEnvironment: fc.Arbitrary<Environment> = fc
  .record({
    location: fc.constantFrom(...LOCATIONS),
    network: fc.constantFrom<Network>("none", "dedicated VPC", "existing VPC"),
    names: fc.shuffledSubarray(Object.keys(models) as ModelName[], { minLength: 1, maxLength: 3 }),
  })
  .chain(({ location, network, names }) =>
    fc
      .tuple(
        ...names.map((model, index) =>
          // An environment with a network needs a function or an endpoint in the network.
          modelSettings(model, location, { network, needsNewFunction: network !== "none" && index === 0 }),
        ),
      )
      .map((settings) => ({
        location,
        network,
        models: Object.fromEntries(
          names.flatMap((name, index) => {
            const ofModel = settings[index];
            return ofModel === undefined ? [] : [[name, ofModel] as const];
          }),
        ),
      })),
  )
  .chain(({ location, network, models: served }) => {
    const isPublic =
      location.partition === "aws" && Object.values(served).some(({ access }) => access === "PUBLIC");
    return fc
      .record({
        name: fc.constantFrom("dev", "prod", "qa-eu"),
        project: maybe("project", fc.constantFrom("shop", "ml-team")),
        // A permissions boundary needs the account's id.
        account: fc.constantFrom(
          {},
          { accountId: ACCOUNT },
          { accountId: ACCOUNT, permissionsBoundary: true },
        ),
        accessLogs: maybe("accessLogs", fc.boolean()),
        website: fc.boolean(),
        callers: maybe("callers", callersOf(served)),
      })
      .map(
        ({ name, project, account, accessLogs, website, callers }): Environment => ({
          name,
          region: location.region,
          ...project,
          ...account,
          state: { local: { path: "terraform.tfstate" } },
          stage: { throttling: { rateLimit: 50, burstLimit: 75 }, logRetentionInDays: 14, ...accessLogs },
          models: served,
          ...callers,
          ...(website && isPublic ? { website: {} } : {}),
          ...networkSettings(network, location),
        }),
      );
  });
