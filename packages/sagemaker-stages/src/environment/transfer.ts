import { type AnswerKind, functionTimeoutInSeconds, TIME_BUDGET } from "../aws/time-budget";
import type { RoutedModel } from "../models";
import type { ServingSettings } from "./model-settings";

/** The settings that determine how a route answers. */
export type TransferSettings = Pick<
  ServingSettings,
  "responseTransferMode" | "timeoutInSeconds" | "existingFunction" | "via"
>;

/** How a route answers, and how long its components wait. */
export interface Transfer {
  /** Whether API Gateway and the function URL send the answer in parts. */
  readonly isStreamed: boolean;
  /** Whether the contract streams, and how, see {@link AnswerKind}. */
  readonly kind: AnswerKind;
  /** Seconds that API Gateway waits. */
  readonly timeoutInSeconds: number;
  /** Seconds of the function. */
  readonly functionTimeoutInSeconds: number;
}

/**
 * How a route answers: the settings of the model with the defaults, which depend on its contract.
 *
 * @param model - the model; `undefined` for an unknown model, which has another fault
 */
export function transferOf(
  settings: TransferSettings,
  model: Pick<RoutedModel, "stream"> | undefined,
): Transfer {
  const kind = answerKindOf(settings, model);
  const timeoutInSeconds = settings.timeoutInSeconds ?? TIME_BUDGET[kind].default;
  return {
    isStreamed: kind !== "buffered",
    kind,
    timeoutInSeconds,
    functionTimeoutInSeconds: functionTimeoutInSeconds(timeoutInSeconds),
  };
}

function answerKindOf(
  { responseTransferMode, existingFunction, via }: TransferSettings,
  model: Pick<RoutedModel, "stream"> | undefined,
): AnswerKind {
  const streams = model?.stream !== undefined;
  const isEngineHandler = existingFunction === undefined && via !== "gateway";
  const mode = responseTransferMode ?? (streams && isEngineHandler ? "stream" : "buffer");
  if (mode === "buffer") return "buffered";
  return streams ? "streamed" : "streamed plain";
}
