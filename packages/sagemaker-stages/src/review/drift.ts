import { type AttributeChange, attributeChanges } from "./attributes";
import { compareTexts } from "./changes";
import type { Plan } from "./plan";

/** A resource that somebody changed, or deleted, outside of Terraform since the last apply. */
export interface Drift {
  readonly path: string;
  readonly address: string;
  readonly type: string;
  readonly what: "changed" | "deleted";
  readonly changed: readonly AttributeChange[];
}

/** What was changed outside of Terraform; what the provider only writes in another way is not counted. */
export function driftOf({ drift }: Plan): readonly Drift[] {
  return drift
    .flatMap((resource): Drift[] => {
      const { path, address, type, actions } = resource;
      if (actions.includes("delete")) return [{ path, address, type, what: "deleted", changed: [] }];
      const { changed, tags } = attributeChanges(resource);
      const all = [...changed, ...tags.map((tag) => ({ ...tag, name: `tags.${tag.name}` }))];
      return all.length === 0 ? [] : [{ path, address, type, what: "changed", changed: all }];
    })
    .sort((one, other) => compareTexts(one.path, other.path));
}
