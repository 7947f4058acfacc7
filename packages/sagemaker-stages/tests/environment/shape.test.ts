import { afterEach, expect, it } from "@jest/globals";
import * as z from "zod";
import { findFaultsOfShape } from "../../src/environment/shape";

afterEach(() => {
  z.config(z.locales.en());
});

it("describes a broken rule in English when the process has no messages of zod", () => {
  // Prepare: as the testing module does
  z.config({ localeError: undefined });

  // Act
  const faults = findFaultsOfShape(z.object({ count: z.number().check(z.gte(1)) }), { count: 0 }, () => "");

  // Assess
  expect(faults).toEqual([{ field: "count", got: 0, allowed: expect.stringContaining(">=1") }]);
});
