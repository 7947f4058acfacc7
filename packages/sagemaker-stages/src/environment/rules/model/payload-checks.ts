import type { RoutedModel } from "../../../models";
import { asyncOf } from "../../async-requests";
import { type FaultCollector, raw } from "../../fault-collector";
import type { ModelSettings } from "../../model-settings";
import { MAX_SERVERLESS_PAYLOAD_IN_BYTES } from "../../settings/endpoint/serverless";

/** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html */
const MAX_REAL_TIME_PAYLOAD_IN_BYTES = 6_291_456;

/**
 * Checks the payload of a contract: on a serverless endpoint, and on any other endpoint without asynchronous requests.
 *
 * @param model - the model; `undefined` for an unknown model, which has another fault
 * @param collector - collects the faults of the model
 */
export function checkPayload(
  settings: ModelSettings,
  model: RoutedModel | undefined,
  collector: FaultCollector,
): void {
  const payload = model?.limits?.payloadInBytes ?? 0;
  if ("serverless" in settings) {
    collector.require(
      // A contract with a stream has another fault on a serverless endpoint, with the same remedy.
      payload <= MAX_SERVERLESS_PAYLOAD_IN_BYTES || model?.stream !== undefined,
      "serverless",
      raw(`serverless together with a contract with a payload of ${payload} bytes`),
      `instances, or a contract with a payload (limits.payloadInBytes, maxBytes) of at most ${MAX_SERVERLESS_PAYLOAD_IN_BYTES} bytes`,
      "a serverless endpoint accepts at most 4 MiB: https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-invoke.html",
    );
    return;
  }
  if (asyncOf(settings) !== undefined) return;
  const field = "instances" in settings ? "instances" : "existingEndpoint";
  collector.require(
    payload <= MAX_REAL_TIME_PAYLOAD_IN_BYTES,
    field,
    raw(`${field} without async, together with a contract with a payload of ${payload} bytes`),
    `instances.async, or a contract with a payload (limits.payloadInBytes, maxBytes) of at most ${MAX_REAL_TIME_PAYLOAD_IN_BYTES} bytes`,
    "an endpoint that answers in real time accepts at most 6 MiB: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html",
  );
}
