import { expect } from "@jest/globals";
import type { Run } from "./training-run";

/** The run succeeded, printed the quality on held-out rows, and names the file of the weights. */
export function expectSuccess({ status, output, errors }: Run, weights: string): void {
  expect(errors).toBe("");
  expect(status).toBe(0);
  expect(output).toMatch(/^held out [1-9]\d* /m);
  expect(output).toContain(weights);
}

/** The run wrote the same files as an earlier run, byte for byte, with the weights among them. */
export function expectSameFiles({ files }: Run, earlier: Run, weights: string): void {
  expect(Object.keys(earlier.files)).toContain(weights);
  expect(files).toEqual(earlier.files);
}

/** The run ended with the status 1, one line that contains `message`, and no file. */
export function expectRefusal({ status, errors, files }: Run, message: string): void {
  expect(status).toBe(1);
  expect(errors).toContain(message);
  expect(errors.trimEnd().split("\n")).toHaveLength(1);
  expect(files).toEqual({});
}
