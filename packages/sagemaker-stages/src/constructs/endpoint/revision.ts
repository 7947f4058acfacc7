import { Fn, TerraformResource } from "cdktf";
import type { Construct } from "constructs";

/** Plain values by name. */
export interface RevisionContent {
  readonly [name: string]: string | number | boolean | undefined | RevisionContent;
}

/**
 * A part of a name that changes whenever `content` changes, even if the content changes back: after a failed update, the
 * previous resource can still exist, and AWS refuses a second resource with the same name. A plan shows which part of the
 * content changed.
 *
 * CDKTF's DataResource is not used, because it runs `terraform version` at every synthesis. The stack requires a version of
 * Terraform that has `terraform_data`.
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
