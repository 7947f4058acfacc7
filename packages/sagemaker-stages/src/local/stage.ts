import { mkdtempSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../lib/user-error";
import { UnsupportedTerraform } from "./errors";
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

/** The module of a function failed to load. */
export class FunctionNotLoaded extends UserError {
  override readonly name = "FunctionNotLoaded";
}

/** A required port is not available. */
export class PortNotFree extends UserError {
  override readonly name = "PortNotFree";
}

/** The documents of the page contain values that must not be public. */
export class WebsiteNotBuilt extends UserError {
  override readonly name = "WebsiteNotBuilt";
}

/** Settings of a local stage. */
export interface LocalStageSettings {
  /** Port on 127.0.0.1; 0: any free port. */
  readonly port: number;
  /** Containers by model. */
  readonly containers: ReadonlyMap<string, Container>;
  /** Receives the functions' output and the stage's messages. */
  readonly log: (text: string) => void;
  /**
   * The path of the bundled program of the functions' processes, see `FUNCTION_PROGRAM`.
   *
   * @default - the stage bundles the program
   */
  readonly functionProgram?: string;
}

/** One version of the served environments. A reload replaces the version at once. */
interface ServedVersion {
  readonly stages: ReadonlyMap<string, RestApi>;
  readonly functions: ReadonlyMap<string, LocalFunction>;
  readonly runtime: SagemakerRuntime;
  readonly invokeApi: InvokeApi;
  /** Functions by ARN. */
  readonly functionUrls: ReadonlyMap<string, FunctionUrl>;
  /** Files of the page by environment and name. */
  readonly websites: ReadonlyMap<string, ReadonlyMap<string, HttpResponse>>;
}

/** The stages of environments on 127.0.0.1, and the SageMaker runtime that their functions call. */
export class LocalStage {
  private readonly folder = mkdtempSync(join(tmpdir(), "local-stage-"));
  private readonly server = this.createServer((request, serving) => this.route(request, serving));
  /**
   * The servers of the function URLs. A function URL has a separate host on AWS, and a separate port on this machine.
   */
  private urlServers: ReadonlyMap<string, http.Server> = new Map();
  private readonly containerFailures = new ContainerFailures();
  private readonly unreserved = new UnreservedConcurrency();
  private serving: ServedVersion | undefined;
  /** The served functions, and replaced functions that still answer requests. */
  private toStop: ReadonlySet<LocalFunction> = new Set();

  constructor(private readonly settings: LocalStageSettings) {}

  /** The stage's address, `http://127.0.0.1:<port>`. Defined after {@link listen}. */
  get url(): string {
    return urlOf(this.server);
  }

  /** The function URLs by the ARN of the function, without a slash at the end. */
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
   * Serves `deployments` from now on. Unchanged functions keep their processes. The version that received a request
   * also answers the request.
   *
   * @throws FunctionNotLoaded, PortNotFree or WebsiteNotBuilt; the stage then still serves the previous version
   */
  async serve(deployments: readonly Deployment[]): Promise<void> {
    const { log } = this.settings;
    const before = this.serving;
    const settings = {
      folder: this.folder,
      program: this.settings.functionProgram,
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
        // Several environments can share an existing function. Each environment permits its routes to invoke the
        // function.
        const existing = deployment.existingFunctions.map(
          (definition) => [definition.arn, new ExistingFunction(definition, log)] as const,
        );
        const invoked = new Map<string, RouteFunction>([...functions, ...existing]);
        return deployment.stages.map(
          (stage) => [stage.stageName, new RestApi(stage, deployment, invoked, log, invokeEndpoint)] as const,
        );
      });
      const serving: ServedVersion = {
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

  /** Stops listening, ends every function, and removes the unpacked packages. */
  async close(): Promise<void> {
    await Promise.all([this.server, ...this.urlServers.values()].map(close));
    await Promise.all([...this.toStop].map((fn) => fn.stop()));
    removeTaskFolders(this.folder);
  }

  private createServer(
    answer: (request: HttpRequest, serving: ServedVersion) => Promise<HttpResponse>,
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
          // The log line does not contain the query, which can contain the caller's data.
          const [path] = splitTarget(incoming.url).target.split("?");
          this.settings.log(
            `${incoming.method} ${path}: ${error instanceof Error ? error.message : error}\n`,
          );
          outgoing.destroy();
        });
    };
    const server = http.createServer({ maxHeaderSize: MAX_BYTES_OF_HEAD }, handle);
    // AWS drops the header Expect, but Node.js would answer 417.
    return server.on("checkExpectation", handle);
  }

  /**
   * Opens a port for each new function URL, starting after the stage's port, and closes the ports of removed function
   * URLs.
   *
   * @throws PortNotFree if a port is not available; no port is then opened or closed
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

  /** The first port after the stage's port that no function URL uses; 0 if the stage uses any free port. */
  private portAfter(taken: readonly number[]): number {
    if (this.settings.port === 0) return 0;
    let port = this.settings.port + 1;
    while (taken.includes(port)) port++;
    return port;
  }

  private async route(request: HttpRequest, serving: ServedVersion): Promise<HttpResponse> {
    const { runtime, invokeApi, stages, websites } = serving;
    if (isInvokePath(request.path)) return await invokeApi.handle(request);
    // A stage can have the name of the runtime's first segment. That stage serves all paths that are not an operation
    // of the runtime.
    const isRuntimes = isOperationPath(request.path) || !stages.has(RUNTIME_SEGMENT);
    if (isRuntimes && isRuntimePath(request.path)) return await runtime.handle(request);
    const [, name = "", file = ""] = /^\/website\/([^/]+)(?:\/(.*))?$/s.exec(request.path) ?? [];
    const website = websites.get(name);
    if (website !== undefined) {
      // The page's configuration contains the stage's IP address, and the page must have the same origin.
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
): ServedVersion["websites"] {
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

/** The reasons why answers are not predictions, by the name of the model. */
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
      throw new UnsupportedTerraform(`function URL: there is no function ${definition.functionName}`);
    urls.set(definition.functionArn, new FunctionUrl(definition, fn));
  }
  return urls;
}

/** Serves the page as CloudFront does: files, and no list of the files. */
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

/**
 * The limit for request line and headers, above which Node.js closes the connection. API Gateway's limits are lower.
 */
const MAX_BYTES_OF_HEAD = 256 * 1024;

const MAX_PORT = 65_535;

/** @param what - the service that requires the port, for the error message */
async function listen(server: http.Server, port: number, what: string): Promise<void> {
  if (port > MAX_PORT) {
    throw new PortNotFree(
      `${what}: got no port after ${MAX_PORT}. Choose a lower port with --port N, or any free port with --port 0.`,
    );
  }
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const reasons: Record<string, string> = {
        EADDRINUSE: "another program uses the port",
        EACCES: "this user has no permission for the port",
      };
      const reason = reasons[error.code ?? ""] ?? error.message;
      const help = "Choose another port with --port N, or any free port with --port 0.";
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

/** The hosts in a request; `undefined` if the request has several Host headers, which HTTP forbids. */
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
    body: "Bad Request: got several Host headers; allowed: one\n",
  };
}

/**
 * Whether a host is this machine. A page of another origin whose name resolves to this machine (DNS rebinding) sends
 * its own host name, and is refused.
 */
function isOwnHost(host: string | undefined): boolean {
  return host !== undefined && /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i.test(host);
}

function otherHost(): HttpResponse {
  return {
    status: 403,
    headers: { "Content-Type": "text/plain" },
    body: "Forbidden: got another host in the Host header; allowed: 127.0.0.1 and localhost\n",
  };
}

/** The answer of API Gateway's host for an unknown stage. */
function forbidden(): HttpResponse {
  return refuse(GATEWAY_ERRORS.badKey);
}

/** An answer of API Gateway's host, which an API cannot configure. */
function refuse(failure: GatewayError): HttpResponse {
  return toGatewayAnswer(failure, {}, { ...newRequestIds(), httpMethod: "", resourcePath: "", stage: "" });
}

function isSame(left: FunctionDefinition, right: FunctionDefinition): boolean {
  // The path of the package is ignored, because each synthesis writes a new path. The hash of the package is compared.
  const comparable = ({ zipFile: _zipFile, ...rest }: FunctionDefinition) => JSON.stringify(rest);
  return comparable(left) === comparable(right);
}
