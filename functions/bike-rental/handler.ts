import { createHandler } from "../../packages/sagemaker-stages/src/runtime/handler";
import { contract } from "./contract";

export const handler = createHandler(contract);
