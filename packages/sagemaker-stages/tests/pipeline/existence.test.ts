import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { findArtifact, findImage } from "../../src/pipeline/existence";

const CREDENTIALS = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "a-secret", sessionToken: "a-token" };
const REGISTRY = "999988887777.dkr.ecr.eu-central-1.amazonaws.com";
const DIGEST = `sha256:${"a".repeat(64)}`;

interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly target: string | string[] | undefined;
  readonly authorization: string | undefined;
  readonly body: string;
}

/** The answers of the server in their order; the last answer is repeated. */
let answers: { status: number; body: string }[];
let received: Received[];

const server = http.createServer((request, response) => {
  let body = "";
  request.setEncoding("utf8").on("data", (text: string) => {
    body += text;
  });
  request.on("end", () => {
    const { method, url, headers } = request;
    received.push({
      method,
      url,
      target: headers["x-amz-target"],
      authorization: headers.authorization,
      body,
    });
    const answer = answers[Math.min(received.length, answers.length) - 1] ?? { status: 500, body: "" };
    response.writeHead(answer.status).end(answer.body);
  });
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.env.AWS_ENDPOINT_URL_ECR = url;
  process.env.AWS_ENDPOINT_URL_S3 = url;
});

beforeEach(() => {
  received = [];
});

afterAll(async () => {
  delete process.env.AWS_ENDPOINT_URL_ECR;
  delete process.env.AWS_ENDPOINT_URL_S3;
  await new Promise((resolve) => server.close(resolve));
});

const json = (status: number, value: unknown) => ({ status, body: JSON.stringify(value) });
const failure = (failureCode: string) => json(200, { images: [], failures: [{ failureCode }] });
const listOf = (...keys: readonly string[]) => ({
  status: 200,
  body: `<ListBucketResult>${keys.map((key) => `<Contents><Key>${key}</Key></Contents>`).join("")}</ListBucketResult>`,
});
const error = (status: number, code: string) => ({ status, body: `<Error><Code>${code}</Code></Error>` });

describe("an image", () => {
  it.each([
    [`${REGISTRY}/team/model:1.7-1`, "team/model", { imageTag: "1.7-1" }],
    [`${REGISTRY}/model`, "model", { imageTag: "latest" }],
    [`${REGISTRY}/model@${DIGEST}`, "model", { imageDigest: DIGEST }],
    [`${REGISTRY}/model:1@${DIGEST}`, "model", { imageDigest: DIGEST }],
  ])("is read from its registry by tag or digest: %s", async (uri, repositoryName, imageId) => {
    // Prepare
    answers = [json(200, { images: [{ imageManifest: "{}" }], failures: [] })];

    // Act
    const found = await findImage(uri, CREDENTIALS);

    // Assess
    expect(found).toEqual({ state: "exists" });
    expect(received).toEqual([
      expect.objectContaining({
        method: "POST",
        url: "/",
        target: "AmazonEC2ContainerRegistry_V20150921.BatchGetImage",
        authorization: expect.stringMatching(
          /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/ecr\/aws4_request/,
        ),
      }),
    ]);
    expect(JSON.parse(received[0]?.body ?? "")).toMatchObject({
      registryId: "999988887777",
      repositoryName,
      imageIds: [imageId],
    });
  });

  it.each([
    ["its tag was deleted", failure("ImageNotFound"), { state: "missing" }],
    [
      "its repository was deleted",
      json(400, { __type: "com.amazonaws.ecr#RepositoryNotFoundException", message: "no" }),
      { state: "missing" },
    ],
    [
      "the registry refuses the read",
      json(400, { __type: "AccessDeniedException", message: "arn:aws:sts::1:assumed-role/x" }),
      { state: "unchecked", reason: "AWS answered AccessDeniedException" },
    ],
    ["another failure occurs", failure("KmsError"), { state: "unchecked", reason: "KmsError" }],
    [
      "the answer is unreadable",
      { status: 200, body: "<html>" },
      { state: "unchecked", reason: "AWS answered with the status 200" },
    ],
  ])("is missing or not checked when %s", async (_, answer, expected) => {
    // Prepare
    answers = [answer];

    // Act
    const found = await findImage(`${REGISTRY}/model:1`, CREDENTIALS);

    // Assess
    expect(found).toEqual(expected);
  });

  it("is read again when AWS throttles the request", async () => {
    // Prepare
    answers = [json(429, {}), json(200, { images: [{}] })];

    // Act
    const found = await findImage(`${REGISTRY}/model:1`, CREDENTIALS);

    // Assess
    expect(found).toEqual({ state: "exists" });
    expect(received).toHaveLength(2);
  });

  it("that is not in ECR is not checked, and no request is sent", async () => {
    // Act
    const found = await findImage("registry.example.com/model:1", CREDENTIALS);

    // Assess
    expect(found).toEqual({ state: "unchecked", reason: "the image is not in ECR" });
    expect(received).toEqual([]);
  });
});

describe("an artifact", () => {
  it.each([
    ["s3://models/a b/it's+1.tar.gz", listOf("a+b/it%27s%2B1.tar.gz"), "exists"],
    ["s3://models/model.tar.gz", listOf("model.tar.gz.old"), "missing"],
    ["s3://models/model.tar.gz", listOf(), "missing"],
    ["s3://models/model/", listOf("model/weights.bin"), "exists"],
    ["s3://models/model/", listOf(), "missing"],
    ["s3://models/model.tar.gz", error(404, "NoSuchBucket"), "missing"],
  ])("is listed by its key: %s", async (uri, answer, state) => {
    // Prepare
    answers = [answer];

    // Act
    const found = await findArtifact(uri, "eu-central-1", CREDENTIALS);

    // Assess
    expect(found).toEqual({ state });
    const [request] = received;
    const { pathname, searchParams } = new URL(request?.url ?? "", "http://localhost");
    expect([request?.method, pathname, searchParams.get("prefix"), searchParams.get("max-keys")]).toEqual([
      "GET",
      "/models",
      uri.slice("s3://models/".length),
      "1",
    ]);
    expect(request?.authorization).toMatch(/\/eu-central-1\/s3\/aws4_request/);
  });

  it("is not checked when S3 refuses the list", async () => {
    // Prepare
    answers = [error(403, "AccessDenied")];

    // Act
    const found = await findArtifact("s3://models/model.tar.gz", "eu-central-1", CREDENTIALS);

    // Assess
    expect(found).toEqual({ state: "unchecked", reason: "AWS answered AccessDenied" });
  });
});
