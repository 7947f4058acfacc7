import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from "playwright-core";
import type { Environment } from "sagemaker-stages";
import { findChromium, type ServedApp, type ServeSettings, serveApp } from "sagemaker-stages/testing";
import { models } from "../../../index";

/** Longer than a test of the page on a slow machine: a synthesis, a process, and a browser. */
export const TIMEOUT_IN_MS = 60_000;

/** An environment with only the sentiment model, with public access. */
const environment: Environment = {
  name: "dev",
  region: "us-east-1",
  state: { local: { path: "terraform.dev.tfstate" } },
  stage: { throttling: { rateLimit: 1_000, burstLimit: 2_000 }, logRetentionInDays: 7 },
  website: { title: "Did they like it?" },
  models: {
    sentiment: {
      artifact: "s3://amzn-s3-demo-bucket/sentiment/model.tar.gz",
      image: { framework: "xgboost", version: "1.7-1" },
      serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
      access: "PUBLIC",
    },
  },
};

/** A local stage with the page of the sentiment model, and a browser. */
export class ServedReviews {
  private constructor(
    private readonly browser: Browser,
    private readonly app: ServedApp,
  ) {}

  /** @param settings - the container of the model; default: the sample model */
  static async start(settings?: ServeSettings): Promise<ServedReviews> {
    const browser = await chromium.launch({ executablePath: findChromium(), args: ["--no-sandbox"] });
    try {
      return new ServedReviews(browser, await serveApp({ models, environments: [environment] }, settings));
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  /** Opens the page in a new window, and waits until the page shows its forms. */
  async open(options: BrowserContextOptions = {}): Promise<ReviewPage> {
    const context = await this.browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    const page = new ReviewPage(await context.newPage());
    await page.page.goto(`${this.app.url}/website/${environment.name}/`);
    await page.review.waitFor();
    return page;
  }

  /** Ends the browser and the local stage. */
  async close(): Promise<void> {
    await this.browser.close();
    await this.app.close();
  }
}

/** The form for a review on the page. */
export class ReviewPage {
  readonly form: Locator;
  readonly review: Locator;
  readonly send: Locator;
  /** The text that a screen reader announces. */
  readonly spoken: Locator;
  /** Errors and warnings of the console: failed scripts, and resources that the content security policy refuses. */
  readonly complaints: string[] = [];

  constructor(readonly page: Page) {
    this.form = page.getByRole("form", { name: "Sentiment" });
    this.review = this.form.getByLabel("Review");
    this.send = this.form.getByRole("button", { name: "Classify the review" });
    this.spoken = page.getByRole("status");
    page.on("pageerror", (error) => this.complaints.push(error.message));
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) this.complaints.push(message.text());
    });
  }

  /** Types a review and sends it. */
  async submit(text: string): Promise<void> {
    await this.review.fill(text);
    await this.send.click();
  }

  /** @returns the text of the answer, once the answer is visible */
  async answer(): Promise<string> {
    const answer = this.form.locator(".result.answer");
    await answer.waitFor();
    return await answer.innerText();
  }

  /** Whether an element has the focus. */
  async hasFocus(element: Locator): Promise<boolean> {
    return (await element.and(this.page.locator(":focus")).count()) === 1;
  }

  /** Closes the window. */
  async close(): Promise<void> {
    await this.page.context().close();
  }
}
