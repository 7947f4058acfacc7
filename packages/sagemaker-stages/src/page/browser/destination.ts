import type { PublicDocument } from "../public-document";

/** The stage that receives a form's requests. */
export interface Destination {
  /** The stage's public document. */
  readonly openApi: PublicDocument;
  /** The stage's URL, without a slash at the end. */
  readonly stageUrl: string;
  /** The reasons why answers are not predictions, see `WebsiteConfig`. */
  readonly caveats: ReadonlyMap<string, string>;
}
