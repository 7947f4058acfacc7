import { recordedText } from "./recorded-plans";

interface PlanText {
  readonly resource_changes: readonly object[];
  readonly configuration: { readonly root_module: { readonly resources: readonly object[] } };
}

/**
 * Plans of `environments` environments. Each contains `copies` times the resources of a recorded plan that renames an
 * endpoint: as large as real plans, with secrets and every kind of change.
 */
export function largePlans(environments: number, copies: number): readonly { name: string; text: string }[] {
  const recorded = recordedText("renamed");
  return Array.from({ length: environments }, (_, index) => {
    const name = `env-${index + 1}`;
    const plan = JSON.parse(
      recorded
        .replaceAll(/\bprod\b/g, name)
        // Names of usual length: with longer names, fewer rows fit into a comment.
        .replaceAll("ticket-urgency", "urgency")
        .replaceAll('"ENDPOINT_NAME":', `"API_TOKEN":"token of urgency in ${name}","ENDPOINT_NAME":`),
    ) as PlanText;
    const copiesOf = (resources: readonly object[]): object[] =>
      Array.from({ length: copies }, (_, copy) => (copy === 0 ? resources : copied(resources, copy))).flat();
    const { root_module } = plan.configuration;
    const configuration = {
      ...plan.configuration,
      root_module: { ...root_module, resources: copiesOf(root_module.resources) },
    };
    return {
      name,
      text: JSON.stringify({ ...plan, resource_changes: copiesOf(plan.resource_changes), configuration }),
    };
  });
}

/** The same resources for other models, with references between them. */
function copied(resources: readonly object[], copy: number): readonly object[] {
  const text = JSON.stringify(resources)
    .replaceAll(/\b(urgency|language-check)/g, `$1${copy}`)
    .replaceAll(/"((?:aws_\w+|terraform_data)\.\w+)((?:\.\w+)*)"/g, `"$1${copy}$2"`);
  return JSON.parse(text) as object[];
}
