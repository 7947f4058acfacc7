import type { Container } from "../sagemaker/container";
import { bikeRental } from "./bike-rental/model";
import { breastCancer } from "./breast-cancer/model";
import { sentiment } from "./sentiment/model";
import { toxicity, toxicityAsBlazingText } from "./toxicity/model";

/** The sample models, by the name of the model they stand for. */
export const samples: ReadonlyMap<string, Container> = new Map([
  ["breast-cancer", breastCancer],
  ["bike-rental", bikeRental],
  ["sentiment", sentiment],
  ["toxicity", toxicity],
]);

/** The sample models that answer as BlazingText where asked to. */
export const blazingTextSamples: ReadonlyMap<string, Container> = new Map([
  ["toxicity", toxicityAsBlazingText],
]);
