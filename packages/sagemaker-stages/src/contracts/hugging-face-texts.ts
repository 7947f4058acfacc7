import type { TaskName } from "./hugging-face-tasks";

/** The documentation of a task. */
export interface TaskTexts {
  /** One sentence, e.g. `Classifies a text: returns labels with their scores.` */
  readonly description: string;
  /** The answer of the example. The values are valid and show the form, but no model predicted them. */
  readonly answer: unknown;
  /** The inputs of the example. @default - {@link EXAMPLE_TEXT}, or a file */
  readonly inputs?: unknown;
  /** The required parameters of the example. */
  readonly parameters?: Readonly<Record<string, unknown>>;
}

/** The example text of every task for texts. */
export const EXAMPLE_TEXT = "Ada Lovelace lived in London.";

/** The documentation by task. The keys are the list of all tasks. */
export const TASK_TEXTS: Readonly<Record<TaskName, TaskTexts>> = {
  "text-classification": {
    description: "Classifies a text: returns labels with their scores.",
    answer: [{ label: "POSITIVE", score: 0.9 }],
  },
  "token-classification": {
    description: "Finds entities in a text: returns each entity with its score and its place.",
    answer: [{ entity: "B-PER", score: 0.9, index: 1, word: "Ada", start: 0, end: 3 }],
  },
  "question-answering": {
    description: "Answers a question with a passage from a text.",
    inputs: { question: "Where did Ada Lovelace live?", context: EXAMPLE_TEXT },
    answer: { score: 0.9, start: 22, end: 28, answer: "London" },
  },
  summarization: {
    description: "Summarizes a text.",
    answer: [{ summary_text: "Ada lived in London." }],
  },
  translation: {
    description: "Translates a text.",
    answer: [{ translation_text: "Ada Lovelace lebte in London." }],
  },
  "text2text-generation": {
    description: "Generates a text from a text.",
    answer: [{ generated_text: "Ada lived in London." }],
  },
  "text-generation": {
    description: "Continues a text.",
    answer: [{ generated_text: "Ada Lovelace lived in London. She wrote the first program." }],
  },
  "feature-extraction": {
    description: "Returns the vectors of a text.",
    answer: [[[0.1, 0.2]]],
  },
  "zero-shot-classification": {
    description: "Scores labels that the caller chooses for a text.",
    parameters: { candidate_labels: ["history", "sport"] },
    answer: { sequence: EXAMPLE_TEXT, labels: ["history", "sport"], scores: [0.9, 0.1] },
  },
  "fill-mask": {
    description:
      "Predicts the masked word in a text. The mask is [MASK] or <mask>, depending on the model's tokenizer.",
    inputs: "Ada Lovelace lived in [MASK].",
    answer: [{ score: 0.9, token: 2414, token_str: "london", sequence: "ada lovelace lived in london." }],
  },
  "image-classification": {
    description: "Classifies an image: returns labels with their scores.",
    answer: [{ label: "cat", score: 0.9 }],
  },
  "object-detection": {
    description: "Finds objects in an image: returns each object with its score and its box.",
    answer: [{ label: "cat", score: 0.9, box: { xmin: 0, ymin: 0, xmax: 8, ymax: 8 } }],
  },
  "audio-classification": {
    description: "Classifies a recording: returns labels with their scores.",
    answer: [{ label: "silence", score: 0.9 }],
  },
  "automatic-speech-recognition": {
    description: "Transcribes a recording.",
    answer: { text: "HELLO" },
  },
};
