import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { unzipSync } from "fflate";
import { functionCode } from "../../../src/constructs/function/function-code";
import type { Model, ModelDefinition } from "../../../src/models";
import { defineModels } from "../../../src/models";
import { EndpointServer } from "../../../src/testing/endpoint-server";
import { restEvent } from "../../../src/testing/events";
import { handlerEnvironment } from "../../../src/testing/handler";
import { makeTempFolder, removeFolder } from "../../../src/testing/temp-folder";
import type { StandInContainer } from "./containers";

const run = promisify(execFile);

/** The answer to a caller. */
export interface Received {
  readonly status: number;
  readonly contentType: string | undefined;
  /** The body, parsed if it is JSON. */
  readonly body: unknown;
}

/** The deployment package of a model with a ready-made contract, with a container that emulates a real protocol. */
export class DeployedModel {
  private constructor(
    readonly model: Model,
    readonly endpoint: EndpointServer,
    /** The path of the unpacked index.js. */
    private readonly code: Uint8Array,
    private readonly folder: string,
  ) {}

  static async of(definition: ModelDefinition, container: StandInContainer): Promise<DeployedModel> {
    const { iris: model } = defineModels({ iris: definition });
    const code = unzipSync(functionCode("iris", model).zip)["index.js"] ?? new Uint8Array();
    const endpoint = await EndpointServer.start();
    endpoint.willAlwaysAnswer(async (request) => container(request));
    const folder = makeTempFolder();
    writeFileSync(join(folder, "index.js"), code);
    return new DeployedModel(model, endpoint, code, folder);
  }

  /** The size of the package's code, compressed. */
  get compressedBytes(): number {
    return gzipSync(this.code, { level: 9 }).length;
  }

  get codeText(): string {
    return Buffer.from(this.code).toString();
  }

  /** The answer to a JSON request, through API Gateway. */
  async post(request: unknown): Promise<Received> {
    const answer = await this.invoke(restEvent(this.model, request));
    const { statusCode, headers, body } = answer as {
      readonly statusCode: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    };
    const contentType = headers["Content-Type"];
    return {
      status: statusCode,
      contentType,
      body: /json/.test(contentType ?? "") ? JSON.parse(body) : body,
    };
  }

  /** The answer of the handler to any event, in a new process. */
  async invoke(event: unknown): Promise<unknown> {
    writeFileSync(join(this.folder, "event.json"), JSON.stringify(event));
    const script = `
      const { handler } = require("./index.js");
      const context = { awsRequestId: "id", getRemainingTimeInMillis: () => 20000 };
      const event = JSON.parse(require("node:fs").readFileSync("event.json", "utf8"));
      handler(event, context).then((answer) => console.log(JSON.stringify({ answer })));
    `;
    const { stdout } = await run(process.execPath, ["-e", script], {
      cwd: this.folder,
      env: handlerEnvironment(this.endpoint),
      maxBuffer: 20_000_000,
    });
    const [last] = stdout.trim().split("\n").slice(-1);
    return (JSON.parse(last ?? "{}") as { readonly answer?: unknown }).answer;
  }

  /** The detail of the problem that answers a request. */
  async problemOf(request: unknown): Promise<string> {
    const { status, contentType, body } = await this.post(request);
    if (contentType !== "application/problem+json") throw new Error(`got ${status}, expected a problem`);
    return `${status} ${(body as { readonly detail: string }).detail}`;
  }

  async close(): Promise<void> {
    await this.endpoint.close();
    removeFolder(this.folder);
  }
}
