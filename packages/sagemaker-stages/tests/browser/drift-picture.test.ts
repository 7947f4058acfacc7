import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { type Browser, chromium } from "playwright-core";
import type { Baseline } from "../../src/drift/baseline/baseline";
import { makeBaseline } from "../../src/drift/baseline/make-baseline";
import { Tally } from "../../src/drift/captured/tally";
import { compare } from "../../src/drift/compare";
import { picture } from "../../src/drift/report/picture";
import { findChromium } from "../../src/testing/chromium";
import { Random } from "../drift/support/random";
import { PATIENCE_IN_MS } from "./support/served-page";

jest.setTimeout(PATIENCE_IN_MS);

const THRESHOLDS = { psi: 0.25, ks: 0.2, minRows: 100 };

/** Features of each kind: few and many numbers, categories with long names and HTML, texts. */
const NAMES = ["hour", "temperature", "colour", "note", "<b>bold</b>"] as const;

function values(random: Random, shift: number): unknown[] {
  const colours = [
    "blue",
    "a very long name of a colour",
    ...Array.from({ length: 14 }, (_, n) => `colour ${n}`),
  ];
  const colour = colours[Math.floor(random.next() * colours.length)];
  return [
    Math.floor(random.next() * 6) + (shift > 0 && random.next() < 0.1 ? 1_000_000 : 0),
    (random.normal() + shift) ** 3,
    shift > 0 && random.next() < 0.2 ? "<i>new</i>" : colour,
    "x".repeat(Math.floor(random.next() * 300)) + random.next(),
    shift > 0 && random.next() < 0.3 ? null : random.next() < 0.4,
  ];
}

async function shiftedPicture(): Promise<string> {
  const random = new Random(5);
  const sample = Array.from({ length: 2_000 }, () => values(random, 0));
  const baseline = (await makeBaseline("iris", NAMES, sample, "the sample")) as Baseline;
  const tally = new Tally(baseline);
  for (let row = 0; row < 1_000; row++) tally.add({ names: NAMES, values: values(random, 0.7) });
  const drift = compare(baseline, tally, THRESHOLDS);
  const read = { files: 1, requests: 1_000, unreadable: 0, first: undefined, last: undefined };
  const report = { drift, read, place: "s3://amzn-s3-demo-bucket", note: undefined };
  return picture("dev", [report], THRESHOLDS);
}

describe("the picture of drift", () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: findChromium() });
  });

  afterAll(async () => {
    await browser?.close();
  });

  it.each([1_200, 390])(
    "shows every label within its histogram, without faults, at a width of %d pixels",
    async (width) => {
      // Prepare
      const page = await browser.newPage({ viewport: { width, height: 900 } });
      const faults: string[] = [];
      page.on("console", (message) => faults.push(message.text()));
      page.on("pageerror", (error) => faults.push(error.message));
      page.on("request", (request) => faults.push(request.url()));

      // Act
      await page.setContent(await shiftedPicture());

      // Assess
      const names = await page.locator("h3").allTextContents();
      expect([...names].sort()).toEqual([...NAMES].sort());
      const outside = await page.evaluate(() =>
        [...document.querySelectorAll("svg")].flatMap((svg) => {
          const frame = svg.getBoundingClientRect();
          return [...svg.querySelectorAll("text, rect")].flatMap((part) => {
            const box = part.getBoundingClientRect();
            const isInside =
              box.left >= frame.left - 1 && box.right <= frame.right + 1 && box.bottom <= frame.bottom + 1;
            return isInside ? [] : [part.textContent];
          });
        }),
      );
      expect(outside).toEqual([]);
      const overlapping = await page.evaluate(() =>
        [...document.querySelectorAll("svg")].flatMap((svg) => {
          const labels = [...svg.querySelectorAll('text[text-anchor="middle"]')].map((label) =>
            label.getBoundingClientRect(),
          );
          return labels.filter((one, n) =>
            labels.some((other, m) => n < m && one.left < other.right && other.left < one.right),
          );
        }),
      );
      expect(overlapping).toEqual([]);
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth),
      ).toBeLessThanOrEqual(0);
      expect(faults).toEqual([]);
      await page.close();
    },
  );
});
