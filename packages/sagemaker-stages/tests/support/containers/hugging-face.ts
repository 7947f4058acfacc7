import { type Invocation, mediaTypeOf, type Reply, StandIn } from "./stand-in";

/** A label with its score, as a pipeline of `transformers` answers. */
export interface Classification {
  readonly label: string;
  readonly score: number;
}

/**
 * A stand-in for the Hugging Face inference toolkit with a `text-classification` pipeline. The request is
 * `{"inputs": <text or texts>, "parameters": {…}}`, and the answer is a list of `{label, score}` for each text. Every
 * failure, even of the model, is a 400 with `{code, type, message}`
 * (https://github.com/aws/sagemaker-huggingface-inference-toolkit, src/sagemaker_huggingface_inference_toolkit:
 * handler_service.py and decoder_encoder.py; the message of the error:
 * https://huggingface.co/openai/whisper-large-v3/discussions/58).
 *
 * @param classify - the model
 */
export function huggingFaceContainer(classify: (text: string) => Classification): StandIn {
  return pipelineContainer((texts) => texts.map(classify));
}

/**
 * A stand-in for the Hugging Face inference toolkit with a `text-generation` pipeline. The answer to a text is a list
 * of `{generated_text}`: the text with its continuation
 * (https://huggingface.co/docs/transformers/main_classes/pipelines).
 *
 * @param continueText - the model: returns a continuation of the text with at most `maxNewTokens` tokens
 */
export function textGenerationContainer(
  continueText: (text: string, maxNewTokens: number) => string,
): StandIn {
  return pipelineContainer((texts, { max_new_tokens = 20 }) =>
    texts.map((text) => ({ generated_text: `${text}${continueText(text, Number(max_new_tokens))}` })),
  );
}

type Parameters = Readonly<Record<string, unknown>>;
type Pipeline = (texts: readonly string[], parameters: Parameters) => readonly object[];

function pipelineContainer(pipeline: Pipeline): StandIn {
  return new StandIn((invocation) => {
    try {
      return answer(invocation, pipeline);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const document = { code: 400, type: "InternalServerException", message };
      return { status: 400, contentType: "application/json", body: JSON.stringify(document, null, 2) };
    }
  });
}

function answer({ contentType, accept, body }: Invocation, pipeline: Pipeline): Reply {
  if (mediaTypeOf(contentType) !== "application/json") {
    throw new Error(`Content type ${contentType} is not supported by this framework.`);
  }
  const document: unknown = JSON.parse(body.toString("utf8"));
  if (typeof document !== "object" || document === null || !("inputs" in document)) {
    throw new Error("You need to define one of the following keys in your request: 'inputs'");
  }
  if (!["", "*/*", "application/json"].includes(accept)) {
    throw new Error(`Accept type ${accept} is not supported by this framework.`);
  }
  const texts = [document.inputs].flat();
  if (!texts.every((text) => typeof text === "string")) throw new Error("text input must be of type `str`");
  const { parameters = {} } = document as { readonly parameters?: Parameters };
  const predictions = pipeline(texts, parameters);
  return { status: 200, contentType: "application/json", body: JSON.stringify(predictions) };
}
