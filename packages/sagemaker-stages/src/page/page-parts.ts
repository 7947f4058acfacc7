import { readBoxes } from "./plan/boxes";
import { planChat } from "./plan/chat-plan";
import { planRoutes } from "./plan/form-plan";
import type { PublicDocument } from "./public-document";

/** The optional parts of a page. A page contains only the parts that it needs, so that every page stays small. */
export interface PageParts {
  /** Whether a public model accepts rows. If so, the page contains the code for a table of fields. */
  readonly rows: boolean;
  /**
   * Whether a public model accepts or returns bytes. If so, the page contains the code for a file field, and for
   * answers that are images or audio.
   */
  readonly bytes: boolean;
  /**
   * Whether the example's answer of a public model that accepts bytes consists of boxes. If so, the page contains the code
   * that draws boxes over the image.
   *
   * @default false
   */
  readonly boxes?: boolean;
  /**
   * Whether an answer of a public model can arrive in parts. If so, the page contains the code that shows the text as it
   * arrives.
   *
   * @default false
   */
  readonly stream?: boolean;
  /**
   * Whether a public model has a chat. If so, the page contains the code for a conversation.
   *
   * @default false
   */
  readonly chat?: boolean;
  /**
   * Whether users can sign in. If so, the page contains the code for the sign-in and for signed requests.
   *
   * @default false
   */
  readonly signIn?: boolean;
}

/**
 * The parts that the forms and the answers of a document need.
 *
 * @param signIn - whether users can sign in
 */
export function pageParts(document: PublicDocument, signIn = false): PageParts {
  const routes = planRoutes(document);
  const chats = routes.filter((route) => planChat(route, document) !== undefined);
  const forms = routes.filter((route) => !chats.includes(route));
  return {
    rows: forms.some(({ fields }) => fields.some(({ rows }) => rows !== undefined)),
    bytes: routes.some(({ bytes, answerTypes }) => bytes !== undefined || answerTypes.length > 0),
    ...(routes.some(({ bytes }) => bytes !== undefined) && hasBoxes(document) ? { boxes: true } : {}),
    ...(hasStreams(document) ? { stream: true } : {}),
    ...(chats.length > 0 ? { chat: true } : {}),
    ...(signIn ? { signIn } : {}),
  };
}

/** Whether the example of an answer consists of boxes in an image. */
function hasBoxes({ paths }: PublicDocument): boolean {
  const operations = Object.values(paths).flatMap((item) => Object.values(item));
  return operations.some(
    ({ responses }) => readBoxes(responses?.["200"]?.content?.["application/json"]?.example) !== undefined,
  );
}

/** Whether an answer can be neither JSON nor bytes: its text arrives in parts. */
function hasStreams({ paths }: PublicDocument): boolean {
  const operations = Object.values(paths).flatMap((item) => Object.values(item));
  return operations.some(({ responses }) =>
    Object.entries(responses?.["200"]?.content ?? {}).some(
      ([mediaType, { schema }]) => mediaType !== "application/json" && schema === undefined,
    ),
  );
}
