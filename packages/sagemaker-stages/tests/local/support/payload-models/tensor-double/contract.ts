import {
  type About,
  type Contract,
  isRecord,
  parseJson,
  UnreadablePredictions,
} from "sagemaker-stages/model";
import * as z from "zod/mini";

const schema = z.object({ values: z.array(z.number()).check(z.minLength(1)) });
type Request = z.infer<typeof schema>;

const answers = z.array(z.number());

/** A Triton model that takes a binary tensor and answers JSON. */
export const contract = {
  model: "tensor-double",
  route: { method: "POST", path: "/tensor-double" },
  schema,
  limits: { rows: 1, payloadInBytes: 1_000_000 },
  encode: ({ values }) => {
    const tensor = Buffer.from(Float32Array.from(values).buffer);
    const header = Buffer.from(
      JSON.stringify({
        inputs: [
          {
            name: "INPUT0",
            shape: [values.length],
            datatype: "FP32",
            parameters: { binary_data_size: tensor.length },
          },
        ],
        outputs: [{ name: "OUTPUT0", parameters: { binary_data: false } }],
      }),
    );
    return {
      contentType: `application/vnd.sagemaker-triton.binary+json;json-header-size=${header.length}`,
      accept: "application/json",
      body: Buffer.concat([header, tensor]),
      rows: 1,
    };
  },
  decode: (body) => {
    const document = parseJson(body);
    const outputs = isRecord(document) && Array.isArray(document.outputs) ? document.outputs : [];
    const parsed = answers.safeParse(outputs[0]?.data);
    if (!parsed.success) throw new UnreadablePredictions("the answer has no tensor");
    return parsed.data;
  },
} satisfies Contract<Request, number[]>;

export const about: About<Request, number[]> = {
  title: "Tensor double",
  description: "Doubles each value of a tensor.",
  allowed: '{"values": [<number>, …]}',
  example: { request: { values: [1, 2] }, answer: [2, 4] },
};
