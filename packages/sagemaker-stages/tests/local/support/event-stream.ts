import { crc32 } from "node:zlib";

/** A message of AWS's event stream. */
export interface StreamMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: Buffer;
}

/** Reads complete messages. @throws Error if a checksum is wrong, or if the last message is not complete */
export function readMessages(bytes: Buffer): StreamMessage[] {
  const messages: StreamMessage[] = [];
  for (let rest = bytes; rest.length > 0; ) {
    const length = rest.length < 16 ? Number.NaN : rest.readUInt32BE(0);
    if (!(length <= rest.length)) throw new Error(`got ${rest.length} bytes of an incomplete message`);
    const message = rest.subarray(0, length);
    rest = rest.subarray(length);
    const lengthOfHeaders = message.readUInt32BE(4);
    if (crc32(message.subarray(0, 8)) !== message.readUInt32BE(8))
      throw new Error("wrong checksum of lengths");
    if (crc32(message.subarray(0, -4)) !== message.readUInt32BE(length - 4))
      throw new Error("wrong checksum");
    messages.push({
      headers: readHeaders(message.subarray(12, 12 + lengthOfHeaders)),
      payload: message.subarray(12 + lengthOfHeaders, -4),
    });
  }
  return messages;
}

function readHeaders(bytes: Buffer): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let at = 0; at < bytes.length; ) {
    const name = bytes.subarray(at + 1, at + 1 + bytes.readUInt8(at)).toString();
    at += 1 + name.length;
    if (bytes.readUInt8(at) !== 7) throw new Error(`${name}: not text`);
    const length = bytes.readUInt16BE(at + 1);
    headers[name] = bytes.subarray(at + 3, at + 3 + length).toString();
    at += 3 + length;
  }
  return headers;
}
