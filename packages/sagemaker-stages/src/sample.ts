/** What a sample model is made of: a small model that answers on the local stage in place of the trained one. */
export type { Container, ContainerRequest, ContainerResponse } from "./local/sagemaker/container";
// A training reads its data with the model's contract, and describes the faults of a row as the function does.
export { describeFaults } from "./runtime/faults";
export { asFloat32, readCsvRows, sampleContainer, UnreadableRequest } from "./sample/container";
export { type LogisticRegression, logisticScore } from "./sample/logistic-regression";
