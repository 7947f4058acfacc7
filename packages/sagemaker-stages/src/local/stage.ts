import { mkdtempSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../lib/user-error";
import type { SignInConfig } from "../page/config";
import { ALARMS_PATH, answerAlarms } from "./cloudwatch/alarms-page";
import { CloudWatch } from "./cloudwatch/cloudwatch";
import { signInConfig } from "./cognito/page-config";
import { RoleSessions } from "./cognito/sessions";
import { type ServedSignIn, SignInServer } from "./cognito/sign-in-server";
import { UnsupportedTerraform } from "./errors";
import { Firewall } from "./firewall";
import {
  type HttpRequest,
  type HttpResponse,
  headerOf,
  isNamed,
  readRequest,
  sendResponse,
  splitTarget,
} from "./http";
import { answerIssuer, type IssuedStage, isIssuerPath, issuerAddress, LocalIssuer } from "./issuer";
import type { Bandwidth } from "./lambda/answer-stream";
import { UnreservedConcurrency } from "./lambda/concurrency";
import { ExistingFunction } from "./lambda/existing-function";
import { LocalFunction, type RouteFunction } from "./lambda/function";
import { FunctionUrl } from "./lambda/function-url";
import { InvokeApi, isInvokePath } from "./lambda/invoke-api";
import { LostCaptures } from "./lambda/lost-captures";
import { removeTaskFolders } from "./lambda/task-folder";
import { callRuntime } from "./rest-api/endpoint-caller";
import { GATEWAY_ERRORS, type GatewayError, toGatewayAnswer } from "./rest-api/gateway-response";
import { newRequestIds } from "./rest-api/proxy";
import { QuotaUsage } from "./rest-api/quota";
import { RestApi } from "./rest-api/rest-api";
import { findUrlFault, pathBelow, splitStage } from "./rest-api/url";
import { type AsyncBucketDefinition, answerAsyncObjects, filesOf, findAsyncBucket } from "./s3/async-objects";
import { answerS3, type CaptureBucketDefinition, isS3Path, S3_SEGMENT } from "./s3/captured-requests";
import { AsyncQueues, type ServedAsyncEndpoint } from "./sagemaker/async-queue";
import type { Container } from "./sagemaker/container";
import { ContainerFailures, functionOfToken } from "./sagemaker/container-failures";
import { containerOf } from "./sagemaker/echo-stand-in";
import { RUNTIME_SEGMENT } from "./sagemaker/operation";
import { isOperationPath, isRuntimePath, SagemakerRuntime } from "./sagemaker/runtime";
import { WakeUp } from "./sagemaker/wake-up";
import { answerStartPage, wantsStartPage } from "./start-page";
import type {
  Deployment,
  FunctionDefinition,
  FunctionUrlDefinition,
  StageDefinition,
} from "./terraform/deployment";
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
  /**
   * The folder of captured requests: `<folder>/<environment>/<key>`.
   *
   * @default - a folder that is removed when the stage closes
   */
  readonly captureFolder?: string;
  /**
   * The folder of asynchronous requests: `<folder>/<environment>/<key>`, and their queues.
   *
   * @default - a folder that is removed when the stage closes
   */
  readonly asyncFolder?: string;
  /**
   * Returns the current time in milliseconds since 1970, for the periods of quotas, for tokens, for temporary credentials,
   * and for metrics and alarms.
   *
   * @default - the clock of the machine
   */
  readonly now?: () => number;
  /** The issuer of the tokens. @default - a new issuer */
  readonly issuer?: LocalIssuer;
  /** The metrics and alarms. @default - new metrics */
  readonly cloudWatch?: CloudWatch;
  /**
   * The time in which a serverless endpoint wakes up after its first request, and in which an asynchronous endpoint without
   * instances starts its first instance, in milliseconds. On AWS, an instance starts in minutes.
   *
   * @default 0
   */
  readonly wakeUpInMs?: number;
  /** The time in which an asynchronous endpoint starts its first instance. @default - `wakeUpInMs` */
  readonly instanceStartInMs?: number;
  /** The time without requests after which an asynchronous endpoint that scales to zero has no instance. @default 60000 */
  readonly instanceIdleInMs?: number;
  /** The speed of long streamed answers. @default - Lambda's limit */
  readonly bandwidth?: Bandwidth;
}

/** One version of the served environments. A reload replaces the version at once. */
interface ServedVersion {
  readonly deployments: readonly Deployment[];
  readonly stages: ReadonlyMap<string, RestApi>;
  /** The routes for which the issuer signs tokens. */
  readonly issuedStages: readonly IssuedStage[];
  readonly functions: ReadonlyMap<string, LocalFunction>;
  readonly runtime: SagemakerRuntime;
  readonly captureBuckets: readonly CaptureBucketDefinition[];
  readonly asyncBuckets: readonly AsyncBucketDefinition[];
  readonly invokeApi: InvokeApi;
  /** Functions by ARN. */
  readonly functionUrls: ReadonlyMap<string, FunctionUrl>;
  /** The environments with a sign-in, by their names. */
  readonly signIns: ReadonlyMap<string, ServedSignIn>;
  /** Files of the page by environment and name. */
  readonly websites: ReadonlyMap<string, ReadonlyMap<string, HttpResponse>>;
  /** Firewalls of the page by environment. */
  readonly pageFirewalls: ReadonlyMap<string, PageFirewall>;
  /** The answers of domain names, by the name. */
  readonly domains: ReadonlyMap<string, (request: HttpRequest) => Promise<HttpResponse>>;
}

/** The stages of environments on 127.0.0.1, and the SageMaker runtime that their functions call. */
export class LocalStage {
  private readonly folder = mkdtempSync(join(tmpdir(), "local-stage-"));
  private readonly server = this.createServer(
    (request, serving) => this.route(request, serving),
    (host) => this.serving?.domains.get(host),
    () => [...(this.serving?.domains.keys() ?? [])],
  );
  /**
   * The servers of the function URLs. A function URL has a separate host on AWS, and a separate port on this machine.
   */
  private urlServers: ReadonlyMap<string, http.Server> = new Map();
  /** The servers of the sign-ins by the environment, each with a separate port, too. */
  private signInServers: ReadonlyMap<string, http.Server> = new Map();
  private readonly sessions: RoleSessions;
  /** Signs the tokens that the routes accept. */
  private readonly issuer: LocalIssuer;
  private readonly containerFailures = new ContainerFailures();
  private readonly unreserved = new UnreservedConcurrency();
  private readonly quotaUsage: QuotaUsage;
  private readonly cloudWatch: CloudWatch;
  private readonly queues: AsyncQueues;
  private readonly lostCaptures: LostCaptures;
  /** The endpoints stay awake when the environments are reloaded. */
  private readonly wakeUp: WakeUp;
  private alarmTimer: NodeJS.Timeout | undefined;
  private serving: ServedVersion | undefined;
  /** The served functions, and replaced functions that still answer requests. */
  private toStop: ReadonlySet<LocalFunction> = new Set();

  constructor(private readonly settings: LocalStageSettings) {
    this.sessions = new RoleSessions(settings.now);
    this.quotaUsage = new QuotaUsage(settings.now);
    this.wakeUp = new WakeUp(settings.wakeUpInMs ?? 0);
    this.cloudWatch = settings.cloudWatch ?? new CloudWatch(settings.log, settings.now);
    this.lostCaptures = new LostCaptures(settings.log);
    this.issuer = settings.issuer ?? new LocalIssuer(settings.now);
    this.queues = new AsyncQueues({
      folder: this.asyncFolder,
      log: settings.log,
      now: settings.now ?? Date.now,
      wakeUpInMs: settings.instanceStartInMs ?? settings.wakeUpInMs ?? 0,
      idleInMs: settings.instanceIdleInMs ?? IDLE_IN_MS,
      metrics: this.cloudWatch,
    });
    this.cloudWatch.addSampler((at) => this.queues.sample(at));
  }

  private get asyncFolder(): string {
    return this.settings.asyncFolder ?? join(this.folder, "async");
  }

  /** The stage's address, `http://127.0.0.1:<port>`. Defined after {@link listen}. */
  get url(): string {
    return urlOf(this.server);
  }

  /**
   * The origin of S3, which differs from the stage's origin, as on AWS: a browser applies the rules of the bucket to every page, also
   * after a redirection of the stage.
   */
  private get s3Origin(): string {
    return this.url.replace("127.0.0.1", "localhost");
  }

  /** The function URLs by the ARN of the function, without a slash at the end. */
  get functionUrls(): ReadonlyMap<string, string> {
    return new Map([...this.urlServers].map(([arn, server]) => [arn, urlOf(server)]));
  }

  /** The addresses of the sign-ins by the environment, without a slash at the end. */
  get signInUrls(): ReadonlyMap<string, string> {
    return new Map([...this.signInServers].map(([name, server]) => [name, urlOf(server)]));
  }

  /**
   * Starts to listen.
   *
   * @throws PortNotFree
   */
  async listen(): Promise<void> {
    await listen(this.server, this.settings.port, "the stages");
    this.alarmTimer = setInterval(() => this.cloudWatch.evaluateAlarms(), ALARM_INTERVAL_IN_MS).unref();
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
      issuerUrl: issuerAddress(this.url),
      s3Url: `${this.s3Origin}/${S3_SEGMENT}`,
      log,
      unreserved: this.unreserved,
      containerFailures: this.containerFailures,
      cloudWatch: this.cloudWatch,
      lostCaptures: this.lostCaptures,
      now: this.settings.now,
      bandwidth: this.settings.bandwidth,
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
        this.sessions,
        this.cloudWatch,
        undefined,
        this.wakeUp,
        this.queues,
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
          (stage) =>
            [
              stage.stageName,
              new RestApi(
                stage,
                deployment,
                invoked,
                log,
                invokeEndpoint,
                this.issuer,
                this.settings.now,
                this.quotaUsage,
                this.sessions,
                this.cloudWatch,
              ),
            ] as const,
        );
      });
      // Refuses documents that must not be public, before a port is opened.
      this.buildWebsites(deployments);
      const serving = {
        deployments,
        functionUrls: createFunctionUrls(deployments, functions, this.sessions, this.url, log),
        signIns: this.servedSignIns(deployments),
        pageFirewalls: createPageFirewalls(deployments),
        functions,
        invokeApi: new InvokeApi(functions),
        stages: new Map(stages),
        issuedStages: deployments.flatMap(({ stages: served }) =>
          served.map(({ stageName, openApi: { methods } }) => ({ stageName, methods })),
        ),
        domains: new Map([
          ...domainsOfStages(deployments, new Map(stages)),
          ...domainsOfPages(deployments, this.url),
        ]),
        runtime,
        captureBuckets: deployments.flatMap((deployment) => deployment.captureBuckets ?? []),
        asyncBuckets: deployments.flatMap((deployment) => deployment.asyncBuckets ?? []),
      };
      await this.openFunctionUrls(deployments.flatMap((deployment) => deployment.functionUrls));
      await this.openSignIns(deployments.flatMap(({ name, signIn }) => (signIn === undefined ? [] : [name])));
      this.unreserved.leave([...functions.values()].map(({ definition }) => definition));
      // The page's configuration contains the addresses of the opened ports.
      this.serving = { ...serving, websites: this.buildWebsites(deployments) };
    } catch (error) {
      await Promise.all(started.map((fn) => fn.stop()));
      throw error;
    }
    this.queues.serve(this.asyncEndpoints(deployments));
    this.cloudWatch.define(deployments.flatMap(({ alarms = [] }) => alarms));
    for (const [arn, fn] of before?.functions ?? []) {
      if (functions.get(arn) !== fn) fn.retire();
    }
  }

  /** @throws UnsupportedTerraform if an endpoint writes its answers to a bucket that no function reads */
  private asyncEndpoints(deployments: readonly Deployment[]): ServedAsyncEndpoint[] {
    const { containers, now } = this.settings;
    return deployments.flatMap(({ endpoints, asyncBuckets = [] }) =>
      endpoints.flatMap((endpoint): ServedAsyncEndpoint[] => {
        const { asyncInference, name, model } = endpoint;
        if (asyncInference === undefined) return [];
        const bucket = asyncBuckets.find(
          ({ bucketName }) => bucketName === asyncInference.outputPath.split("/")[2],
        );
        if (bucket === undefined) {
          throw new UnsupportedTerraform(
            `endpoint ${name}: got answers in ${asyncInference.outputPath}; allowed: the bucket of a function of the stack`,
          );
        }
        const files = filesOf(bucket, this.asyncFolder, now);
        // The sample of a model can change at a reload.
        const container = () => containerOf(containers, model);
        return [{ endpoint: { ...endpoint, asyncInference }, bucket, files, container }];
      }),
    );
  }

  /** Stops listening, ends every function, and removes the unpacked packages. */
  async close(): Promise<void> {
    clearInterval(this.alarmTimer);
    this.queues.close();
    const servers = [this.server, ...this.urlServers.values(), ...this.signInServers.values()];
    // At once, and the functions first: they must not report the connections that the stage closes.
    await Promise.all([...[...this.toStop].map((fn) => fn.stop()), ...servers.map(close)]);
    this.lostCaptures.flush();
    removeTaskFolders(this.folder);
  }

  /**
   * @param answer - answers requests to this machine's own hosts
   * @param answerOf - the answer of another host; default: no other host is served
   * @param otherHosts - the other hosts that are served
   */
  private createServer(
    answer: (request: HttpRequest, serving: ServedVersion) => Promise<HttpResponse>,
    answerOf: (host: string) => ((request: HttpRequest) => Promise<HttpResponse>) | undefined = () =>
      undefined,
    otherHosts: () => readonly string[] = () => [],
  ): http.Server {
    const respond = async (incoming: http.IncomingMessage, signal: AbortSignal) => {
      const request = await readRequest(incoming, signal);
      const hosts = hostsOf(incoming, request);
      if (hosts === undefined) return severalHosts();
      if (!hosts.every(isOwnHost)) {
        const [name, ...others] = new Set(hosts.map(hostNameOf));
        const answerOther = name === undefined || others.length > 0 ? undefined : answerOf(name);
        return answerOther === undefined ? otherHost(otherHosts()) : await answerOther(request);
      }
      return this.serving === undefined ? forbidden() : await answer(request, this.serving);
    };
    const handle: http.RequestListener = (incoming, outgoing) => {
      const connection = new AbortController();
      outgoing.on("close", () => connection.abort());
      respond(incoming, connection.signal)
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
        await listen(server, this.portAfter(opened), `the function URL of ${functionName}`);
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

  /**
   * Opens a port for the sign-in of each environment that has none, and closes the ports of removed sign-ins.
   *
   * @throws PortNotFree if a port is not available; no port is then opened or closed
   */
  private async openSignIns(names: readonly string[]): Promise<void> {
    const servers = new Map<string, http.Server>();
    const opened: http.Server[] = [];
    try {
      for (const name of names) {
        const known = this.signInServers.get(name);
        const server = known ?? this.createSignInServer(name);
        servers.set(name, server);
        if (known !== undefined) continue;
        await listen(server, this.portAfter(opened), `the sign-in of ${name}`);
        opened.push(server);
      }
    } catch (error) {
      await Promise.all(opened.map(close));
      throw error;
    }
    const gone = [...this.signInServers].filter(([name]) => !servers.has(name));
    this.signInServers = servers;
    await Promise.all(gone.map(([, server]) => close(server)));
  }

  private createSignInServer(name: string): http.Server {
    const server = new SignInServer(this.issuer, this.sessions);
    return this.createServer(async (request, { signIns }) => {
      const served = signIns.get(name);
      return served === undefined ? forbidden() : server.handle(request, served);
    });
  }

  private servedSignIns(deployments: readonly Deployment[]): ServedVersion["signIns"] {
    return new Map(
      deployments.flatMap(({ name, signIn, stages: [stage] }) =>
        signIn === undefined || stage === undefined
          ? []
          : [[name, { definition: signIn, pageUrl: this.pageUrl(stage) }] as const],
      ),
    );
  }

  private pageUrl({ stageName }: StageDefinition): string {
    return `${this.url}/website/${stageName}/`;
  }

  /** @throws WebsiteNotBuilt */
  private buildWebsites(deployments: readonly Deployment[]): ServedVersion["websites"] {
    const { containers } = this.settings;
    try {
      return new Map(
        deployments.flatMap((deployment) =>
          deployment.stages.flatMap((stage) => {
            const { page, endpoints } = deployment;
            if (page === undefined) return [];
            const stageUrl = `${this.url}/${stage.stageName}`;
            const caveats = caveatsOf(endpoints, containers);
            const files = websiteFor(
              stageUrl,
              stage.openApi.document,
              page,
              caveats,
              this.signInConfig(deployment, stage, stageUrl),
            );
            return [[stage.stageName, files] as const];
          }),
        ),
      );
    } catch (error) {
      throw new WebsiteNotBuilt(
        `the page could not be built: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  private signInConfig(
    deployment: Deployment,
    stage: StageDefinition,
    stageUrl: string,
  ): SignInConfig | undefined {
    const { name, signIn } = deployment;
    const server = this.signInServers.get(name);
    if (signIn === undefined || server === undefined) return undefined;
    return signInConfig(signIn, stage, deployment, {
      stageUrl,
      pageUrl: this.pageUrl(stage),
      signInUrl: urlOf(server),
      functionUrls: this.functionUrls,
    });
  }

  /** The first port after the stage's port that no other server uses; 0 if the stage uses any free port. */
  private portAfter(opened: readonly http.Server[]): number {
    if (this.settings.port === 0) return 0;
    const taken = [...this.urlServers.values(), ...this.signInServers.values(), ...opened].map(portOf);
    let port = this.settings.port + 1;
    while (taken.includes(port)) port++;
    return port;
  }

  private async route(request: HttpRequest, serving: ServedVersion): Promise<HttpResponse> {
    const { runtime, invokeApi, stages, websites } = serving;
    if (wantsStartPage(request)) return answerStartPage(this, serving.deployments, websites);
    if (request.path === ALARMS_PATH) return answerAlarms(this.cloudWatch, request);
    if (isIssuerPath(request.path)) return answerIssuer(this.issuer, serving.issuedStages, request);
    if (isS3Path(request.path)) {
      const asyncBucket = findAsyncBucket(request, serving.asyncBuckets);
      if (asyncBucket !== undefined) {
        const files = filesOf(asyncBucket, this.asyncFolder, this.settings.now);
        return answerAsyncObjects(request, asyncBucket, files, functionOfToken);
      }
      const { captureFolder = join(this.folder, "capture") } = this.settings;
      return answerS3(request, serving.captureBuckets, captureFolder);
    }
    if (isInvokePath(request.path)) return await invokeApi.handle(request);
    if (isRuntimePath(request.path)) {
      // A stage can have the name of the runtime's first segment. That stage serves all paths that are not an operation
      // of the runtime.
      const isRuntimes = !stages.has(RUNTIME_SEGMENT) || isOperationPath(request.path);
      if (isRuntimes) return await runtime.handle(request);
    }
    const [, name = "", file = ""] = /^\/website\/([^/]+)(?:\/(.*))?$/s.exec(request.path) ?? [];
    const website = websites.get(name);
    if (website !== undefined) {
      // The page's configuration contains the stage's IP address, and the page must have the same origin.
      const isOwnOrigin = `http://${headerOf(request, "host")}` === this.url;
      if (!isOwnOrigin) return redirect(302, this.url + request.target);
      return servePage(request, website, name, file, serving.pageFirewalls.get(name));
    }

    const fault = findUrlFault(request);
    if (fault !== undefined) return refuse(fault);
    const { stageName, path } = splitStage(request.path);
    const stage = stages.get(stageName);
    if (stage !== undefined) return await stage.handle(request, path);
    // A browser requests its icon by itself.
    if (request.path !== "/favicon.ico")
      console.error(describeUnknownStage(request.path, [...stages.keys()]));
    return forbidden();
  }
}

/** The interval in which the stage looks for minutes that have ended, at whose ends it evaluates the alarms. */
const ALARM_INTERVAL_IN_MS = 1_000;

/** The time without requests after which an asynchronous endpoint that scales to zero has no instance. */
const IDLE_IN_MS = 60_000;

/** The answers of the stages' domain names. */
function domainsOfStages(
  deployments: readonly Deployment[],
  stages: ReadonlyMap<string, RestApi>,
): [string, (request: HttpRequest) => Promise<HttpResponse>][] {
  return deployments.flatMap((deployment) =>
    deployment.stages.flatMap(({ stageName, domain }) => {
      const stage = stages.get(stageName);
      if (domain === undefined || stage === undefined) return [];
      const { name, basePath } = domain;
      const answer = async (request: HttpRequest): Promise<HttpResponse> => {
        const fault = findUrlFault(request);
        if (fault !== undefined) return refuse(fault);
        const path = pathBelow(basePath, request.path);
        return path === undefined ? forbidden() : await stage.handle(request, path, name);
      };
      return [[name, answer]];
    }),
  );
}

/**
 * The answers of the pages' domain names: a redirection to the page on this machine. The page's configuration contains the
 * stage's address on this machine, and the page must have the same origin.
 */
function domainsOfPages(
  deployments: readonly Deployment[],
  url: string,
): [string, (request: HttpRequest) => Promise<HttpResponse>][] {
  return deployments.flatMap(({ stages, pageDomainName: name }) => {
    const [stage] = stages;
    if (name === undefined || stage === undefined) return [];
    return [[name, async ({ target }) => redirect(302, `${url}/website/${stage.stageName}${target}`)]];
  });
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
  sessions: RoleSessions,
  localOrigin: string,
  log: (text: string) => void,
): ReadonlyMap<string, FunctionUrl> {
  const urls = new Map<string, FunctionUrl>();
  for (const deployment of deployments) {
    for (const deployed of deployment.functionUrls) {
      const definition = withLocalPage(deployed, deployment.signIn?.pageOrigin, localOrigin);
      const fn = functions.get(definition.functionArn);
      if (fn === undefined)
        throw new UnsupportedTerraform(`function URL: there is no function ${definition.functionName}`);
      urls.set(definition.functionArn, new FunctionUrl(definition, fn, sessions, log));
    }
  }
  return urls;
}

/** A function URL that also allows the page on this machine, if the URL allows the page's origin on AWS. */
function withLocalPage(
  definition: FunctionUrlDefinition,
  pageOrigin: string | undefined,
  localOrigin: string,
): FunctionUrlDefinition {
  const { cors } = definition;
  if (cors === undefined || pageOrigin === undefined || !cors.allowOrigins.includes(pageOrigin)) {
    return definition;
  }
  return { ...definition, cors: { ...cors, allowOrigins: [...cors.allowOrigins, localOrigin] } };
}

/** The firewall of a page, and its answer to a refused request. */
interface PageFirewall {
  readonly firewall: Firewall;
  readonly refusal: HttpResponse;
}

/** By the name of the stage, because the path of the page contains this name. */
function createPageFirewalls(deployments: readonly Deployment[]): ServedVersion["pageFirewalls"] {
  return new Map(
    deployments.flatMap(({ stages, pageFirewall }) =>
      stages.flatMap(({ stageName }): [string, PageFirewall][] => {
        if (pageFirewall === undefined) return [];
        const { contentType, body } = pageFirewall.refusal;
        const refusal = { status: 403, headers: { "Content-Type": contentType }, body };
        return [[stageName, { firewall: new Firewall(pageFirewall), refusal }]];
      }),
    ),
  );
}

/** Serves the page as CloudFront does: files, and no list of the files. */
function servePage(
  request: HttpRequest,
  website: ReadonlyMap<string, HttpResponse>,
  name: string,
  file: string,
  page: PageFirewall | undefined,
): HttpResponse {
  const { method, path } = request;
  const refusal = page?.refusal ?? {
    status: 403,
    headers: { "Content-Type": "text/plain" },
    body: "Access Denied",
  };
  if (page?.firewall.refuses(request) === true) return refusal;
  if (!path.startsWith(`/website/${name}/`)) {
    return redirect(301, `/website/${name}/`);
  }
  const answer = method === "GET" || method === "HEAD" ? website.get(file || "index.html") : undefined;
  return answer ?? refusal;
}

function redirect(status: 301 | 302, location: string): HttpResponse {
  return { status, headers: { Location: location }, body: "" };
}

/**
 * The limit for request line and headers, above which Node.js closes the connection. API Gateway's limits are lower.
 */
const MAX_BYTES_OF_HEAD = 256 * 1024;

const MAX_PORT = 65_535;

/**
 * The connections that the operating system accepts before this process does. With Node.js's 511, some of 1,000 callers who
 * arrive at once would wait for seconds, and so would the functions, which call the same port.
 */
const MAX_WAITING_CONNECTIONS = 4_096;

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
    server.listen({ port, host: "127.0.0.1", backlog: MAX_WAITING_CONNECTIONS }, () => resolve());
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
  const sent = headers.filter(([name]) => isNamed(name, "host"));
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

/** The name in a Host header, in lower case and without the port. */
function hostNameOf(host: string | undefined): string | undefined {
  return host?.toLowerCase().replace(/:\d+$/, "");
}

/** @param names - the served domain names */
function otherHost(names: readonly string[]): HttpResponse {
  const allowed = ["127.0.0.1", ...names];
  return {
    status: 403,
    headers: { "Content-Type": "text/plain" },
    body: `Forbidden: got another host in the Host header; allowed: ${allowed.join(", ")} and localhost\n`,
  };
}

/** API Gateway's answer does not name the reason. On this machine, the developer is the caller. */
function describeUnknownStage(path: string, names: readonly string[]): string {
  const starts = names.map((name) => `/${name}/`).join(", ");
  return `${JSON.stringify(path)}: no stage has this path; allowed: a path that starts with ${starts}`;
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
