/**
 * The public module `sagemaker-stages/page`: the parts of a model's own view. Browser code only: nothing of Node.js, and
 * nothing of the environment.
 */
import type { Child } from "./dom";

export { type Attributes, type Child, h, svg } from "./dom";
export { type Field, type TextFieldProps, textField } from "./field";

/**
 * How the page shows one model. `functions/<model>/page.ts` exports a view as its default export. The page of an
 * environment contains the views of the models whose access is `PUBLIC` in that environment, and of no other model.
 * Every member is optional; a model without a view has the default of every member.
 *
 * The file can import a stylesheet, e.g. `import "./page/style.css"`. The stylesheet becomes part of the page's one
 * stylesheet, after the engine's. The page's content security policy refuses markup from text (`innerHTML`), `style`
 * attributes in markup, and requests to any other origin than the page's and the stage's.
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
   * Creates the controls of the form. The page adds the button, the keyboard shortcuts, and the place for the answer.
   *
   * @default - one field for each property or parameter of the request, filled with the document's example; a table of
   * fields for a list of records, and a file field for bytes
   */
  form?(context: FormContext): RequestForm;
  /**
   * Shows an answer.
   *
   * @param answer - the parsed JSON of a successful response; a `Blob` where the answer is bytes, and a string where it is
   * text. The answer comes from the network, so that its type is unknown
   * @returns `undefined` where the view cannot show this answer: the page then shows the answer as it shows the answer of a
   * model without a view, also where the view throws
   * @default - labels with scores as bars, records as a table, an image as an image, any other JSON as JSON
   */
  show?(answer: unknown): ShownAnswer | undefined;
}

/** What a view's form gets from the page. */
export interface FormContext {
  /** A prefix for the ids of the form's elements, unique in the page, e.g. `post-iris`. */
  readonly id: string;
}

/** The controls of a form, and the request that they make. */
export interface RequestForm {
  /** The elements above the button, in order. */
  readonly content: readonly Child[];
  /**
   * Reads the request from the controls.
   *
   * @returns the request as the contract's schema describes it: the JSON body of a POST, or the parameters of a GET. A
   * `Blob` is sent as it is, with its type as the Content-Type.
   * `undefined` where the controls hold no request; the form then has shown the reason, see `Field.setFault`
   */
  read(): object | undefined;
}

/** An answer, for readers and for listeners. */
export interface ShownAnswer {
  /** The elements that show the answer, in order. */
  readonly content: readonly Child[];
  /** The same in one or two sentences. A screen reader announces them. */
  readonly spoken: string;
}
