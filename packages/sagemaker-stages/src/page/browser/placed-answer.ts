import type { ShownAnswer } from "./view";

/** An answer on the page. An answer with an image or audio occupies memory of the browser. */
export interface PlacedAnswer extends ShownAnswer {
  /** Frees the memory of the answer. @default - no memory to free */
  release?(): void;
  /** Sentences about the answer, e.g. that it is incomplete, which are shown below the answer and announced. @default - none */
  readonly notes?: readonly string[];
}
