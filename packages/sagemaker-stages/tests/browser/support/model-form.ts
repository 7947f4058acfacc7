import type { Locator, Page } from "playwright-core";

/** The form of one model on the page. */
export class ModelForm {
  readonly form: Locator;
  readonly send: Locator;
  readonly cancel: Locator;
  readonly result: Locator;
  /** The text that a screen reader announces. */
  readonly spoken: Locator;

  /**
   * @param title - the model's title
   * @param submitLabel - the label of the button
   */
  constructor(
    readonly page: Page,
    private readonly title: string,
    submitLabel = "Send",
  ) {
    this.form = page.getByRole("form", { name: title });
    this.send = this.form.getByRole("button", { name: submitLabel });
    this.cancel = this.form.getByRole("button", { name: "Cancel" });
    this.result = this.form.locator(".result");
    this.spoken = page.getByRole("status");
  }

  /** Opens the form, if it is closed. */
  async open(): Promise<this> {
    if (!(await this.form.isVisible())) await this.page.locator("summary", { hasText: this.title }).click();
    await this.form.waitFor();
    return this;
  }

  /** The control with this label. */
  field(label: string): Locator {
    return this.form.getByLabel(label);
  }

  /** @returns the text of the answer, once it is visible */
  async answer(): Promise<string> {
    return await visibleText(this.form.locator(".result.answer"));
  }

  /** @returns the JSON of the answer, once the answer is visible; opens the JSON if it is closed */
  async answeredJson(): Promise<unknown> {
    await this.result.and(this.form.locator(".answer")).waitFor();
    const closed = this.result.locator("details.json:not([open]) > summary");
    if (await closed.isVisible()) await closed.click();
    return JSON.parse(await visibleText(this.form.getByLabel("Answer", { exact: true })));
  }

  /** @returns the texts of the table in the answer, row by row, once the table is visible */
  async answeredTable(): Promise<string[][]> {
    const table = this.result.getByRole("table");
    await table.waitFor();
    return await table.evaluate((element: HTMLTableElement) =>
      [...element.rows].map((row) => [...row.cells].map(({ innerText }) => innerText)),
    );
  }

  /** @returns the text of the failure, once it is visible */
  async failure(): Promise<string> {
    return await visibleText(this.form.locator(".result.failure"));
  }
}

/** The form of the model that accepts a text. */
export class TicketForm extends ModelForm {
  readonly message: Locator;

  constructor(page: Page) {
    super(page, "Ticket urgency");
    this.message = this.field("message");
  }

  /** Types a message and sends it. */
  async submit(text: string): Promise<void> {
    await this.open();
    await this.message.fill(text);
    await this.send.click();
  }
}

/** A locator's visible text, once the locator is visible. */
export async function visibleText(locator: Locator): Promise<string> {
  await locator.waitFor();
  return await locator.innerText();
}

/** Waits until a locator contains this text. */
export async function shows(locator: Locator, text: string | RegExp): Promise<void> {
  await locator.filter({ hasText: text }).waitFor({ state: "attached" });
}

/** Whether an element has the focus. */
export async function hasFocus(locator: Locator): Promise<boolean> {
  return await locator.evaluate((element) => element === document.activeElement);
}
