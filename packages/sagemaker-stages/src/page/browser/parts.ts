import type { BytesPlan } from "../plan/bytes-plan";
import type { FieldPlan, RoutePlan } from "../plan/form-plan";
import type { RowsPlan } from "../plan/rows-plan";
import type { Destination } from "./destination";
import { Exchange, type ExchangeProps } from "./exchange";
import type { PlacedAnswer } from "./placed-answer";
import type { RequestField } from "./request-field";
import type { BoxesView } from "./show-boxes";
import type { ModelView } from "./view";

/** A field for one file, with a preview. */
export interface FileField {
  readonly element: HTMLElement;
  /** Whether a file is chosen, even if the file is refused. */
  readonly hasFile: boolean;
  /**
   * Reads the file, with the media type that the model accepts.
   *
   * @returns `undefined` if no file is chosen or the file is refused; the field then shows the reason and has the focus
   */
  read(): Blob | undefined;
}

/** The optional parts of the page, see `PageParts`. */
export interface Parts {
  /** @returns a field for one file. @param onChange - runs after a file is chosen or removed */
  fileField?(plan: BytesPlan, id: string, onChange: () => void): FileField;
  /** Shows an answer of bytes. @param name - the name of the file that a visitor can save, without its extension */
  showBytes?(bytes: Blob, name: string): PlacedAnswer;
  /** Draws the boxes of an answer over the image that was sent. @returns `undefined` without an image or boxes */
  showBoxes?(sent: unknown, answer: unknown): BoxesView | undefined;
  /** Sends requests whose answers can arrive in parts. */
  streamExchange?(props: ExchangeProps): Exchange;
  /** @returns a table of fields */
  rowsField?(plan: FieldPlan, rows: RowsPlan, id: string): RequestField;
  /** @returns a conversation with a model; `undefined` if the route has no chat, or if the view has its own form */
  chatForm?(route: RoutePlan, destination: Destination, view: ModelView): HTMLFormElement | undefined;
}

/** The optional parts of this page. {@link partOf} returns a part that the page must have. */
export const parts: Parts = {};

/** Adds parts. The page creates the forms later, when it has read the stage's documents. */
export function useParts(added: Parts): void {
  Object.assign(parts, added);
}

/** @throws Error if the script has no such part: the document and the script are from different deployments */
export function partOf<Name extends keyof Parts>(name: Name): NonNullable<Parts[Name]> {
  const part = parts[name];
  if (part === undefined) throw new Error(`page.js: got no ${name}, which openapi.json requires.`);
  return part;
}

/** Creates the exchange of a form, which also knows answers in parts if a model of the page has such answers. */
export function createExchange(props: ExchangeProps): Exchange {
  return parts.streamExchange?.(props) ?? new Exchange(props);
}
