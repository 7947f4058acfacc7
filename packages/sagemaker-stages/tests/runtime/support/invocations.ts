import type { ModelName } from "../../fixtures/app/functions";
import * as energyDemand from "../../fixtures/app/functions/energy-demand/contract";
import * as languageCheck from "../../fixtures/app/functions/language-check/contract";
import * as loanDefault from "../../fixtures/app/functions/loan-default/contract";
import * as ticketUrgency from "../../fixtures/app/functions/ticket-urgency/contract";
import { csv, json, predictions } from "./answers";
import type { ScriptedAnswer } from "./endpoint-server";

/** What zod's dates, enums, whole numbers and bounds add to a package. */
const ZOD_CHECKS_IN_BYTES = 1_300;

/** One request of a model, as every model has one. */
export interface Invocation {
  readonly model: ModelName;
  /** The bare request of the model's own example. */
  readonly event: unknown;
  /** What the endpoint says to it. */
  readonly answered: ScriptedAnswer;
  /** What the endpoint is sent. */
  readonly sent: string;
  /**
   * Bytes that the model's own code may add to the package, compressed. Its data is not counted.
   *
   * @default 0
   */
  readonly extraInBytes?: number;
}

/** One of each model. */
export const invocations: readonly Invocation[] = [
  {
    model: "loan-default",
    event: loanDefault.about.example.request,
    answered: predictions(0),
    sent: loanDefault.contract.encode(loanDefault.about.example.request).body,
  },
  {
    model: "energy-demand",
    event: energyDemand.about.example.request,
    answered: csv("571.25\n"),
    sent: energyDemand.contract.encode(energyDemand.about.example.request).body,
    extraInBytes: ZOD_CHECKS_IN_BYTES,
  },
  {
    model: "ticket-urgency",
    event: ticketUrgency.about.example.request,
    answered: csv("0.8731"),
    sent: ticketUrgency.contract.encode(ticketUrgency.about.example.request).body,
  },
  {
    model: "language-check",
    event: { queryStringParameters: languageCheck.about.example.request },
    answered: json([[["__label__de", "__label__en", "__label__fr"]], [[0.91, 0.06, 0.03]]]),
    sent: languageCheck.contract.encode(languageCheck.about.example.request).body,
  },
];
