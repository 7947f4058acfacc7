import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { ArnFactory } from "../../aws/arn";
import {
  type ModelResult,
  type QueueFailure,
  recordQueue,
  recordQueueResult,
} from "../cloudwatch/async-metrics";
import type { MetricSink } from "../cloudwatch/aws-metrics";
import { scopeOf } from "../cloudwatch/cloudwatch";
import type { AsyncBucketDefinition } from "../s3/async-objects";
import { isAllowedInBucket } from "../s3/async-objects";
import type { ObjectFiles } from "../s3/object-files";
import type { AsyncInference, EndpointDefinition } from "../terraform/endpoints";
import { type Container, ContainerFailed, isSuccess, wholeBody } from "./container";

/** A request in the queue of an asynchronous endpoint: one file. */
const entry = z.object({
  inferenceId: z.string(),
  contentType: z.string(),
  accept: z.string(),
  customAttributes: z.optional(z.string()),
  /** The payload, or its S3 URI. */
  input: z.union([z.object({ base64: z.string() }), z.object({ location: z.string() })]),
  outputLocation: z.string(),
  failureLocation: z.string(),
  receivedAt: z.number(),
  /** The maximum time in the queue. */
  ttlInSeconds: z.number(),
  /** The maximum time of the invocation. */
  timeoutInSeconds: z.number(),
});

type Entry = z.infer<typeof entry>;

/** A request that SageMaker accepts. */
export interface AsyncRequest extends Omit<Entry, "outputLocation" | "failureLocation" | "receivedAt"> {
  /** The last part of the answer's key. @default - a name from the id */
  readonly filename?: string | undefined;
}

/** The places of the answer: S3 URIs. */
export interface AnswerPlaces {
  readonly outputLocation: string;
  readonly failureLocation: string;
}

/** The settings of the queues. */
export interface AsyncQueueSettings {
  /** The folder of all environments. */
  readonly folder: string;
  readonly log: (text: string) => void;
  /** Returns the current time in milliseconds since 1970. */
  readonly now: () => number;
  /** The time in which the first instance of an endpoint without instances starts. */
  readonly wakeUpInMs: number;
  /** The time without requests after which an endpoint has no instance. */
  readonly idleInMs: number;
  /** Receives the metrics of the queues. */
  readonly metrics: MetricSink;
}

/** An endpoint that is served, with its bucket and its container. */
export interface ServedAsyncEndpoint {
  readonly endpoint: EndpointDefinition & { readonly asyncInference: AsyncInference };
  readonly bucket: AsyncBucketDefinition;
  readonly files: ObjectFiles;
  /** Returns the current container of the model. */
  readonly container: () => Container;
}

/** The folder of the queues in the folder of an environment. The name is no part of a key in S3. */
const QUEUE_FOLDER = ".queue";

/** The maximum length of a container's error in a failure: enough to understand the error. */
const MAX_CHARACTERS_OF_FAILURE = 4_096;

/** The queue of one endpoint. */
interface Queue {
  served: ServedAsyncEndpoint;
  readonly waiting: string[];
  /** The files of the requests that are processed. */
  readonly running: Set<string>;
  /** Whether the endpoint has an instance, or an instance starts. */
  instance: "none" | "starting" | "running";
  timer: NodeJS.Timeout | undefined;
}

/** The answer or the failure of a request that was in the queue. */
type Invoked = (
  | { readonly answer: Buffer | string }
  | { readonly failure: string; readonly reason: QueueFailure }
) & {
  /** @default - the request did not reach the container */
  readonly model?: ModelResult;
};

/**
 * The queues of asynchronous endpoints, and their instances. A request is a file until its answer is a file, so that a request
 * survives the end of this process at any moment: the next process answers the request. The answer of a request is written
 * once; after that, the model is not invoked again for the same place.
 */
export class AsyncQueues {
  private readonly queues = new Map<string, Queue>();
  private isClosed = false;

  constructor(private readonly settings: AsyncQueueSettings) {}

  /** Serves these endpoints from now on, with the requests in their folders. */
  serve(endpoints: readonly ServedAsyncEndpoint[]): void {
    const before = new Map(this.queues);
    this.queues.clear();
    for (const served of endpoints) {
      const key = keyOf(served.endpoint);
      const known = before.get(key);
      before.delete(key);
      const scalesToZero = served.endpoint.asyncInference.minCapacity === 0;
      const queue: Queue = known ?? {
        served,
        waiting: this.entriesOf(served),
        running: new Set(),
        instance: scalesToZero ? "none" : "running",
        timer: undefined,
      };
      queue.served = served;
      if (!scalesToZero && queue.instance !== "running") {
        // A larger minimum starts the instance, whatever the queue contains.
        clearTimeout(queue.timer);
        queue.instance = "running";
      }
      this.queues.set(key, queue);
      if (known === undefined && queue.waiting.length > 0) {
        this.log(queue, `${queue.waiting.length} request(s) of the last start are in the queue`);
      }
      this.work(queue);
    }
    for (const { timer } of before.values()) clearTimeout(timer);
  }

  /** Adds a request to the queue. The request is a file when this method returns. */
  add(endpoint: EndpointDefinition, { filename, ...request }: AsyncRequest): AnswerPlaces {
    const queue = this.queues.get(keyOf(endpoint));
    if (queue === undefined) throw new Error(`${endpoint.name}: there is no queue`);
    const { outputPath, failurePath } = queue.served.endpoint.asyncInference;
    const name = filename ?? `${randomUUID()}.out`;
    const places = {
      outputLocation: joinPath(outputPath, name),
      // The name of a failure is not documented. SageMaker's own names end with `-error.out`.
      failureLocation: joinPath(failurePath, name.replace(/(\.out)?$/, "-error.out")),
    };
    const receivedAt = this.settings.now();
    // In the order of arrival.
    const file = `${String(receivedAt).padStart(15, "0")}-${randomUUID()}.json`;
    writeWhole(this.folderOf(queue.served), file, JSON.stringify({ ...request, ...places, receivedAt }));
    queue.waiting.push(file);
    this.work(queue);
    return places;
  }

  /** Records the metrics of every queue at a moment. @param at - milliseconds since 1970 */
  sample(at: number): void {
    for (const { served, waiting, running, instance } of this.queues.values()) {
      const received = [...running, ...waiting].map(receivedAtOf).filter((time) => time <= at);
      const { name: endpointName } = served.endpoint;
      recordQueue(
        this.settings.metrics,
        scopeOf(served.endpoint),
        {
          endpointName,
          size: received.length,
          ageInSeconds: received.length === 0 ? 0 : (at - Math.min(...received)) / 1000,
          hasInstance: instance === "running",
        },
        at,
      );
    }
  }

  /** Starts no further work. Requests without an answer stay in their files. */
  close(): void {
    this.isClosed = true;
    for (const { timer } of this.queues.values()) clearTimeout(timer);
  }

  private work(queue: Queue): void {
    if (this.isClosed || this.queues.get(keyOf(queue.served.endpoint)) !== queue) return;
    if (queue.waiting.length === 0) {
      this.stopWhenIdle(queue);
      return;
    }
    if (queue.instance !== "running") {
      this.wakeUp(queue);
      return;
    }
    clearTimeout(queue.timer);
    const { maxConcurrentPerInstance = 1 } = queue.served.endpoint.asyncInference;
    while (queue.running.size < maxConcurrentPerInstance) {
      const file = queue.waiting.shift();
      if (file === undefined) return;
      queue.running.add(file);
      void this.answer(queue, file)
        .catch((error: unknown) => {
          // The file stays: the next start repeats the request.
          this.log(queue, `a request failed: ${error instanceof Error ? error.message : String(error)}`);
        })
        .finally(() => {
          queue.running.delete(file);
          this.work(queue);
        });
    }
  }

  private wakeUp(queue: Queue): void {
    if (queue.instance === "starting") return;
    const { wakeUpInMs } = this.settings;
    clearTimeout(queue.timer);
    queue.instance = "starting";
    this.log(queue, `0 instances: the first starts (${wakeUpInMs / 1000} s here, several minutes on AWS)`);
    queue.timer = setTimeout(() => {
      queue.instance = "running";
      this.work(queue);
    }, wakeUpInMs);
  }

  private stopWhenIdle(queue: Queue): void {
    const isIdle = queue.running.size === 0 && queue.instance === "running";
    if (!isIdle || queue.served.endpoint.asyncInference.minCapacity !== 0) return;
    clearTimeout(queue.timer);
    queue.timer = setTimeout(() => {
      queue.instance = "none";
      this.log(queue, "no requests: 0 instances");
    }, this.settings.idleInMs).unref();
  }

  /** Answers one request, unless an earlier process has answered it. */
  private async answer(queue: Queue, file: string): Promise<void> {
    const { served } = queue;
    const path = join(this.folderOf(served), file);
    const request = entry.parse(JSON.parse(readFileSync(path, "utf8")));
    const [output, failure] = [keyIn(served, request.outputLocation), keyIn(served, request.failureLocation)];
    if (served.files.get(output) === undefined && served.files.get(failure) === undefined) {
      const result = await this.invoke(served, request);
      const { key, bytes } =
        "answer" in result ? { key: output, bytes: result.answer } : { key: failure, bytes: result.failure };
      const denial = denialOf(served, "s3:PutObject", key);
      if (denial !== undefined) this.log(queue, denial);
      else served.files.put(key, bytes, undefined, "new");
      const reason = "answer" in result ? undefined : result.reason;
      recordQueueResult(this.settings.metrics, scopeOf(served.endpoint), {
        endpointName: served.endpoint.name,
        variantName: served.endpoint.variantName,
        durationInMs: this.settings.now() - request.receivedAt,
        failure: reason ?? (denial === undefined ? undefined : "upload"),
        model: result.model,
      });
    }
    this.notify(queue, request, served.files.get(output) !== undefined);
    rmSync(path, { force: true });
  }

  private async invoke(
    served: ServedAsyncEndpoint,
    { input, contentType, accept, customAttributes, inferenceId, receivedAt, ...request }: Entry,
  ): Promise<Invoked> {
    const { ttlInSeconds, timeoutInSeconds } = request;
    const { files } = served;
    const container = served.container();
    if (this.settings.now() - receivedAt > ttlInSeconds * 1000) {
      const failure = `The request was in the queue for more than ${ttlInSeconds} seconds.`;
      return { failure, reason: "expired" };
    }
    let body: Buffer;
    if ("base64" in input) body = Buffer.from(input.base64, "base64");
    else {
      const key = keyIn(served, input.location);
      const denial = denialOf(served, "s3:GetObject", key);
      const object = denial === undefined ? files.get(key) : undefined;
      if (object === undefined) {
        const failure = denial ?? `Unable to access the object at ${input.location}.`;
        return { failure, reason: "download" };
      }
      body = object.bytes;
    }
    const headers = {
      "x-amzn-sagemaker-inference-id": inferenceId,
      ...(customAttributes === undefined ? {} : { "x-amzn-sagemaker-custom-attributes": customAttributes }),
    };
    const startedAt = performance.now();
    const modelOf = (status?: number): ModelResult => ({
      status,
      durationInMs: performance.now() - startedAt,
    });
    try {
      const answer = await container.invoke({
        contentType,
        accept,
        body,
        headers,
        timeoutInMs: timeoutInSeconds * 1000,
      });
      const answered = await wholeBody(answer.body);
      const model = modelOf(answer.status);
      if (isSuccess(answer.status)) return { answer: answered, model };
      const message = String(answered).slice(0, MAX_CHARACTERS_OF_FAILURE);
      const failure = `Received server error (${answer.status}) from primary with message "${message}"`;
      return { failure, reason: "invocation", model };
    } catch (error) {
      const detail =
        error instanceof ContainerFailed ? `${error.message}. ${error.advice}` : "failed without an answer.";
      return { failure: `${container.description} ${detail}`, reason: "invocation", model: modelOf() };
    }
  }

  /** The notification of a topic, in one line
   * (https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-check-predictions.html). */
  private notify(queue: Queue, request: Entry, isCompleted: boolean): void {
    const { endpoint } = queue.served;
    const { successTopicArn, failureTopicArn } = endpoint.asyncInference;
    const topic = isCompleted ? successTopicArn : failureTopicArn;
    const { inferenceId, outputLocation, failureLocation } = request;
    this.log(queue, `request ${inferenceId.slice(0, 8)}…: ${isCompleted ? "completed" : "failed"}`);
    if (topic === undefined) return;
    const message = {
      invocationStatus: isCompleted ? "Completed" : "Failed",
      requestParameters: {
        endpointName: endpoint.name,
        ...("location" in request.input ? { inputLocation: request.input.location } : {}),
      },
      ...(isCompleted ? { responseParameters: { outputLocation } } : { failureLocation }),
      inferenceId,
      eventName: "InferenceResult",
      eventSource: "aws:sagemaker",
      eventTime: new Date(this.settings.now()).toISOString(),
      receivedTime: new Date(request.receivedAt).toISOString(),
    };
    this.log(queue, `notification to ${topic}: ${JSON.stringify(message)}`);
  }

  private log({ served: { endpoint } }: Queue, text: string): void {
    this.settings.log(`${endpoint.name}: ${text}\n`);
  }

  private folderOf({ endpoint, bucket }: ServedAsyncEndpoint): string {
    return join(this.settings.folder, bucket.environment, QUEUE_FOLDER, endpoint.name);
  }

  private entriesOf(served: ServedAsyncEndpoint): string[] {
    const folder = this.folderOf(served);
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .filter((name) => name.endsWith(".json"))
      .sort();
  }
}

/** The time at which SageMaker received a request. The name of its file begins with the time. */
function receivedAtOf(file: string): number {
  return Number.parseInt(file, 10);
}

function keyOf({ name, region, accountId }: EndpointDefinition): string {
  return new ArnFactory(region, accountId).arn("sagemaker", `endpoint/${name}`);
}

/** Writes a file that is complete or absent at any moment. */
function writeWhole(folder: string, name: string, content: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const unfinished = join(folder, `${name}.unfinished`);
  writeFileSync(unfinished, content, { mode: 0o600 });
  renameSync(unfinished, join(folder, name));
}

function joinPath(uri: string, name: string): string {
  return `${uri.replace(/\/$/, "")}/${name}`;
}

/** The key of an S3 URI. @throws Error for another bucket */
function keyIn({ bucket, endpoint }: ServedAsyncEndpoint, uri: string): string {
  const prefix = `s3://${bucket.bucketName}/`;
  if (!uri.startsWith(prefix)) throw new Error(`${endpoint.name}: got ${uri}; allowed: ${prefix}…`);
  return uri.slice(prefix.length);
}

/** The reason why the endpoint's role refuses an operation. */
function denialOf(
  { endpoint, bucket }: ServedAsyncEndpoint,
  action: string,
  key: string,
): string | undefined {
  const { roleStatements } = endpoint.asyncInference;
  const { bucketName, accountId } = bucket;
  return isAllowedInBucket(roleStatements, action, { bucketName, accountId, key })
    ? undefined
    : `the role of the endpoint has no permission ${action} for ${key}`;
}
