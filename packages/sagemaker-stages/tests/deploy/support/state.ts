/** A resource or data source in Terraform's state. */
export interface StateResource {
  /** `<type>.<id>`, data sources with the prefix `data.` */
  readonly address: string;
  readonly mode: "managed" | "data";
  readonly type: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** The part of a state's file, version 4, that tests read. */
interface StateFile {
  readonly version: 4;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly resources: readonly {
    readonly mode: "managed" | "data";
    readonly type: string;
    readonly name: string;
    /** Several instances if a deposed instance still exists beside its successor. */
    readonly instances: readonly { readonly attributes: Readonly<Record<string, unknown>> }[];
  }[];
}

/**
 * Terraform's state. This class parses the state itself, because `terraform show` needs seconds to load the provider's
 * schema.
 */
export class State {
  readonly outputs: Readonly<Record<string, string>>;
  readonly resources: readonly StateResource[];

  /** @param text - the state's file, or the output of `terraform state pull` */
  constructor(text: string) {
    const { version, outputs, resources } = JSON.parse(text) as StateFile;
    if (version !== 4) throw new Error(`state.ts reads version 4 of Terraform's state, not ${version}`);
    this.outputs = Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value]));
    this.resources = resources.flatMap(({ mode, type, name, instances }) =>
      instances.map(({ attributes }) => ({
        address: `${mode === "data" ? "data." : ""}${type}.${name}`,
        mode,
        type,
        values: attributes,
      })),
    );
  }
}

/** A change of a resource in a plan. */
export interface PlannedChange {
  readonly address: string;
  readonly type: string;
  /** `update`, or `create then delete`, and so on. */
  readonly action: string;
}

interface ShownPlan {
  readonly resource_changes?: readonly {
    readonly address: string;
    readonly type: string;
    readonly change: { readonly actions: readonly string[] };
  }[];
}

/** The changes in a plan in the form of `terraform show -json`. */
export function changesOf(plan: unknown): readonly PlannedChange[] {
  const { resource_changes = [] } = plan as ShownPlan;
  return resource_changes
    .map(({ address, type, change }) => ({ address, type, action: change.actions.join(" then ") }))
    .filter(({ action }) => action !== "no-op" && action !== "read");
}
