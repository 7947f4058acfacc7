import { jest } from "@jest/globals";

/** Makes the random waits between attempts as short as they can be. */
export function makeWaitsShort(): void {
  jest.spyOn(Math, "random").mockReturnValue(0.01);
}

/** Makes every wait between attempts six seconds or more, longer than any invocation: what succeeds did not wait. */
export function makeWaitsEndless(): void {
  jest.spyOn(Math, "random").mockReturnValue(60);
}
