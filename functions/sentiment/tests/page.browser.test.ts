import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { hasFocus } from "../../../packages/sagemaker-stages/tests/browser/support/model-form";
import { atOnce } from "../../../packages/sagemaker-stages/tests/browser/support/model-server";
import {
  type OpenPage,
  PATIENCE_IN_MS,
} from "../../../packages/sagemaker-stages/tests/browser/support/served-page";
import { ReviewForm, ServedReviews } from "./support/review-page";

jest.setTimeout(PATIENCE_IN_MS);

let served: ServedReviews;
let opened: OpenPage;
let form: ReviewForm;

beforeAll(async () => {
  served = await ServedReviews.start("container");
});

afterAll(async () => {
  await served?.close();
});

beforeEach(async () => {
  if (served.container !== undefined) {
    served.container.answer = atOnce("0.9412");
    served.container.requests.length = 0;
  }
  opened = await served.open();
  form = new ReviewForm(opened.page);
});

afterEach(async () => {
  await opened.page.context().close();
});

describe("a review", () => {
  it("is sent with the button, and answered with the verdict, its certainty and the score", async () => {
    // Prepare
    const requested = opened.page.waitForRequest("**/dev/sentiment");

    // Act
    await form.submit("A wonderful film.");
    const answer = await form.answer();

    // Assess
    expect((await requested).postDataJSON()).toEqual({ review: "A wonderful film." });
    expect(answer).toContain("They liked it.");
    expect(answer).toContain("very sure that this review is positive");
    expect(answer).toContain("Score 0.94 · 0 is negative, 1 positive");
    expect(await form.spoken.textContent()).toContain("They liked it.");
    expect(served.container?.requests).toHaveLength(1);
    expect(opened.complaints).toEqual([]);
  });

  it.each([
    ["0.0688", "They disliked it.", "Score 0.07", "-78deg"],
    ["0.5", "They may have disliked it.", "Score 0.50", "0deg"],
    ["1", "They liked it.", "Score 1.00", "90deg"],
  ])("with the probability %s moves the dial", async (probability, verdict, score, turn) => {
    // Prepare
    if (served.container !== undefined) served.container.answer = atOnce(probability);

    // Act
    await form.submit("Hm.");
    const answer = await form.answer();
    const needle = form.form.locator(`.needle[style*="--turn: ${turn}"]`);
    await needle.waitFor({ state: "attached" });

    // Assess
    expect(answer).toContain(verdict);
    expect(answer).toContain(score);
    expect(await form.form.locator(".dial").getAttribute("aria-hidden")).toBe("true");
  });

  it("keeps its lines: Enter alone does not send", async () => {
    // Act
    await form.review.pressSequentially("One");
    await form.review.press("Enter");
    await form.review.pressSequentially("Two");

    // Assess
    expect(await form.review.inputValue()).toBe("One\nTwo");
    expect(served.container?.requests).toHaveLength(0);
  });

  it("that is empty is not sent, and the field gets the reason and the focus", async () => {
    // Act
    await form.submit("  ");

    // Assess
    await opened.page.getByText("Type a review first").waitFor();
    expect(await hasFocus(form.review)).toBe(true);
    expect(await form.review.getAttribute("aria-invalid")).toBe("true");
    expect(served.container?.requests).toHaveLength(0);
  });

  it("can be an example, which replaces the fault of an empty review and is not yet sent", async () => {
    // Prepare
    await form.submit("");

    // Act
    await opened.page.getByRole("button", { name: "Bored" }).click();

    // Assess
    expect(await form.review.inputValue()).toContain("Two hours of my life");
    expect(await hasFocus(form.review)).toBe(true);
    expect(await opened.page.getByText("Type a review first").isVisible()).toBe(false);
    expect(served.container?.requests).toHaveLength(0);
  });

  it("that an example replaces is no longer the review of the answer", async () => {
    // Prepare
    await form.submit("A wonderful film.");
    await form.answer();

    // Act
    await opened.page.getByRole("button", { name: "Torn" }).click();

    // Assess
    expect(await opened.page.getByText("You changed the input since this answer.").isVisible()).toBe(true);
  });

  it("is answered as JSON when the answer is no sentiment", async () => {
    // Prepare
    await opened.page.route("**/dev/sentiment", (route) => route.fulfill({ json: { sentiment: "fine" } }));

    // Act
    await form.submit("A wonderful film.");

    // Assess
    expect(await form.answeredJson()).toEqual({ sentiment: "fine" });
    expect(await form.form.locator(".dial").count()).toBe(0);
  });
});

describe("the dial", () => {
  it.each([320, 390])("fits a screen of %d pixels without scrolling sideways", async (width) => {
    // Prepare
    const { page } = await served.open({ viewport: { width, height: 800 } });
    const narrow = new ReviewForm(page);

    // Act
    await narrow.submit(`Longwordwithoutanyplacetobreakit${"andsoon".repeat(20)}`);
    await narrow.answer();
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

    // Assess
    expect(overflow).toBe(0);
    await page.context().close();
  });

  it.each([
    ["reduce", 0],
    ["no-preference", 1],
  ] as const)("moves its needle as the device asks: %s", async (reducedMotion, count) => {
    // Prepare
    const { page } = await served.open({ reducedMotion });
    const moving = new ReviewForm(page);

    // Act
    await moving.submit("A wonderful film.");
    await moving.answer();
    const needle = moving.form.locator(".needle");
    const properties = await needle.evaluate((path) =>
      getComputedStyle(path)
        .transitionDuration.split(",")
        .filter((duration) => duration.trim() !== "0s"),
    );

    // Assess
    expect(properties).toHaveLength(count);
    await page.context().close();
  });
});
