import { decodeNpy, encodeNpy } from "./npy";
import { type Invocation, mediaTypeOf, type Reply, StandIn } from "./stand-in";

const JSON_TYPE = "application/json";
const CSV_TYPE = "text/csv";
const NPY_TYPE = "application/x-npy";

/**
 * A stand-in for SageMaker's scikit-learn container with its default `input_fn` and `output_fn`. A request has rows as
 * `text/csv`, `application/json` or `application/x-npy`. The answer has one prediction per row in the type of the
 * header Accept, or in JSON without Accept. The answer to another content type is a 415 and to another Accept a 406,
 * with the container's messages (https://github.com/aws/sagemaker-inference-toolkit, src/sagemaker_inference:
 * decoder.py, encoder.py, errors.py, transformer.py; https://github.com/aws/sagemaker-scikit-learn-container,
 * handler_service.py).
 *
 * @param predict - the model
 */
export function scikitLearnContainer(predict: (row: readonly number[]) => number): StandIn {
  return new StandIn((invocation) => {
    const rows = readRows(invocation);
    if (rows === undefined) return unsupported(415, invocation.contentType);
    const predictions = rows.map(predict);
    const accept = ["", "*/*"].includes(invocation.accept) ? JSON_TYPE : invocation.accept;
    return write(predictions, accept) ?? unsupported(406, accept);
  });
}

function readRows({ contentType, body }: Invocation): readonly (readonly number[])[] | undefined {
  switch (mediaTypeOf(contentType)) {
    case JSON_TYPE:
      return JSON.parse(body.toString("utf8"));
    case CSV_TYPE:
      return body
        .toString("utf8")
        .trim()
        .split("\n")
        .map((line) => line.split(",").map(Number));
    case NPY_TYPE: {
      const { shape, values } = decodeNpy(body);
      const [rows = 0, columns = 1] = shape;
      return Array.from({ length: rows }, (_, row) => values.slice(row * columns, (row + 1) * columns));
    }
    default:
      return undefined;
  }
}

function write(predictions: readonly number[], accept: string): Reply | undefined {
  switch (accept) {
    case JSON_TYPE:
      return { status: 200, contentType: accept, body: JSON.stringify(predictions) };
    case CSV_TYPE:
      return { status: 200, contentType: accept, body: `${predictions.join("\n")}\n` };
    case NPY_TYPE:
      return {
        status: 200,
        contentType: accept,
        body: encodeNpy({ shape: [predictions.length], values: predictions }),
      };
    default:
      return undefined;
  }
}

function unsupported(status: 406 | 415, contentType: string): Reply {
  const message = `Content type ${contentType} is not supported by this framework.

            Please implement input_fn to to deserialize the request data or an output_fn to
            serialize the response. For more information, see the SageMaker Python SDK README.`;
  return { status, contentType: "text/plain", body: message };
}
