import type { ScriptedAnswer } from "../../../src/testing/endpoint-server";
import type { ModelName } from "../../fixtures/app/functions";
import { about as energyDemand } from "../../fixtures/app/functions/energy-demand/contract";
import { about as housePrice } from "../../fixtures/app/functions/house-price/contract";
import { about as languageCheck } from "../../fixtures/app/functions/language-check/contract";
import { about as loanDefault } from "../../fixtures/app/functions/loan-default/contract";
import { about as ticketUrgency } from "../../fixtures/app/functions/ticket-urgency/contract";
import { csv, json, predictions } from "./answers";

/** The size of zod's dates, enums, whole numbers and limits in a package. */
const ZOD_CHECKS_IN_BYTES = 1_520;

/** An invocation of one model. */
export interface Invocation {
  readonly model: ModelName;
  /** The bare request of the model's example. */
  readonly event: unknown;
  /** The endpoint's answer. */
  readonly answered: ScriptedAnswer;
  /** The body that the endpoint receives. */
  readonly sent: string;
  /**
   * The maximum compressed size of the model's own code, without its data.
   *
   * @default 0
   */
  readonly extraInBytes?: number;
}

/** One invocation of each model. */
export const invocations: readonly Invocation[] = [
  {
    model: "loan-default",
    event: loanDefault.example.request,
    answered: predictions(0),
    sent: "52000.5,8500,36",
  },
  {
    model: "energy-demand",
    event: energyDemand.example.request,
    answered: csv("571.25\n"),
    sent: "1,18,-2.5,0",
    extraInBytes: ZOD_CHECKS_IN_BYTES,
  },
  {
    model: "ticket-urgency",
    event: ticketUrgency.example.request,
    answered: csv("0.8731"),
    sent: "1,1,1,0,0,0,0",
  },
  {
    model: "language-check",
    event: { queryStringParameters: languageCheck.example.request },
    answered: json([[["__label__de", "__label__en", "__label__fr"]], [[0.91, 0.06, 0.03]]]),
    sent: '{"instances":["guten morgen"],"configuration":{"k":3}}',
  },
  {
    model: "house-price",
    event: housePrice.example.request,
    answered: json({ predictions: [329.5] }),
    sent: '{"instances":[{"area":96.5,"rooms":4}]}',
    extraInBytes: ZOD_CHECKS_IN_BYTES,
  },
];
