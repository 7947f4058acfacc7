import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import type { Environment } from "../../../src/environment/environment";
import { ProjectCopy } from "../../local/support/project";
import { RunningStage } from "../../local/support/running-stage";
import { launchChromium } from "./chromium";
import { CLOSED, OPEN, TIGHT } from "./environments";
import { atOnce, ModelServer } from "./model-server";

/** Longer than any test here takes on a slow machine: two processes, a browser, and some seconds of waiting. */
export const PATIENCE_IN_MS = 60_000;

/** What the models answer unless a test tells them otherwise. */
export const ANSWERS = {
  sentiment: atOnce("0.9412"),
  toxicity: atOnce('[{"label":["__label__none","__label__toxic"],"prob":[0.98,0.02]}]'),
};

/** Stages with their models, served by the process of `npm start`, and a browser to look at their pages. */
export class ServedPage {
  private constructor(
    readonly browser: Browser,
    readonly stage: RunningStage,
    /** What the stages ask about reviews. */
    readonly sentiment: ModelServer,
    /** What the stages ask about texts. */
    readonly toxicity: ModelServer,
    private readonly project: ProjectCopy,
  ) {}

  /** Starts everything. @throws Error where Chromium is missing */
  static async start(): Promise<ServedPage> {
    const browser = await launchChromium();
    const sentiment = new ModelServer("text/csv", ANSWERS.sentiment);
    const toxicity = new ModelServer("application/json", ANSWERS.toxicity);
    await Promise.all([sentiment.listen(), toxicity.listen()]);
    const project = new ProjectCopy();
    project.setEnvironments(OPEN, TIGHT, CLOSED);
    const containers = Object.entries({ sentiment, toxicity }).flatMap(([model, { url }]) => [
      "--container",
      `${model}=${url}`,
    ]);
    const stage = await RunningStage.serve(project, ["open", "tight", "closed", ...containers]);
    return new ServedPage(browser, stage, sentiment, toxicity, project);
  }

  /** Lets the models answer as they do at first, and forget what they were asked. */
  reset(): void {
    for (const model of ["sentiment", "toxicity"] as const) {
      this[model].answer = ANSWERS[model];
      this[model].requests.length = 0;
    }
  }

  /** Opens an environment's page in a browser window of its own and waits until it is set up. */
  async open(environment: Environment = OPEN, options: BrowserContextOptions = {}): Promise<OpenPage> {
    return await openPage(this.browser, `${this.stage.url}/website/${environment.name}/`, options);
  }

  /** Ends everything. */
  async close(): Promise<void> {
    await this.browser.close();
    await this.stage.kill();
    await Promise.all([this.sentiment.close(), this.toxicity.close()]);
    this.project.remove();
  }
}

/** A page, and what its browser has to say of it. */
export interface OpenPage {
  readonly page: Page;
  /** Errors and warnings of its console: scripts that fail, and what the content security policy refuses. */
  readonly complaints: readonly string[];
}

/** Opens the page at `url` and waits until it is set up. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const complaints = listen(page);
  await page.goto(url);
  await page.locator("#footer").waitFor();
  return { page, complaints };
}

function listen(page: Page): readonly string[] {
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    // The browser itself says so of every 4xx and 5xx, and of a connection that fails.
    const isAboutStatus = message.text().startsWith("Failed to load resource:");
    if (["error", "warning"].includes(message.type()) && !isAboutStatus) complaints.push(message.text());
  });
  return complaints;
}
