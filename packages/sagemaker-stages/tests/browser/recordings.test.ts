import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { ProjectCopy } from "../local/support/project";
import { RunningStage } from "../local/support/running-stage";
import { launchChromium } from "./support/chromium";
import { SHOWN } from "./support/environments";
import { ReviewPage } from "./support/review-page";
import { openPage, PATIENCE_IN_MS } from "./support/served-page";

jest.setTimeout(PATIENCE_IN_MS);

/** A picture of an empty page is smaller; one that slows down reading the documents is larger. */
const LEAST_BYTES = 20_000;
const MOST_BYTES = 150_000;

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const DESKTOP = { viewport: { width: 1280, height: 800 } };

const temp = mkdtempSync(join(tmpdir(), "recordings-"));
/** With `RECORD=1` the pictures of the documents are made anew. */
const folder = process.env.RECORD === "1" ? join(__dirname, "../../../../docs") : temp;

let project: ProjectCopy;
let stage: RunningStage;
let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
  project = new ProjectCopy();
  project.setEnvironments(SHOWN);
  stage = await RunningStage.serve(project, [SHOWN.name]);
});

afterAll(async () => {
  await browser?.close();
  await stage?.kill();
  project?.remove();
  rmSync(temp, { recursive: true });
});

describe("the page with the sample model", () => {
  it.each<[string, BrowserContextOptions, string, string]>([
    ["page-phone.png", PHONE, "Delighted", "They liked it."],
    ["page-desktop.png", DESKTOP, "Bored", "They disliked it."],
  ])("is recorded as %s", async (name, options, example, verdict) => {
    // Prepare
    // The needle stands where it belongs at once.
    const url = `${stage.url}/website/${SHOWN.name}/`;
    const { page, complaints } = await openPage(browser, url, { ...options, reducedMotion: "reduce" });
    const form = new ReviewPage(page);
    await page.getByRole("button", { name: example }).click();
    await form.ask.click();
    const answer = await form.answer();
    await page.mouse.move(0, 0);
    await page.evaluate(() => window.scrollTo(0, 0));

    // Act
    const path = join(folder, name);
    await page.screenshot({ path });

    // Assess
    expect(answer).toContain(verdict);
    expect(statSync(path).size).toBeGreaterThan(LEAST_BYTES);
    expect(statSync(path).size).toBeLessThan(MOST_BYTES);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
