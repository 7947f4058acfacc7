import type { ChangeReason, Kind } from "../../changes/changes";

/** The titles of sections of changes, after the number of resources. */
export const CHANGE_TITLES: Readonly<Partial<Record<Kind, string>>> = {
  rollout: "rolled out, without downtime",
  update: "updated in place",
  create: "created",
  import: "imported, moved or no longer managed",
  leftover: "left over from a failed rollout",
  tags: "with changed tags only",
};

/** How a destroyed or replaced resource is flagged. */
export const LOSS_LABELS = { destroy: "✖ destroyed", replace: "✖ replaced" } as const;

/** How changes that share a section are distinguished. */
export const KIND_LABELS: Readonly<Partial<Record<Kind, string>>> = {
  import: "imported",
  move: "moved",
  forget: "no longer managed by Terraform; the resource stays in AWS",
};

/** Texts of the column with the changes. */
export const CHANGE_TEXTS = {
  forcedBy: "forced by",
  knownAfterApply: "known after apply",
  imported: "imported: the resource exists in AWS, and Terraform manages it from now on",
  deleted: "deleted",
  newRevision: "new revision",
  tag: "tag",
} as const;

/** `see above` */
export function seeText(position: "above" | "below"): string {
  return `see ${position}`;
}

const REASONS: Readonly<Record<ChangeReason["kind"], string>> = {
  "deleted outside of Terraform": "deleted outside of Terraform since the last apply",
  "failed rollout": "left over from a failed rollout",
  moved: "moved from {address}",
  successor: "replaced by a successor",
  replace_because_tainted: "its creation failed before, or the resource is tainted",
  replace_by_request: "requested with -replace",
  replace_by_triggers: "triggered by replace_triggered_by",
  delete_because_no_resource_config: "no longer in the configuration",
  delete_because_no_module: "its module is no longer in the configuration",
  delete_because_wrong_repetition: "count or for_each no longer contains the resource",
  delete_because_count_index: "count no longer contains the resource",
  delete_because_each_key: "for_each no longer contains the resource",
  delete_because_no_move_target: "moved to an address that is not in the configuration",
};

/** Why a resource changes. */
export function reasonText({ kind, address = "" }: ChangeReason): string {
  return REASONS[kind].replace("{address}", () => address);
}
