import { describe, expect, it } from "@jest/globals";
import { checkEnvironments } from "../../src/environment/checks";
import {
  bytes,
  defineModels,
  INSTANCES_PAYLOAD_IN_BYTES,
  passThrough,
  SERVERLESS_PAYLOAD_IN_BYTES,
} from "../../src/model";
import type { Models } from "../../src/models";
import { environmentOf, INSTANCES, SERVERLESS } from "./support/environments";

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
});
