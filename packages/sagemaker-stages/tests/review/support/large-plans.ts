import { recordedText } from "./recorded-plans";

interface PlanText {
  readonly resource_changes: readonly object[];
  readonly configuration: { readonly root_module: { readonly resources: readonly object[] } };
}

/**
 * Plans of `environments` environments, each with `copies` times the resources of a recorded one, in which an endpoint
 * is renamed: as large as real ones, with secrets, and everything in them happens.
 */
export function largePlans(environments: number, copies: number): readonly { name: string; text: string }[] {
  const recorded = recordedText("renamed");
  return Array.from({ length: environments }, (_, index) => {
    const name = `env-${index + 1}`;
    const plan = JSON.parse(
      recorded
        .replaceAll(/\bprod\b/g, name)
        // Names of ordinary length: with longer ones, fewer rows fit into a comment.
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

/** The same of other models, which refer to one another. */
function copied(resources: readonly object[], copy: number): readonly object[] {
  const text = JSON.stringify(resources)
    .replaceAll(/\b(urgency|language-check)/g, `$1${copy}`)
    .replaceAll(/"((?:aws_\w+|terraform_data)\.\w+)((?:\.\w+)*)"/g, `"$1${copy}$2"`);
  return JSON.parse(text) as object[];
}
