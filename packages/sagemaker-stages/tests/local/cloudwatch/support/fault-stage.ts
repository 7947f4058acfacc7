import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DRIFT_METRIC, METRICS_NAMESPACE, metricDimensions } from "../../../../src/aws/metrics";
import type { Environment } from "../../../../src/environment/environment";
import { CloudWatch } from "../../../../src/local/cloudwatch/cloudwatch";
import { type Datum, MetricStore } from "../../../../src/local/cloudwatch/metric-store";
import type {
  Container,
  ContainerRequest,
  ContainerResponse,
} from "../../../../src/local/sagemaker/container";
import { loadSamples } from "../../../../src/local/samples";
import { LocalStage } from "../../../../src/local/stage";
import type { Deployment } from "../../../../src/local/terraform/deployment";
import { readDeployment } from "../../../../src/local/terraform/read-deployment";
import { type Response, send } from "../../support/client";
import { eventually } from "../../support/eventually";
import { sign } from "../../support/signing";
import { Stacks, type TerraformJson } from "../../support/terraform";

/** The models of the stage: each has the alarms of its settings. */
export type Model = "house-price" | "energy-demand" | "ticket-urgency" | AsyncModel;

/** The model with asynchronous requests. */
type AsyncModel = "loan-default";

const SAMPLE_IMAGE = { algorithm: "sagemaker-xgboost", tag: "1.7-1" } as const;

/** An environment with every kind of alarm. The limits of concurrency are low, so that few requests reach them. */
export const WITH_ALARMS: Environment = {
  name: "prod",
  region: "eu-central-1",
  accountId: "111122223333",
  state: { local: { path: "terraform.prod.tfstate" } },
  stage: { throttling: { rateLimit: 10_000, burstLimit: 5_000 }, logRetentionInDays: 30 },
  notify: { email: "on-call@example.com" },
  models: {
    "house-price": {
      artifact: "s3://amzn-s3-demo-bucket/house-price/model.tar.gz",
      image: SAMPLE_IMAGE,
      serverless: { memorySizeInMb: 2048, maxConcurrency: 10 },
      function: { reservedConcurrency: 5 },
      access: "PUBLIC",
      objectives: { availability: 0.995 },
    },
    "energy-demand": {
      artifact: "s3://amzn-s3-demo-bucket/energy-demand/model.tar.gz",
      image: SAMPLE_IMAGE,
      serverless: { memorySizeInMb: 2048, maxConcurrency: 100 },
      access: "PUBLIC",
      objectives: { p99InMs: 1_000, drift: true },
    },
    "ticket-urgency": {
      artifact: "s3://amzn-s3-demo-bucket/ticket-urgency/model.tar.gz",
      image: SAMPLE_IMAGE,
      instances: { instanceType: "ml.m5.large", initialInstanceCount: 2 },
      deployment: {
        terminationWaitInSeconds: 600,
        rollbackOn: { serverErrorsPerMinute: 2, modelLatencyInMs: 1_000 },
      },
      access: "PUBLIC",
    },
    "loan-default": {
      artifact: "s3://amzn-s3-demo-bucket/loan-default/model.tar.gz",
      image: SAMPLE_IMAGE,
      instances: {
        instanceType: "ml.m5.large",
        initialInstanceCount: 1,
        async: { days: 1, maxConcurrentRequestsPerInstance: 1 },
      },
      access: "PUBLIC",
      objectives: { waitInSeconds: 1_800, failuresPerHour: 2, startInSeconds: 600 },
    },
  },
};

/** No scenario waits for the start of an instance: a deployment with a larger minimum starts the instance. */
const INSTANCE_START_IN_MS = 3_600_000;
/** An endpoint without requests has no instance. */
const INSTANCE_IDLE_IN_MS = 1;

/** The time of a function whose endpoint does not answer: short, so that the tests do not wait long. */
const SHORT_TIMEOUT_IN_SECONDS = 2;
const FUNCTION_WITH_SHORT_TIMEOUT = "prod-energy-demand";

const MINUTE_IN_MS = 60_000;
/** Requests arrive in the middle of a minute, so that the age of a line cannot move it to another minute. */
const MIDDLE_IN_MS = 30_000;
/** The longest window of the alarms is 6 hours. After this time, a scenario does not affect the next one. */
const PAUSE_IN_MINUTES = 6 * 60 + 15;
/** The numbers of requests that run at the same time, if the test does not count them. */
const PARALLEL = 2;
/** The patience for requests in a barrier, on a busy machine. */
const PATIENCE_IN_MS = 20_000;

/** After this time without the end of a request, the requests of a failed scenario have ended. */
const QUIET_IN_MS = 1_000;

/** The behaviour of a container for one request. */
export type Behaviour =
  | { readonly kind: "answer" }
  /** Answers with the status 500. */
  | { readonly kind: "fail" }
  /** Answers with the status 400. */
  | { readonly kind: "refuse" }
  /** Answers after a time. */
  | { readonly kind: "slow"; readonly inMs: number }
  /** Does not answer before the end of the scenario. */
  | { readonly kind: "hang" };

/** A sample model that a test makes fail. */
class FaultyContainer implements Container {
  readonly description = "the faulty container";
  behaviour: Behaviour = { kind: "answer" };
  /** Requests that wait for {@link open}, while {@link isClosed}. */
  isClosed = false;
  waiting = 0;
  private release: (() => void)[] = [];

  constructor(private readonly sample: Container) {}

  async invoke(request: ContainerRequest): Promise<ContainerResponse> {
    const { behaviour } = this;
    if (behaviour.kind === "fail") return { status: 500, contentType: "text/plain", body: "out of memory" };
    if (behaviour.kind === "refuse")
      return { status: 400, contentType: "text/plain", body: "no such format" };
    if (behaviour.kind === "slow") await new Promise((resolve) => setTimeout(resolve, behaviour.inMs));
    if (behaviour.kind === "hang" || this.isClosed) {
      this.waiting++;
      await new Promise<void>((resolve) => this.release.push(resolve));
      this.waiting--;
    }
    return await this.sample.invoke(request);
  }

  open(): void {
    this.isClosed = false;
    for (const release of this.release.splice(0)) release();
  }
}

/** A store that remembers all data, so that a test can replay them for other alarms. */
class RecordingStore extends MetricStore {
  readonly data: Datum[] = [];
  /** The requests in the functions' lines. */
  printed = 0;
  /** The asynchronous requests that ended. */
  ended = 0;

  override add(datum: Datum): void {
    super.add(datum);
    this.data.push(datum);
    if (datum.name === "Requests") this.printed++;
    if (datum.name === "TotalProcessingTime") this.ended++;
  }
}

/** A change of an alarm's state, as the terminal shows it. */
export interface Change {
  readonly alarm: string;
  readonly from: string;
  readonly to: string;
  /** Minutes since the start of the scenario. */
  readonly minute: number;
}

/** The result of a scenario. */
export interface Observed {
  readonly changes: readonly Change[];
  /** The metrics of the scenario. */
  readonly data: readonly Datum[];
  /** The first and the last evaluation, in milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  /** The start of the scenario in milliseconds since 1970. */
  readonly start: number;
}

/**
 * A local stage whose containers, functions and deployments a test makes fail. Functions run in real processes, and requests
 * are real HTTP. Only the clock of metrics and alarms is the test's.
 */
export class FaultStage {
  private readonly stacks = new Stacks();
  private readonly crashFlag = join(this.stacks.folder, "crash");
  private readonly containers: ReadonlyMap<string, FaultyContainer>;
  private readonly store = new RecordingStore();
  private time = Date.parse("2026-11-01T00:00:00Z");
  private start = this.time;
  private readonly now = () => this.time;
  private readonly add = (text: string) => {
    this.log += text;
  };
  private readonly cloudWatch = new CloudWatch(this.add, this.now, this.store);
  private readonly stage: LocalStage;
  private expected = 0;
  /** The ends of asynchronous requests. */
  private ended = 0;
  private deployment: Deployment | undefined;
  /** The folder of the stack as it is synthesized. */
  synthesized = "";
  /** The folder of the served stack. */
  folder = "";
  /** The output of the functions and of the stage. */
  log = "";

  constructor() {
    const samples = loadSamples(process.cwd(), { blazingText: false });
    this.containers = new Map([...samples].map(([model, sample]) => [model, new FaultyContainer(sample)]));
    this.stage = new LocalStage({
      port: 0,
      containers: this.containers,
      log: this.add,
      now: this.now,
      cloudWatch: this.cloudWatch,
      instanceStartInMs: INSTANCE_START_IN_MS,
      instanceIdleInMs: INSTANCE_IDLE_IN_MS,
    });
  }

  get url(): string {
    return this.stage.url;
  }

  /** @param synthesized - the folder of the synthesized stack. Default: the stage synthesizes it */
  async open(synthesized = this.stacks.synthesize(WITH_ALARMS)): Promise<void> {
    this.synthesized = synthesized;
    await this.stage.listen();
    const crash = join(this.stacks.folder, "crash.cjs");
    // Loaded before the function's code, in the function's process.
    writeFileSync(
      crash,
      `process.on("message", () => { if (require("node:fs").existsSync(${JSON.stringify(this.crashFlag)})) process.exit(1); });`,
    );
    this.folder = this.stacks.change(
      synthesized,
      (terraform) => {
        for (const fn of Object.values(terraform.resource.aws_lambda_function ?? {})) {
          if (fn.function_name === FUNCTION_WITH_SHORT_TIMEOUT) fn.timeout = SHORT_TIMEOUT_IN_SECONDS;
          const { variables } = fn.environment as { variables: Record<string, string> };
          Object.assign(variables, { NODE_OPTIONS: `--require=${crash}` });
        }
      },
      { withFiles: true },
    );
    await this.deploy();
  }

  async close(): Promise<void> {
    for (const container of this.containers.values()) container.open();
    await this.stage.close();
    this.stacks.remove();
  }

  /** Deploys the stack with a change, as a reload does. */
  async deploy(change: (terraform: TerraformJson) => void = () => {}): Promise<void> {
    const folder = this.stacks.change(this.folder, change, { withFiles: true });
    this.deployment = readDeployment("prod", folder);
    await this.stage.serve([this.deployment]);
  }

  /** Deploys the asynchronous endpoint with an instance that is in service at once. */
  async deployWithInstance(): Promise<void> {
    await this.deploy(({ resource }) => {
      for (const target of Object.values(resource.aws_appautoscaling_target ?? {})) target.min_capacity = 1;
    });
  }

  /** Deploys the asynchronous endpoint without instances, and waits until it has none. */
  async deployWithoutInstance(): Promise<void> {
    await this.deploy();
    await new Promise((resolve) => setTimeout(resolve, 2 * INSTANCE_IDLE_IN_MS));
  }

  /**
   * Runs a scenario, and returns the changes of alarms until all windows have passed. A failed scenario does not affect the
   * next one.
   */
  async observe(scenario: (stage: FaultStage) => Promise<void>, historyInMinutes: number): Promise<Observed> {
    this.time += historyInMinutes * MINUTE_IN_MS;
    this.start = this.time;
    const from = this.time - historyInMinutes * MINUTE_IN_MS;
    const before = { log: this.log.length, data: this.store.data.length };
    try {
      await scenario(this);
      this.openContainers();
      await this.settle();
    } catch (error) {
      await this.forgetRequests();
      throw error;
    } finally {
      this.time = Math.floor(this.time / MINUTE_IN_MS) * MINUTE_IN_MS + PAUSE_IN_MINUTES * MINUTE_IN_MS;
      this.cloudWatch.evaluateAlarms();
    }
    return {
      changes: changesIn(this.log.slice(before.log), this.start),
      data: this.store.data.slice(before.data),
      from,
      to: this.time,
      start: this.start,
    };
  }

  /** Moves the clock to the middle of a minute, relative to the start of the scenario. */
  at(minute: number): void {
    this.time = this.start + minute * MINUTE_IN_MS + MIDDLE_IN_MS;
    this.cloudWatch.evaluateAlarms();
  }

  /** Sends requests to a model's route, and waits for the answers and the functions' lines. */
  async send(model: Model, count: number, behaviour: Behaviour = { kind: "answer" }): Promise<Response[]> {
    this.containerOf(model).behaviour = behaviour;
    const answers: Response[] = [];
    const parallel = behaviour.kind === "answer" ? PARALLEL : count;
    while (answers.length < count) {
      const batch = Math.min(parallel, count - answers.length);
      answers.push(...(await Promise.all(Array.from({ length: batch }, () => this.request(model)))));
    }
    this.containerOf(model).behaviour = { kind: "answer" };
    this.expected += count;
    await this.settle();
    return answers;
  }

  /** Sends asynchronous requests, and waits for their ends. */
  async sendToQueue(
    model: AsyncModel,
    count: number,
    behaviour: Behaviour = { kind: "answer" },
  ): Promise<void> {
    this.containerOf(model).behaviour = behaviour;
    for (let i = 0; i < count; i++) await this.request(model);
    this.expected += count;
    this.ended += count;
    await this.settle();
    this.containerOf(model).behaviour = { kind: "answer" };
  }

  /** Adds asynchronous requests to the queue. Their ends are part of the scenario. */
  async enqueue(model: AsyncModel, count: number): Promise<Response[]> {
    const answers: Response[] = [];
    for (let i = 0; i < count; i++) answers.push(await this.request(model));
    this.expected += count;
    this.ended += count;
    return answers;
  }

  /** Adds requests of another client to the queue. @param ttlInSeconds - the maximum time in the queue */
  async enqueueAsClient(model: AsyncModel, count: number, ttlInSeconds: number): Promise<void> {
    const path = `/endpoints/prod-${model}/async-invocations`;
    const headers = {
      "X-Amzn-SageMaker-Content-Type": "text/csv",
      "X-Amzn-SageMaker-RequestTTLSeconds": String(ttlInSeconds),
    };
    for (let i = 0; i < count; i++) {
      const request = { path, headers, body: "52000.5,8500,36" };
      await send(this.url, await sign(this.url, request, { service: "sagemaker", region: "eu-central-1" }));
    }
    this.ended += count;
  }

  /** Stops the model's container in the next request, until `then` has run. */
  async holdQueue(model: AsyncModel, then: () => Promise<void>): Promise<void> {
    const container = this.containerOf(model);
    container.isClosed = true;
    await then();
    container.open();
    await this.settle();
  }

  /** Sends a request with a body that the caller must change. */
  async sendInvalid(model: Model): Promise<Response> {
    const answer = await this.request(model, "text/plain", "no JSON");
    this.expected++;
    await this.settle();
    return answer;
  }

  /** Sends requests whose function crashes. */
  async sendWithCrash(model: Model, count: number): Promise<Response[]> {
    return await this.withCrash(count, () => this.request(model));
  }

  /** Reads the answer of an asynchronous request with a function that crashes. */
  async readWithCrash(model: AsyncModel, started: Response, count: number): Promise<Response[]> {
    const { id } = JSON.parse(started.body) as { id: string };
    const read = { method: "GET", path: `/prod/${model}/requests/${id}` };
    return await this.withCrash(count, () => send(this.url, read));
  }

  private async withCrash(count: number, request: () => Promise<Response>): Promise<Response[]> {
    writeFileSync(this.crashFlag, "");
    try {
      const answers: Response[] = [];
      for (let i = 0; i < count; i++) answers.push(await request());
      return answers;
    } finally {
      if (existsSync(this.crashFlag)) rmSync(this.crashFlag);
    }
  }

  /**
   * Holds requests in the model's container until `then` has run.
   *
   * @param by - `function`: requests to the route; `client`: invocations of the endpoint by another client
   */
  async hold(
    model: Model,
    count: number,
    by: "function" | "client",
    then: () => Promise<void> = async () => {},
  ): Promise<void> {
    const container = this.containerOf(model);
    container.isClosed = true;
    const requests = Array.from({ length: count }, () =>
      by === "function" ? this.request(model) : this.invokeEndpoint(model),
    );
    await eventually(`${count} requests in the container`, () => container.waiting === count, PATIENCE_IN_MS);
    await then();
    container.open();
    await Promise.all(requests);
    if (by === "function") this.expected += count;
    await this.settle();
  }

  /** Sends one request to a model's route. @param isPrinted - whether the function runs, and prints a line */
  async sendOne(model: Model, isPrinted: boolean): Promise<Response> {
    const answer = await this.request(model);
    if (isPrinted) this.expected++;
    return answer;
  }

  /** Records values of SageMaker about a queue: 1 if requests wait without an instance, otherwise 0. */
  reportBacklog(model: AsyncModel, values: readonly number[]): void {
    const scope = `${WITH_ALARMS.accountId}/${WITH_ALARMS.region}`;
    this.cloudWatch.record(
      {
        scope,
        namespace: "AWS/SageMaker",
        dimensions: { EndpointName: `${WITH_ALARMS.name}-${model}` },
      },
      values.map((value) => ({ name: "HasBacklogWithoutCapacity", value, unit: "Count" })),
    );
  }

  /** Sends the result of the command `drift --put-metric`. */
  reportDrift(model: Model, driftingFeatures: number): void {
    const scope = `${WITH_ALARMS.accountId}/${WITH_ALARMS.region}`;
    this.cloudWatch.record(
      { scope, namespace: METRICS_NAMESPACE, dimensions: metricDimensions(WITH_ALARMS.name, model) },
      [{ name: DRIFT_METRIC, value: driftingFeatures, unit: "Count" }],
    );
  }

  /** The answer of the address of the alarms. */
  async readAlarms(): Promise<Response> {
    return await send(this.url, { method: "GET", path: "/_local/alarms" });
  }

  private containerOf(model: Model): FaultyContainer {
    const container = this.containers.get(model);
    if (container === undefined) throw new Error(`there is no container of ${model}`);
    return container;
  }

  private request(model: Model, contentType = "application/json", body?: string): Promise<Response> {
    const methods = this.deployment?.stages[0]?.openApi.methods ?? [];
    const method = methods.find(({ path, httpMethod }) => path === `/${model}` && httpMethod !== "OPTIONS");
    if (method === undefined) throw new Error(`there is no route of ${model}`);
    const query = [...method.parameterExamples].map(
      ([name, value]) => `${name}=${encodeURIComponent(value)}`,
    );
    return send(this.url, {
      method: method.httpMethod,
      path: `/prod${method.path}${query.length > 0 ? `?${query.join("&")}` : ""}`,
      headers: { "Content-Type": contentType },
      body: body ?? JSON.stringify(method.example) ?? "",
    });
  }

  private async invokeEndpoint(model: Model): Promise<Response> {
    const path = `/endpoints/prod-${model}/invocations`;
    const body = '{"instances":[{"area":96.5,"rooms":4}]}';
    const request = { path, headers: { "Content-Type": "application/json" }, body };
    return await send(
      this.url,
      await sign(this.url, request, { service: "sagemaker", region: "eu-central-1" }),
    );
  }

  private openContainers(): void {
    for (const container of this.containers.values()) {
      container.behaviour = { kind: "answer" };
      container.open();
    }
  }

  /** Ends the requests of a failed scenario, and expects the further requests after those that ended. */
  private async forgetRequests(): Promise<void> {
    this.openContainers();
    await this.quiet();
    this.expected = this.store.printed;
    this.ended = this.store.ended;
  }

  /** Waits until no further request ends for a time. */
  private async quiet(): Promise<void> {
    const count = () => this.store.printed + this.store.ended;
    const deadline = Date.now() + PATIENCE_IN_MS;
    for (let before = -1; before !== count() && Date.now() < deadline; ) {
      before = count();
      await new Promise((resolve) => setTimeout(resolve, QUIET_IN_MS));
    }
  }

  /** Waits for the lines of all requests: a line can arrive after the answer. */
  private async settle(): Promise<void> {
    await eventually(
      `${this.expected} lines with metrics, got ${this.store.printed}; ${this.ended} ends of asynchronous requests, got ${this.store.ended}`,
      () => this.store.printed >= this.expected && this.store.ended >= this.ended,
    );
  }
}

/** The changes in the output of the stage. */
function changesIn(log: string, start: number): Change[] {
  return [...log.matchAll(/^ALARM STATE (\S+Z) (\S+): (\w+) -> (\w+): /gm)].map(
    ([, at = "", alarm = "", from = "", to = ""]) => ({
      alarm,
      from,
      to,
      minute: (Date.parse(at) - start) / MINUTE_IN_MS,
    }),
  );
}
