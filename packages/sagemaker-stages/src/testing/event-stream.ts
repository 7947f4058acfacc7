/**
 * Encodes one message of an event stream with headers that are strings (https://smithy.io/2.0/aws/amazon-eventstream.html).
 * The code is independent of the handler's decoder.
 */
export function encodeMessage(
  headers: Readonly<Record<string, string>>,
  payload: string | Uint8Array,
): Buffer {
  const encodedHeaders = Object.entries(headers).map(([name, value]) => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(Buffer.byteLength(value));
    return Buffer.concat([
      Buffer.of(name.length),
      Buffer.from(name),
      Buffer.of(STRING),
      length,
      Buffer.from(value),
    ]);
  });
  return frameMessage(Buffer.concat(encodedHeaders), Buffer.from(payload));
}

/** The type of a header whose value is a string. */
const STRING = 7;

/** Adds lengths and checksums to encoded headers and a payload. */
export function frameMessage(headers: Uint8Array, payload: Uint8Array): Buffer {
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32BE(12 + headers.length + payload.length + 4, 0);
  lengths.writeUInt32BE(headers.length, 4);
  const message = Buffer.concat([lengths, checksum(lengths), headers, payload]);
  return Buffer.concat([message, checksum(message)]);
}

/** CRC-32, bit by bit. */
export function checksum(bytes: Uint8Array): Buffer {
  let remainder = 0xffffffff;
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit++) {
      const isOdd = ((remainder ^ (byte >> bit)) & 1) === 1;
      remainder = isOdd ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1;
    }
  }
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE((remainder ^ 0xffffffff) >>> 0);
  return sum;
}

/** A part of a container's answer, as InvokeEndpointWithResponseStream sends it. */
export function payloadPart(payload: string | Uint8Array): Buffer {
  const headers = { ":message-type": "event", ":event-type": "PayloadPart" };
  return encodeMessage({ ...headers, ":content-type": "application/octet-stream" }, payload);
}
