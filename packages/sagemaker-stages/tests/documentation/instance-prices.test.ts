import { expect, it } from "@jest/globals";
import { PRICES } from "../../src/aws/prices";
import { readDocument } from "./support/documents";

const PREFIX = "sagemaker:instance:";

it("docs/cost.md lists each type of instances with a price, by region", () => {
  // Prepare
  const rows = [...readDocument("docs/cost.md").matchAll(/^\| (\S+) \| (`ml\..*`) \|$/gm)];

  // Act
  const listed = rows.flatMap(([, region = "", types = ""]) =>
    [...types.matchAll(/`(.+?)`/g)].map(([, type = ""]) => `${region} ${type}`),
  );

  // Assess
  const priced = PRICES.filter(({ item }) => item.startsWith(PREFIX)).map(
    ({ region, item }) => `${region} ${item.slice(PREFIX.length)}`,
  );
  expect([...listed].sort()).toEqual([...priced].sort());
});
