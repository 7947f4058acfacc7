import { recordedText } from "./recorded-plans";

interface PlanText {
  readonly resource_changes: readonly object[];
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
        .replaceAll('"ENDPOINT_NAME":', `"API_TOKEN":"token of sentiment in ${name}","ENDPOINT_NAME":`),
    ) as PlanText;
    const resources = Array.from({ length: copies }, (_, copy) =>
      copy === 0 ? plan.resource_changes : copied(plan.resource_changes, copy),
    );
    return { name, text: JSON.stringify({ ...plan, resource_changes: resources.flat() }) };
  });
}

/** The same of other models. */
function copied(resources: readonly object[], copy: number): readonly object[] {
  const text = JSON.stringify(resources)
    .replaceAll(/\b(sentiment|toxicity)/g, `$1${copy}`)
    .replaceAll(/"address":"([^"]+)"/g, `"address":"$1${copy}"`);
  return JSON.parse(text) as object[];
}
