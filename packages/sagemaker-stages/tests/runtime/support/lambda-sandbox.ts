import http from "node:http";
import { ExtensionsApi } from "../../../src/local/lambda/extensions-api";
import { type CapturingHandler, capture } from "../../../src/runtime/capture/handler";
import type { Contract } from "../../../src/runtime/contract";
import { EVERY_PART } from "../../../src/runtime/parts";
import {
  EndpointServer,
  type RecordedRequest,
  type ScriptedAnswer,
} from "../../../src/testing/endpoint-server";
import { environmentOf } from "./handler";

/** The account of the function, and of the bucket. */
export const ACCOUNT = "111122223333";

/**
 * Lambda's environment of one process, with servers in place of the endpoint and of S3: the runtime, which sends an answer, and
 * the Extensions API, after whose next request Lambda freezes the process.
 */
export class LambdaSandbox {
  /** The events in their order: `answer`, `put`, `next`. */
  readonly events: string[] = [];
  private readonly answers: ScriptedAnswer[] = [];
  private waiting: (() => void)[] = [];
  private requests = 0;

  private constructor(
    readonly endpoint: EndpointServer,
    readonly s3: EndpointServer,
    private api: ExtensionsApi,
    private address: string,
  ) {
    s3.willAlwaysAnswer(async () => {
      this.events.push("put");
      return this.answers.shift() ?? {};
    });
  }

  static async start(): Promise<LambdaSandbox> {
    const onIdle = () => sandbox.onIdle();
    const { api, address } = await ExtensionsApi.start(http, onIdle);
    const sandbox = new LambdaSandbox(
      await EndpointServer.start(),
      await EndpointServer.start(),
      api,
      address,
    );
    return sandbox;
  }

  /** The objects that the function put into the bucket. */
  get objects(): readonly RecordedRequest[] {
    return this.s3.requests;
  }

  /** Sets the answers of S3. Afterwards, S3 accepts each object. */
  s3WillAnswer(...answers: readonly ScriptedAnswer[]): void {
    this.answers.push(...answers);
  }

  /** Loads the function, as in Lambda's init phase. */
  async load<Request, Answer>(
    contract: Contract<Request, Answer>,
    variables: NodeJS.ProcessEnv = {},
  ): Promise<CapturingHandler["handler"]> {
    const { handler, ready } = capture(EVERY_PART, contract, {
      ...environmentOf(this.endpoint),
      AWS_LAMBDA_RUNTIME_API: this.address,
      AWS_ENDPOINT_URL_S3: this.s3.url,
      CAPTURE_DESTINATION: "s3://bucket/dev-loan-default/AllTraffic",
      CAPTURE_PERCENT: "100",
      CAPTURE_DROP: '["nothing"]',
      ...variables,
    });
    await ready;
    await this.api.closeRegistration();
    this.events.length = 0;
    return handler;
  }

  /** Loads a function in the place of the function that was loaded before. */
  async reload<Request, Answer>(
    contract: Contract<Request, Answer>,
    variables: NodeJS.ProcessEnv,
  ): Promise<CapturingHandler["handler"]> {
    await this.api.close();
    const { api, address } = await ExtensionsApi.start(http, () => this.onIdle());
    this.api = api;
    this.address = address;
    return await this.load(contract, variables);
  }

  /**
   * Invokes the function once.
   *
   * @param timeLeftInMs - until Lambda ends the invocation
   * @param leftAfterAnswerInMs - the time that the extension has, which an answer can use up
   * @returns the answer, and a promise that resolves when Lambda may freeze the process
   */
  async invoke(
    handler: CapturingHandler["handler"],
    event: unknown,
    timeLeftInMs = 5_000,
    leftAfterAnswerInMs = timeLeftInMs,
  ): Promise<{ readonly answer: unknown; readonly idle: Promise<void> }> {
    const requestId = `request-${++this.requests}`;
    const deadline = Date.now() + timeLeftInMs;
    const functionArn = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:dev-loan-default`;
    const idle = new Promise<void>((resolve) => {
      this.waiting.push(resolve);
    });
    this.api.announce({
      requestId,
      payload: "",
      deadline: deadline - timeLeftInMs + leftAfterAnswerInMs,
      functionArn,
    });
    const answer = await handler(event, {
      awsRequestId: requestId,
      getRemainingTimeInMillis: () => deadline - Date.now(),
    });
    this.events.push("answer");
    return { answer, idle };
  }

  /** Invokes the function once, until Lambda may freeze the process. @returns the answer */
  async invokeToEnd(
    handler: CapturingHandler["handler"],
    event: unknown,
    timeLeftInMs?: number,
    leftAfterAnswerInMs?: number,
  ): Promise<unknown> {
    const { answer, idle } = await this.invoke(handler, event, timeLeftInMs, leftAfterAnswerInMs);
    await idle;
    return answer;
  }

  async close(): Promise<void> {
    await Promise.all([this.endpoint.close(), this.s3.close()]);
    await this.api.close();
  }

  private onIdle(): void {
    this.events.push("next");
    const waiting = this.waiting;
    this.waiting = [];
    for (const resolve of waiting) resolve();
  }
}
