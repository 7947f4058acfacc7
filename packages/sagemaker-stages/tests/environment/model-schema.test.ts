import { describe, expect, it } from "@jest/globals";
import { InvalidEnvironments } from "../../src/environment/checks";
import type { Environment } from "../../src/environment/environment";
import { omitUndefinedDeep } from "../../src/lib/omit-undefined";
import { checkEnvironments, createApp } from "../support/app";
import { changed, environmentOf, INSTANCES, KEY_ARN, SERVERLESS } from "./support/environments";

const NO_SUCH_PROPERTY = "a property of the type Environment of sagemaker-stages";
const BECAUSE =
  "unknown, missing or mistyped properties are rejected, so that a typo cannot silently disable a setting";

const SCALING = { minCapacity: 1, maxCapacity: 5 };

/** A serverless endpoint, an endpoint on instances and an existing endpoint, each with all its settings. */
const SERVERLESS_WITH_ALL = {
  ...SERVERLESS,
  artifactKeyArn: KEY_ARN,
  containerEnvironment: { LEVEL: "1" },
  serverless: {
    ...SERVERLESS.serverless,
    provisionedConcurrency: 2,
    autoscaling: { ...SCALING, targetUtilization: 0.7 },
  },
  access: "API_KEY",
  functionUrl: { corsAllowOrigins: ["*"] },
  function: { memorySizeInMb: 512 },
  tags: { Team: "a" },
};
const INSTANCES_WITH_ALL = {
  ...INSTANCES,
  instances: {
    ...INSTANCES.instances,
    autoscaling: {
      ...SCALING,
      targetInvocationsPerInstance: 600,
      scaleInCooldownInSeconds: 60,
      scaleOutCooldownInSeconds: 60,
    },
    modelDataDownloadTimeoutInSeconds: 60,
    containerStartupHealthCheckTimeoutInSeconds: 60,
  },
  inNetwork: false,
  networkIsolation: true,
  volumeKeyArn: KEY_ARN,
  dataCapture: {
    destination: "s3://amzn-s3-demo-bucket/captured",
    samplingPercentage: 5,
    captureModes: ["Input"],
    kmsKeyArn: KEY_ARN,
  },
  deployment: {
    trafficShift: { canary: { percent: 10, waitInSeconds: 60 } },
    terminationWaitInSeconds: 120,
    maximumExecutionTimeoutInSeconds: 600,
    rollbackOn: { serverErrorsPerMinute: 1, modelLatencyInMs: 1, alarmNames: ["errors"] },
  },
};
const EXISTING = {
  existingEndpoint: "name",
  existingFunction: "scoring",
  existingFunctionRole: "scoring",
  sagemakerEnvironmentVariableName: "ENDPOINT",
};
const LINEAR = { ...INSTANCES, deployment: { trafficShift: { linear: { percent: 10, waitInSeconds: 60 } } } };
const OWN_IMAGE = {
  ...SERVERLESS,
  image: { uri: "111122223333.dkr.ecr.eu-central-1.amazonaws.com/team/loan-default:1" },
};
const WHOLE = [SERVERLESS_WITH_ALL, INSTANCES_WITH_ALL, EXISTING, LINEAR, OWN_IMAGE];

/** The settings whose keys the user chooses. */
const RECORDS = ["containerEnvironment", "tags"];

/** The paths of all objects in a model. */
function objectsIn(value: object, path: readonly string[] = []): (readonly string[])[] {
  const below = Object.entries(value).filter(
    ([key, part]) => typeof part === "object" && !Array.isArray(part) && !RECORDS.includes(key),
  );
  return [path, ...below.flatMap(([key, part]) => objectsIn(part, [...path, key]))];
}

/** All values in a model with their paths, except objects with properties. */
function valuesIn(
  value: object,
  path: readonly string[] = [],
): { path: readonly string[]; value: unknown }[] {
  return Object.entries(value).flatMap(([key, part]) =>
    typeof part === "object" && !Array.isArray(part) && !RECORDS.includes(key)
      ? valuesIn(part, [...path, key])
      : [{ path: [...path, key], value: part }],
  );
}

describe("a model with all settings", () => {
  it.each(WHOLE.map((model) => ({ model })))("has no fault: $model", ({ model }) => {
    // Act
    const faults = checkEnvironments([environmentOf(model)]);

    // Assess
    expect(faults).toEqual([]);
  });

  it.each(
    WHOLE.flatMap((model) =>
      objectsIn(model).map((path) => ({
        model,
        place: path.join(".") || "the model",
        path: [...path, "mispelt"],
      })),
    ),
  )("has exactly one fault when a property is misspelt in $place", ({ model, path }) => {
    // Prepare
    const environment = environmentOf(changed(model, path, "x"));

    // Act
    const faults = checkEnvironments([environment]);

    // Assess
    expect(faults).toEqual([
      {
        environment: "test",
        field: `models.loan-default.${path.join(".")}`,
        got: "a string",
        allowed: expect.stringMatching(new RegExp(`^${NO_SUCH_PROPERTY}(?:: \\w+(?:, \\w+)*)?$`)),
        because: BECAUSE,
      },
    ]);
  });

  it("suggests the property with a similar name when a property is misspelt", () => {
    // Prepare
    const { serverless, ...rest } = SERVERLESS;
    const environment = environmentOf({ ...rest, serverles: serverless });

    // Act
    const faults = checkEnvironments([environment]);

    // Assess
    expect(faults).toContainEqual({
      environment: "test",
      field: "models.loan-default.serverles",
      got: "an object",
      allowed: `${NO_SUCH_PROPERTY}. Did you mean serverless?`,
      because: BECAUSE,
    });
  });

  it("suggests the only property whose name contains an unknown name", () => {
    // Prepare
    const environment = environmentOf({ ...SERVERLESS, environment: { LOG_LEVEL: "debug" } });

    // Act
    const faults = checkEnvironments([environment]);

    // Assess
    expect(faults).toContainEqual({
      environment: "test",
      field: "models.loan-default.environment",
      got: "an object",
      allowed: `${NO_SUCH_PROPERTY}. Did you mean containerEnvironment?`,
      because: BECAUSE,
    });
  });

  it.each(
    WHOLE.flatMap((model) =>
      valuesIn(model).map(({ path, value }) => ({ model, place: path.join("."), path, value })),
    ),
  )("has exactly one fault when $place has another type", ({ model, path, value }) => {
    // Prepare
    const wrong = typeof value === "number" ? "1" : 1;
    const environment = environmentOf(changed(model, path, wrong));

    // Act
    const faults = checkEnvironments([environment]);

    // Assess
    const isSecret = path.includes("containerEnvironment");
    const type = Array.isArray(value) ? "array" : typeof value;
    const isAccess = path.join(".") === "access";
    expect(faults).toEqual([
      {
        environment: "test",
        field: `models.loan-default.${path.join(".")}`,
        got: isSecret ? "a number" : JSON.stringify(wrong),
        allowed: isAccess
          ? "AWS_IAM, API_KEY, PUBLIC, { cognito: … } or { jwt: … }"
          : `a value of the type ${type}`,
        because: BECAUSE,
      },
    ]);
  });

  it.each([
    {
      what: "an empty trafficShift",
      path: ["deployment", "trafficShift"],
      value: {},
      got: "{}",
      allowed: "canary or linear",
    },
    {
      what: "no percent",
      path: ["deployment", "trafficShift", "canary", "percent"],
      value: undefined,
      got: "nothing",
      allowed: "a value of the type number",
    },
    {
      what: "no destination",
      path: ["dataCapture", "destination"],
      value: undefined,
      got: "nothing",
      allowed: "a value of the type string",
    },
    {
      what: "a capture mode that is not a string",
      path: ["dataCapture", "captureModes"],
      value: ["Input", 1],
      field: "dataCapture.captureModes.1",
      got: "1",
      allowed: "a value of the type string",
    },
    {
      what: "an infinite latency",
      path: ["deployment", "rollbackOn", "modelLatencyInMs"],
      value: Number.POSITIVE_INFINITY,
      got: "Infinity",
      allowed: "a value of the type number",
    },
    {
      what: "instances in a list",
      path: ["instances"],
      value: [INSTANCES.instances],
      got: "a list",
      allowed:
        "an object { instanceType, initialInstanceCount, autoscaling?, schedule?, async?, modelDataDownloadTimeoutInSeconds?, containerStartupHealthCheckTimeoutInSeconds? }",
    },
    {
      what: "an image that is a text",
      path: ["image"],
      value: "linear-learner",
      got: '"linear-learner"',
      allowed:
        "an object { algorithm, tag }, or an object { uri }, or an object { framework, version, pytorch?, python?, os?, accelerator?, cuda? }",
    },
    {
      what: "an image without a tag",
      path: ["image"],
      value: { algorithm: "linear-learner" },
      field: "image.tag",
      got: "nothing",
      allowed: "a value of the type string",
    },
  ])("has exactly one fault: $what", ({ path, value, field, got, allowed }) => {
    // Act
    const faults = checkEnvironments([environmentOf(changed(INSTANCES_WITH_ALL, path, value))]);

    // Assess
    expect(faults).toEqual([
      {
        environment: "test",
        field: `models.loan-default.${field ?? path.join(".")}`,
        got,
        allowed,
        because: BECAUSE,
      },
    ]);
  });
});

describe("the value of a container's variable", () => {
  const SECRET = "hunter2";
  const inEnvironment = (part: object): Environment => ({ ...environmentOf(SERVERLESS), ...part });
  const inModel = (part: object): Environment => environmentOf({ ...SERVERLESS, ...part });

  it.each<{ what: string; environment: Environment }>([
    {
      what: "of too many bytes",
      environment: inModel({ containerEnvironment: { TOKEN: SECRET.repeat(200) } }),
    },
    {
      what: "of a variable with an invalid name",
      environment: inModel({ containerEnvironment: { "MY-TOKEN": SECRET } }),
    },
    {
      what: "of one of too many variables",
      environment: inModel({
        containerEnvironment: Object.fromEntries(
          Array.from({ length: 101 }, (_, index) => [`N${index}`, SECRET]),
        ),
      }),
    },
    {
      what: "together with an existing endpoint",
      environment: environmentOf({ existingEndpoint: "name", containerEnvironment: { TOKEN: SECRET } }),
    },
    { what: "in a list", environment: inModel({ containerEnvironment: { TOKEN: [SECRET] } }) },
    { what: "in an object", environment: inModel({ containerEnvironment: { TOKEN: { value: SECRET } } }) },
    {
      what: "as a key of an object",
      environment: inModel({ containerEnvironment: { TOKEN: { [SECRET]: 1 } } }),
    },
    {
      what: "in a string in place of the variables",
      environment: inModel({ containerEnvironment: `TOKEN=${SECRET}` }),
    },
    {
      what: "in a list in place of the variables",
      environment: inModel({ containerEnvironment: [`TOKEN=${SECRET}`] }),
    },
    {
      what: "in a misspelt containerEnvironment",
      environment: inModel({ containerEnvironmnt: { TOKEN: SECRET } }),
    },
    { what: "in a string in an unknown property", environment: inModel({ environment: `TOKEN=${SECRET}` }) },
    { what: "in the model itself", environment: inModel({ TOKEN: SECRET }) },
    {
      what: "in the serverless settings",
      environment: inModel({
        serverless: { ...SERVERLESS.serverless, containerEnvironment: { TOKEN: SECRET } },
      }),
    },
    {
      what: "in the image",
      environment: inModel({ image: { uri: 1, containerEnvironment: { TOKEN: SECRET } } }),
    },
    {
      what: "in the environment itself",
      environment: inEnvironment({ containerEnvironment: { TOKEN: SECRET } }),
    },
    {
      what: "in a list of models",
      environment: inEnvironment({ models: [{ ...SERVERLESS, containerEnvironment: { TOKEN: SECRET } }] }),
    },
    {
      what: "in a list in place of a model",
      environment: environmentOf([{ containerEnvironment: { TOKEN: SECRET } }]),
    },
    {
      what: "in a model that does not exist",
      environment: inEnvironment({
        models: { iris: { ...SERVERLESS, containerEnvironment: { TOKEN: SECRET }, access: "x" } },
      }),
    },
    {
      what: "in a list in place of the environment",
      environment: [inModel({ containerEnvironment: { TOKEN: SECRET } })] as unknown as Environment,
    },
  ])("does not appear in a message: $what", ({ environment }) => {
    // Act
    const faults = checkEnvironments([environment]);

    // Assess
    expect(faults).not.toEqual([]);
    expect(new InvalidEnvironments(faults).message).not.toContain(SECRET);
  });

  it("of another type appears as its type", () => {
    // Act
    const faults = checkEnvironments([
      inModel({ containerEnvironment: { TEXT: [SECRET], NUMBER: 12_345, SWITCH: true, NONE: null } }),
    ]);

    // Assess
    expect(faults.map(({ field, got }) => [field.split(".").at(-1), got])).toEqual([
      ["TEXT", "a list"],
      ["NUMBER", "a number"],
      ["SWITCH", "true"],
      ["NONE", "null"],
    ]);
  });
});

describe("omitUndefinedDeep", () => {
  it("omits undefined properties at every depth, and changes no other property", () => {
    // Prepare
    const start = new Date(0);
    const value = {
      a: undefined,
      b: { c: undefined, d: [{ e: undefined, f: null }, undefined] },
      start,
      off: false,
    };

    // Act
    const present = omitUndefinedDeep(value);

    // Assess
    expect(Object.keys(present)).toEqual(["b", "start", "off"]);
    expect(present).toStrictEqual({ b: { d: [{ f: null }, undefined] }, start, off: false });
    expect(present.start).toBe(start);
    expect(value).toHaveProperty("a");
  });

  it.each<[string, object, object]>([
    [
      "undefined settings of other kinds of endpoints",
      SERVERLESS,
      { instances: undefined, existingEndpoint: undefined },
    ],
    [
      "undefined settings of a serverless endpoint, and no data capture",
      INSTANCES,
      { serverless: undefined, dataCapture: undefined },
    ],
    [
      "undefined settings of a new endpoint",
      EXISTING,
      { artifact: undefined, image: undefined, serverless: undefined },
    ],
    [
      "an undefined canary next to a linear shift",
      LINEAR,
      { deployment: { trafficShift: { canary: undefined, ...LINEAR.deployment.trafficShift } } },
    ],
  ])("synthesizes the same stack without undefined properties: %s", (_what, model, undefinedSettings) => {
    // Prepare
    const stackOf = (settings: object) =>
      createApp([environmentOf(settings)]).node.findChild("test") as unknown as { toTerraform(): unknown };

    // Act
    const [without, beside] = [model, { ...undefinedSettings, ...model, ...undefinedSettings }].map(
      (settings) => stackOf(settings).toTerraform(),
    );

    // Assess
    expect(beside).toEqual(without);
  });

  it("omits a model that is undefined", () => {
    // Prepare
    const environment = environmentOf(SERVERLESS);
    const models = { ...environment.models, "language-check": undefined } as unknown as Environment["models"];

    // Act
    const faults = checkEnvironments([{ ...environment, models }]);

    // Assess
    expect(faults).toEqual([]);
  });
});
