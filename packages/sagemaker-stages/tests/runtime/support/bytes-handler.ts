import { createHandler } from "../../../src/runtime/handler";
import { mirror } from "./image-contract";

export const handler = createHandler(mirror);
