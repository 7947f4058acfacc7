import { afterEach, expect, it } from "@jest/globals";
import * as z from "zod";
import { findSchemaFaults } from "../../src/environment/schema-faults";

afterEach(() => {
  z.config(z.locales.en());
});

it("findSchemaFaults describes a fault in English when the process has no messages of zod", () => {
  // Prepare: as the testing module does
  z.config({ localeError: undefined });

  // Act
  const faults = findSchemaFaults(
    z.object({ count: z.number().check(z.gte(1)) }),
    { count: 0 },
    "the type Example",
  );

  // Assess
  expect(faults).toEqual([{ field: "count", got: 0, allowed: expect.stringContaining(">=1") }]);
});
