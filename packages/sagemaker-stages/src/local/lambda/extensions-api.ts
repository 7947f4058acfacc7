import type httpModule from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Invoke } from "./protocol";

const PATH = "/2020-01-01/extension";

/** The state of one extension. */
interface Extension {
  /** Announces an event; `undefined` while the extension works. */
  next: ((event: object) => void) | undefined;
}

/**
 * Lambda's Extensions API for internal extensions, which run in the function's process
 * (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html). Lambda serves this API outside of the process;
 * here, the process serves the API for itself, because only this process knows its extensions.
 */
export class ExtensionsApi {
  private readonly extensions = new Map<string, Extension>();
  private isOpen = true;

  private server: httpModule.Server | undefined;

  private constructor(private readonly onIdle: () => void) {}

  /**
   * Starts the API.
   *
   * @param http - the module, which functions without extensions do not load
   * @param onIdle - called when every extension has requested its next event
   * @returns the API with its address, the value of AWS_LAMBDA_RUNTIME_API
   */
  static async start(
    http: typeof httpModule,
    onIdle: () => void,
  ): Promise<{ readonly api: ExtensionsApi; readonly address: string }> {
    const api = new ExtensionsApi(onIdle);
    const server = http.createServer((incoming, outgoing) => api.handle(incoming, outgoing));
    // The process ends when its parent process ends.
    server.unref();
    api.server = server;
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return { api, address: `127.0.0.1:${(server.address() as AddressInfo).port}` };
  }

  /** Ends the registration: the runtime requests its first event. Waits until every extension has requested an event. */
  async closeRegistration(): Promise<boolean> {
    this.isOpen = false;
    while (!this.isIdle) await new Promise((resolve) => setTimeout(resolve, 1));
    return this.extensions.size > 0;
  }

  /** Announces an invocation to every extension. */
  announce({ requestId, deadline, functionArn }: Invoke): void {
    for (const extension of this.extensions.values()) {
      const { next } = extension;
      extension.next = undefined;
      next?.({
        eventType: "INVOKE",
        deadlineMs: deadline,
        requestId,
        invokedFunctionArn: functionArn,
      });
    }
  }

  /** Stops the API. Extensions that wait for an event get no answer. */
  async close(): Promise<void> {
    const { server } = this;
    if (server === undefined) return;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }

  private get isIdle(): boolean {
    return [...this.extensions.values()].every(({ next }) => next !== undefined);
  }

  private handle(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const send = ({ status, document, headers = {} }: Answer) => {
      outgoing.writeHead(status, { "Content-Type": "application/json", ...headers });
      outgoing.end(JSON.stringify(document));
    };
    const answer = this.answer(incoming, (event) => send({ status: 200, document: event }));
    if (answer !== undefined) send(answer);
    else if (this.isIdle) this.onIdle();
  }

  /** @param announce - answers the request later, with an event @returns `undefined` if an event answers the request */
  private answer(
    { method, url, headers }: IncomingMessage,
    announce: (event: object) => void,
  ): Answer | undefined {
    if (method === "POST" && url === `${PATH}/register`) return this.register(headers);
    const extension = this.extensions.get(String(headers["lambda-extension-identifier"]));
    if (extension === undefined) return refusal("Extension.UnknownExtensionIdentifier", "unknown extension");
    if (method !== "GET" || url !== `${PATH}/event/next`) {
      return { status: 404, document: { errorType: "NotFound" } };
    }
    extension.next = announce;
    return undefined;
  }

  private register(headers: IncomingMessage["headers"]): Answer {
    if (!this.isOpen) return refusal("Extension.RegistrationClosed", "the runtime has started");
    if (typeof headers["lambda-extension-name"] !== "string") {
      return refusal("Extension.InvalidExtensionName", "got no Lambda-Extension-Name");
    }
    const id = `extension-${this.extensions.size}`;
    this.extensions.set(id, { next: undefined });
    const { AWS_LAMBDA_FUNCTION_NAME: functionName, _HANDLER: handler } = process.env;
    return {
      status: 200,
      document: { functionName, functionVersion: "$LATEST", handler },
      headers: { "Lambda-Extension-Identifier": id },
    };
  }
}

interface Answer {
  readonly status: number;
  readonly document: object;
  readonly headers?: Readonly<Record<string, string>>;
}

function refusal(errorType: string, errorMessage: string): Answer {
  return { status: 403, document: { errorType, errorMessage } };
}
