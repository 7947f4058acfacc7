import { join } from "node:path";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import type { Environment, ModelSettings } from "sagemaker-stages";
import { launchChromium } from "../../../../packages/sagemaker-stages/tests/browser/support/chromium";
import { ModelForm } from "../../../../packages/sagemaker-stages/tests/browser/support/model-form";
import {
  atOnce,
  ModelServer,
} from "../../../../packages/sagemaker-stages/tests/browser/support/model-server";
import {
  type OpenPage,
  openPage,
} from "../../../../packages/sagemaker-stages/tests/browser/support/served-page";
import { ProjectCopy } from "../../../../packages/sagemaker-stages/tests/local/support/project";
import { RunningStage } from "../../../../packages/sagemaker-stages/tests/local/support/running-stage";

const APP = join(__dirname, "../../../..");

const MODEL: ModelSettings = {
  artifact: "s3://amzn-s3-demo-bucket/model/model.tar.gz",
  image: { algorithm: "sagemaker-xgboost", tag: "1.7-1" },
  serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
  access: "PUBLIC",
};

/** The sentiment model with another public model beside it. */
const SHOWN: Environment = {
  name: "dev",
  region: "us-east-1",
  state: { local: { path: "terraform.dev.tfstate" } },
  stage: { throttling: { rateLimit: 1_000, burstLimit: 2_000 }, logRetentionInDays: 7 },
  website: { title: "Did they like it?" },
  models: { sentiment: MODEL, toxicity: MODEL },
};

/** The answer of the container, except where a test sets another one. */
const POSITIVE = atOnce("0.9412");

/** The app's page, served by the local stage, and a browser to look at it. */
export class ServedReviews {
  private constructor(
    private readonly browser: Browser,
    private readonly stage: RunningStage,
    private readonly project: ProjectCopy,
    /** The container of the sentiment model; `undefined` where the sample model answers. */
    readonly container: ModelServer | undefined,
  ) {}

  /** @param answeredBy - the app's sample model, or a container whose answers a test sets */
  static async start(answeredBy: "sample" | "container"): Promise<ServedReviews> {
    const browser = await launchChromium();
    const container = answeredBy === "sample" ? undefined : new ModelServer("text/csv", POSITIVE);
    await container?.listen();
    const project = new ProjectCopy(APP);
    project.setEnvironments(SHOWN);
    const own = container === undefined ? [] : ["--container", `sentiment=${container.url}`];
    const stage = await RunningStage.serve(project, [SHOWN.name, ...own]);
    return new ServedReviews(browser, stage, project, container);
  }

  /** Opens the page in a window of its own. */
  async open(options: BrowserContextOptions = {}): Promise<OpenPage> {
    return await openPage(this.browser, `${this.stage.url}/website/${SHOWN.name}/`, options);
  }

  /** Ends everything. */
  async close(): Promise<void> {
    await this.browser.close();
    await this.stage.kill();
    await this.container?.close();
    this.project.remove();
  }
}

/** The form for a review, as a visitor finds it. */
export class ReviewForm extends ModelForm {
  readonly review: Locator;

  constructor(page: Page) {
    super(page, "Sentiment", "Ask the model");
    this.review = this.field("Review");
  }

  /** Types a review and sends it. */
  async submit(text: string): Promise<void> {
    await this.review.fill(text);
    await this.send.click();
  }
}
