import { describe, expect, it } from "@jest/globals";
import { UnexpectedData } from "../script";
import { split } from "../split";

const rows = Array.from({ length: 1_000 }, (_, n) => `row ${n}`);
const itself = (row: string) => row;

describe("a split", () => {
  it("holds about a fifth out, and has every row once", () => {
    // Act
    const { trained, heldOut } = split(rows, itself);

    // Assess
    expect(heldOut.length / rows.length).toBeCloseTo(0.2, 1);
    expect([...trained, ...heldOut].sort()).toEqual([...rows].sort());
  });

  it("does not depend on the order, nor on the other rows", () => {
    // Prepare
    const fewer = rows.filter((_, n) => n % 3 === 0).reverse();

    // Act
    const { heldOut } = split(fewer, itself);

    // Assess
    const alone = new Set(split(rows, itself).heldOut);
    expect(heldOut).toEqual(fewer.filter((row) => alone.has(row)));
  });

  it("keeps rows of one key together", () => {
    // Prepare
    const keyOf = (row: string) => row.slice(0, -1);

    // Act
    const { trained, heldOut } = split(rows, keyOf);

    // Assess
    const keys = new Set(heldOut.map(keyOf));
    expect(trained.filter((row) => keys.has(keyOf(row)))).toEqual([]);
  });

  it("holds published rows out", () => {
    // Prepare
    const published = split(rows, itself).trained.slice(0, 3);

    // Act
    const { heldOut } = split(rows, itself, (row) => published.includes(row));

    // Assess
    expect(heldOut).toEqual(expect.arrayContaining(published));
  });

  it("fails when a part has no rows", () => {
    // Act
    const splitOne = () => split(["row"], itself);

    // Assess
    expect(splitOne).toThrow(new UnexpectedData("got 1 row(s); expected enough to hold a fifth of them out"));
  });
});
