import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import {
  checksumOf as checksum,
  encodeMessage,
  frameMessage as frame,
} from "../../../src/local/sagemaker/event-stream";
import {
  EventStreamDecoder,
  EventStreamFault,
  MAX_HEADERS_IN_BYTES,
  MAX_MESSAGE_IN_BYTES,
  type StreamEvent,
} from "../../../src/runtime/stream/event-stream";
import { payloadPart } from "../../../src/testing/event-stream";

/** Decodes a stream that arrives in these parts. */
function decode(parts: readonly Uint8Array[]): StreamEvent[] {
  const decoder = new EventStreamDecoder();
  const events = parts.flatMap((part) => [...decoder.push(part)]);
  decoder.end();
  return events;
}

/** Cuts bytes at the given indexes. */
function cut(bytes: Buffer, indexes: readonly number[]): Buffer[] {
  const ends = [...indexes.map((index) => index % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

const messages = fc.array(
  fc.record({
    headers: fc.dictionary(
      fc.string({ minLength: 1, maxLength: 20 }).filter((name) => /^[\x20-\x7e]+$/.test(name)),
      fc.string({ maxLength: 40, unit: "grapheme" }),
      { maxKeys: 4, noNullPrototype: true },
    ),
    payload: fc.uint8Array({ maxLength: 200 }),
  }),
  { minLength: 1, maxLength: 5 },
);

describe("the decoder of event streams", () => {
  it("gives the same events for every split of the bytes", () => {
    fc.assert(
      fc.property(messages, fc.array(fc.nat(), { maxLength: 20 }), (sent, indexes) => {
        // Prepare
        const bytes = Buffer.concat(sent.map(({ headers, payload }) => encodeMessage(headers, payload)));

        // Act
        const events = decode(cut(bytes, indexes));

        // Assess
        expect(events).toEqual(
          sent.map(({ headers, payload }) => ({ headers, payload: Buffer.from(payload) })),
        );
      }),
      { numRuns: 200 },
    );
  });

  it("gives the same events if each byte arrives alone", () => {
    // Prepare
    const bytes = Buffer.concat([payloadPart("Hello "), payloadPart(""), payloadPart("world 🌍")]);

    // Act
    const events = decode([...bytes].map((byte) => Uint8Array.of(byte)));

    // Assess
    expect(events.map(({ payload }) => String(payload))).toEqual(["Hello ", "", "world 🌍"]);
  });

  it("detects every flipped bit", () => {
    // Prepare
    const bytes = Buffer.concat([payloadPart("first"), payloadPart("second")]);
    const undetected: number[] = [];

    // Act
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      try {
        decode([flipped]);
        undetected.push(bit);
      } catch (error) {
        if (!(error instanceof EventStreamFault)) throw error;
      }
    }

    // Assess
    expect(undetected).toEqual([]);
  });

  it("gives the events before a fault, in the same part", () => {
    // Prepare
    const bytes = Buffer.concat([payloadPart("first"), payloadPart("second")]);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    const seen: string[] = [];

    // Act
    const run = () => {
      for (const { payload } of new EventStreamDecoder().push(bytes)) seen.push(String(payload));
    };

    // Assess
    expect(run).toThrow(EventStreamFault);
    expect(seen).toEqual(["first"]);
  });

  it("refuses every stream that ends within a message", () => {
    // Prepare
    const bytes = payloadPart("Hello");

    // Act
    const ends = Array.from({ length: bytes.length - 1 }, (_, index) => bytes.subarray(0, index + 1));

    // Assess
    for (const part of ends) expect(() => decode([part])).toThrow("ends within a message");
    expect(decode([])).toEqual([]);
  });

  it.each([
    ["an empty message", "000000100000000005c248eb7d98c8ff", {}, ""],
    [
      "a header that is a number",
      "0000002d0000001041c424b80a6576656e742d74797065040000a00c7b27666f6f273a27626172277d36f480a0",
      {},
      "{'foo':'bar'}",
    ],
    [
      "a header that is a string",
      "0000003d0000002007fd83960c636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e7b27666f6f273a27626172277d8d9c08b1",
      { "content-type": "application/json" },
      "{'foo':'bar'}",
    ],
  ])("reads AWS's own test vector of %s", (_name, hex, headers, payload) => {
    // Act
    const events = decode([Buffer.from(hex, "hex")]);

    // Assess
    expect(events.map((event) => ({ ...event, payload: String(event.payload) }))).toEqual([
      { headers, payload },
    ]);
  });

  it("skips the values of every type of header", () => {
    // Prepare
    const sizes = [0, 0, 1, 2, 4, 8, undefined, undefined, 8, 16];
    const headers = sizes.map((size, type) => {
      const value =
        size === undefined ? Buffer.concat([Buffer.of(0, 3), Buffer.from("abc")]) : Buffer.alloc(size, 1);
      return Buffer.concat([Buffer.of(1), Buffer.from(String(type)), Buffer.of(type), value]);
    });

    // Act
    const events = decode([frame(Buffer.concat(headers), Buffer.from("x"))]);

    // Assess
    expect(events).toEqual([{ headers: { 7: "abc" }, payload: Buffer.from("x") }]);
  });

  it.each([
    ["an unknown type", Buffer.of(1, 0x61, 10), "unknown type 10"],
    ["a value beyond the headers", Buffer.of(1, 0x61, 7, 0, 200), "longer than the headers"],
    ["a name beyond the headers", Buffer.of(9, 0x61), "longer than the headers"],
  ])("refuses a header with %s", (_name, headers, message) => {
    expect(() => decode([frame(headers, Buffer.from("x"))])).toThrow(message);
  });

  it.each([
    ["a message that is too large", MAX_MESSAGE_IN_BYTES + 1, 0],
    ["headers that are too large", MAX_HEADERS_IN_BYTES * 2, MAX_HEADERS_IN_BYTES + 1],
    ["headers that are larger than the message", 100, 90],
    ["a message that is shorter than its frame", 15, 0],
  ])("refuses %s after the first 12 bytes", (_name, total, headers) => {
    // Prepare
    const lengths = Buffer.alloc(8);
    lengths.writeUInt32BE(total, 0);
    lengths.writeUInt32BE(headers, 4);

    // Act
    const run = () => [...new EventStreamDecoder().push(Buffer.concat([lengths, checksum(lengths)]))];

    // Assess
    expect(run).toThrow(`got a message of ${total} bytes with ${headers} bytes of headers`);
  });

  it("reads a large message in linear time", () => {
    // Prepare
    const bytes = payloadPart(Buffer.alloc(MAX_MESSAGE_IN_BYTES - 1_000, "x"));
    const parts = Array.from({ length: Math.ceil(bytes.length / 4_096) }, (_, index) =>
      bytes.subarray(index * 4_096, (index + 1) * 4_096),
    );

    // Act
    const [event] = decode(parts);

    // Assess
    expect(event?.payload.length).toBe(MAX_MESSAGE_IN_BYTES - 1_000);
  });
});
