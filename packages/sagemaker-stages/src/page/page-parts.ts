import { planRoutes } from "./plan/form-plan";
import type { PublicDocument } from "./public-document";

/** The parts that only some pages contain, so that every page stays small. */
export interface PageParts {
  /** Whether a public model takes rows: a table of fields. */
  readonly rows: boolean;
  /** Whether a public model takes or answers bytes: a field for a file, and images and audio as answers. */
  readonly bytes: boolean;
}

/** The parts that the forms and the answers of a document need. */
export function pageParts(document: PublicDocument): PageParts {
  const routes = planRoutes(document);
  return {
    rows: routes.some(({ fields }) => fields.some(({ rows }) => rows !== undefined)),
    bytes: routes.some(({ bytes, answerTypes }) => bytes !== undefined || answerTypes.length > 0),
  };
}
