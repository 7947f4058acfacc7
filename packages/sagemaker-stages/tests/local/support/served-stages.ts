import { join } from "node:path";
import type { Environment } from "../../../src/environment/environment";
import { loadSamples } from "../../../src/local/samples";
import { LocalStage } from "../../../src/local/stage";
import type { Deployment } from "../../../src/local/terraform/deployment";
import { readDeployment } from "../../../src/local/terraform/read-deployment";
import { makeTempFolder, removeFolder } from "../../../src/testing/temp-folder";
import { createApp } from "../../support/app";

/** A local stage in this process. Its clock stands still until the test moves it. */
export class ServedStages {
  private readonly folder = makeTempFolder();
  private syntheses = 0;
  /** The folder of captured requests. */
  readonly captureFolder = join(this.folder, "capture");
  /** The folder of asynchronous requests. */
  readonly asyncFolder = join(this.folder, "async");
  private time = Date.parse("2026-11-29T12:00:00Z");
  /** The log of the functions and of the stage. */
  log = "";
  /** The containers of the models. */
  readonly containers = new Map(loadSamples(process.cwd(), { blazingText: false }));
  private readonly stage: LocalStage;

  /** @param wakeUpInMs - the time in which an endpoint starts. Default: endpoints answer at once */
  constructor(wakeUpInMs = 0) {
    this.stage = new LocalStage({
      port: 0,
      captureFolder: this.captureFolder,
      asyncFolder: this.asyncFolder,
      wakeUpInMs,
      containers: this.containers,
      log: (text) => {
        this.log += text;
      },
      now: () => this.time,
    });
  }

  get url(): string {
    return this.stage.url;
  }

  /** The function URLs by the ARN of the function. */
  get functionUrls(): ReadonlyMap<string, string> {
    return this.stage.functionUrls;
  }

  async start(...environments: readonly Environment[]): Promise<readonly Deployment[]> {
    await this.stage.listen();
    return await this.serve(...environments);
  }

  /** Synthesizes the environments and serves them from now on, as a reload does. */
  async serve(...environments: readonly Environment[]): Promise<readonly Deployment[]> {
    return await this.serveFolders(
      environments.map(({ name }) => name),
      this.synthesize(...environments),
    );
  }

  /** Synthesizes the environments. @returns the folder of the stacks */
  synthesize(...environments: readonly Environment[]): string {
    const outdir = join(this.folder, String(this.syntheses++));
    createApp(environments, { outdir }).synth();
    return join(outdir, "stacks");
  }

  /** Serves synthesized stacks. */
  async serveFolders(names: readonly string[], stacks: string): Promise<readonly Deployment[]> {
    const deployments = names.map((name) => readDeployment(name, join(stacks, name)));
    await this.stage.serve(deployments);
    return deployments;
  }

  /** Sets the clock. @param time - in ISO 8601 */
  setTime(time: string): void {
    this.time = Date.parse(time);
  }

  async close(): Promise<void> {
    await this.stage.close();
    removeFolder(this.folder);
  }
}
