import { describe, expect, it } from "@jest/globals";
import type { HttpResponse } from "../../src/local/http";
import type { Container } from "../../src/local/sagemaker/container";
import { SagemakerRuntime } from "../../src/local/sagemaker/runtime";
import type { EndpointDefinition, TargetedRoute } from "../../src/local/terraform/endpoints";
import { received } from "./support/http-requests";
import { sign } from "./support/signing";

const HOST = "http://127.0.0.1:3000";
const REGION = "eu-central-1";

const VARIANT = "x-amzn-sagemaker-target-variant";
const MODEL = "x-amzn-sagemaker-target-model";
const COMPONENT = "x-amzn-sagemaker-inference-component";
const CONTAINER = "x-amzn-sagemaker-target-container-hostname";

/** An existing endpoint with these targets of functions. */
function existing(routes: readonly TargetedRoute[], part: Partial<EndpointDefinition> = {}) {
  return {
    name: "shared",
    model: routes[0]?.model ?? "shared",
    variantName: "AllTraffic",
    compute: { kind: "existing", routes },
    region: REGION,
    accountId: "111122223333",
    ...part,
  } as const satisfies EndpointDefinition;
}

/** Answers with the name of its model. */
function answering(model: string): [string, Container] {
  const invoke = async () => ({ status: 200, contentType: "text/csv", body: model });
  return [model, { description: `the container of ${model}`, invoke }];
}

const containers = new Map(["blue", "green", "iris", "wine", "default"].map(answering));

async function invoke(endpoints: readonly EndpointDefinition[], headers: Readonly<Record<string, string>>) {
  const runtime = new SagemakerRuntime(endpoints, containers, () => {});
  const request = { method: "POST", path: "/endpoints/shared/invocations", headers, body: "1" };
  const signed = await sign(HOST, request, { service: "sagemaker", region: REGION });
  return runtime.handle(received(signed));
}

function errorOf({ status, headers, body }: HttpResponse) {
  const { Message: message } = JSON.parse(String(body)) as { Message: string };
  return { status, type: headers["x-amzn-ErrorType"], message };
}

const variants = existing([
  { model: "blue", target: { [VARIANT]: "Blue" } },
  { model: "green", target: { [VARIANT]: "Green" } },
]);
const multiModel = existing([
  { model: "iris", target: { [MODEL]: "eu/iris.tar.gz" } },
  { model: "wine", target: { [MODEL]: "eu/wine.tar.gz" } },
]);
const components = existing([
  { model: "iris", target: { [COMPONENT]: "iris" } },
  { model: "wine", target: { [COMPONENT]: "wine" } },
]);
const direct = existing([
  { model: "iris", target: { [CONTAINER]: "first" } },
  { model: "wine", target: { [CONTAINER]: "second" } },
]);
const variantsOfModels = existing([
  { model: "iris", target: { [VARIANT]: "Blue", [MODEL]: "iris.tar.gz" } },
  { model: "wine", target: { [VARIANT]: "Green", [MODEL]: "wine.tar.gz" } },
]);
const mixed = existing([
  { model: "default", target: {} },
  { model: "blue", target: { [VARIANT]: "Blue" } },
  { model: "iris", target: { [VARIANT]: "Blue", [MODEL]: "iris.tar.gz" } },
]);

const patterns = existing([
  { model: "iris", target: {}, models: ["eu/*", "*.zip"] },
  { model: "wine", target: { [MODEL]: "eu/wine.tar.gz" } },
]);

describe("an existing endpoint with targets", () => {
  it.each([
    ["the pattern that includes the model", patterns, { [MODEL]: "us/one.zip" }, "iris"],
    [
      "the model that the request names, and not its pattern",
      patterns,
      { [MODEL]: "eu/wine.tar.gz" },
      "wine",
    ],
    ["the variant's model for its variant", variants, { [VARIANT]: "Green" }, "green"],
    ["the first variant's model without a variant", variants, {}, "blue"],
    ["the model that the request names", multiModel, { [MODEL]: "eu/wine.tar.gz" }, "wine"],
    ["the component that the request names", components, { [COMPONENT]: "wine" }, "wine"],
    ["the container that the request names", direct, { [CONTAINER]: "second" }, "wine"],
    ["the route without a target when no other route fits", mixed, { [VARIANT]: "Other" }, "default"],
    ["the route of the variant alone", mixed, { [VARIANT]: "Blue" }, "blue"],
    ["the route without a variant when the request names no variant", mixed, {}, "default"],
    [
      "the model that the request names without a variant",
      variantsOfModels,
      { [MODEL]: "wine.tar.gz" },
      "wine",
    ],
    ["the route of both targets", mixed, { [VARIANT]: "Blue", [MODEL]: "iris.tar.gz" }, "iris"],
  ])("answers as %s", async (_, endpoint, headers, model) => {
    // Act
    const response = await invoke([endpoint], headers);

    // Assess
    expect([response.status, response.body]).toEqual([200, model]);
  });

  it("the endpoint names the variant of the request in its answer", async () => {
    // Act
    const response = await invoke([variants], { [VARIANT]: "Green" });

    // Assess
    expect(response.headers["x-Amzn-Invoked-Production-Variant"]).toBe("Green");
  });

  it("answers the targets of every environment that names the endpoint", async () => {
    // Prepare
    const one = existing([{ model: "iris", target: { [COMPONENT]: "iris" } }]);
    const other = existing([{ model: "wine", target: { [COMPONENT]: "wine" } }]);

    // Act
    const answers = await Promise.all(
      ["iris", "wine"].map((name) => invoke([one, other], { [COMPONENT]: name })),
    );

    // Assess
    expect(answers.map(({ body }) => body)).toEqual(["iris", "wine"]);
  });

  it.each([
    [
      "no component",
      components,
      {},
      "Inference Component Name header is required for endpoints to which you plan to deploy inference components. Please include Inference Component Name header or consider using SageMaker models.",
    ],
    [
      "no model",
      multiModel,
      {},
      "Target model header is required for multi-model endpoints. Please include Target model header.",
    ],
    [
      "no container",
      direct,
      {},
      "Target Container Hostname header is required for endpoints with direct invocation. Please include Target Container Hostname header.",
    ],
    [
      "another variant",
      variants,
      { [VARIANT]: "Red" },
      "Variant Red of endpoint shared not found. Functions of this stage name Blue, Green.",
    ],
    [
      "another model",
      multiModel,
      { [MODEL]: "eu/oak.tar.gz" },
      "Target model eu/oak.tar.gz of endpoint shared not found. Functions of this stage name eu/iris.tar.gz, eu/wine.tar.gz.",
    ],
    [
      "a model outside of the patterns",
      patterns,
      { [MODEL]: "us/oak.tar.gz" },
      "Target model us/oak.tar.gz of endpoint shared not found. Functions of this stage name eu/*, *.zip, eu/wine.tar.gz.",
    ],
    [
      "another component",
      components,
      { [COMPONENT]: "oak" },
      "Inference Component oak of endpoint shared not found. Functions of this stage name iris, wine.",
    ],
    [
      "another container",
      direct,
      { [CONTAINER]: "third" },
      "Target container third of endpoint shared not found. Functions of this stage name first, second.",
    ],
    [
      "a variant and another variant's model",
      variantsOfModels,
      { [VARIANT]: "Blue", [MODEL]: "wine.tar.gz" },
      "No function of this stage names these targets of endpoint shared together.",
    ],
    [
      "a variant and no model",
      variantsOfModels,
      { [VARIANT]: "Blue" },
      "Target model header is required for multi-model endpoints. Please include Target model header.",
    ],
    [
      "an invalid component name",
      components,
      { [COMPONENT]: "-" },
      "1 validation error detected: Value '-' at 'inferenceComponentName' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9]([\\-a-zA-Z0-9]*[a-zA-Z0-9])?$",
    ],
  ])("refuses a request with %s", async (_, endpoint, headers, message) => {
    // Act
    const response = await invoke([endpoint], headers);

    // Assess
    expect(errorOf(response)).toEqual({ status: 400, type: "ValidationError", message });
  });
});
