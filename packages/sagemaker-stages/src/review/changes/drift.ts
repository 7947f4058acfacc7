import type { Plan } from "../reading/plan";
import { type AttributeChange, attributeChanges } from "./attributes";
import { compareTexts } from "./changes";

/** A resource that was changed or deleted outside of Terraform since the last apply. */
export interface Drift {
  readonly path: string;
  readonly address: string;
  readonly type: string;
  readonly kind: "changed" | "deleted";
  readonly changed: readonly AttributeChange[];
}

/** Changes outside of Terraform, without changes of the notation only. */
export function driftOf({ drift }: Plan): readonly Drift[] {
  return drift
    .flatMap((resource): Drift[] => {
      const { path, address, type, actions } = resource;
      if (actions.includes("delete")) return [{ path, address, type, kind: "deleted", changed: [] }];
      const { changed, tags } = attributeChanges(resource);
      const all = [...changed, ...tags.map((tag) => ({ ...tag, name: `tags.${tag.name}` }))];
      return all.length === 0 ? [] : [{ path, address, type, kind: "changed", changed: all }];
    })
    .sort((one, other) => compareTexts(one.path, other.path));
}
