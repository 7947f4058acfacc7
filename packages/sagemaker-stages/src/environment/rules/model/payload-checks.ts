import type { RoutedModel } from "../../../models";
import {
  INSTANCES_PAYLOAD_IN_BYTES,
  maxReadInBytes,
  memoryToRead,
  SERVERLESS_PAYLOAD_IN_BYTES,
} from "../../../runtime/payload-limits";
import { asyncOf } from "../../async-requests";
import { type FaultCollector, raw } from "../../fault-collector";
import type { ModelSettings } from "../../model-settings";
import { DEFAULT_MEMORY_IN_MB } from "../../settings/model/function";

/** The settings of endpoints that answer in real time with up to 6 MiB. */
const ENDPOINTS = ["instances", "existingEndpoint"];

/**
 * Checks the payload of a contract: against the limit of its endpoint, and against the memory of a function that reads uploads.
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
      payload <= SERVERLESS_PAYLOAD_IN_BYTES || model?.stream !== undefined,
      "serverless",
      raw(`serverless together with a contract with a payload of ${payload} bytes`),
      `instances, or a contract with a payload (limits.payloadInBytes, maxBytes) of at most ${SERVERLESS_PAYLOAD_IN_BYTES} bytes`,
      "a serverless endpoint accepts at most 4 MiB: https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-invoke.html",
    );
    return;
  }
  if (asyncOf(settings) !== undefined) {
    checkMemory(settings, model, payload, collector);
    return;
  }
  const field = ENDPOINTS.find((one) => one in settings);
  // A model without an endpoint has another fault.
  if (field === undefined) return;
  collector.require(
    payload <= INSTANCES_PAYLOAD_IN_BYTES,
    field,
    raw(`${field} without async, together with a contract with a payload of ${payload} bytes`),
    `instances.async, or a contract with a payload (limits.payloadInBytes, maxBytes) of at most ${INSTANCES_PAYLOAD_IN_BYTES} bytes`,
    "an endpoint that answers in real time accepts at most 6 MiB: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html",
  );
}

/** Checks that the function of an asynchronous model can read an upload of the size that the contract names. */
function checkMemory(
  settings: ModelSettings,
  model: RoutedModel | undefined,
  payload: number,
  collector: FaultCollector,
): void {
  // The endpoint reads files that pass through.
  if (model?.passThrough !== undefined && model.bytes !== undefined) return;
  const given = settings.function?.memorySizeInMb;
  const allowed = maxReadInBytes(given ?? DEFAULT_MEMORY_IN_MB);
  const memory = given === undefined ? `the default of ${DEFAULT_MEMORY_IN_MB} MB` : `${given} MB`;
  collector.require(
    payload <= allowed,
    "function.memorySizeInMb",
    raw(`${memory} together with instances.async and a contract with a payload of ${payload} bytes`),
    `at least ${memoryToRead(payload)}, or a contract with a payload (limits.payloadInBytes, maxBytes) of at most ${allowed} bytes`,
    "the function reads each upload, and has the memory for files of one twentieth of its size: docs/async.md",
  );
}
