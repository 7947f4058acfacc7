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

/** A contract that streams on request. */
const CHAT = (name: string) =>
  passThrough({
    takes: "application/json",
    path: `/${name}`,
    stream: { type: "text/event-stream", when: "stream" },
    example: { request: { inputs: "Once" }, answer: { text: "Once" } },
  });

const models: Models = {
  ...defineModels({
    story: passThrough({
      takes: "application/json",
      stream: { type: "text/event-stream" },
      example: { request: { inputs: "Once" }, answer: "data: Once\n\n" },
    }),
    chat: CHAT("chat"),
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
      // The environment has no model with asynchronous requests.
      const lacking = skipped.filter(({ needs }) => needs !== "a function with asynchronous requests");
      expect(lacking.map(({ description }) => description).join()).not.toContain("stream");
    },
    TIMEOUT_IN_MS,
  );
});

describe("the proof of callers who invoke endpoints that stream", () => {
  const INVOKE = "sagemaker:InvokeEndpoint";
  const STREAM = "sagemaker:InvokeEndpointWithResponseStream";
  const callers: Environment = {
    ...named("direct", example),
    models: {
      story: { existingEndpoint: "stories", inferenceComponent: "fables" },
      chat: { existingEndpoint: "chats" },
      "loan-default": { existingEndpoint: "loans" },
      // Two models share an endpoint: one needs streams, and the other does not.
      "energy-demand": { existingEndpoint: "chats" },
      tale: { existingEndpoint: "tales", responseTransferMode: "buffer" },
    },
    callers: {
      notebooks: {
        mayInvoke: (["story", "chat", "loan-default", "energy-demand", "tale"] as const).map((model) => ({
          model,
          by: "endpoint" as const,
        })),
        roles: ["SageMaker-Execution"],
      },
    },
  };
  const catalog: Models = { ...models, ...defineModels({ tale: CHAT("tale") }) };
  let direct: EnvironmentProof;

  beforeAll(async () => {
    const { proofs, findings } = await proveEnvironments({ models: catalog, environments: [callers] });
    expect(findings.map(({ message }) => message)).toEqual([]);
    const [found] = proofs;
    if (found === undefined) throw new Error("got no proof");
    direct = found;
  }, TIMEOUT_IN_MS);

  it("grants each endpoint exactly the operations of its answers, once", () => {
    // Act
    const { Statement } = statementsOf(direct.proof.stack);

    // Assess
    const arn = (resource: string) => `arn:aws:sagemaker:eu-central-1:111122223333:${resource}`;
    expect(Statement).toEqual([
      {
        Sid: "InvokeEndpoints",
        Effect: "Allow",
        Action: [INVOKE],
        Resource: [arn("endpoint/loans"), arn("endpoint/tales")],
      },
      {
        Sid: "StreamEndpoints",
        Effect: "Allow",
        Action: [STREAM],
        Resource: [arn("endpoint/stories"), arn("inference-component/fables")],
      },
      {
        Sid: "InvokeAndStreamEndpoints",
        Effect: "Allow",
        Action: [INVOKE, STREAM],
        Resource: [arn("endpoint/chats")],
      },
    ]);
  });

  it(
    "kills each mutant of the caller's policy",
    () => {
      // Prepare
      const { mutants } = mutantsOf(direct.proof.stack, direct.proof.iamData, callers);
      const made = [...mutants.values()].filter(
        ({ subject }) => subject === "policy direct-notebooks-caller",
      );

      // Act
      const results = runMutants(direct.proof, made);

      // Assess
      const descriptions = made.map(({ description }) => description).join("\n");
      expect(results.filter(({ isKilled }) => !isKilled).map(describeSurvivor)).toEqual([]);
      for (const Sid of ["InvokeEndpoints", "StreamEndpoints", "InvokeAndStreamEndpoints"]) {
        expect(descriptions).toContain(Sid);
      }
    },
    TIMEOUT_IN_MS,
  );
});

/** The document of the only managed policy. */
function statementsOf(stack: EnvironmentProof["proof"]["stack"]): { readonly Statement: unknown } {
  const [policy] = stack.all("aws_iam_policy");
  if (policy === undefined) throw new Error("the stack has no managed policy");
  return JSON.parse(policy.text("policy"));
}

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
