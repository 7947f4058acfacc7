import type { Container } from "../../../src/local/sagemaker/container";
import { LocalStage } from "../../../src/local/stage";
import type { Deployment } from "../../../src/local/terraform/deployment";
import { createAsyncHandlerWith } from "../../../src/runtime/async/handler";
import type { Contract, Route } from "../../../src/runtime/contract";
import { isRecord } from "../../../src/runtime/json";
import { EVERY_PART } from "../../../src/runtime/parts";
import { lambdaContext, restHttpEvent } from "../../../src/testing/events";
import { ENOUGH_TIME_IN_MS } from "./handler";

const BUCKET = "dev-async-123456789012-us-east-1";
const ENDPOINT = "dev-model";
const LOCATION = `s3://${BUCKET}/${ENDPOINT}`;

/** The permissions of the role of the endpoint. */
const ROLE = [
  {
    Effect: "Allow" as const,
    Action: ["s3:GetObject", "s3:PutObject"],
    Resource: [`arn:aws:s3:::${BUCKET}/${ENDPOINT}/*`],
  },
];

const DEPLOYMENT: Deployment = {
  name: "dev",
  region: "us-east-1",
  accountId: "123456789012",
  functions: [],
  existingFunctions: [],
  stages: [],
  functionUrls: [],
  unsupported: [],
  endpoints: [
    {
      name: ENDPOINT,
      model: "model",
      variantName: "AllTraffic",
      compute: { kind: "instances", instanceType: "ml.m5.large", initialInstanceCount: 1 },
      region: "us-east-1",
      accountId: "123456789012",
      asyncInference: {
        outputPath: `${LOCATION}/results`,
        failurePath: `${LOCATION}/failures`,
        minCapacity: 1,
        roleStatements: ROLE,
      },
    },
  ],
  asyncBuckets: [
    {
      bucketName: BUCKET,
      environment: "dev",
      region: "us-east-1",
      accountId: "123456789012",
      expirations: [],
      roles: new Map(),
    },
  ],
};

/** An answer of a handler over HTTP. */
export interface AsyncAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isBase64Encoded?: boolean;
}

/** The caller of a request: the parts of the event's request context. */
export type CallerContext = Readonly<Record<string, unknown>>;

/** An asynchronous endpoint and S3 on this machine, for handlers in this process. */
export class AsyncEndpoint {
  private readonly containers = new Map<string, Container>();
  private readonly stage = new LocalStage({ port: 0, containers: this.containers, log: () => {} });

  /** The variables of a function. */
  get environment(): NodeJS.ProcessEnv {
    return {
      ENDPOINT_NAME: ENDPOINT,
      ASYNC_LOCATION: LOCATION,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "local",
      AWS_SECRET_ACCESS_KEY: "local",
      AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: this.stage.url,
      AWS_ENDPOINT_URL_S3: `${this.stage.url}/_s3`,
    };
  }

  async start(): Promise<void> {
    await this.stage.listen();
    await this.stage.serve([DEPLOYMENT]);
  }

  /** Sets the answers of the model. */
  answer(invoke: Container["invoke"]): void {
    this.containers.set("model", { description: "a container", invoke });
  }

  /**
   * The routes of a contract.
   *
   * @param caller - the caller of all requests. Default: a caller without an identity
   * @param variables - further variables of the function
   */
  routesOf<Request, Answer>(
    contract: Contract<Request, Answer>,
    caller: CallerContext = {},
    variables: NodeJS.ProcessEnv = {},
  ): AsyncRoutes {
    return new AsyncRoutes(
      createAsyncHandlerWith(EVERY_PART, contract, { ...this.environment, ...variables }),
      contract.route,
      caller,
    );
  }

  async close(): Promise<void> {
    await this.stage.close();
  }
}

/** The routes of one contract, called by one caller through a REST API. */
export class AsyncRoutes {
  constructor(
    readonly handler: ReturnType<typeof createAsyncHandlerWith>,
    private readonly route: Route,
    private readonly caller: CallerContext,
  ) {}

  start(body: string | Uint8Array, contentType = "application/json", headers: Record<string, string> = {}) {
    return this.send("POST", "", { body, contentType, headers });
  }

  upload(document: unknown) {
    return this.send("POST", "/uploads", { body: JSON.stringify(document) });
  }

  startUpload(id: string, headers: Record<string, string> = {}) {
    return this.send("POST", "/uploads/{id}", { headers }, id);
  }

  read(id: string, headers: Record<string, string> = {}, query = "") {
    return this.send("GET", "/requests/{id}", { headers, query }, id);
  }

  /** Reads an answer until it exists. */
  async answer(id: string, headers: Record<string, string> = {}, query = ""): Promise<AsyncAnswer> {
    for (;;) {
      const answer = await this.read(id, headers, query);
      if (answer.statusCode !== 202) return answer;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  private async send(
    method: "GET" | "POST",
    suffix: string,
    request: Parameters<typeof restHttpEvent>[1],
    id?: string,
  ): Promise<AsyncAnswer> {
    const { path } = this.route;
    const event = restHttpEvent({ method, path: `${path}${suffix}` }, request);
    const sent = {
      ...event,
      pathParameters: id === undefined ? null : { id },
      requestContext: {
        ...event.requestContext,
        path: `/dev${path}${suffix}`.replace("{id}", id ?? ""),
        ...this.caller,
      },
    };
    const answer = await this.handler(sent, lambdaContext(ENOUGH_TIME_IN_MS));
    if (!isRecord(answer) || typeof answer.statusCode !== "number") throw new Error(JSON.stringify(answer));
    return answer as unknown as AsyncAnswer;
  }
}

/** The id in an answer with the status 201 or 202. */
export function idIn({ body }: Pick<AsyncAnswer, "body">): string {
  const { id }: { readonly id?: string } = JSON.parse(body);
  if (id === undefined) throw new Error(`got ${body}; expected an id`);
  return id;
}
