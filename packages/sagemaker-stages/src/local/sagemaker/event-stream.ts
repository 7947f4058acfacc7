/** The media type of AWS's event streams. */
export const EVENT_STREAM_TYPE = "application/vnd.amazon.eventstream";

/** The header value type for text. */
const TEXT_VALUE = 7;
/** The sizes in bytes of the two lengths, and of one checksum. */
const LENGTHS = 8;
const CHECKSUM = 4;

/**
 * An event whose payload is bytes: lengths, their checksum, headers, payload, checksum of the whole event
 * (https://docs.aws.amazon.com/transcribe/latest/dg/streaming-setting-up.html#streaming-event-stream).
 *
 * @param type - e.g. `PayloadPart`
 */
export function encodeEvent(type: string, payload: Buffer): Buffer {
  const headers = Buffer.concat([
    encodeHeader(":event-type", type),
    encodeHeader(":content-type", "application/octet-stream"),
    encodeHeader(":message-type", "event"),
  ]);
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

function checksumOf(bytes: Buffer): Buffer {
  const checksum = Buffer.alloc(CHECKSUM);
  checksum.writeUInt32BE(crc32(bytes));
  return checksum;
}

/** CRC-32 of ISO 3309. This function exists because `zlib.crc32` requires Node.js 22.2. */
function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});
