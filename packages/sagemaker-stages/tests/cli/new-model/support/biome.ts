import { expect } from "@jest/globals";

/** What `biome check` prints on standard error when it has no error, no warning and no hint: the number of files alone. */
export const WITHOUT_DIAGNOSTICS: unknown = expect.stringMatching(
  /^Checked \d+ files? in [\d.]+\S*\. No fixes applied\.\n$/,
);
