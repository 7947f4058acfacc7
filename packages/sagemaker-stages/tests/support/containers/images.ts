import { type Invocation, mediaTypeOf, type Reply, StandIn } from "./stand-in";

/** A label with its score. */
interface Label {
  readonly label: string;
  readonly score: number;
}

/** The first bytes of a file of each media type. */
const SIGNATURES: Readonly<Record<string, Buffer>> = {
  "image/jpeg": Buffer.from([0xff, 0xd8, 0xff]),
  "image/png": Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
};

/**
 * A stand-in for SageMaker's PyTorch container with an `inference.py` that classifies images. The request is the bytes
 * of a JPEG or PNG file, and the answer is a list of `{label, score}`. The answer to another content type is a 415 with
 * the toolkit's message. The answer to bytes that are not an image of the content type is a 400, like an error of
 * Pillow (https://github.com/aws/sagemaker-inference-toolkit, src/sagemaker_inference: errors.py, transformer.py).
 *
 * @param classify - the model
 */
export function imageContainer(classify: (image: Buffer) => readonly Label[]): StandIn {
  return new StandIn(({ contentType, body }: Invocation): Reply => {
    const signature = SIGNATURES[mediaTypeOf(contentType)];
    if (signature === undefined) return plain(415, `Content type ${contentType} is not supported.`);
    if (!body.subarray(0, signature.length).equals(signature)) {
      return plain(400, "cannot identify image file <_io.BytesIO object>");
    }
    return { status: 200, contentType: "application/json", body: JSON.stringify(classify(body)) };
  });
}

function plain(status: number, body: string): Reply {
  return { status, contentType: "text/plain", body };
}
