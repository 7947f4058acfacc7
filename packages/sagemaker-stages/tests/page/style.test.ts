import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";

const css = readFileSync(join(__dirname, "../../src/page/style.css"), "utf8");

/** The contrast that WCAG 2.2 (AA) requires of text, and of the outline of a control or of the focus. */
const OF_TEXT = 4.5;
const OF_CONTROLS = 3;

const [light = "", dark = ""] = [...css.matchAll(/:root \{([^}]*)\}/g)].map(([, body]) => body);

function colours(block: string): ReadonlyMap<string, string> {
  return new Map(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name = "", hex = ""]) => [name, hex]),
  );
}

/** The relative luminance of WCAG: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

describe.each([
  ["light", light],
  ["dark", dark],
])("the %s colours", (_, block) => {
  it.each([
    ["text", "page", OF_TEXT],
    ["text", "card", OF_TEXT],
    ["text", "well", OF_TEXT],
    ["text", "tint", OF_TEXT],
    ["text", "clay-tint", OF_TEXT],
    ["soft", "page", OF_TEXT],
    ["soft", "card", OF_TEXT],
    ["soft", "well", OF_TEXT],
    ["soft", "clay-tint", OF_TEXT],
    ["accent", "page", OF_TEXT],
    ["accent", "card", OF_TEXT],
    ["clay", "card", OF_TEXT],
    ["on-accent", "accent", OF_TEXT],
    ["on-accent", "accent-strong", OF_TEXT],
    ["edge", "card", OF_CONTROLS],
    ["edge", "well", OF_CONTROLS],
  ])("the colours have enough contrast for %s on %s", (front, back, least) => {
    // Prepare
    const palette = colours(block);

    // Act
    const ratio = contrast(palette.get(front) ?? "", palette.get(back) ?? "");

    // Assess
    expect(ratio).toBeGreaterThanOrEqual(least);
  });
});

describe("motion", () => {
  it("motion is defined only for devices that do not state reduced motion", () => {
    // Act
    const [still = "", moving = ""] = css.split("@media (prefers-reduced-motion: no-preference)");

    // Assess
    expect(still).not.toMatch(/\b(animation|transition|scroll-behavior)\b/);
    expect(moving).toMatch(/\banimation\b/);
  });
});
