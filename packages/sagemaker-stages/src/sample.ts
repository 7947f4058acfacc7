/** What a sample model is made of: a small model that answers on the local stage in place of the trained one. */
export type { Container, ContainerRequest, ContainerResponse } from "./local/sagemaker/container";
export { asFloat32, readCsvRows, sampleContainer, UnreadableRequest } from "./sample/container";
export { type LogisticRegression, logisticScore } from "./sample/logistic-regression";
