import type { TerraformResource } from "cdktf";
import { Construct } from "constructs";

/**
 * Moves a resource of Terraform's state to the address of another resource. Terraform then changes the resource in place, and
 * does nothing if the state does not contain it (https://developer.hashicorp.com/terraform/language/modules/develop/refactoring).
 *
 * @param parent - the construct below which the resource was created with `id`
 */
export function moveFrom(parent: Construct, id: string, resource: TerraformResource | undefined): void {
  if (resource === undefined) return;
  // The id in Terraform depends only on the position in the tree of constructs.
  const place = new Construct(parent, id);
  resource.moveFromId(`${resource.terraformResourceType}.${resource.cdktfStack.getLogicalId(place.node)}`);
}
