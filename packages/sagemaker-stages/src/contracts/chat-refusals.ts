import type { ContainerProblem, ContainerRefusal } from "../runtime/contract";

/** The code of OpenAI's API for a conversation that is too long. Clients and frameworks compare it. */
const TOO_LONG = "context_length_exceeded";

/**
 * The messages of containers for a conversation that does not fit the model's context:
 * - vLLM, and LMI with vLLM: "This model's maximum context length is 4096 tokens", "the model's context length is only 4096
 *   tokens" (https://github.com/vllm-project/vllm/blob/main/vllm/entrypoints/openai)
 * - TGI: "`inputs` tokens + `max_new_tokens` must be <= 4096", "`inputs` must have less than 4096 tokens"
 *   (https://github.com/huggingface/text-generation-inference/blob/main/router/src/validation.rs)
 *
 * Another refusal can quote the caller's text, which must not decide the code: the beginning of the sentence and the size of the
 * number, which no model's context falls below, are required.
 */
const CONTEXT_LENGTH =
  /\b(?:This model's maximum|the model's) context length (?:is |is only |of |\()?(\d{3,8})\b|`inputs` tokens \+ `max_new_tokens` must be <= (\d{3,8})\b|`inputs` must have less than (\d{3,8})\b/;

/**
 * Describes the refusal of a container for chats: the caller must change the request, and a client must not repeat it. The
 * text is the project's, and contains only the status and the context's length: the container's message can contain paths,
 * versions and parts of other requests.
 *
 * @param hasOwnModel - whether the contract, and not the caller, names the model
 */
export function chatProblem(
  { status, message }: ContainerRefusal,
  hasOwnModel: boolean,
): ContainerProblem | undefined {
  if (status === 400 || status === 413 || status === 422) {
    const [, ...lengths] = CONTEXT_LENGTH.exec(message) ?? [];
    const length = lengths.find((text) => text !== undefined);
    if (length !== undefined) {
      const detail = `messages: got a conversation that does not fit the context of the model; allowed: at most ${length} tokens for the messages and the answer. Shorten the messages, or set a lower max_tokens.`;
      return { status: 400, detail, code: TOO_LONG };
    }
    const detail = `The model's container refused the request with the status ${status}. Change the request: a field can have a value that the container does not support, or the messages can be too long. The log of the endpoint contains the reason.`;
    return { status: status === 413 ? 413 : 400, detail };
  }
  if (status === 404 && !hasOwnModel) {
    const detail =
      "model: got a name that the model's container does not know; allowed: the name of its model";
    return { status, detail, code: "model_not_found" };
  }
  if (status === 429) {
    return {
      status,
      detail:
        "The model's container takes no more requests at the moment. Try again after the seconds in Retry-After.",
    };
  }
  return undefined;
}
