import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { huggingFaceContainer } from "../support/containers/hugging-face";
import { decodeNpy, encodeNpy } from "../support/containers/npy";
import { scikitLearnContainer } from "../support/containers/scikit-learn";
import type { StandIn } from "../support/containers/stand-in";
import { TRITON_BINARY_TYPE, tritonContainer } from "../support/containers/triton";
import { xgboostContainer } from "../support/containers/xgboost";
import { fetchWhole } from "../support/fetch-whole";
import { HAS_BOTO3, runPython } from "./support/byte-clients";
import { type Response, send } from "./support/client";
import { payloadApp } from "./support/payload-app";
import type { ProjectCopy } from "./support/project";
import { RunningStage } from "./support/running-stage";

const START_TIMEOUT_IN_MS = 90_000;

const sum = (row: readonly number[]) => row.reduce((total, value) => total + value, 0);
const product = (row: readonly number[]) => row.reduce((total, value) => total * value, 1);

const containers = {
  "flower-scores": scikitLearnContainer(sum),
  "text-labels": huggingFaceContainer((text) => {
    if (text === "too long")
      throw new Error("The size of tensor a (600) must match the size of tensor b (512)");
    return { label: text.includes("good") ? "POSITIVE" : "NEGATIVE", score: 0.75 };
  }),
  "house-price": xgboostContainer({ features: 2, separator: "\n" }, product),
  "tensor-double": tritonContainer({ model: "double", input: "INPUT0", output: "OUTPUT0" }, (values) =>
    values.map((value) => 2 * value),
  ),
} satisfies Record<string, StandIn>;
const withComma = xgboostContainer({ features: 2, separator: "," }, product);

beforeAll(async () => {
  if (!HAS_BOTO3)
    process.stderr.write(
      "python3 with boto3 and numpy is missing: NPY files are not compared with the files of NumPy.\n",
    );
  await Promise.all([...Object.values(containers), withComma].map((container) => container.listen()));
});

afterAll(async () => {
  await Promise.all([...Object.values(containers), withComma].map((container) => container.close()));
});

describe("a contract on the local stage, in front of a container", () => {
  let project: ProjectCopy;
  let stage: RunningStage;

  beforeAll(async () => {
    project = payloadApp();
    const words = Object.entries(containers).flatMap(([model, { url }]) => [
      "--container",
      `${model}=${url}`,
    ]);
    stage = await RunningStage.serve(project, ["dev", ...words]);
  }, START_TIMEOUT_IN_MS);

  afterAll(async () => {
    await stage?.kill();
    project?.remove();
  });

  const call = (model: keyof typeof containers, request: unknown): Promise<Response> =>
    send(stage.url, {
      path: `/dev/${model}`,
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(request),
    });

  it("the contract with scikit-learn's protocol answers one number per row", async () => {
    // Act
    const answer = await call("flower-scores", {
      rows: [
        [1, 2],
        [3.5, 4],
      ],
    });

    // Assess
    expect([answer.status, answer.body]).toEqual([200, "[3,7.5]"]);
  });

  it("the contract with Hugging Face's protocol answers labels, and its 400 becomes a 502 without its message", async () => {
    // Act
    const answer = await call("text-labels", { text: "a good day" });
    const failed = await call("text-labels", { text: "too long" });

    // Assess
    expect([answer.status, answer.body]).toEqual([200, '[{"label":"POSITIVE","score":0.75}]']);
    expect(failed.status).toBe(502);
    expect(failed.body).not.toContain("tensor");
    await stage.printed('answered 400: {\n  "code": 400,\n  "type": "InternalServerException",');
  });

  it("the contract with XGBoost's protocol answers one number per row", async () => {
    // Act
    const answer = await call("house-price", {
      houses: [
        [100, 4],
        [60, 2],
      ],
    });

    // Assess
    expect([answer.status, answer.body]).toEqual([200, "[400,120]"]);
  });

  it("the contract with Triton's protocol receives a binary tensor after a JSON header, whose length is in Content-Type", async () => {
    // Act
    const answer = await call("tensor-double", { values: [0.5, -3, 1024] });

    // Assess
    expect([answer.status, answer.body]).toEqual([200, "[1,-6,2048]"]);
    const [{ contentType, body } = { contentType: "", body: Buffer.alloc(0) }] =
      containers["tensor-double"].invocations;
    const headerSize = Number(contentType.slice(TRITON_BINARY_TYPE.length));
    expect(body.length - headerSize).toBe(3 * 4);
  });
});

/** Invokes a container without the local stage. */
async function invoke(
  { url }: StandIn,
  contentType: string,
  body: string | Buffer,
  accept = "*/*",
): Promise<{ status: number; contentType: string | null; body: Buffer }> {
  const headers = { "Content-Type": contentType, Accept: accept };
  const response = await fetch(`${url}/invocations`, { method: "POST", headers, body });
  return {
    status: response.status,
    contentType: response.headers.get("content-type"),
    body: Buffer.from(await response.arrayBuffer()),
  };
}

describe("a stand-in for a container", () => {
  it.each(Object.entries(containers))(
    "the stand-in of %s answers /ping, and no other path",
    async (_model, { url }) => {
      // Act
      const [ping, other] = [await fetchWhole(`${url}/ping`), await fetchWhole(`${url}/models`)];

      // Assess
      expect([ping.status, other.status]).toEqual([200, 404]);
    },
  );

  it.each<[string, string | Buffer]>([
    ["text/csv", "1,2\n3,4\n"],
    ["application/json", "[[1,2],[3,4]]"],
    ["application/x-npy", encodeNpy({ shape: [2, 2], values: [1, 2, 3, 4] })],
  ])("the stand-in of scikit-learn reads %s and answers in each type", async (contentType, body) => {
    // Act
    const container = containers["flower-scores"];
    const json = await invoke(container, contentType, body);
    const csv = await invoke(container, contentType, body, "text/csv");
    const npy = await invoke(container, contentType, body, "application/x-npy");

    // Assess
    expect(json).toMatchObject({ contentType: "application/json", body: Buffer.from("[3,7]") });
    expect(csv).toMatchObject({ contentType: "text/csv", body: Buffer.from("3\n7\n") });
    expect(decodeNpy(npy.body)).toEqual({ shape: [2], values: [3, 7] });
  });

  it.each([
    ["image/png", "*/*", 415, "Content type image/png is not supported by this framework."],
    ["text/csv", "image/png", 406, "Content type image/png is not supported by this framework."],
  ])(
    "the stand-in of scikit-learn refuses %s with Accept %s by a %i",
    async (contentType, accept, status, words) => {
      // Act
      const answer = await invoke(containers["flower-scores"], contentType, "1,2", accept);

      // Assess
      expect(answer.status).toBe(status);
      expect(answer.body.toString()).toContain(words);
    },
  );

  it.each([
    ["application/json", '{"text":"good"}', "'inputs'"],
    ["application/json", "{", "JSON"],
    ["text/html", "good", "Content type text/html is not supported"],
  ])(
    "the stand-in of Hugging Face refuses the %s %s by a 400 with code, type and message",
    async (contentType, body, words) => {
      // Act
      const answer = await invoke(containers["text-labels"], contentType, body);

      // Assess
      expect(answer.status).toBe(400);
      expect(JSON.parse(answer.body.toString())).toEqual({
        code: 400,
        type: "InternalServerException",
        message: expect.stringContaining(words),
      });
    },
  );

  it("the stand-in of Hugging Face answers a list of texts with a list of labels", async () => {
    // Act
    const answer = await invoke(containers["text-labels"], "application/json", '{"inputs":["good","bad"]}');

    // Assess
    expect(JSON.parse(answer.body.toString())).toMatchObject([{ label: "POSITIVE" }, { label: "NEGATIVE" }]);
  });

  it("the stand-in of XGBoost writes a newline or a comma between predictions, by its version", async () => {
    // Act
    const newline = await invoke(containers["house-price"], "text/csv", "1,2\n3,4");
    const comma = await invoke(withComma, "text/csv", "1,2\n3,4");

    // Assess
    expect(newline).toMatchObject({ contentType: "text/csv; charset=utf-8", body: Buffer.from("2\n12\n") });
    expect(comma).toMatchObject({ contentType: "text/csv; charset=utf-8", body: Buffer.from("2,12") });
  });

  it.each([
    ["text/libsvm", "0 1:1 2:2", 415, "Content type text/libsvm is not supported."],
    ["text/csv", "1,2,3", 400, "Unable to evaluate payload provided: Feature size of csv inference data 3"],
    ["text/csv", "", 204, ""],
  ])("the stand-in of XGBoost answers the %s %j by a %i", async (contentType, body, status, words) => {
    // Act
    const answer = await invoke(containers["house-price"], contentType, body);

    // Assess
    expect(answer.status).toBe(status);
    expect(answer.body.toString()).toContain(words);
  });

  it("the stand-in of Triton answers a binary tensor when the request requires it", async () => {
    // Prepare
    const tensor = Buffer.from(Float32Array.of(0.5, 4).buffer);
    const header = JSON.stringify({
      id: "42",
      inputs: [{ name: "INPUT0", shape: [1, 2], datatype: "FP32", parameters: { binary_data_size: 8 } }],
      outputs: [{ name: "OUTPUT0", parameters: { binary_data: true } }],
    });

    // Act
    const answer = await invoke(
      containers["tensor-double"],
      `${TRITON_BINARY_TYPE}${header.length}`,
      Buffer.concat([Buffer.from(header), tensor]),
    );

    // Assess
    const headerSize = Number(answer.contentType?.slice(TRITON_BINARY_TYPE.length));
    expect(JSON.parse(answer.body.subarray(0, headerSize).toString())).toMatchObject({
      id: "42",
      model_name: "double",
      outputs: [{ name: "OUTPUT0", datatype: "FP32", parameters: { binary_data_size: 8 } }],
    });
    expect(answer.body.subarray(headerSize)).toEqual(Buffer.from(Float32Array.of(1, 8).buffer));
  });

  it.each([
    [
      "another input",
      '{"inputs":[{"name":"X","shape":[1],"datatype":"FP32","data":[1]}]}',
      "allowed input is: INPUT0",
    ],
    ["another data type", '{"inputs":[{"name":"INPUT0","shape":[1],"datatype":"INT8","data":[1]}]}', "FP32"],
    [
      "too few values",
      '{"inputs":[{"name":"INPUT0","shape":[2],"datatype":"FP32","data":[1]}]}',
      "expecting 2",
    ],
  ])("the stand-in of Triton refuses %s by a 400 with an error", async (_case, body, words) => {
    // Act
    const answer = await invoke(containers["tensor-double"], "application/json", body);

    // Assess
    expect(answer.status).toBe(400);
    expect((JSON.parse(answer.body.toString()) as { error: string }).error).toContain(words);
  });
});

/** The data types that NumPy on this machine can confirm; `it.each` refuses an empty list. */
const CONFIRMED_BY_NUMPY = HAS_BOTO3 ? (["<f8", "<f4", "|u1"] as const) : [];

describe("an NPY file", () => {
  it("the NPY file has the values that were written", () => {
    // Act
    const read = decodeNpy(encodeNpy({ shape: [2, 1], values: [1, 255] }, "|u1"));

    // Assess
    expect(read).toEqual({ shape: [2, 1], values: [1, 255] });
  });

  for (const dataType of CONFIRMED_BY_NUMPY)
    it(`the NPY file of type ${dataType} is the file that NumPy writes`, async () => {
      // Prepare
      const program = `
import base64, io, sys, numpy
file = io.BytesIO()
numpy.save(file, numpy.array([[1, 2, 3], [4, 5, 6]], dtype="${dataType}"))
print(base64.b64encode(file.getvalue()).decode())`;

      // Act
      const written = Buffer.from(await runPython(program, ""), "base64");

      // Assess
      expect(encodeNpy({ shape: [2, 3], values: [1, 2, 3, 4, 5, 6] }, dataType)).toEqual(written);
    });
});
