import { defineModels, openAiChat } from "sagemaker-stages/model";

/** One model with the API of OpenAI. */
export const models = defineModels({
  storyteller: openAiChat({
    maxTokens: 512,
    description:
      "Continues a text in the style of Moby-Dick: the chat completions of OpenAI's API. The sample model does not understand a question.",
    example: {
      request: {
        model: "storyteller",
        messages: [{ role: "user", content: "What is the white whale" }],
        max_tokens: 64,
        seed: 1,
      },
      answer: {
        id: "chatcmpl-1",
        object: "chat.completion",
        created: 0,
        model: "storyteller",
        choices: [
          {
            index: 0,
            message: { role: "assistant", content: "The whale is in the sea." },
            finish_reason: "stop",
          },
        ],
        usage: { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 },
      },
    },
  }),
});

/** The name of a model. */
export type ModelName = keyof typeof models;
