import http from "node:http";
import type { AddressInfo } from "node:net";

/** What is answered; `silence` is no answer. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Who asks, as far as a stage can tell. */
export type Asker = "preflight" | "foreign preflight" | "permitted" | "malformed" | "no key" | "wrong key";

/** What a stage does otherwise than it should. */
export type Misbehaviour = (asker: Asker, requests: number) => Answer | "silence" | undefined;

/** The key of a {@link StageServer}. */
export const KEY = "the-key-of-this-stage-0123456789";

const PROBLEM = { "Content-Type": "application/problem+json" };

/** What a preflight is told. */
export function preflightOf(
  origin: string,
  headers = "content-type,x-api-key",
  methods = "POST,OPTIONS",
): Answer {
  return {
    status: 204,
    headers: {
      "Access-Control-Allow-Origin": origin,
      "Access-Control-Allow-Methods": methods,
      "Access-Control-Allow-Headers": headers,
    },
  };
}

const RIGHT: Readonly<Record<Asker, Answer>> = {
  preflight: preflightOf("*"),
  "foreign preflight": { status: 204 },
  permitted: { status: 200, headers: { "Content-Type": "application/json" }, body: "defaulted" },
  malformed: { status: 400, headers: PROBLEM, body: { detail: "data: got nothing; allowed: a string" } },
  "no key": { status: 403, headers: PROBLEM, body: { detail: "Forbidden" } },
  "wrong key": { status: 403, headers: PROBLEM, body: { detail: "Forbidden" } },
};

/** A stage of routes for those who have the key, `POST` or `GET`, that does what a test wants. */
export class StageServer {
  private readonly server: http.Server;
  private readonly requests = new Map<Asker, number>();

  private constructor(private readonly misbehaviour: Misbehaviour) {
    this.server = http.createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      request.on("end", () => this.answer(askerOf(request, body), response));
    });
  }

  static async start(misbehaviour: Misbehaviour): Promise<StageServer> {
    const stage = new StageServer(misbehaviour);
    await new Promise<void>((resolve) => stage.server.listen(0, "127.0.0.1", resolve));
    return stage;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/dev`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer(asker: Asker, response: http.ServerResponse): void {
    const requests = (this.requests.get(asker) ?? 0) + 1;
    this.requests.set(asker, requests);
    const answer = this.misbehaviour(asker, requests) ?? RIGHT[asker];
    if (answer === "silence") return;
    response.writeHead(answer.status, answer.headers ?? {});
    response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
  }
}

function askerOf({ method, headers, url = "" }: http.IncomingMessage, body: string): Asker {
  if (method === "OPTIONS") {
    return headers.origin === "https://foreign.example.com" ? "foreign preflight" : "preflight";
  }
  const key = headers["x-api-key"];
  if (key === undefined) return "no key";
  if (key !== KEY) return "wrong key";
  const isMalformed = method === "GET" ? !url.includes("?") : body === "{}";
  return isMalformed ? "malformed" : "permitted";
}
