import type { RoutedModel } from "../../../models";
import { type FaultCollector, raw } from "../../fault-collector";
import type { ModelSettings } from "../../model-settings";
import { MAX_SERVERLESS_PAYLOAD_IN_BYTES } from "../../settings/endpoint/serverless";

/**
 * Checks the payload of a contract on a serverless endpoint.
 *
 * @param model - the model; `undefined` for an unknown model, which has another fault
 * @param collector - collects the faults of the model
 */
export function checkPayload(
  settings: ModelSettings,
  model: RoutedModel | undefined,
  collector: FaultCollector,
): void {
  if (!("serverless" in settings)) return;
  const payload = model?.limits?.payloadInBytes ?? 0;
  collector.require(
    payload <= MAX_SERVERLESS_PAYLOAD_IN_BYTES,
    "serverless",
    raw(`serverless together with a contract with a payload of ${payload} bytes`),
    `instances, or a contract with a payload (limits.payloadInBytes, maxBytes) of at most ${MAX_SERVERLESS_PAYLOAD_IN_BYTES} bytes`,
    "a serverless endpoint accepts at most 4 MiB: https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-invoke.html",
  );
}
