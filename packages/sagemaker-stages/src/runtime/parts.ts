import { chooseAnswerType as accept } from "./accept";
import { presentBytes as bytesAnswer } from "./bytes-answer";
import { bytes } from "./bytes-body";
import { explainByContract as problems } from "./contract-failure";
import { readCallerHeaders as callerHeaders } from "./headers";
import { passThrough } from "./pass-through";
import { readQueryOnce as query } from "./query";

/**
 * The optional parts of a handler. A model's bundle contains only the parts that the model's contract needs, because
 * every cold start loads the bundle.
 */
export const EVERY_PART = {
  /** For `GET`. */
  query,
  /** For `bytes`. */
  bytes,
  /** For `text` and `answerTypes`. */
  accept,
  /** For `answerTypes`. */
  bytesAnswer,
  /** For `callerHeaders`. */
  callerHeaders,
  /** For `passThrough`. */
  passThrough,
  /** For `containerProblem` and `problemMembers`. */
  problems,
};

/** The parts of one handler. */
export type HandlerParts = Partial<typeof EVERY_PART>;
