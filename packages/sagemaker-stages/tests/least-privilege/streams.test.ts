import { beforeAll, describe, expect, it } from "@jest/globals";
import { passThrough } from "../../src/contracts/pass-through";
import type { Environment } from "../../src/environment/environment";
import { boundaryPolicy } from "../../src/iam/deployment/boundary";
import { defineModels, type Models } from "../../src/models";
import { mutantsOf } from "../../src/testing/least-privilege/mutants";
import { describeSurvivor, runMutants } from "../../src/testing/least-privilege/mutants/run-mutants";
import type { EnvironmentProof } from "../../src/testing/least-privilege/prove-app";
import { proveEnvironments } from "../../src/testing/least-privilege/prove-app";
import { example, exampleModel, named } from "../stacks/support/environments";
import { models as fixtures } from "../support/app";

const TIMEOUT_IN_MS = 120_000;

const models: Models = {
  ...defineModels({
    story: passThrough({
      takes: "application/json",
      stream: { type: "text/event-stream" },
      example: { request: { inputs: "Once" }, answer: "data: Once\n\n" },
    }),
    chat: passThrough({
      takes: "application/json",
      stream: { type: "text/event-stream", when: "stream" },
      example: { request: { inputs: "Once" }, answer: { text: "Once" } },
    }),
  }),
  ...fixtures,
};

/** Each kind of function, with and without a stream, in one VPC. */
const streams: Environment = named("streams", {
  ...example,
  models: {
    story: { existingEndpoint: "stories", inferenceComponent: "fables" },
    chat: { existingEndpoint: "chats" },
    "loan-default": exampleModel,
  },
  network: { vpc: { cidrBlock: "10.8.0.0/20", availabilityZones: ["eu-central-1a", "eu-central-1b"] } },
});

let proven: EnvironmentProof;

beforeAll(async () => {
  const { proofs, findings } = await proveEnvironments({ models, environments: [streams] });
  expect(findings.map(({ message }) => message)).toEqual([]);
  const [found] = proofs;
  if (found === undefined) throw new Error("got no proof");
  proven = found;
}, TIMEOUT_IN_MS);

describe("the proof of streams", () => {
  it("finds the requests of each kind of handler", () => {
    // Act
    const invocations = proven.proof.allowedRequests
      .filter(({ subject, action }) => subject.endsWith("-function") && action.startsWith("sagemaker:"))
      .map(({ subject, action, resource, vpcEndpoint }) => [
        subject.replace("role streams-", ""),
        action.replace("sagemaker:", ""),
        typeof resource === "string"
          ? resource
          : JSON.stringify(resource).replace(/^.*:(\w[\w-]*\/[\w-]+)".*$/, "$1"),
        vpcEndpoint !== undefined,
      ]);

    // Assess
    expect(invocations).toEqual([
      ["chat-function", "InvokeEndpoint", "endpoint/chats", true],
      ["chat-function", "InvokeEndpointWithResponseStream", "endpoint/chats", true],
      ["loan-default-function", "InvokeEndpoint", "endpoint/streams-loan-default", true],
      ["story-function", "InvokeEndpointWithResponseStream", "endpoint/stories", true],
      ["story-function", "InvokeEndpointWithResponseStream", "inference-component/fables", true],
    ]);
  });

  it(
    "kills each mutant of the functions' policies and of the VPC endpoints",
    () => {
      // Prepare
      const { mutants, skipped } = mutantsOf(proven.proof.stack, proven.proof.iamData, streams);
      const made = [...mutants.values()].filter(({ subject }) => /-function$|^VPC endpoint/.test(subject));

      // Act
      const results = runMutants(proven.proof, made);

      // Assess
      expect(results.filter(({ isKilled }) => !isKilled).map(describeSurvivor)).toEqual([]);
      const descriptions = made.map(({ description }) => description).join("\n");
      for (const detail of [
        "role streams-loan-default-function: invokes its endpoint with a response stream, which the handler never does",
        "role streams-story-function: invokes its endpoint without a stream, which the handler never does",
        "role streams-chat-function: invokes another endpoint with a response stream",
      ]) {
        expect(descriptions).toContain(detail);
      }
      expect(skipped.map(({ description }) => description).join()).not.toContain("stream");
    },
    TIMEOUT_IN_MS,
  );
});

describe("the boundary of an environment", () => {
  const actionsOf = (environment: Environment) =>
    boundaryPolicy(environment, "111122223333", models).Statement.find(({ Sid }) => Sid === "InvokeEndpoints")
      ?.Action;
  const { story, chat } = streams.models;

  it.each([
    [{ "loan-default": exampleModel }, ["sagemaker:InvokeEndpoint"]],
    [{ story }, ["sagemaker:InvokeEndpointWithResponseStream"]],
    [{ chat }, ["sagemaker:InvokeEndpoint", "sagemaker:InvokeEndpointWithResponseStream"]],
    [{ chat: { ...chat, responseTransferMode: "buffer" } }, ["sagemaker:InvokeEndpoint"]],
    [streams.models, ["sagemaker:InvokeEndpoint", "sagemaker:InvokeEndpointWithResponseStream"]],
  ])("allows the actions of its functions, and no other: %#", (ofEnvironment, expected) => {
    // Act
    const actions = actionsOf({ ...streams, models: ofEnvironment as Environment["models"] });

    // Assess
    expect(actions).toEqual(expected);
  });
});
