import { describe, expect, it } from "@jest/globals";
import * as z from "zod/mini";
import { findCaptureFaults } from "../../src/app/capture-checks";
import type { Environment } from "../../src/environment/environment";
import type { CaptureSettings, ModelSettings } from "../../src/environment/model-settings";
import { defineModels, python } from "../../src/models";
import { models } from "../fixtures/app/functions";
import { checkEnvironments } from "../support/app";

const MODEL: ModelSettings = {
  artifact: "s3://amzn-s3-demo-bucket/model.tar.gz",
  image: { algorithm: "linear-learner", tag: "1" },
  serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
};
const EXAMPLE = { request: { age: 1 }, answer: { age: 2 } };
const KEY = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

function environmentOf(settings: Record<string, unknown>): Environment {
  return {
    name: "test",
    region: "eu-central-1",
    accountId: "111122223333",
    state: { local: { path: "terraform.test.tfstate" } },
    stage: { throttling: { rateLimit: 100, burstLimit: 200 }, logRetentionInDays: 7 },
    models: settings as Environment["models"],
  };
}

function withCapture(capture: object, more: object = {}): Environment {
  return environmentOf({ "energy-demand": { ...MODEL, capture, ...more } });
}

function foundIn(environment: Environment, served = models): string[] {
  return checkEnvironments([environment], [], served).map(
    ({ field, got, allowed }) => `${field}: got ${got}; allowed: ${allowed}`,
  );
}

describe("the capture of a model", () => {
  it.each<{ what: string; capture: CaptureSettings }>([
    { what: "names of fields only", capture: { percent: 100 } },
    { what: "a fraction of a percent", capture: { percent: 0.1 } },
    { what: "no request, to keep the bucket", capture: { percent: 0, days: 7 } },
    { what: "kept fields", capture: { percent: 10, keep: ["hour", "answer"], days: 3653, kmsKeyArn: KEY } },
    { what: "dropped fields", capture: { percent: 10, drop: ["date"], days: 1 } },
  ])("is accepted with $what", ({ capture }) => {
    // Prepare
    const environment = withCapture(capture);

    // Act
    const faults = [...foundIn(environment), ...findCaptureFaults([environment], models)];

    // Assess
    expect(faults).toEqual([]);
  });

  it.each([
    { capture: {}, fault: "models.energy-demand.capture.percent: got nothing" },
    { capture: { percent: -1 }, fault: "capture.percent: got -1; allowed: a number from 0 to 100" },
    { capture: { percent: 101 }, fault: "capture.percent: got 101; allowed: a number from 0 to 100" },
    {
      capture: { percent: 1, days: 0 },
      fault: "capture.days: got 0; allowed: a whole number from 1 to 3653",
    },
    {
      capture: { percent: 1, keep: [] },
      fault: "capture.keep: got []; allowed: one or more names of fields",
    },
    { capture: { percent: 1, drop: ["a", "a"] }, fault: 'capture.drop: got ["a","a"]; allowed: one or more' },
    {
      capture: { percent: 1, keep: ["a".repeat(2000)] },
      fault: "capture.keep: got 2004 bytes; allowed: names of at",
    },
    {
      capture: { percent: 1, keep: ["hour"], drop: ["date"] },
      fault: "capture.keep: got keep together with drop; allowed: either keep or drop",
    },
    {
      capture: { percent: 1, kmsKeyArn: KEY.replace("eu-central-1", "us-east-1") },
      fault: "capture.kmsKeyArn: got",
    },
    { capture: { percent: 1, destination: "s3" }, fault: "models.energy-demand.capture.destination: got" },
  ])("is refused with $fault", ({ capture, fault }) => {
    // Act
    const faults = foundIn(withCapture(capture));

    // Assess
    expect(faults).toEqual([expect.stringContaining(fault)]);
  });

  it("is refused for an existing function, which the engine does not change", () => {
    // Act
    const faults = foundIn(withCapture({ percent: 1 }, { existingFunction: "scoring" }));

    // Assess
    expect(faults).toEqual([
      "models.energy-demand.capture: got capture together with existingFunction; allowed: either capture or existingFunction",
    ]);
  });

  it("is refused for a route via API Gateway, which has no function", () => {
    // Act
    const faults = foundIn(
      environmentOf({ "house-price": { ...MODEL, via: "gateway", capture: { percent: 1 } } }),
    );

    // Assess
    expect(faults).toEqual([
      'models.house-price.capture: got capture together with via: "gateway"; allowed: no capture, or via: "lambda"; dataCapture for an endpoint on instances',
    ]);
  });

  it("is refused for a handler in Python, which is the model's own code", () => {
    // Prepare
    const own = defineModels({
      churn: python({
        method: "POST",
        path: "/churn",
        title: "Churn",
        description: "Predicts churn.",
        allowed: "JSON",
        example: { request: {}, answer: {} },
      }),
    });

    // Act
    const faults = checkEnvironments(
      [environmentOf({ churn: { ...MODEL, capture: { percent: 1 } } })],
      [],
      own,
    );

    // Assess
    expect(faults.map(({ field, got }) => `${field}: ${got}`)).toEqual([
      "models.churn.capture: capture for a model with handler.py",
    ]);
  });

  it.each([
    { capture: { percent: 1, keep: ["temprature"] }, field: "keep" },
    { capture: { percent: 1, drop: ["hour", "temprature"] }, field: "drop" },
  ])("is refused with a misspelt field in $field", ({ capture, field }) => {
    // Act
    const faults = findCaptureFaults([withCapture(capture)], models);

    // Assess
    expect(faults).toEqual([
      expect.objectContaining({
        field: `models.energy-demand.capture.${field}`,
        got: '["temprature"]',
        allowed: "instances, date, hour, temperature, day, answer",
      }),
    ]);
  });

  it("is accepted with any field of a model that passes requests through", () => {
    // Prepare
    const environment = environmentOf({
      "house-price": { ...MODEL, capture: { percent: 1, keep: ["any"] } },
    });

    // Act
    const faults = findCaptureFaults([environment], models);

    // Assess
    expect(faults).toEqual([]);
  });

  it("is refused with dropped fields of a model that passes requests through, whose callers choose the names", () => {
    // Prepare
    const environment = environmentOf({
      "house-price": { ...MODEL, capture: { percent: 1, drop: ["email"] } },
    });

    // Act
    const faults = findCaptureFaults([environment], models);

    // Assess
    expect(faults).toMatchObject([
      {
        field: "models.house-price.capture.drop",
        got: '["email"]',
        allowed: "keep, with the fields to store",
        because: expect.stringContaining("passes any body through"),
      },
    ]);
  });

  const closed = z.lazy(() =>
    z.strictObject({ age: z.number(), by: z.record(z.enum(["a", "b"]), z.nullable(z.string())) }),
  );
  it.each<{ what: string; schema: z.ZodMiniType<unknown, unknown>; isOpen: boolean }>([
    { what: "a lazy object with a record of listed keys", schema: closed, isOpen: false },
    {
      what: "a union of closed objects",
      schema: z.union([closed, z.object({ age: z.int() })]),
      isOpen: false,
    },
    { what: "a tuple", schema: z.object({ age: z.tuple([z.number()], z.literal("a")) }), isOpen: false },
    {
      what: "a record",
      schema: z.object({ age: z.number(), more: z.record(z.string(), z.int()) }),
      isOpen: true,
    },
    { what: "a loose object", schema: z.looseObject({ age: z.number() }), isOpen: true },
    { what: "any value in a list", schema: z.object({ age: z.array(z.any()) }), isOpen: true },
    { what: "a map, whose names this check does not read", schema: z.map(z.string(), closed), isOpen: true },
    { what: "a loose object behind lazy", schema: z.lazy(() => z.looseObject({})), isOpen: true },
  ])("accepts dropped fields only if the schema names every field: $what", ({ schema, isOpen }) => {
    // Prepare
    const served = { ...models, "energy-demand": { ...models["energy-demand"], schema, example: EXAMPLE } };

    // Act
    const [dropped, misspelt, kept] = [{ drop: ["age"] }, { drop: ["agee"] }, { keep: ["agee"] }].map(
      (fields) =>
        findCaptureFaults([withCapture({ percent: 1, ...fields })], served).map(({ field }) => field),
    );

    // Assess
    const drop = "models.energy-demand.capture.drop";
    expect(dropped).toEqual(isOpen ? [drop] : []);
    expect(misspelt).toEqual([drop]);
    expect(kept).toEqual(isOpen ? [] : ["models.energy-demand.capture.keep"]);
  });

  it("has the names request and answer for values that are not objects", () => {
    // Prepare
    const example = { request: [1, 2], answer: 3 };
    const served = {
      ...models,
      "energy-demand": { ...models["energy-demand"], schema: z.array(z.number()), example },
    };

    // Act
    const faults = findCaptureFaults([withCapture({ percent: 1, keep: ["request", "answer"] })], served);
    const withoutAny = findCaptureFaults([withCapture({ percent: 1, keep: ["request"] })], models);

    // Assess
    expect(faults).toEqual([]);
    expect(withoutAny).toMatchObject([{ because: expect.stringContaining("the example of about") }]);
  });

  it("is refused with a reserved concurrency of 1, because the write of a record takes the only process", () => {
    // Act
    const [one, two, nothing] = [
      { capture: { percent: 1 }, function: { reservedConcurrency: 1 } },
      { capture: { percent: 1 }, function: { reservedConcurrency: 2 } },
      { capture: { percent: 0 }, function: { reservedConcurrency: 1 } },
    ].map(({ capture, ...more }) => foundIn(withCapture(capture, more)));

    // Assess
    expect(one).toEqual([
      "models.energy-demand.function.reservedConcurrency: got 1; allowed: 2 or more with capture",
    ]);
    expect([two, nothing]).toEqual([[], []]);
  });

  it("is refused for two models that use one variant of an existing endpoint", () => {
    // Prepare
    const shared = { existingEndpoint: "shared", capture: { percent: 1 } };

    // Act
    const [same, other, alone] = [
      { "loan-default": shared, "energy-demand": shared },
      { "loan-default": shared, "energy-demand": { ...shared, targetVariant: "blue" } },
      { "loan-default": shared, "energy-demand": { existingEndpoint: "shared" } },
    ].map((settings) => foundIn(environmentOf(settings)));

    // Assess
    expect(same).toEqual([
      "models.energy-demand.capture: got capture for the variant shared/AllTraffic, whose requests loan-default stores; allowed: capture for one model of each variant",
    ]);
    expect([other, alone]).toEqual([[], []]);
  });

  it("is refused for a model with the name of the bucket's construct", () => {
    // Act
    const faults = checkEnvironments(
      [environmentOf({ capture: { ...MODEL, capture: { percent: 1 } } })],
      [],
      { capture: { ...models["energy-demand"], model: "capture" } },
    );

    // Assess
    expect(faults.map(({ field, because }) => `${field}: ${because}`)).toEqual([
      "models.capture: the construct of the bucket of captured requests has the same name",
    ]);
  });
});
