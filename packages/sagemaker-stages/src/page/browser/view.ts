/**
 * The public module `sagemaker-stages/page`: the parts of a model's own view. The module runs in a browser: it has no
 * access to Node.js or to the environment's settings.
 */
import type { Child } from "./dom";

export { type Attributes, type Child, h, svg } from "./dom";
export { type Field, type TextFieldProps, textField } from "./field";

/**
 * A model's own view on the page. `functions/<model>/page.ts` exports a view as its default export. The page of an
 * environment contains only the views of models with the access `PUBLIC` in that environment. Every member is optional.
 * A model without a view has the default of every member.
 *
 * The file can import a stylesheet, e.g. `import "./page/style.css"`. The page's stylesheet contains the engine's rules,
 * and then the rules of the view. The page's content security policy refuses markup from strings (`innerHTML`), `style`
 * attributes in markup, and requests to other origins than the page and the stage.
 *
 * @example
 * // functions/iris/page.ts
 * import { h, type ModelView } from "sagemaker-stages/page";
 *
 * export default {
 *   introduction: "Which iris is it? Enter the four measurements in centimetres.",
 *   show(answer) {
 *     if (typeof answer !== "string") return undefined;
 *     return { content: [h("p", {}, `This is Iris ${answer}.`)], spoken: `This is Iris ${answer}.` };
 *   },
 * } satisfies ModelView;
 */
export interface ModelView {
  /**
   * The text above the form.
   *
   * @default - the route's description in the OpenAPI document
   */
  readonly introduction?: string;
  /**
   * The label of the button that sends the request.
   *
   * @default "Send"
   */
  readonly submitLabel?: string;
  /**
   * Creates the controls of the form. The page adds the button, the keyboard shortcuts, and the element for the answer.
   *
   * @default - one field for each property or parameter of the request, filled with the document's example; a table of
   * fields for a list of records, and a file field for bytes
   * @example
   * form({ id }) {
   *   const review = textField({ id: `${id}-review`, label: "Review", rows: 4 });
   *   return { content: [review.element], read: () => ({ review: review.text }) };
   * }
   */
  form?(context: FormContext): RequestForm;
  /**
   * Shows an answer.
   *
   * @param answer - the parsed JSON of a successful response, a `Blob` if the answer is bytes, or a string if the answer is
   * text. The type is unknown, because the answer is from the network.
   * @param sent - the request that the page sent: the JSON, or a `Blob` if the request is bytes, e.g. the image that the
   * answer describes
   * @returns `undefined` if the view cannot show this answer. The page then uses the default, as it does if the view
   * throws.
   * @default - labels with scores as bars, boxes in an image over the image, records as a table, an image as an image, any other JSON as JSON
   */
  show?(answer: unknown, sent?: unknown): ShownAnswer | undefined;
}

/** The page's values for a view's form. */
export interface FormContext {
  /** A prefix for the ids of the form's elements, unique in the page, e.g. `post-iris`. */
  readonly id: string;
}

/** The controls of a form, and the function that reads a request from the controls. */
export interface RequestForm {
  /** The elements above the button, in order. */
  readonly content: readonly Child[];
  /**
   * Reads the request from the controls.
   *
   * @returns the request according to the contract's schema: the JSON body of a POST, or the parameters of a GET. A `Blob`
   * is sent unchanged, with its type as the Content-Type. `undefined` if the input is invalid; the form must show the
   * reason, see `Field.setFault`.
   */
  read(): object | undefined;
}

/** The presentation of an answer, on the screen and for screen readers. */
export interface ShownAnswer {
  /** The elements that show the answer, in order. */
  readonly content: readonly Child[];
  /** The answer in one or two sentences, which a screen reader announces. */
  readonly spoken: string;
}
