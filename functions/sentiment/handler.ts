import { createHandler } from "../shared/handler";
import { contract } from "./contract";

export const handler = createHandler(contract);
