import { defineModels, huggingFace, openAiChat, passThrough, rows } from "sagemaker-stages/model";

/** The models of the examples `five-models.ts` and `chat.ts`, each with a ready-made contract. */
export const models = defineModels({
  iris: rows({
    features: ["sepal length", "sepal width", "petal length", "petal width"],
    answer: "json",
    classes: ["setosa", "versicolor", "virginica"],
  }),
  reviews: huggingFace("text-classification"),
  flowers: passThrough({
    takes: ["image/jpeg", "image/png"],
    example: { answer: [{ label: "daisy", score: 0.9 }] },
  }),
  rent: rows({ features: ["square metres", "rooms", "floor"], answer: "csv" }),
  writer: huggingFace("text-generation", { maxNewTokens: 100 }),
  llama: openAiChat({ containerModel: "lmi", maxTokens: 2048 }),
});

/** A model of the example. */
export type ModelName = keyof typeof models;
