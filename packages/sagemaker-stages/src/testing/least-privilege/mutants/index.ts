import { type Environment, namePrefix } from "../../../environment/environment";
import type { IamData } from "../iam-data";
import type { ResolvedStack } from "../resolved-stack";
import { handPicked, type SkippedMutant } from "./hand-picked";
import { documentsOf, type Mutant } from "./mutant";
import { mutantsOfResources } from "./resource-mutants";
import { mutantsOfStatements } from "./statement-mutants";

/** The mutants of a stack. */
export interface Mutants {
  /** The mutants by a key. Mutants that differ only in the model, environment, account or region have the same key. */
  readonly mutants: ReadonlyMap<string, Mutant>;
  /** The skipped hand-picked mutants. Each names the property that no model of the stack has. */
  readonly skipped: readonly SkippedMutant[];
}

/**
 * Every mutant of a stack: the generated mutants and the hand-picked mutants. Mutants that differ only in the model are made
 * once.
 *
 * @param environment - the environment of the stack
 */
export function mutantsOf(stack: ResolvedStack, iamData: IamData, environment: Environment): Mutants {
  const models = Object.keys(environment.models);
  const documents = documentsOf(stack);
  const picked = handPicked(stack, documents);
  const mutants = [
    ...mutantsOfStatements(documents, {
      iamData,
      regions: [stack.account.region, stack.account.otherRegion],
      prefixes: [namePrefix(environment), namePrefix({ ...environment, name: otherName(environment) })],
    }),
    ...mutantsOfResources(stack, documents),
    ...picked.mutants,
  ];
  const once = new Map<string, Mutant>();
  for (const mutant of mutants) {
    const key = `${mutant.kind} ${generalized(mutant.description, stack, models)}`;
    if (!once.has(key)) once.set(key, mutant);
  }
  return { mutants: once, skipped: picked.skipped };
}

/** The name of another environment. */
function otherName({ name }: Environment): string {
  return name === "prod" ? "staging" : "prod";
}

/** A text with placeholders for the models, the environment, the region and the account. */
function generalized(text: string, { name, account }: ResolvedStack, models: readonly string[]): string {
  const spellings = models
    .flatMap((model) => [model, model.replaceAll(/(?:^|-)(.)/g, (_, first: string) => first.toUpperCase())])
    // A model's name can be part of another model's name.
    .sort((one, other) => other.length - one.length);
  const ofModels = spellings.reduce((result, spelling) => result.replaceAll(spelling, "<model>"), text);
  return ofModels
    .replaceAll(account.id, "<account>")
    .replaceAll(account.region, "<region>")
    .replace(new RegExp(`(?<![a-z0-9-])${name}(?![a-z0-9])`, "g"), "<environment>");
}
