import { describe, expect, it } from "@jest/globals";
import { checkCatalog } from "../../src/app/catalog-checks";
import { checkEnvironments } from "../../src/environment/checks";
import {
  ASYNC_PAYLOAD_IN_BYTES,
  bytes,
  defineModels,
  ENCODED_ASYNC_PAYLOAD_IN_BYTES,
  INSTANCES_PAYLOAD_IN_BYTES,
  openAiChat,
  passThrough,
  SERVERLESS_PAYLOAD_IN_BYTES,
} from "../../src/model";
import type { Models } from "../../src/models";
import { environmentOf, INSTANCES, SERVERLESS } from "./support/environments";

/** A function that can read the largest upload. */
const FUNCTION = { function: { memorySizeInMb: 500 } };

const ASYNC = { ...INSTANCES, instances: { ...INSTANCES.instances, async: { days: 7 } } };

/** A model that passes files of at most `maxBytes` to its endpoint. */
function passing(maxBytes: number): Models {
  return defineModels({
    "loan-default": passThrough({ takes: ["image/png"], maxBytes, example: { answer: {} } }),
  });
}

/** A model whose function reads files of at most `maxBytes`. */
function reading(maxBytes: number): Models {
  return defineModels({ "loan-default": bytes({ takes: ["image/png"], maxBytes, example: { answer: 1 } }) });
}

/** Models with ready-made contracts of at most `maxBytes`. */
function modelsOf(maxBytes: number): readonly Models[] {
  return [
    defineModels({ "loan-default": bytes({ takes: ["image/png"], maxBytes, example: { answer: 1 } }) }),
    defineModels({
      "loan-default": passThrough({
        takes: "application/json",
        maxBytes,
        example: { request: {}, answer: {} },
      }),
    }),
  ];
}

describe("the payload of a contract", () => {
  it.each<[string, object, number]>([
    ["4 MiB on a serverless endpoint", SERVERLESS, SERVERLESS_PAYLOAD_IN_BYTES],
    ["6 MiB on instances", INSTANCES, INSTANCES_PAYLOAD_IN_BYTES],
    ["6 MiB on an existing endpoint", { existingEndpoint: "shared" }, INSTANCES_PAYLOAD_IN_BYTES],
  ])("is accepted with %s", (_, model, maxBytes) => {
    for (const models of modelsOf(maxBytes)) {
      // Act
      const faults = checkEnvironments([environmentOf(model)], { models });

      // Assess
      expect(faults).toEqual([]);
    }
  });

  it("is accepted with 6 MiB through API Gateway on instances", () => {
    // Prepare
    const [, models = {}] = modelsOf(INSTANCES_PAYLOAD_IN_BYTES);

    // Act
    const faults = checkEnvironments([environmentOf({ ...INSTANCES, via: "gateway" })], { models });

    // Assess
    expect(faults).toEqual([]);
  });

  it("is refused on a serverless endpoint when it is larger than 4 MiB", () => {
    for (const models of modelsOf(SERVERLESS_PAYLOAD_IN_BYTES + 1)) {
      // Act
      const faults = checkEnvironments([environmentOf(SERVERLESS)], { models });

      // Assess
      expect(faults).toEqual([
        {
          environment: "test",
          field: "models.loan-default.serverless",
          got: "serverless together with a contract with a payload of 4194305 bytes",
          allowed:
            "instances, or a contract with a payload (limits.payloadInBytes, maxBytes) of at most 4194304 bytes",
          because:
            "a serverless endpoint accepts at most 4 MiB: https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-invoke.html",
        },
      ]);
    }
  });

  it("has no further fault on a serverless endpoint when the contract answers in a stream", () => {
    // Prepare
    const models = defineModels({ "loan-default": openAiChat() });

    // Act
    const faults = checkEnvironments([environmentOf(SERVERLESS)], { models });

    // Assess
    expect(faults.map(({ got }) => got)).toEqual([
      "serverless together with a contract that answers in a stream",
    ]);
  });

  it.each<[string, Models, object]>([
    ["a file of 1 GiB that passes through", passing(ASYNC_PAYLOAD_IN_BYTES), {}],
    ["a file of 25 MiB that a function of 500 MB reads", reading(ENCODED_ASYNC_PAYLOAD_IN_BYTES), FUNCTION],
    ["a file of 12.8 MiB that a function of 256 MB reads", reading(13_421_772), {}],
  ])("is accepted on an asynchronous endpoint with %s", (_, models, settings) => {
    // Act
    const faults = checkEnvironments([environmentOf({ ...ASYNC, ...settings })], { models });
    const ofCatalog = checkCatalog(models);

    // Assess
    expect(faults).toEqual([]);
    expect(ofCatalog.filter(({ field }) => field.startsWith("limits"))).toEqual([]);
  });

  it.each<[string, Models, object, number, number]>([
    ["25 MiB", reading(26_214_400), { function: { memorySizeInMb: 499 } }, 500, 26_161_971],
    ["25 MiB and the default memory", reading(26_214_400), {}, 500, 13_421_772],
    [
      "one byte too much for 128 MB",
      reading(6_710_887),
      { function: { memorySizeInMb: 128 } },
      129,
      6_710_886,
    ],
  ])(
    "is refused if the function has too little memory to read it: %s",
    (_, models, settings, memory, max) => {
      // Act
      const faults = checkEnvironments([environmentOf({ ...ASYNC, ...settings })], { models });

      // Assess
      expect(faults).toEqual([
        expect.objectContaining({
          field: "models.loan-default.function.memorySizeInMb",
          allowed: `at least ${memory}, or a contract with a payload (limits.payloadInBytes, maxBytes) of at most ${max} bytes`,
        }),
      ]);
    },
  );

  it("has no further fault if the model has no endpoint", () => {
    // Act
    const faults = checkEnvironments([environmentOf({})], {
      models: passing(INSTANCES_PAYLOAD_IN_BYTES + 1),
    });

    // Assess
    expect(faults.length).toBeGreaterThan(0);
    expect(faults.filter(({ got }) => got.includes("payload"))).toEqual([]);
  });

  it("is refused with more than 1 GiB, and with more than 25 MiB that the function reads", () => {
    // Act
    const act = [
      () => passing(ASYNC_PAYLOAD_IN_BYTES + 1),
      () => reading(ENCODED_ASYNC_PAYLOAD_IN_BYTES + 1),
    ];

    // Assess
    expect(act[0]).toThrow(
      "maxBytes: got the number 1073741825; allowed: a whole number from 1 to 1073741824",
    );
    expect(act[1]).toThrow("maxBytes: got the number 26214401; allowed: a whole number from 1 to 26214400");
  });

  it.each<[string, object]>([
    ["instances", INSTANCES],
    ["existingEndpoint", { existingEndpoint: "shared" }],
  ])("is refused on %s without async when it is larger than 6 MiB", (field, model) => {
    // Act
    const faults = checkEnvironments([environmentOf(model)], {
      models: passing(INSTANCES_PAYLOAD_IN_BYTES + 1),
    });

    // Assess
    expect(faults).toEqual([
      {
        environment: "test",
        field: `models.loan-default.${field}`,
        got: `${field} without async, together with a contract with a payload of 6291457 bytes`,
        allowed:
          "instances.async, or a contract with a payload (limits.payloadInBytes, maxBytes) of at most 6291456 bytes",
        because:
          "an endpoint that answers in real time accepts at most 6 MiB: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html",
      },
    ]);
  });
});
