import type { Container } from "../sagemaker/container";
import { breastCancer } from "./breast-cancer/model";

/** The sample models, by the name of the model they stand for. */
export const samples: ReadonlyMap<string, Container> = new Map([["breast-cancer", breastCancer]]);
