/** What the container of a sample model is made from, for the local stage. */
export type { Container, ContainerRequest, ContainerResponse } from "./local/sagemaker/container";
export { type LogisticRegression, logisticScore } from "./sample/logistic-regression";
export { asFloat32, readCsvRows, sampleContainer, UnreadableRequest } from "./sample/sample";
