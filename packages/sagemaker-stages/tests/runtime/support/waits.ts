import { jest } from "@jest/globals";

/** Sets the random waits between attempts to their minimum. */
export function makeWaitsShort(): void {
  jest.spyOn(Math, "random").mockReturnValue(0.01);
}

/**
 * Sets the random waits between attempts to their maximum: 200, 400, 800 milliseconds. No attempt begins shortly before the end of
 * the time, and on a busy machine becomes a request whose time is over.
 */
export function makeWaitsLong(): void {
  jest.spyOn(Math, "random").mockReturnValue(0.999);
}

/** Sets every wait between attempts to at least six seconds, longer than an invocation: a success means no wait. */
export function makeWaitsEndless(): void {
  jest.spyOn(Math, "random").mockReturnValue(60);
}
