/**
 * The exports that generated handlers import, see src/constructs/function/handler-source.ts. Each handler imports only
 * the parts that its contract needs, by their names in `EVERY_PART`.
 */

export { chooseAnswerType as accept } from "./accept";
export { presentBytes as bytesAnswer } from "./bytes-answer";
export { bytes } from "./bytes-body";
export { explainByContract as problems } from "./contract-failure";
export { createHandler } from "./handler";
export { createHandlerWith } from "./handler-core";
export { readCallerHeaders as callerHeaders } from "./headers";
export { passThrough } from "./pass-through";
export { readQueryOnce as query } from "./query";
