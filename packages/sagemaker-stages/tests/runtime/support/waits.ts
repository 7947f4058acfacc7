import { jest } from "@jest/globals";

/** Sets the random waits between attempts to their minimum. */
export function makeWaitsShort(): void {
  jest.spyOn(Math, "random").mockReturnValue(0.01);
}

/** Sets every wait between attempts to at least six seconds, longer than an invocation: a success means no wait. */
export function makeWaitsEndless(): void {
  jest.spyOn(Math, "random").mockReturnValue(60);
}
