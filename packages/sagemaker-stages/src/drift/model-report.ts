import type { ReadFigures } from "./captured/read-captured";
import type { ModelDrift } from "./compare";

/** The comparison of one model, with the captured requests that were read. */
export interface ModelReport {
  readonly drift: ModelDrift;
  readonly read: ReadFigures;
  /** The place of the captured requests. */
  readonly place: string;
  /** A sentence about the choice of the place. */
  readonly note: string | undefined;
}
