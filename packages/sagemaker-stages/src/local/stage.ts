import { mkdtempSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../lib/user-error";
import { NotServable } from "./errors";
import {
  type HttpRequest,
  type HttpResponse,
  headerOf,
  readRequest,
  sendResponse,
  splitTarget,
} from "./http";
import { UnreservedConcurrency } from "./lambda/concurrency";
import { ExistingFunction } from "./lambda/existing-function";
import { LocalFunction, type RouteFunction } from "./lambda/function";
import { FunctionUrl } from "./lambda/function-url";
import { InvokeApi, isInvokePath } from "./lambda/invoke-api";
import { removeTaskFolders } from "./lambda/task-folder";
import { callRuntime } from "./rest-api/endpoint-caller";
import { GATEWAY_ERRORS, type GatewayError, toGatewayAnswer } from "./rest-api/gateway-response";
import { newRequestIds } from "./rest-api/proxy";
import { RestApi } from "./rest-api/rest-api";
import { findUrlFault, splitStage } from "./rest-api/url";
import type { Container } from "./sagemaker/container";
import { ContainerFailures } from "./sagemaker/container-failures";
import { containerOf } from "./sagemaker/echo-stand-in";
import { RUNTIME_SEGMENT } from "./sagemaker/operation";
import { isOperationPath, isRuntimePath, SagemakerRuntime } from "./sagemaker/runtime";
import type { Deployment, FunctionDefinition, FunctionUrlDefinition } from "./terraform/deployment";
import { websiteFor } from "./website";

/** A function's module failed to load; the message is for people. */
export class FunctionNotLoaded extends UserError {
  override readonly name = "FunctionNotLoaded";
}

/** A port that is needed cannot be had; the message is for people. */
export class PortNotFree extends UserError {
  override readonly name = "PortNotFree";
}

/** The documents of the page cannot be made public; the message is for people. */
export class WebsiteNotBuilt extends UserError {
  override readonly name = "WebsiteNotBuilt";
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
  readonly invokeApi: InvokeApi;
  /** By the function's ARN. */
  readonly functionUrls: ReadonlyMap<string, FunctionUrl>;
  /** Files of the page by environment and name. */
  readonly websites: ReadonlyMap<string, ReadonlyMap<string, HttpResponse>>;
}

/** The stages of some environments on loopback, and the SageMaker runtime that their functions ask. */
export class LocalStage {
  private readonly folder = mkdtempSync(join(tmpdir(), "local-stage-"));
  private readonly server = this.createServer((request, serving) => this.route(request, serving));
  /** Each function URL is a host of its own on AWS, and a port of its own here. */
  private urlServers: ReadonlyMap<string, http.Server> = new Map();
  private readonly containerFailures = new ContainerFailures();
  private readonly unreserved = new UnreservedConcurrency();
  private serving: Serving | undefined;
  /** What is served, and what another version has replaced and still answers. */
  private toStop: ReadonlySet<LocalFunction> = new Set();

  constructor(private readonly settings: LocalStageSettings) {}

  /** `http://127.0.0.1:<port>`, once it listens. */
  get url(): string {
    return urlOf(this.server);
  }

  /** The function URLs by the ARN of their function, without a slash at the end. */
  get functionUrls(): ReadonlyMap<string, string> {
    return new Map([...this.urlServers].map(([arn, server]) => [arn, urlOf(server)]));
  }

  /**
   * Starts to listen.
   *
   * @throws PortNotFree
   */
  async listen(): Promise<void> {
    await listen(this.server, this.settings.port, "the stages");
  }

  /**
   * Serves `deployments` from now on. Functions that did not change keep their processes; requests under way
   * are answered by what they began with.
   *
   * @throws FunctionNotLoaded, PortNotFree or WebsiteNotBuilt; then everything stays as it was
   */
  async serve(deployments: readonly Deployment[]): Promise<void> {
    const { log } = this.settings;
    const before = this.serving;
    const settings = {
      folder: this.folder,
      sagemakerRuntimeUrl: this.url,
      log,
      unreserved: this.unreserved,
      containerFailures: this.containerFailures,
    };
    const functions = new Map<string, LocalFunction>();
    for (const definition of deployments.flatMap((deployment) => deployment.functions)) {
      const known = before?.functions.get(definition.arn);
      const same = known !== undefined && isSame(known.definition, definition);
      functions.set(definition.arn, same ? known : new LocalFunction(definition, settings));
    }
    const started = [...functions.values()].filter((fn) => before?.functions.get(fn.definition.arn) !== fn);
    const stillRunning = [...this.toStop].filter((fn) => fn.isRunning);
    this.toStop = new Set([...stillRunning, ...(before?.functions.values() ?? []), ...functions.values()]);
    try {
      const faults = await Promise.all(started.map((fn) => fn.warmUp()));
      const fault = faults.find((candidate) => candidate !== undefined);
      if (fault !== undefined) {
        throw new FunctionNotLoaded(
          `a function could not be loaded: ${fault.errorType}: ${fault.errorMessage}`,
        );
      }
      const runtime = new SagemakerRuntime(
        deployments.flatMap((deployment) => deployment.endpoints),
        this.settings.containers,
        log,
        this.containerFailures,
      );
      const invokeEndpoint = callRuntime(runtime, this.containerFailures);
      const stages = deployments.flatMap((deployment) => {
        // Several environments may share an existing function; each lets its own routes invoke it.
        const existing = deployment.existingFunctions.map(
          (definition) => [definition.arn, new ExistingFunction(definition, log)] as const,
        );
        const invoked = new Map<string, RouteFunction>([...functions, ...existing]);
        return deployment.stages.map(
          (stage) => [stage.stageName, new RestApi(stage, deployment, invoked, log, invokeEndpoint)] as const,
        );
      });
      const serving: Serving = {
        functionUrls: createFunctionUrls(deployments, functions),
        websites: buildWebsites(this.url, deployments, this.settings.containers),
        functions,
        invokeApi: new InvokeApi(functions),
        stages: new Map(stages),
        runtime,
      };
      await this.openFunctionUrls(deployments.flatMap((deployment) => deployment.functionUrls));
      this.unreserved.leave([...functions.values()].map(({ definition }) => definition));
      this.serving = serving;
    } catch (error) {
      await Promise.all(started.map((fn) => fn.stop()));
      throw error;
    }
    for (const [arn, fn] of before?.functions ?? []) {
      if (functions.get(arn) !== fn) fn.retire();
    }
  }

  /** Stops listening, ends every function and removes what was unpacked. */
  async close(): Promise<void> {
    await Promise.all([this.server, ...this.urlServers.values()].map(close));
    await Promise.all([...this.toStop].map((fn) => fn.stop()));
    removeTaskFolders(this.folder);
  }

  private createServer(
    answer: (request: HttpRequest, serving: Serving) => Promise<HttpResponse>,
  ): http.Server {
    const respond = async (incoming: http.IncomingMessage) => {
      const request = await readRequest(incoming);
      const hosts = hostsOf(incoming, request);
      if (hosts === undefined) return severalHosts();
      if (!hosts.every(isOwnHost)) return otherHost();
      return this.serving === undefined ? forbidden() : await answer(request, this.serving);
    };
    const handle: http.RequestListener = (incoming, outgoing) => {
      respond(incoming)
        .then((response) => sendResponse(outgoing, response))
        .catch((error: unknown) => {
          // Without the query, which is the caller's.
          const [path] = splitTarget(incoming.url).target.split("?");
          this.settings.log(
            `${incoming.method} ${path}: ${error instanceof Error ? error.message : error}\n`,
          );
          outgoing.destroy();
        });
    };
    const server = http.createServer({ maxHeaderSize: MAX_BYTES_OF_HEAD }, handle);
    // Node.js would answer 417; AWS drops the header.
    return server.on("checkExpectation", handle);
  }

  /**
   * Opens a port for each that has none, from the one after the stage's on, and then closes those that are gone.
   *
   * @throws PortNotFree; then no port is opened or closed
   */
  private async openFunctionUrls(definitions: readonly FunctionUrlDefinition[]): Promise<void> {
    const servers = new Map<string, http.Server>();
    const opened: http.Server[] = [];
    try {
      for (const { functionArn, functionName } of definitions) {
        const known = this.urlServers.get(functionArn);
        const server = known ?? this.createFunctionUrlServer(functionArn);
        servers.set(functionArn, server);
        if (known !== undefined) continue;
        const taken = [...this.urlServers.values(), ...opened].map(portOf);
        await listen(server, this.portAfter(taken), `the function URL of ${functionName}`);
        opened.push(server);
      }
    } catch (error) {
      await Promise.all(opened.map(close));
      throw error;
    }
    const gone = [...this.urlServers].filter(([arn]) => !servers.has(arn));
    this.urlServers = servers;
    await Promise.all(gone.map(([, server]) => close(server)));
  }

  private createFunctionUrlServer(functionArn: string): http.Server {
    return this.createServer(
      async (request, { functionUrls }) =>
        (await functionUrls.get(functionArn)?.handle(request)) ?? forbidden(),
    );
  }

  /** The first port after the stage's that no function URL has; where the stage has any, any. */
  private portAfter(taken: readonly number[]): number {
    if (this.settings.port === 0) return 0;
    let port = this.settings.port + 1;
    while (taken.includes(port)) port++;
    return port;
  }

  private async route(request: HttpRequest, serving: Serving): Promise<HttpResponse> {
    const { runtime, invokeApi, stages, websites } = serving;
    if (isInvokePath(request.path)) return await invokeApi.handle(request);
    // A stage may have the runtime's first segment for a name; then it has every path that is no operation.
    const isRuntimes = isOperationPath(request.path) || !stages.has(RUNTIME_SEGMENT);
    if (isRuntimes && isRuntimePath(request.path)) return await runtime.handle(request);
    const [, name = "", file = ""] = /^\/website\/([^/]+)(?:\/(.*))?$/s.exec(request.path) ?? [];
    const website = websites.get(name);
    if (website !== undefined) {
      // The page is told the stage's address by number, and its origin must be the same.
      const isOwnOrigin = `http://${headerOf(request, "host")}` === this.url;
      return isOwnOrigin ? servePage(request, website, name, file) : redirect(302, this.url + request.target);
    }

    const fault = findUrlFault(request);
    if (fault !== undefined) return refuse(fault);
    const { stageName, path } = splitStage(request.path);
    const stage = stages.get(stageName);
    return stage === undefined ? forbidden() : await stage.handle(request, path);
  }
}

/** @throws WebsiteNotBuilt */
function buildWebsites(
  url: string,
  deployments: readonly Deployment[],
  containers: LocalStageSettings["containers"],
): Serving["websites"] {
  try {
    return new Map(
      deployments.flatMap(({ stages, page, endpoints }) =>
        stages.flatMap(({ stageName, openApi }) =>
          page === undefined
            ? []
            : [
                [
                  stageName,
                  websiteFor(`${url}/${stageName}`, openApi.document, page, caveatsOf(endpoints, containers)),
                ] as const,
              ],
        ),
      ),
    );
  } catch (error) {
    throw new WebsiteNotBuilt(
      `the page could not be built: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** Why answers are no predictions, by the name of the model. */
function caveatsOf(
  endpoints: Deployment["endpoints"],
  containers: LocalStageSettings["containers"],
): Record<string, string> {
  return Object.fromEntries(
    endpoints.flatMap(({ model }) => {
      const { caveat } = containerOf(containers, model);
      return caveat === undefined ? [] : [[model, caveat]];
    }),
  );
}

function createFunctionUrls(
  deployments: readonly Deployment[],
  functions: ReadonlyMap<string, LocalFunction>,
): ReadonlyMap<string, FunctionUrl> {
  const urls = new Map<string, FunctionUrl>();
  for (const definition of deployments.flatMap((deployment) => deployment.functionUrls)) {
    const fn = functions.get(definition.functionArn);
    if (fn === undefined)
      throw new NotServable(`function URL: there is no function ${definition.functionName}`);
    urls.set(definition.functionArn, new FunctionUrl(definition, fn));
  }
  return urls;
}

/** As the page's bucket behind CloudFront: files, and nothing that lists them. */
function servePage(
  { method, path }: HttpRequest,
  website: ReadonlyMap<string, HttpResponse>,
  name: string,
  file: string,
): HttpResponse {
  if (!path.startsWith(`/website/${name}/`)) {
    return redirect(301, `/website/${name}/`);
  }
  const answer = method === "GET" || method === "HEAD" ? website.get(file || "index.html") : undefined;
  return answer ?? { status: 403, headers: { "Content-Type": "text/plain" }, body: "Access Denied" };
}

function redirect(status: 301 | 302, location: string): HttpResponse {
  return { status, headers: { Location: location }, body: "" };
}

/** Of request line and headers. Node.js closes the connection above; API Gateway's own limits are far below. */
const MAX_BYTES_OF_HEAD = 256 * 1024;

const MAX_PORT = 65_535;

/** @param what - what needs the port, for people */
async function listen(server: http.Server, port: number, what: string): Promise<void> {
  if (port > MAX_PORT) {
    throw new PortNotFree(
      `${what}: there is no port after ${MAX_PORT}. Choose a lower one with --port N, or --port 0 for any.`,
    );
  }
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const reasons: Record<string, string> = {
        EADDRINUSE: "another program listens there",
        EACCES: "this user may not listen there",
      };
      const reason = reasons[error.code ?? ""] ?? error.message;
      const help = "Choose another port with --port N, or --port 0 for any.";
      reject(new PortNotFree(`${what} on 127.0.0.1:${port}: ${reason}. ${help}`));
    });
    server.listen(port, "127.0.0.1", () => resolve());
  });
}

async function close(server: http.Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function portOf(server: http.Server): number {
  return (server.address() as AddressInfo).port;
}

function urlOf(server: http.Server): string {
  return `http://127.0.0.1:${portOf(server)}`;
}

/** The hosts that a request names; `undefined` where it has several headers Host, which HTTP forbids. */
function hostsOf(
  incoming: http.IncomingMessage,
  { headers }: HttpRequest,
): readonly (string | undefined)[] | undefined {
  const sent = headers.filter(([name]) => name.toLowerCase() === "host");
  if (sent.length > 1) return undefined;
  const { host } = splitTarget(incoming.url);
  return host === undefined ? [incoming.headers.host] : [incoming.headers.host, host];
}

/** https://www.rfc-editor.org/rfc/rfc9112#section-3.2-6 */
function severalHosts(): HttpResponse {
  return {
    status: 400,
    headers: { "Content-Type": "text/plain" },
    body: "Bad Request: got several headers Host; allowed: one\n",
  };
}

/**
 * A page of another origin whose name was made to lead to this machine (DNS rebinding) comes under that name: it
 * gets nothing.
 */
function isOwnHost(host: string | undefined): boolean {
  return host !== undefined && /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i.test(host);
}

function otherHost(): HttpResponse {
  return {
    status: 403,
    headers: { "Content-Type": "text/plain" },
    body: "This stage answers to 127.0.0.1 and localhost alone, not to the name in the header Host.\n",
  };
}

/** As API Gateway's host answers for a stage that it does not have. */
function forbidden(): HttpResponse {
  return refuse(GATEWAY_ERRORS.badKey);
}

/** An answer of API Gateway's host, which no API configures. */
function refuse(failure: GatewayError): HttpResponse {
  return toGatewayAnswer(failure, {}, { ...newRequestIds(), httpMethod: "", resourcePath: "", stage: "" });
}

function isSame(left: FunctionDefinition, right: FunctionDefinition): boolean {
  // The package's path differs from synthesis to synthesis, its hash says whether it changed.
  const comparable = ({ zipFile: _zipFile, ...rest }: FunctionDefinition) => JSON.stringify(rest);
  return comparable(left) === comparable(right);
}
