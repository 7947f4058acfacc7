/** The media type of AWS's event streams. */
export const EVENT_STREAM_TYPE = "application/vnd.amazon.eventstream";

/** The header value type for text. */
const TEXT_VALUE = 7;
/** The sizes in bytes of the two lengths, and of one checksum. */
const LENGTHS = 8;
const CHECKSUM = 4;

/**
 * An event whose payload is bytes.
 *
 * @param type - e.g. `PayloadPart`
 */
export function encodeEvent(type: string, payload: Buffer): Buffer {
  return encodeMessage(
    { ":event-type": type, ":content-type": "application/octet-stream", ":message-type": "event" },
    payload,
  );
}

/**
 * An event whose payload is a JSON document.
 *
 * @param type - e.g. `InvokeComplete`
 */
export function encodeJsonEvent(type: string, document: object): Buffer {
  return encodeMessage(
    { ":event-type": type, ":content-type": "application/json", ":message-type": "event" },
    Buffer.from(JSON.stringify(document)),
  );
}

/**
 * An error in the middle of a stream.
 *
 * @param type - e.g. `ModelStreamError`
 */
export function encodeException(type: string, document: object): Buffer {
  return encodeMessage(
    { ":exception-type": type, ":content-type": "application/json", ":message-type": "exception" },
    Buffer.from(JSON.stringify(document)),
  );
}

/**
 * A message with headers that are strings: lengths, their checksum, headers, payload, checksum of the whole message
 * (https://docs.aws.amazon.com/transcribe/latest/dg/streaming-setting-up.html#streaming-event-stream). The code is
 * independent of the handler's decoder, which the tests compare with it.
 */
export function encodeMessage(
  headers: Readonly<Record<string, string>>,
  payload: string | Uint8Array,
): Buffer {
  const encoded = Object.entries(headers).map(([name, value]) => encodeHeader(name, value));
  return frameMessage(Buffer.concat(encoded), Buffer.from(payload));
}

/** Adds lengths and checksums to encoded headers and a payload. */
export function frameMessage(headers: Uint8Array, payload: Uint8Array): Buffer {
  const lengths = Buffer.alloc(LENGTHS);
  lengths.writeUInt32BE(LENGTHS + CHECKSUM + headers.length + payload.length + CHECKSUM, 0);
  lengths.writeUInt32BE(headers.length, 4);
  const message = Buffer.concat([lengths, checksumOf(lengths), headers, payload]);
  return Buffer.concat([message, checksumOf(message)]);
}

function encodeHeader(name: string, value: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(Buffer.byteLength(value));
  return Buffer.concat([
    Buffer.from([Buffer.byteLength(name)]),
    Buffer.from(name),
    Buffer.from([TEXT_VALUE]),
    length,
    Buffer.from(value),
  ]);
}

/** The checksum of bytes, big-endian. */
export function checksumOf(bytes: Uint8Array): Buffer {
  const checksum = Buffer.alloc(CHECKSUM);
  checksum.writeUInt32BE(crc32(bytes));
  return checksum;
}

/** CRC-32 of ISO 3309. This function exists because `zlib.crc32` requires Node.js 22.2. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});
