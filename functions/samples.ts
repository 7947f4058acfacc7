import type { Container } from "../packages/sagemaker-stages/src/local/sagemaker/container";
import { bikeRental } from "./bike-rental/sample/model";
import { breastCancer } from "./breast-cancer/sample/model";
import { sentiment } from "./sentiment/sample/model";
import { toxicity, toxicityAsBlazingText } from "./toxicity/sample/model";

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
