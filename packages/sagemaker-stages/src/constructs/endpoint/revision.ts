import { Fn, TerraformResource } from "cdktf";
import type { Construct } from "constructs";

/** Plain values by name. */
export interface RevisionContent {
  readonly [name: string]: string | number | boolean | undefined | RevisionContent;
}

/**
 * A part of a name that is new whenever `content` changes, also where it changes back: what was there before may
 * still be, after an update that failed, and AWS refuses a second one of its name. A plan shows what of the content
 * changed.
 *
 * Not CDKTF's own DataResource, which runs `terraform version` at every synthesis; the stack requires a version that
 * has the resource.
 */
export class Revision extends TerraformResource {
  /** Eight hexadecimal digits, known after apply. */
  readonly digits: string;

  constructor(
    scope: Construct,
    id: string,
    private readonly content: RevisionContent,
  ) {
    super(scope, id, { terraformResourceType: "terraform_data", lifecycle: { createBeforeDestroy: true } });
    this.digits = Fn.substr(this.getStringAttribute("id"), 0, 8);
  }

  protected override synthesizeAttributes(): { [name: string]: unknown } {
    return { triggers_replace: this.content };
  }
}
