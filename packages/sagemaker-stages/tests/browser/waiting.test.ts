import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { Later } from "./support/model-server";
import { hasFocus, ReviewPage, shows } from "./support/review-page";
import { ANSWERS, type OpenPage, PATIENCE_IN_MS, ServedPage } from "./support/served-page";

jest.setTimeout(PATIENCE_IN_MS);

const WAKING_UP = "The model is waking up; the first answer can take up to half a minute.";

let served: ServedPage;
let opened: OpenPage;
let form: ReviewPage;
let later: Later;

beforeAll(async () => {
  served = await ServedPage.start();
});

afterAll(async () => {
  await served?.close();
});

beforeEach(async () => {
  served.reset();
  later = new Later();
  served.sentiment.answer = later.answer;
  opened = await served.open();
  form = new ReviewPage(opened.page);
});

afterEach(async () => {
  later.release({ body: "0.9" });
  await opened.page.context().close();
});

describe("an endpoint that wakes up", () => {
  it("is waited for in words and seconds, and its answer is shown", async () => {
    // Act
    await form.submit("A wonderful film.");
    await shows(form.result, "Asking the model …");
    await shows(form.result, WAKING_UP);
    await shows(form.result, "3 s");
    const spoken = await form.spoken.textContent();
    later.release({ body: "0.9412" });
    const answer = await form.answer();

    // Assess
    expect(spoken).toBe(WAKING_UP);
    expect(answer).toContain("They liked it.");
    expect(answer).toMatch(/· [3-9]\.\d s$/);
    expect(served.sentiment.requests).toHaveLength(1);
    expect(opened.complaints).toEqual([]);
  });

  it("is asked once, however often the button is pressed", async () => {
    // Prepare
    await form.submit("A wonderful film.");
    await form.cancel.waitFor();

    // Act
    // `force`: else it waits, as a person would, until the button is no longer dimmed.
    await form.ask.click({ force: true });
    await form.review.press("Control+Enter");
    later.release({ body: "0.9412" });
    await form.answer();

    // Assess
    expect(served.sentiment.requests).toHaveLength(1);
  });

  it("need not be waited for: cancelling gives the focus back, and another try works", async () => {
    // Prepare
    await form.submit("A wonderful film.");
    await form.cancel.waitFor();

    // Act
    await form.cancel.focus();
    await opened.page.keyboard.press("Enter");
    await shows(form.result, "Cancelled. Your text is still here.");
    const focusAfterwards = await hasFocus(form.ask);
    served.sentiment.answer = ANSWERS.sentiment;
    await opened.page.keyboard.press("Enter");
    const answer = await form.answer();

    // Assess
    expect(focusAfterwards).toBe(true);
    expect(await form.review.inputValue()).toBe("A wonderful film.");
    expect(answer).toContain("They liked it.");
    expect(opened.complaints).toEqual([]);
  });

  it("can be cancelled with Escape", async () => {
    // Prepare
    await form.review.fill("A wonderful film.");
    await form.review.press("Control+Enter");
    await form.cancel.waitFor();

    // Act
    await form.review.press("Escape");
    await shows(form.result, "Cancelled.");

    // Assess
    expect(await hasFocus(form.review)).toBe(true);
    expect(await form.spoken.textContent()).toBe("Cancelled.");
  });
});
