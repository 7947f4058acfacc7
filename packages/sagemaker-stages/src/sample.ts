/** The public interface for sample models: small models that the local stage serves instead of the trained models. */
export type {
  Container,
  ContainerBody,
  ContainerRequest,
  ContainerResponse,
} from "./local/sagemaker/container";
// A training script validates its data with the model's contract, and reports faults in the same way as the function.
export { describeFaults } from "./runtime/faults";
export { asFloat32, readCsvRows, sampleContainer, UnreadableRequest } from "./sample/container";
export { type LogisticRegression, logisticScore } from "./sample/logistic-regression";
