import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { BrowserContextOptions } from "playwright-core";
import { ServedReviews, TIMEOUT_IN_MS } from "./support/review-page";

jest.setTimeout(TIMEOUT_IN_MS);

/** The minimum size of a screenshot. A screenshot of an empty page is smaller. */
const MIN_BYTES = 20_000;
/** The maximum size of a screenshot, so that the documents load fast. */
const MAX_BYTES = 150_000;

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const DESKTOP = { viewport: { width: 1280, height: 800 } };

const temp = mkdtempSync(join(tmpdir(), "recordings-"));
/** `RECORD=1` replaces the screenshots in the documents. */
const folder = process.env.RECORD === "1" ? join(__dirname, "../../../docs") : temp;

let served: ServedReviews;

beforeAll(async () => {
  served = await ServedReviews.start();
});

afterAll(async () => {
  await served?.close();
  rmSync(temp, { recursive: true });
});

describe("the page with the sample model", () => {
  it.each<[string, BrowserContextOptions, string, string]>([
    ["page-phone.png", PHONE, "Delighted", "They liked it."],
    ["page-desktop.png", DESKTOP, "Bored", "They disliked it."],
  ])("is recorded as %s", async (name, options, example, verdict) => {
    // Prepare
    // With reduced motion, the pointer has its final position immediately.
    const reviews = await served.open({ ...options, reducedMotion: "reduce" });
    const { page } = reviews;
    await page.getByRole("button", { name: example }).click();
    await reviews.send.click();
    const answer = await reviews.answer();
    await page.mouse.move(0, 0);
    await page.evaluate(() => window.scrollTo(0, 0));

    // Act
    const path = join(folder, name);
    await page.screenshot({ path });

    // Assess
    expect(answer).toContain(verdict);
    expect(statSync(path).size).toBeGreaterThan(MIN_BYTES);
    expect(statSync(path).size).toBeLessThan(MAX_BYTES);
    expect(reviews.complaints).toEqual([]);
    await reviews.close();
  });
});
