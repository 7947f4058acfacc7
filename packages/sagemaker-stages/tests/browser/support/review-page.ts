import type { Locator, Page } from "playwright-core";

/** The page's question, as a visitor finds it. */
export class ReviewPage {
  readonly review: Locator;
  readonly ask: Locator;
  readonly cancel: Locator;
  readonly result: Locator;
  /** What a screen reader says. */
  readonly spoken: Locator;

  constructor(readonly page: Page) {
    const form = page.locator("#review-form");
    this.review = form.getByLabel("Review");
    this.ask = form.getByRole("button", { name: "Ask the model" });
    this.cancel = form.getByRole("button", { name: "Cancel" });
    this.result = form.locator(".result");
    this.spoken = page.getByRole("status");
  }

  /** Types a review and sends it. */
  async submit(text: string): Promise<void> {
    await this.review.fill(text);
    await this.ask.click();
  }

  /** @returns the text of the answer, once it is there */
  async answer(): Promise<string> {
    return await textOnceThere(this.page.locator("#review-form .result.answer"));
  }

  /** @returns the text of the failure, once it is there */
  async failure(): Promise<string> {
    return await textOnceThere(this.page.locator("#review-form .result.failure"));
  }
}

/** One of the other routes, opened. */
export class RoutePage {
  readonly form: Locator;
  readonly send: Locator;

  constructor(
    private readonly page: Page,
    private readonly title: string,
  ) {
    this.form = page.getByRole("form", { name: title });
    this.send = this.form.getByRole("button", { name: "Send" });
  }

  async open(): Promise<this> {
    await this.page.locator("summary", { hasText: this.title }).click();
    await this.form.waitFor();
    return this;
  }

  /** @returns the JSON of the answer, once it is there */
  async answer(): Promise<unknown> {
    return JSON.parse(await textOnceThere(this.form.getByLabel("Answer")));
  }

  /** @returns the text of the failure, once it is there */
  async failure(): Promise<string> {
    return await textOnceThere(this.form.locator(".result.failure"));
  }
}

/** A locator's text as a person sees it, once it is seen. */
export async function textOnceThere(locator: Locator): Promise<string> {
  await locator.waitFor();
  return await locator.innerText();
}

/** Waits until a locator has this text in it. */
export async function shows(locator: Locator, text: string | RegExp): Promise<void> {
  await locator.filter({ hasText: text }).waitFor({ state: "attached" });
}

/** Whether an element has the focus. */
export async function hasFocus(locator: Locator): Promise<boolean> {
  return await locator.evaluate((element) => element === document.activeElement);
}
