import type { IamData } from "../iam-data";
import type { ResolvedStack } from "../resolved-stack";
import { handPicked } from "./hand-picked";
import { documentsOf, type Mutant } from "./mutant";
import { mutantsOfResources } from "./of-resources";
import { mutantsOfStatements } from "./of-statements";

/**
 * Every mutant of a stack: those that rules make of whatever it holds, and those picked by hand. What differs in
 * nothing but the model is there once.
 *
 * @param models - names of the models, e.g. `loan-default`
 */
export function mutantsOf(stack: ResolvedStack, iamData: IamData, models: readonly string[]): Mutant[] {
  const documents = documentsOf(stack);
  const mutants = [
    ...mutantsOfStatements(documents, {
      iamData,
      regions: [stack.account.region, stack.account.otherRegion],
      environment: stack.name,
    }),
    ...mutantsOfResources(stack, documents),
    ...handPicked(stack, documents),
  ];
  const once = new Map<string, Mutant>();
  for (const mutant of mutants) {
    const key = `${mutant.kind} ${generalized(mutant.description, models)}`;
    if (!once.has(key)) once.set(key, mutant);
  }
  return [...once.values()];
}

/** `text` with one word for every model. */
function generalized(text: string, models: readonly string[]): string {
  const spellings = models.flatMap((model) => [
    model,
    model.replaceAll(/(?:^|-)(.)/g, (_, first: string) => first.toUpperCase()),
  ]);
  return spellings.reduce((result, spelling) => result.replaceAll(spelling, "<model>"), text);
}
