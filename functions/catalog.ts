import * as breastCancer from "./breast-cancer/contract";
import type { About, Contract } from "./shared/contract";

/** The models that exist. A model's folder beside this file has the name that stands here. */
export const catalog = {
  "breast-cancer": entry(breastCancer.contract, breastCancer.about),
} as const;

/** A model that an environment can deploy. */
export type ModelName = keyof typeof catalog;

function entry<Request, Answer>(contract: Contract<Request, Answer>, about: About<Request, Answer>) {
  return { ...contract, ...about };
}
