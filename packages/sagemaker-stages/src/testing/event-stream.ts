import { encodeMessage } from "../local/sagemaker/event-stream";

/** A part of a container's answer, as InvokeEndpointWithResponseStream sends it. */
export function payloadPart(payload: string | Uint8Array): Buffer {
  const headers = { ":message-type": "event", ":event-type": "PayloadPart" };
  return encodeMessage({ ...headers, ":content-type": "application/octet-stream" }, payload);
}
