import * as z from "zod";
import { type Invocation, type Reply, StandIn } from "./stand-in";

/** The media type of a JSON document with a known length, followed by the bytes of the tensors. */
export const TRITON_BINARY_TYPE = "application/vnd.sagemaker-triton.binary+json;json-header-size=";

const BYTES_OF_FP32 = 4;

const parameters = z.optional(
  z.object({ binary_data_size: z.optional(z.number()), binary_data: z.optional(z.boolean()) }),
);
const inferRequest = z.object({
  id: z.optional(z.string()),
  inputs: z.array(
    z.object({
      name: z.string(),
      shape: z.array(z.number()),
      datatype: z.literal("FP32", "this model takes FP32"),
      parameters,
      data: z.optional(z.array(z.number())),
    }),
  ),
  outputs: z.optional(z.array(z.object({ name: z.string(), parameters }))),
});

/** Settings of {@link tritonContainer}. */
export interface TritonSettings {
  readonly model: string;
  readonly input: string;
  readonly output: string;
}

/**
 * A stand-in for NVIDIA Triton on SageMaker. Its model has one FP32 tensor as input and one as output. The protocol is
 * KServe's inference protocol v2: in JSON, or with the extension for binary tensors in the media type
 * `application/vnd.sagemaker-triton.binary+json;json-header-size=N`. The answer is binary if the request sets
 * `binary_data` for its output. The answer to a faulty request is a 400 with `{"error": …}`
 * (https://github.com/triton-inference-server/server: src/sagemaker_server.cc, docs/protocol/extension_binary_data.md;
 * https://github.com/kserve/kserve/blob/master/docs/predict-api/v2/required_api.md).
 *
 * @param infer - the model: computes the values of the output from the values of the input
 */
export function tritonContainer(
  settings: TritonSettings,
  infer: (values: readonly number[]) => readonly number[],
): StandIn {
  return new StandIn((invocation) => {
    try {
      return answer(settings, invocation, infer);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { status: 400, contentType: "application/json", body: JSON.stringify({ error: message }) };
    }
  });
}

function answer(
  { model, input, output }: TritonSettings,
  { contentType, body }: Invocation,
  infer: (values: readonly number[]) => readonly number[],
): Reply {
  const headerSize = headerSizeOf(contentType, body.length);
  const request = inferRequest.parse(JSON.parse(body.subarray(0, headerSize).toString("utf8")));
  const [tensor] = request.inputs;
  if (request.inputs.length !== 1 || tensor?.name !== input) {
    throw new Error(`unexpected inference input for model '${model}', allowed input is: ${input}`);
  }
  const values = infer(readTensor(tensor, body.subarray(headerSize)));
  const isBinary = request.outputs?.find(({ name }) => name === output)?.parameters?.binary_data === true;
  const data = Buffer.from(Float32Array.from(values).buffer);
  const described = isBinary ? { parameters: { binary_data_size: data.length } } : { data: values };
  const document = JSON.stringify({
    ...(request.id === undefined ? {} : { id: request.id }),
    model_name: model,
    model_version: "1",
    outputs: [{ name: output, datatype: "FP32", shape: [values.length], ...described }],
  });
  if (!isBinary) return { status: 200, contentType: "application/json", body: document };
  return {
    status: 200,
    contentType: `${TRITON_BINARY_TYPE}${Buffer.byteLength(document)}`,
    body: Buffer.concat([Buffer.from(document), data]),
  };
}

/** Without the binary media type, the whole body is JSON. */
function headerSizeOf(contentType: string, length: number): number {
  if (!contentType.startsWith(TRITON_BINARY_TYPE)) return length;
  const size = Number(contentType.slice(TRITON_BINARY_TYPE.length));
  if (!Number.isInteger(size) || size < 0 || size > length) {
    throw new Error("inference header size should be in range (0, Content-Length)");
  }
  return size;
}

function readTensor(
  { name, shape, parameters: described, data }: z.infer<typeof inferRequest>["inputs"][number],
  binary: Buffer,
): readonly number[] {
  const length = shape.reduce((product, size) => product * size, 1);
  if (data !== undefined && data.length === length) return data;
  const bytes = described?.binary_data_size;
  if (bytes !== length * BYTES_OF_FP32 || binary.length !== bytes) {
    throw new Error(`unexpected data for tensor '${name}', expecting ${length} elements of FP32`);
  }
  return Array.from({ length }, (_, index) => binary.readFloatLE(index * BYTES_OF_FP32));
}
