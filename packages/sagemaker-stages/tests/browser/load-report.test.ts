import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { Browser } from "playwright-core";
import { htmlReport } from "../../src/load/html-report";
import { measure } from "../../src/load/measurements";
import { propose } from "../../src/load/proposal";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";
import { NO_LIMITS, routeOf } from "../load/support/priced-route";
import { recordingOf, steadyCalls } from "../load/support/recording";
import { reportOf } from "../load/support/report";
import { launchChromium } from "./support/chromium";
import { PATIENCE_IN_MS } from "./support/served-page";

jest.setTimeout(PATIENCE_IN_MS);

const RATE = 50;

/** A run with cold, throttled and failed calls. */
const MEASUREMENTS = measure(
  recordingOf(
    RATE,
    steadyCalls(2_000, RATE, 180).map((call, index) => {
      if (index > 0 && index < 12) return { endedAt: 4_000 + index * 20 };
      if (index % 400 === 50) return { ...call, outcome: 429 };
      return index % 400 === 52 ? { ...call, outcome: 504 } : call;
    }),
  ),
  { runningInstances: 1, p99TargetInMs: 500 },
);

/** Sizes as many as possible, so that the table is as wide as possible. */
const SIZES = [1024, 2048, 3072, 4096, 5120, 6144].map((memorySizeInMb) => ({
  size: { memorySizeInMb, maxConcurrency: 20, provisionedConcurrency: 0 },
  rate: RATE,
  measurements: MEASUREMENTS,
}));

describe("the HTML report of a load test", () => {
  const folder = makeTempFolder();
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchChromium();
    const proposal = propose(routeOf(), SIZES, 500, NO_LIMITS);
    writeFileSync(
      join(folder, "report.html"),
      htmlReport(reportOf({ measurements: MEASUREMENTS, seconds: 40, proposal })),
    );
  });

  afterAll(async () => {
    await browser?.close();
    removeFolder(folder);
  });

  it.each(
    [320, 375, 390, 1_280].flatMap((width) =>
      (["light", "dark"] as const).map((colorScheme) => ({ width, colorScheme })),
    ),
  )(
    "fits a screen of $width pixels, and draws its pictures: $colorScheme",
    async ({ width, colorScheme }) => {
      // Prepare
      const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
      const complaints: string[] = [];
      page.on("console", (message) => complaints.push(message.text()));
      page.on("request", (request) => {
        if (!request.url().startsWith("file:")) complaints.push(request.url());
      });

      // Act
      await page.goto(pathToFileURL(join(folder, "report.html")).href);
      const found = await page.evaluate(() => {
        const box = (element: Element) => element.getBoundingClientRect();
        const ticks = [...document.querySelectorAll("svg text")].map((tick) => ({
          inside: box(tick).left >= 0 && box(tick).right <= window.innerWidth,
          pixels: box(tick).height,
        }));
        return {
          overflow: document.documentElement.scrollWidth - window.innerWidth,
          lines: [...document.querySelectorAll("svg polyline")].map((line) => box(line).width > 100),
          dots: document.querySelectorAll("svg circle.max").length,
          // The columns of the percentiles up to the slowest call are visible without scrolling.
          cutCells: [...(document.querySelector("table")?.querySelectorAll("td, th") ?? [])].filter(
            (cell) => box(cell).right > window.innerWidth,
          ).length,
          failures: document.querySelectorAll("svg rect").length,
          ticksOutside: ticks.filter(({ inside }) => !inside).length,
          smallTicks: ticks.filter(({ pixels }) => pixels < 10).length,
          ink: getComputedStyle(document.body).color,
          back: getComputedStyle(document.body).backgroundColor,
        };
      });

      // Assess
      expect(found).toMatchObject({
        overflow: 0,
        lines: [true, true, true],
        dots: 40,
        ticksOutside: 0,
        smallTicks: 0,
        cutCells: 0,
      });
      expect(found.failures).toBe(10);
      expect(found.back === "rgb(255, 255, 255)").toBe(colorScheme === "light");
      expect(found.ink).not.toBe(found.back);
      expect(complaints).toEqual([]);
      await page.close();
    },
  );
});
