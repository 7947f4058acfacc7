import { type ITerraformDependable, TerraformResource } from "cdktf";
import type { Construct } from "constructs";
import { type DeployedRelease, RELEASES_RESOURCE } from "../../environment/releases";

/**
 * The releases that an environment has deployed. Terraform changes the resource after the endpoints: after a failed rollout, the
 * resource still contains the previous releases. A plan shows the releases in `input`, which the review reads.
 *
 * The stack's output refers to `output`, which is known after apply. Terraform saves an output whose value is known while it plans,
 * even if the apply fails.
 */
export class DeployedReleases extends TerraformResource {
  /** The deployed releases by model, known after apply. */
  readonly output: string;

  /** @param endpoints - the endpoints that serve the releases */
  constructor(
    scope: Construct,
    private readonly releases: Readonly<Record<string, DeployedRelease>>,
    endpoints: readonly ITerraformDependable[],
  ) {
    super(scope, RELEASES_RESOURCE, { terraformResourceType: "terraform_data", dependsOn: [...endpoints] });
    this.overrideLogicalId(RELEASES_RESOURCE);
    this.output = this.getStringAttribute("output");
  }

  protected override synthesizeAttributes(): { [name: string]: unknown } {
    return { input: this.releases };
  }
}
