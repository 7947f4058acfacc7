import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import type { Environment } from "../../../src/environment/environment";
import { ProjectCopy } from "../../local/support/project";
import { RunningStage } from "../../local/support/running-stage";
import { launchChromium } from "./chromium";
import { CLOSED, OPEN, PLAIN, TIGHT } from "./environments";
import { atOnce, ModelServer } from "./model-server";

/**
 * The time-out of a test. On a slow machine, a test needs time for two processes, a browser, and some seconds of
 * waiting.
 */
export const PATIENCE_IN_MS = 60_000;

/** The default answers of the containers. */
export const ANSWERS = {
  ticketUrgency: atOnce("0.9412"),
  languageCheck: atOnce('[{"label":["__label__de","__label__en"],"prob":[0.98,0.02]}]'),
};

/** Local stages with their models, and a browser for their pages. */
export class ServedPage {
  private constructor(
    readonly browser: Browser,
    readonly stage: RunningStage,
    /** The container of the model that accepts a text. */
    readonly ticketUrgency: ModelServer,
    /** The container of the model that accepts a query. */
    readonly languageCheck: ModelServer,
    private readonly project: ProjectCopy,
  ) {}

  /**
   * Starts everything.
   *
   * @param files - further files of the fixture app: text by path
   * @throws Error if Chromium is missing
   */
  static async start(files: Readonly<Record<string, string>> = {}): Promise<ServedPage> {
    const browser = await launchChromium();
    const ticketUrgency = new ModelServer("text/csv", ANSWERS.ticketUrgency);
    const languageCheck = new ModelServer("application/json", ANSWERS.languageCheck);
    await Promise.all([ticketUrgency.listen(), languageCheck.listen()]);
    const project = new ProjectCopy();
    const environments = [OPEN, PLAIN, TIGHT, CLOSED];
    project.setEnvironments(...environments);
    for (const [path, text] of Object.entries(files)) project.write(path, text);
    try {
      const stage = await RunningStage.serve(project, [
        ...environments.map(({ name }) => name),
        ...["--container", `ticket-urgency=${ticketUrgency.url}`],
        ...["--container", `language-check=${languageCheck.url}`],
      ]);
      return new ServedPage(browser, stage, ticketUrgency, languageCheck, project);
    } catch (error) {
      await Promise.all([browser.close(), ticketUrgency.close(), languageCheck.close()]);
      project.remove();
      throw error;
    }
  }

  /** Restores the default answers of the containers, and discards their requests. */
  reset(): void {
    for (const model of ["ticketUrgency", "languageCheck"] as const) {
      this[model].answer = ANSWERS[model];
      this[model].requests.length = 0;
    }
  }

  /** Opens an environment's page in a new window, and waits until the page shows its forms. */
  async open(environment: Environment = OPEN, options: BrowserContextOptions = {}): Promise<OpenPage> {
    return await openPage(this.browser, `${this.stage.url}/website/${environment.name}/`, options);
  }

  /** Ends everything. */
  async close(): Promise<void> {
    await this.browser.close();
    await this.stage.kill();
    await Promise.all([this.ticketUrgency.close(), this.languageCheck.close()]);
    this.project.remove();
  }
}

/** A page, and the errors that its browser reports. */
export interface OpenPage {
  readonly page: Page;
  /** Errors and warnings of the console: failed scripts, and content that the content security policy refuses. */
  readonly complaints: readonly string[];
}

/** Opens the page at `url`, and waits until the page shows its forms. */
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
    // The browser reports every 4xx and 5xx, and every failed connection.
    const isAboutStatus = message.text().startsWith("Failed to load resource:");
    if (["error", "warning"].includes(message.type()) && !isAboutStatus) complaints.push(message.text());
  });
  return complaints;
}
