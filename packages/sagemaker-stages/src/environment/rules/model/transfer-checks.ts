import { GATEWAY_TIMEOUT_IN_SECONDS, TIME_BUDGET, TIME_SOURCES } from "../../../aws/time-budget";
import type { RoutedModel } from "../../../models";
import type { Environment } from "../../environment";
import { type FaultCollector, raw } from "../../fault-collector";
import { isViaGateway, type ModelSettings } from "../../model-settings";
import { keepsRules } from "../../settings/check-rules";
import { targetOf } from "../../settings/endpoint/targets";
import { routeSettings } from "../../settings/model/route";
import { quotaSettings } from "../../settings/quotas";
import { transferOf } from "../../transfer";

const { timeoutInSeconds: timeoutSetting } = routeSettings.unwrap().shape;
const { integrationTimeoutInSeconds: quotaSetting } = quotaSettings.unwrap().shape;

/**
 * Checks how a route answers: whether its function can stream, and whether API Gateway waits that long.
 *
 * @param model - the model; `undefined` for an unknown model, which has another fault
 * @param network - the environment's network, in which functions run
 * @param integrationTimeout - the quota that an environment of the account and region states, in seconds
 * @param collector - collects the faults of the model
 */
export function checkTransfer(
  settings: ModelSettings,
  model: RoutedModel | undefined,
  { network }: Pick<Environment, "network">,
  integrationTimeout: number | undefined,
  collector: FaultCollector,
): void {
  if (settings.responseTransferMode === "stream") checkStreamMode(settings, model, collector);
  checkStreamingContract(settings, model, collector);
  collector.require(
    settings.functionUrl === undefined || network === undefined || !transferOf(settings, model).isStreamed,
    "functionUrl",
    raw("functionUrl together with network and an answer in a stream"),
    'no functionUrl, no network, or responseTransferMode: "buffer"',
    "Lambda function URLs do not support response streaming within a VPC: https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html",
  );
  checkTimeout(settings, model, integrationTimeout, collector);
}

/** Checks that the engine's own handler answers: only this handler can answer in both modes. */
function checkStreamMode(
  settings: ModelSettings,
  model: RoutedModel | undefined,
  collector: FaultCollector,
): void {
  const refuse = (holds: boolean, got: string, allowed: string, because: string): void =>
    collector.require(holds, "responseTransferMode", raw(`"stream" ${got}`), allowed, because);
  refuse(
    !isViaGateway(settings),
    'together with via: "gateway"',
    '"buffer", or via: "lambda"',
    `API Gateway streams only the answers of proxy integrations: ${TIME_SOURCES.transferMode}`,
  );
  refuse(
    settings.existingFunction === undefined,
    "together with existingFunction",
    '"buffer", or a new function',
    "API Gateway cannot read the answer of a function that does not stream, and the environment does not know the code of an existing function: https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html",
  );
  refuse(
    model?.python === undefined,
    "for a model with handler.py",
    '"buffer", or a model with a contract',
    "Lambda streams answers only of Node.js and of custom runtimes: https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html",
  );
}

/** Checks a contract that answers in a stream. */
function checkStreamingContract(
  settings: ModelSettings,
  model: RoutedModel | undefined,
  collector: FaultCollector,
): void {
  if (model?.stream === undefined) return;
  const { wants } = model.stream;
  collector.require(
    !("serverless" in settings),
    "serverless",
    raw("serverless together with a contract that answers in a stream"),
    "instances, existingEndpoint, or a contract without stream",
    "AWS documents streams for real-time endpoints only: https://docs.aws.amazon.com/sagemaker/latest/dg/realtime-endpoints-test-endpoints.html",
  );
  const { targetModel, targetModels } = targetOf(settings);
  collector.require(
    targetModel === undefined && targetModels === undefined,
    targetModel === undefined ? "targetModels" : "targetModel",
    raw("a model of a multi-model endpoint together with a contract that answers in a stream"),
    "an endpoint with one model, or a contract without stream",
    "InvokeEndpointWithResponseStream has no target model: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointWithResponseStream.html",
  );
  collector.require(
    !isViaGateway(settings),
    "via",
    raw('"gateway" with a contract that answers in a stream'),
    '"lambda", or a contract without stream',
    `API Gateway streams only the answers of proxy integrations: ${TIME_SOURCES.transferMode}`,
  );
  collector.require(
    settings.responseTransferMode !== "buffer" ||
      wants !== undefined ||
      settings.existingFunction !== undefined,
    "responseTransferMode",
    raw('"buffer" for a contract whose every answer is a stream'),
    '"stream", no responseTransferMode, or a contract with stream.wants',
    "a buffered route has no answer for a request that wants a stream",
  );
  collector.require(
    settings.capture === undefined,
    "capture",
    raw("capture for a contract that answers in a stream"),
    "no capture; dataCapture for an endpoint on instances",
    "capture stores an answer in one piece, and a stream is never in the function's memory as a whole",
  );
}

function checkTimeout(
  settings: ModelSettings,
  model: RoutedModel | undefined,
  stated: number | undefined,
  collector: FaultCollector,
): void {
  const { timeoutInSeconds } = settings;
  // A value outside of the schema's range already has a fault.
  if (timeoutInSeconds === undefined || !keepsRules(timeoutSetting, timeoutInSeconds)) return;
  const { kind } = transferOf(settings, model);
  const { max, source } = TIME_BUDGET[kind];
  if (kind !== "buffered") {
    collector.require(
      timeoutInSeconds <= max,
      "timeoutInSeconds",
      timeoutInSeconds,
      `at most ${max}${kind === "streamed" ? "" : ", or a contract that answers in a stream"}`,
      kind === "streamed"
        ? `API Gateway ends a stream after 15 minutes: ${source}`
        : `a Regional API closes a stream without data after 5 minutes: ${source}`,
    );
    return;
  }
  const granted = stated !== undefined && keepsRules(quotaSetting, stated) ? stated : max;
  collector.require(
    timeoutInSeconds <= granted,
    "timeoutInSeconds",
    timeoutInSeconds,
    granted === GATEWAY_TIMEOUT_IN_SECONDS
      ? `at most ${granted}, or responseTransferMode: "stream", or also quotas.integrationTimeoutInSeconds`
      : `at most ${granted}, the value of quotas.integrationTimeoutInSeconds, or responseTransferMode: "stream"`,
    `API Gateway waits at most ${GATEWAY_TIMEOUT_IN_SECONDS} seconds for a buffered answer, unless Service Quotas grants more: ${source}`,
  );
}
