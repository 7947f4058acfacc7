import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { CLOSED } from "./support/environments";
import { atOnce } from "./support/model-server";
import { hasFocus, ReviewPage, shows } from "./support/review-page";
import { type OpenPage, PATIENCE_IN_MS, ServedPage } from "./support/served-page";

jest.setTimeout(PATIENCE_IN_MS);

let served: ServedPage;
let opened: OpenPage;
let form: ReviewPage;

beforeAll(async () => {
  served = await ServedPage.start();
});

afterAll(async () => {
  await served?.close();
});

beforeEach(async () => {
  served.reset();
  opened = await served.open();
  form = new ReviewPage(opened.page);
});

afterEach(async () => {
  await opened.page.context().close();
});

describe("a review", () => {
  it("is typed, sent with the button, and answered with the sentiment and its score", async () => {
    // Prepare
    const asked = opened.page.waitForRequest("**/open/sentiment");

    // Act
    await form.submit("A wonderful film.");
    const answer = await form.answer();
    const request = await asked;

    // Assess
    expect(answer).toContain("They liked it.");
    expect(answer).toContain("very sure that this review is positive");
    expect(answer).toContain("Score 0.94");
    expect(await form.spoken.textContent()).toContain("They liked it.");
    expect(request.method()).toBe("POST");
    expect(request.headers()["content-type"]).toBe("application/json");
    expect(request.postDataJSON()).toEqual({ review: "A wonderful film." });
    expect(served.sentiment.requests).toHaveLength(1);
    expect(opened.complaints).toEqual([]);
  });

  it.each(["Control+Enter", "Meta+Enter"])("is sent with %s", async (keys) => {
    // Prepare
    await form.review.fill("A wonderful film.");

    // Act
    await form.review.press(keys);
    const answer = await form.answer();

    // Assess
    expect(answer).toContain("They liked it.");
    expect(await hasFocus(form.review)).toBe(true);
    expect(served.sentiment.requests).toHaveLength(1);
  });

  it("keeps its lines: Enter alone does not send", async () => {
    // Act
    await form.review.pressSequentially("One");
    await form.review.press("Enter");
    await form.review.pressSequentially("Two");

    // Assess
    expect(await form.review.inputValue()).toBe("One\nTwo");
    expect(served.sentiment.requests).toHaveLength(0);
  });

  it.each([
    ["0.0688", "They disliked it.", "Score 0.07"],
    ["0.5", "They may have disliked it.", "Score 0.50"],
  ])("with the probability %s is answered otherwise", async (probability, verdict, score) => {
    // Prepare
    served.sentiment.answer = atOnce(probability);

    // Act
    await form.submit("Hm.");
    const answer = await form.answer();

    // Assess
    expect(answer).toContain(verdict);
    expect(answer).toContain(score);
  });

  it("that changes after its answer is said to have changed, until it is asked about again", async () => {
    // Prepare
    const notice = opened.page.getByText("You changed the review since this answer.");
    await form.submit("A wonderful film.");
    await form.answer();
    const before = await notice.isVisible();

    // Act
    await form.review.pressSequentially(" Not.");
    const changed = await notice.isVisible();
    const answeredAgain = opened.page.waitForResponse("**/open/sentiment");
    await form.ask.click();
    await notice.waitFor({ state: "hidden" });
    await answeredAgain;

    // Assess
    expect([before, changed]).toEqual([false, true]);
  });

  it("that is empty is not sent, and the field says why", async () => {
    // Act
    await form.submit("  ");

    // Assess
    await opened.page.getByText("Type a review first").waitFor();
    expect(await hasFocus(form.review)).toBe(true);
    expect(await form.review.getAttribute("aria-invalid")).toBe("true");
    expect(await form.review.getAttribute("aria-describedby")).toContain("review-fault");
    expect(served.sentiment.requests).toHaveLength(0);
  });

  it("can be an example, which is there to be changed and not yet sent", async () => {
    // Act
    await opened.page.getByRole("button", { name: "Bored" }).click();

    // Assess
    expect(await form.review.inputValue()).toContain("Two hours of my life");
    expect(await hasFocus(form.review)).toBe(true);
    expect(served.sentiment.requests).toHaveLength(0);
  });
});

describe("without a mouse", () => {
  it("everything is reached in order, shows that it has the focus, and works", async () => {
    // Prepare
    const { page } = opened;
    const visited: string[] = [];
    const step = async () => {
      await page.keyboard.press("Tab");
      const { name, outline } = await page.evaluate(() => {
        const element = document.activeElement;
        if (!(element instanceof HTMLElement)) throw new Error("nothing has the focus");
        return { name: element.id || element.innerText, outline: getComputedStyle(element).outlineStyle };
      });
      visited.push(`${name}: ${outline}`);
    };

    // Act
    await step();
    await page.keyboard.type("A wonderful film.");
    for (let steps = 0; steps < 4; steps++) await step();
    await page.keyboard.press("Enter");
    await form.answer();
    const focusAfterwards = await hasFocus(form.ask);
    await step();
    await page.keyboard.press("Enter");
    const opens = await page.locator("details[open]").count();

    // Assess
    expect(visited).toEqual([
      "review: solid",
      "Delighted: solid",
      "Bored: solid",
      "Torn: solid",
      "ask: solid",
      expect.stringMatching(/^Breast cancer|^Bike rental|^Toxicity/),
    ]);
    expect(focusAfterwards).toBe(true);
    expect(opens).toBe(1);
    expect(opened.complaints).toEqual([]);
  });
});

describe("a stage whose sentiment route is not open", () => {
  it("says so, and has no form", async () => {
    // Act
    const { page, complaints } = await served.open(CLOSED);

    // Assess
    await shows(page.locator("#no-sentiment"), "Nobody reads reviews here yet");
    expect(await page.locator("#no-sentiment").isVisible()).toBe(true);
    expect(await page.locator("form:visible").count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
