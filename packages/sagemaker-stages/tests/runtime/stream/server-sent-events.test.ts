import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { EventCutter, MAX_EVENT_IN_BYTES } from "../../../src/runtime/stream/server-sent-events";
import { growthOf, LINEAR_GROWTH } from "../../support/cpu-time";

/** Sends the parts through a cutter. */
function cut(parts: readonly Uint8Array[]): { readonly passed: string[]; readonly rest: string } {
  const cutter = new EventCutter();
  const passed = parts.map((part) => String(cutter.push(part))).filter((text) => text !== "");
  return { passed, rest: String(cutter.end()) };
}

const lineEnd = fc.constantFrom("\n", "\r\n", "\r");
const event = fc
  .tuple(fc.array(fc.string({ unit: "grapheme", maxLength: 12 }), { minLength: 1, maxLength: 3 }), lineEnd)
  .map(([lines, end]) => lines.map((line) => `data: ${line.replace(/[\r\n]/g, "")}${end}`).join("") + end);

describe("the cutter of server-sent events", () => {
  it("passes whole events on, unchanged, for every split", () => {
    fc.assert(
      fc.property(
        fc.array(event, { minLength: 1, maxLength: 5 }),
        fc.array(fc.nat(), { maxLength: 10 }),
        (events, cuts) => {
          // Prepare
          const bytes = Buffer.from(events.join(""));
          const ends = [...cuts.map((index) => index % bytes.length), bytes.length].sort((a, b) => a - b);
          const parts = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
          const boundaries = new Set([0]);
          let length = 0;
          for (const one of events) {
            length += one.length;
            boundaries.add(length);
          }

          // Act
          const { passed, rest } = cut(parts);

          // Assess
          expect(passed.join("") + rest).toBe(events.join(""));
          let at = 0;
          for (const text of passed) {
            at += text.length;
            // After CR CR, an LF can belong to the empty line.
            expect(boundaries.has(at) || events.join("").slice(at, at + 1) === "\n").toBe(true);
          }
        },
      ),
    );
  });

  it("does not take one CRLF for an empty line", () => {
    // Act
    const { passed, rest } = cut([Buffer.from("data: a\r\ndata: b\r\n")]);

    // Assess
    expect({ passed, rest }).toEqual({ passed: [], rest: "data: a\r\ndata: b\r\n" });
  });

  it("holds an event of exactly the limit", () => {
    // Act
    const { passed, rest } = cut([Buffer.alloc(MAX_EVENT_IN_BYTES, "x")]);

    // Assess
    expect(passed).toEqual([]);
    expect(rest).toHaveLength(MAX_EVENT_IN_BYTES);
  });

  it("passes the parts of a larger event on as they arrive, and is then within an event until its end", () => {
    // Prepare
    const cutter = new EventCutter();
    const large = Buffer.alloc(MAX_EVENT_IN_BYTES + 1, "x");

    // Act
    const steps = [large, Buffer.from("yz"), Buffer.from("\n\ndata: a")].map((part) => ({
      passed: cutter.push(part).length,
      isBetweenEvents: cutter.isBetweenEvents,
    }));

    // Assess
    expect(steps).toEqual([
      { passed: MAX_EVENT_IN_BYTES + 1, isBetweenEvents: false },
      { passed: 2, isBetweenEvents: false },
      { passed: 2, isBetweenEvents: true },
    ]);
  });

  it("finds the end of a large event that is split between two parts", () => {
    // Prepare
    const cutter = new EventCutter();
    const large = Buffer.from(`${"x".repeat(MAX_EVENT_IN_BYTES)}\n`);

    // Act
    const passed = [large, Buffer.from("\ndata: a")].map((part) => cutter.push(part).length);

    // Assess
    expect(passed).toEqual([MAX_EVENT_IN_BYTES + 1, 1]);
    expect(cutter.isBetweenEvents).toBe(true);
  });

  it("takes an LF before a CR for an empty line", () => {
    // Act
    const { passed } = cut([Buffer.from("data: a\n\rdata: b")]);

    // Assess
    expect(passed).toEqual(["data: a\n\r"]);
  });

  it("takes linear time for a large event in small parts", async () => {
    // Act
    const growth = await growthOf(
      1_500,
      (size) => Array.from({ length: size }, () => Buffer.from("0123456789")),
      (parts) => cut(parts),
    );

    // Assess
    expect(growth).toBeLessThan(LINEAR_GROWTH);
  });
});
