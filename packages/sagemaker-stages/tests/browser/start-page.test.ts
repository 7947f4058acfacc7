import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { Browser } from "playwright-core";
import { Storyteller } from "../local/support/storyteller";
import { launchChromium } from "./support/chromium";
import { PATIENCE_IN_MS } from "./support/served-page";

jest.setTimeout(PATIENCE_IN_MS);

let browser: Browser;
let app: Storyteller;

beforeAll(async () => {
  browser = await launchChromium();
  app = new Storyteller();
  await app.start();
});

afterAll(async () => {
  await browser?.close();
  await app?.close();
});

describe("the address of the local stage", () => {
  it("opens a page that fits on a phone, and whose link opens the page of an environment", async () => {
    // Prepare
    const page = await browser.newPage({ viewport: { width: 360, height: 640 } });
    const complaints: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));

    // Act
    await page.goto(`${app.url}/`);
    const headings = await page.getByRole("heading", { level: 2 }).allInnerTexts();
    const widths = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    const radius = await page
      .locator("section")
      .first()
      .evaluate((one) => getComputedStyle(one).borderRadius);
    const regions = await page.getByRole("navigation", { name: "dev" }).getByRole("link").allInnerTexts();
    const focusable = await page.locator("[tabindex]").count();
    await page.getByRole("link", { name: "Page of dev" }).click();
    await page.getByLabel("Message", { exact: true }).waitFor();

    // Assess
    expect(headings).toEqual(["dev", "prod"]);
    expect(widths[0]).toBe(widths[1]);
    expect(regions).toEqual(["Page of dev", "The routes of that page as OpenAPI"]);
    expect(focusable).toBe(0);
    expect(radius).toBe("16px");
    expect(complaints).toEqual([]);
    await page.close();
  });
});
