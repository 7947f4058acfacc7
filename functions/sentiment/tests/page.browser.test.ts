import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { EndpointServer } from "sagemaker-stages/testing";
import { type ReviewPage, ServedReviews, TIMEOUT_IN_MS } from "./support/review-page";

jest.setTimeout(TIMEOUT_IN_MS);

let container: EndpointServer;
let served: ServedReviews;
let reviews: ReviewPage;

beforeAll(async () => {
  container = await EndpointServer.start();
  served = await ServedReviews.start({ containers: { sentiment: container.url } });
});

afterAll(async () => {
  await served?.close();
  await container?.close();
});

beforeEach(async () => {
  answerWith("0.9412");
  container.requests.length = 0;
  reviews = await served.open();
});

afterEach(async () => {
  await reviews.close();
});

/** A container that answers every review with this probability. */
function answerWith(probability: string): void {
  container.willAlwaysAnswer({ headers: { "content-type": "text/csv" }, body: probability });
}

describe("a review", () => {
  it("is sent with the button, and answered with the verdict, its certainty and the score", async () => {
    // Prepare
    const requested = reviews.page.waitForRequest("**/dev/sentiment");

    // Act
    await reviews.submit("A wonderful film.");
    const answer = await reviews.answer();
    const request = await requested;

    // Assess
    expect(request.method()).toBe("POST");
    expect(request.headers()["content-type"]).toBe("application/json");
    expect(request.postDataJSON()).toEqual({ review: "A wonderful film." });
    expect(answer).toContain("They liked it.");
    expect(answer).toContain("very sure that this review is positive");
    expect(answer).toContain("Score 0.94 · 0 is negative, 1 positive");
    expect(answer).toMatch(/Answered with 200 in \d+(\.\d)? m?s$/);
    expect(await reviews.spoken.textContent()).toBe(
      "They liked it. The model is very sure that this review is positive. Score 0.94 of 1.",
    );
    expect(container.requests).toHaveLength(1);
    expect(reviews.complaints).toEqual([]);
  });

  it.each(["Control+Enter", "Meta+Enter"])("is sent with %s, and keeps the focus", async (keys) => {
    // Prepare
    await reviews.review.fill("A wonderful film.");

    // Act
    await reviews.review.press(keys);
    const answer = await reviews.answer();

    // Assess
    expect(answer).toContain("They liked it.");
    expect(await reviews.hasFocus(reviews.review)).toBe(true);
    expect(container.requests).toHaveLength(1);
  });

  it.each([
    ["0.0688", "They disliked it.", "Score 0.07", "-78deg"],
    ["0.5", "They may have disliked it.", "Score 0.50", "0deg"],
    ["1", "They liked it.", "Score 1.00", "90deg"],
  ])("moves the dial when the probability is %s", async (probability, verdict, score, turn) => {
    // Prepare
    answerWith(probability);

    // Act
    await reviews.submit("Hm.");
    const answer = await reviews.answer();
    await reviews.form.locator(`.pointer[style*="--turn: ${turn}"]`).waitFor({ state: "attached" });

    // Assess
    expect(answer).toContain(verdict);
    expect(answer).toContain(score);
    expect(await reviews.form.locator(".dial").getAttribute("aria-hidden")).toBe("true");
  });

  it("keeps its line breaks, because Enter alone does not send the review", async () => {
    // Act
    await reviews.review.pressSequentially("One");
    await reviews.review.press("Enter");
    await reviews.review.pressSequentially("Two");

    // Assess
    expect(await reviews.review.inputValue()).toBe("One\nTwo");
    expect(container.requests).toHaveLength(0);
  });

  it("is not sent when it is empty, and the field gets the reason and the focus", async () => {
    // Act
    await reviews.submit("  ");

    // Assess
    await reviews.page.getByText("Type a review, or").waitFor();
    expect(await reviews.hasFocus(reviews.review)).toBe(true);
    expect(await reviews.review.getAttribute("aria-invalid")).toBe("true");
    expect(await reviews.review.getAttribute("aria-describedby")).toContain("review-fault");
    expect(container.requests).toHaveLength(0);
  });

  it("can be an example, which removes the fault of an empty review and is not sent immediately", async () => {
    // Prepare
    await reviews.submit("");

    // Act
    await reviews.page.getByRole("button", { name: "Bored" }).click();

    // Assess
    expect(await reviews.review.inputValue()).toContain("Two hours of my life");
    expect(await reviews.hasFocus(reviews.review)).toBe(true);
    expect(await reviews.page.getByText("Type a review, or").isVisible()).toBe(false);
    expect(container.requests).toHaveLength(0);
  });

  it("differs from the answered review when an example replaces it, until the example is sent", async () => {
    // Prepare
    const notice = reviews.page.getByText("You changed the input since this answer.");
    await reviews.submit("A wonderful film.");
    await reviews.answer();
    const atFirst = await notice.isVisible();

    // Act
    await reviews.page.getByRole("button", { name: "Torn" }).click();
    const replaced = await notice.isVisible();
    await reviews.send.click();
    await notice.waitFor({ state: "hidden" });
    await reviews.answer();

    // Assess
    expect([atFirst, replaced]).toEqual([false, true]);
    expect(container.requests).toHaveLength(2);
  });

  it("has its answer shown as JSON, without a dial, when the answer is not a sentiment", async () => {
    // Prepare
    await reviews.page.route("**/dev/sentiment", (route) => route.fulfill({ json: { sentiment: "fine" } }));

    // Act
    await reviews.submit("A wonderful film.");
    await reviews.answer();

    // Assess
    const json = await reviews.form.getByLabel("Answer").textContent();
    expect(JSON.parse(json ?? "")).toEqual({ sentiment: "fine" });
    expect(await reviews.form.locator(".dial").count()).toBe(0);
  });
});

describe("without a mouse", () => {
  it("the review, the examples and the button are reached in order, and show that they have the focus", async () => {
    // Prepare
    const { page } = reviews;
    const visited: string[] = [];
    const step = async () => {
      await page.keyboard.press("Tab");
      const focused = page.locator(":focus");
      const outline = await focused.evaluate((element) => getComputedStyle(element).outlineStyle);
      visited.push(`${(await focused.innerText()) || (await focused.getAttribute("id"))}: ${outline}`);
    };

    // Act
    await step();
    await page.keyboard.type("A wonderful film.");
    for (let steps = 0; steps < 4; steps++) await step();
    await page.keyboard.press("Enter");
    await reviews.answer();

    // Assess
    expect(visited).toEqual([
      "post-sentiment-review: solid",
      "Delighted: solid",
      "Bored: solid",
      "Torn: solid",
      "Classify the review: solid",
    ]);
    expect(await reviews.hasFocus(reviews.send)).toBe(true);
    expect(reviews.complaints).toEqual([]);
  });
});

describe("the dial", () => {
  it.each([320, 360, 390])("fits a screen of %d pixels without scrolling sideways", async (width) => {
    // Prepare
    const narrow = await served.open({ viewport: { width, height: 800 } });

    // Act
    await narrow.submit(`Longwordwithoutanyplacetobreakit${"andsoon".repeat(20)}`);
    await narrow.answer();
    const overflow = await narrow.page.evaluate(
      () => document.documentElement.scrollWidth - window.innerWidth,
    );

    // Assess
    expect(overflow).toBe(0);
    await narrow.close();
  });

  it.each([
    ["stays still", "reduce", 0],
    ["swings", "no-preference", 1],
  ] as const)("%s when the device states the motion %s", async (_, reducedMotion, count) => {
    // Prepare
    const moving = await served.open({ reducedMotion });

    // Act
    await moving.submit("A wonderful film.");
    await moving.answer();
    const durations = await moving.form.locator(".pointer").evaluate((path) =>
      getComputedStyle(path)
        .transitionDuration.split(",")
        .filter((duration) => duration.trim() !== "0s"),
    );

    // Assess
    expect(durations).toHaveLength(count);
    await moving.close();
  });
});
