import { mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type HttpRequest, type HttpResponse, readRequest, sendResponse } from "./http";
import { LocalFunction } from "./lambda/function";
import { GATEWAY_ERRORS, toGatewayAnswer } from "./rest-api/gateway-response";
import { newRequestIds } from "./rest-api/proxy";
import { RestApi } from "./rest-api/rest-api";
import type { Container } from "./sagemaker/container";
import { isRuntimePath, SagemakerRuntime } from "./sagemaker/runtime";
import type { Deployment, FunctionDefinition } from "./terraform/deployment";

/** A function's module failed to load; the message is for people. */
export class FunctionNotLoaded extends Error {
  override readonly name = "FunctionNotLoaded";
}

/** Settings of a local stage. */
export interface LocalStageSettings {
  /** Port on 127.0.0.1; 0 takes any that is free. */
  readonly port: number;
  /** Containers by model. */
  readonly containers: ReadonlyMap<string, Container>;
  /** Takes the functions' output and what an operator should know. */
  readonly log: (text: string) => void;
}

/** What a reload swaps at once. */
interface Serving {
  readonly stages: ReadonlyMap<string, RestApi>;
  readonly functions: ReadonlyMap<string, LocalFunction>;
  readonly runtime: SagemakerRuntime;
}

/** The stages of some environments on loopback, and the SageMaker runtime that their functions ask. */
export class LocalStage {
  private readonly folder = mkdtempSync(join(tmpdir(), "local-stage-"));
  private readonly server = http.createServer((incoming, outgoing) => {
    this.respond(incoming).then(
      (response) => sendResponse(outgoing, response),
      (error: unknown) => {
        this.settings.log(
          `${incoming.method} ${incoming.url}: ${error instanceof Error ? error.message : error}\n`,
        );
        outgoing.destroy();
      },
    );
  });
  private serving: Serving | undefined;

  constructor(private readonly settings: LocalStageSettings) {}

  /** `http://127.0.0.1:<port>`, once it listens. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /**
   * Starts to listen.
   *
   * @throws Error with the code EADDRINUSE where the port is taken
   */
  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen(this.settings.port, "127.0.0.1", () => resolve());
    });
  }

  /**
   * Serves `deployments` from now on. Functions that did not change keep their processes; requests under way
   * are answered by what they began with.
   *
   * @throws FunctionNotLoaded where a function cannot be loaded; then everything stays as it was
   */
  async serve(deployments: readonly Deployment[]): Promise<void> {
    const { log } = this.settings;
    const before = this.serving;
    const settings = { folder: this.folder, sagemakerRuntimeUrl: this.url, log };
    const functions = new Map<string, LocalFunction>();
    for (const definition of deployments.flatMap((deployment) => deployment.functions)) {
      const known = before?.functions.get(definition.arn);
      const same = known !== undefined && isSame(known.definition, definition);
      functions.set(definition.arn, same ? known : new LocalFunction(definition, settings));
    }
    const started = [...functions.values()].filter((fn) => before?.functions.get(fn.definition.arn) !== fn);
    const faults = await Promise.all(started.map((fn) => fn.warmUp()));
    const fault = faults.find((candidate) => candidate !== undefined);
    if (fault !== undefined) {
      await Promise.all(started.map((fn) => fn.stop()));
      throw new FunctionNotLoaded(
        `a function could not be loaded: ${fault.errorType}: ${fault.errorMessage}`,
      );
    }

    const stages = deployments.flatMap((deployment) =>
      deployment.stages.map((stage) => [stage.stageName, new RestApi(stage, deployment, functions)] as const),
    );
    this.serving = {
      functions,
      stages: new Map(stages),
      runtime: new SagemakerRuntime(
        deployments.flatMap((deployment) => deployment.endpoints),
        this.settings.containers,
        log,
      ),
    };
    for (const [arn, fn] of before?.functions ?? []) {
      if (functions.get(arn) !== fn) fn.retire();
    }
  }

  /** Stops listening, ends every function and removes what was unpacked. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
    await Promise.all([...(this.serving?.functions.values() ?? [])].map((fn) => fn.stop()));
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async respond(incoming: http.IncomingMessage): Promise<HttpResponse> {
    const request = await readRequest(incoming);
    const { serving } = this;
    if (serving === undefined) return forbidden();
    if (isRuntimePath(request.path)) return await serving.runtime.handle(request);
    return await this.route(request, serving);
  }

  private async route(request: HttpRequest, { stages }: Serving): Promise<HttpResponse> {
    const [, stageName = "", path = ""] = /^\/([^/]*)(\/.*)?$/s.exec(request.path) ?? [];
    const stage = stages.get(stageName);
    return stage === undefined ? forbidden() : await stage.handle(request, path || "/");
  }
}

/** As API Gateway's host answers for a stage that it does not have. */
function forbidden(): HttpResponse {
  const ids = newRequestIds();
  return toGatewayAnswer(GATEWAY_ERRORS.badKey, {}, { ...ids, httpMethod: "", resourcePath: "", stage: "" });
}

function isSame(left: FunctionDefinition, right: FunctionDefinition): boolean {
  // The package's path differs from synthesis to synthesis, its hash says whether it changed.
  const comparable = ({ zipFile: _zipFile, ...rest }: FunctionDefinition) => JSON.stringify(rest);
  return comparable(left) === comparable(right);
}
