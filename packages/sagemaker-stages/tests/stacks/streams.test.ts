import { describe, expect, it } from "@jest/globals";
import { passThrough } from "../../src/contracts/pass-through";
import { text } from "../../src/contracts/text";
import { defineModels } from "../../src/models";
import { synthesize } from "../../src/testing/synthesize";
import { models as fixtures } from "../support/app";
import { example, named } from "./support/environments";

const models = {
  ...fixtures,
  ...defineModels({
    story: text({
      answer: "text",
      stream: { type: "text/plain" },
      example: { text: "Once", answer: "upon" },
    }),
    chat: passThrough({
      takes: "application/json",
      stream: { type: "text/event-stream", when: "stream" },
      example: { request: { inputs: "Once" }, answer: { text: "upon" } },
    }),
  }),
};

const environments = [
  named("streaming", {
    ...example,
    models: { story: { existingEndpoint: "stories" }, chat: { existingEndpoint: "chats" } },
  }),
  named("buffered", {
    ...example,
    models: { chat: { existingEndpoint: "chats", responseTransferMode: "buffer" as const } },
  }),
];
const stacks = synthesize({ models, environments });

/** The policies of the functions' roles. */
function invokedBy(stack: string, model: string): unknown {
  const policies = stacks
    .stack(stack)
    .resources("aws_iam_role_policy")
    .map(({ values }) => JSON.parse(String(values.policy)))
    .flatMap(
      ({
        Statement,
      }: {
        readonly Statement: readonly { Sid: string; Action: string[]; Resource: string[] }[];
      }) => Statement.filter(({ Sid }) => Sid === "InvokeEndpoint"),
    );
  return policies.find(({ Resource }) => Resource[0]?.endsWith(`endpoint/${model}`))?.Action;
}

describe("a function of a contract that streams", () => {
  it("invokes its endpoint in the ways that its handler needs", () => {
    // Act
    const actions = [
      invokedBy("streaming", "stories"),
      invokedBy("streaming", "chats"),
      invokedBy("buffered", "chats"),
    ];

    // Assess
    expect(actions).toEqual([
      ["sagemaker:InvokeEndpointWithResponseStream"],
      ["sagemaker:InvokeEndpoint", "sagemaker:InvokeEndpointWithResponseStream"],
      ["sagemaker:InvokeEndpoint"],
    ]);
  });

  it("has another package in the transfer mode buffer", () => {
    // Act
    const hashes = environments.map(
      ({ name }) =>
        stacks
          .stack(name)
          .resources("aws_lambda_function")
          .find(({ values }) => String(values.function_name).endsWith("-chat"))?.values.source_code_hash,
    );

    // Assess
    expect(hashes).toEqual([expect.any(String), expect.any(String)]);
    expect(hashes[0]).not.toBe(hashes[1]);
  });
});

describe("the OpenAPI document", () => {
  it("names the media type of a streamed answer, with the text of the example", () => {
    // Act
    const [api] = stacks.stack("streaming").resources("aws_api_gateway_rest_api");
    const { paths } = JSON.parse(String(api?.values.body));
    const contents = ["/story", "/chat"].map((path) => paths[path].post.responses["200"].content);

    // Assess
    expect(contents).toEqual([
      { "text/plain": { example: "upon" } },
      { "application/json": { example: { text: "upon" } }, "text/event-stream": { example: "data: …\n\n" } },
    ]);
  });
});
