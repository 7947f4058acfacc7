import type { RoutedModel } from "../../models";
import type { ModelSettings } from "../model-settings";
import { inWords, type Report } from "../report";
import { MAX_SERVERLESS_PAYLOAD_IN_BYTES } from "../settings/serverless";

/**
 * The rule of a contract's payload on a serverless endpoint.
 *
 * @param model - the model; `undefined` where the app has no such model, which is a fault of its own
 * @param report - below the model's name
 */
export function checkPayload(settings: ModelSettings, model: RoutedModel | undefined, report: Report): void {
  if (!("serverless" in settings)) return;
  const payload = model?.limits?.payloadInBytes ?? 0;
  report.require(
    payload <= MAX_SERVERLESS_PAYLOAD_IN_BYTES,
    "serverless",
    inWords(`serverless beside a contract with a payload of ${payload} bytes`),
    `instances, or a contract with a payload (limits.payloadInBytes, maxBytes) of at most ${MAX_SERVERLESS_PAYLOAD_IN_BYTES} bytes`,
    "a serverless endpoint takes 4 MiB: https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-invoke.html",
  );
}
