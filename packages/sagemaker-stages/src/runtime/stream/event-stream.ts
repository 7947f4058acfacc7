/** A message of an event stream. */
export interface StreamEvent {
  /** The headers whose values are strings, by name, e.g. `:event-type`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: Buffer;
}

/** The bytes are not a valid event stream. The message never contains bytes of the stream. */
export class EventStreamFault extends Error {
  override readonly name = "EventStreamFault";
}

/** The bytes of total length, length of the headers, and their checksum. */
const PRELUDE_IN_BYTES = 12;
const CHECKSUM_IN_BYTES = 4;

/**
 * The limits of AWS's own decoder
 * (https://github.com/awslabs/aws-c-event-stream/blob/main/include/aws/event-stream/event_stream.h).
 */
export const MAX_MESSAGE_IN_BYTES = 16 * 1024 * 1024;
export const MAX_HEADERS_IN_BYTES = 128 * 1024;

/**
 * Decodes AWS's event streams, `application/vnd.amazon.eventstream`
 * (https://smithy.io/2.0/aws/amazon-eventstream.html). Every split of the bytes gives the same
 * events. The decoder verifies both checksums of each message, and holds at most one incomplete message.
 */
export class EventStreamDecoder {
  private parts: Uint8Array[] = [];
  private length = 0;
  /** The number of bytes with which decoding continues: those of the prelude, or of the whole message. */
  private needed = PRELUDE_IN_BYTES;

  /**
   * Decodes the next bytes.
   *
   * @returns the events that the bytes complete, in their order. A fault does not withhold the events before it
   * @throws EventStreamFault
   */
  *push(bytes: Uint8Array): Generator<StreamEvent, void> {
    this.parts.push(bytes);
    this.length += bytes.length;
    while (this.length >= this.needed) {
      const all = this.join();
      if (this.needed === PRELUDE_IN_BYTES) {
        this.needed = readTotalLength(all);
        continue;
      }
      const message = all.subarray(0, this.needed);
      const rest = all.subarray(this.needed);
      this.parts = [rest];
      this.length = rest.length;
      this.needed = PRELUDE_IN_BYTES;
      yield readMessage(message);
    }
  }

  /**
   * Ends the stream.
   *
   * @throws EventStreamFault if the last message is incomplete
   */
  end(): void {
    if (this.length > 0) throw new EventStreamFault("the stream ends within a message");
  }

  /** One copy for each message, although a large message can arrive in hundreds of parts. */
  private join(): Buffer {
    const [only] = this.parts;
    const all =
      only !== undefined && this.parts.length === 1
        ? Buffer.from(only.buffer, only.byteOffset, only.byteLength)
        : Buffer.concat(this.parts);
    this.parts = [all];
    return all;
  }
}

function readTotalLength(bytes: Buffer): number {
  requireChecksum(bytes, PRELUDE_IN_BYTES - CHECKSUM_IN_BYTES, "prelude");
  const total = bytes.readUInt32BE(0);
  const headers = bytes.readUInt32BE(4);
  const isValid =
    total <= MAX_MESSAGE_IN_BYTES &&
    headers <= MAX_HEADERS_IN_BYTES &&
    total >= PRELUDE_IN_BYTES + headers + CHECKSUM_IN_BYTES;
  if (!isValid)
    throw new EventStreamFault(`got a message of ${total} bytes with ${headers} bytes of headers`);
  return total;
}

function readMessage(message: Buffer): StreamEvent {
  const end = message.length - CHECKSUM_IN_BYTES;
  requireChecksum(message, end, "message");
  const startOfPayload = PRELUDE_IN_BYTES + message.readUInt32BE(4);
  return {
    headers: readHeaders(message.subarray(PRELUDE_IN_BYTES, startOfPayload)),
    payload: message.subarray(startOfPayload, end),
  };
}

/** Compares the checksum at `end` with the checksum of the bytes before. */
function requireChecksum(bytes: Buffer, end: number, part: string): void {
  if (bytes.readUInt32BE(end) !== crc32(bytes.subarray(0, end))) {
    throw new EventStreamFault(`the checksum of a ${part} is wrong`);
  }
}

const STRING = 7;

/** The bytes of a header's value by its type; the values of byte arrays (6) and strings (7) have their own length. */
const BYTES_OF_TYPE: readonly (number | "own length")[] = [
  0,
  0,
  1,
  2,
  4,
  8,
  "own length",
  "own length",
  8,
  16,
];

function readHeaders(bytes: Buffer): Record<string, string> {
  const headers: Record<string, string> = {};
  let at = 0;
  /** Reads the next bytes of the headers. */
  const take = (count: number): Buffer => {
    if (at + count > bytes.length)
      throw new EventStreamFault("a header is longer than the headers of its message");
    at += count;
    return bytes.subarray(at - count, at);
  };
  while (at < bytes.length) {
    const name = String(take(take(1).readUInt8()));
    const type = take(1).readUInt8();
    const size = BYTES_OF_TYPE[type];
    if (size === undefined) throw new EventStreamFault(`got a header of the unknown type ${type}`);
    const value = take(size === "own length" ? take(2).readUInt16BE() : size);
    if (type === STRING) headers[name] = String(value);
  }
  return headers;
}

/** The table of CRC-32 as in gzip. `crc32` of node:zlib exists only from Node.js 20.15 on. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = (value >>> 8) ^ (CRC_TABLE[(value ^ byte) & 0xff] ?? 0);
  return (value ^ 0xffffffff) >>> 0;
}
