import { describe, expect, it } from "@jest/globals";
import { findPrice, PRICES, PRICES_PAGE, pricePage } from "../../src/aws/prices";

describe("the table of prices", () => {
  it.each(PRICES.map((price) => [price.region, price.item, price] as const))(
    "has the price, the sources and the date of %s, %s",
    (_, __, price) => {
      // Act
      const protocols = price.sources.map((source) => new URL(source).protocol);

      // Assess
      expect(protocols.length).toBeGreaterThan(0);
      expect([...new Set(protocols)]).toEqual(["https:"]);
      expect(price.usd).toBeGreaterThan(0);
      expect(new Date(price.read).toISOString()).toBe(`${price.read}T00:00:00.000Z`);
      expect(price.asOf ?? price.read).toMatch(/^20\d\d-\d\d(-\d\d)?$/);
      expect((price.asOf ?? price.read) <= price.read).toBe(true);
    },
  );

  it("has each price once", () => {
    // Act
    const names = PRICES.map(({ region, item }) => `${region} ${item}`);

    // Assess
    expect(names).toEqual([...new Set(names)]);
  });

  it("has no price of an instance that its source does not name for hosting", () => {
    // Act
    const found = findPrice("us-east-1", "sagemaker:instance:ml.t3.medium");

    // Assess
    expect(found).toBeUndefined();
  });

  it("names AWS's page of current prices for each item", () => {
    // Act
    const pages = PRICES.map(({ item }) => pricePage(item));

    // Assess
    expect(pages).not.toContain(PRICES_PAGE);
    expect(pricePage("sagemaker:instance:ml.p5.48xlarge")).toBe(
      "https://aws.amazon.com/sagemaker-ai/pricing/",
    );
    expect(pricePage("dynamodb:request")).toBe(PRICES_PAGE);
  });

  it("has nothing of another region", () => {
    // Act
    const found = findPrice("eu-central-1", "sagemaker:instance:ml.m5.large");

    // Assess
    expect(found).toBeUndefined();
  });
});
