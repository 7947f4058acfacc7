import http from "node:http";
import type { AddressInfo } from "node:net";

/** An answer of the stage. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** The kind of a caller, which the stage derives from the request. */
export type CallerKind =
  | "preflight"
  | "foreign preflight"
  | "permitted"
  | "malformed"
  | "no key"
  | "wrong key";

/** The wrong answer to a request; `undefined`: the right answer, `silence`: no answer. */
export type Misbehaviour = (
  caller: CallerKind,
  requests: number,
  origin: string | undefined,
) => Answer | "silence" | undefined;

/** The key of a {@link StageServer}. */
export const KEY = "the-key-of-this-stage-0123456789";

const PROBLEM = { "Content-Type": "application/problem+json" };

/** The answer to a preflight request. */
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

const RIGHT_ANSWERS: Readonly<Record<CallerKind, Answer>> = {
  preflight: preflightOf("*"),
  "foreign preflight": { status: 204 },
  permitted: { status: 200, headers: { "Content-Type": "application/json" }, body: "defaulted" },
  malformed: { status: 400, headers: PROBLEM, body: { detail: "data: got nothing; allowed: a string" } },
  "no key": { status: 403, headers: PROBLEM, body: { detail: "Forbidden" } },
  "wrong key": { status: 403, headers: PROBLEM, body: { detail: "Forbidden" } },
};

/** A stage whose routes (`POST` or `GET`) require the key, and which misbehaves as a test defines. */
export class StageServer {
  private readonly server: http.Server;
  private readonly requests = new Map<CallerKind, number>();

  private constructor(private readonly misbehaviour: Misbehaviour) {
    this.server = http.createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      request.on("end", () => this.answer(callerOf(request, body), request.headers.origin, response));
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

  private answer(caller: CallerKind, origin: string | undefined, response: http.ServerResponse): void {
    const requests = (this.requests.get(caller) ?? 0) + 1;
    this.requests.set(caller, requests);
    const answer = this.misbehaviour(caller, requests, origin) ?? RIGHT_ANSWERS[caller];
    if (answer === "silence") return;
    response.writeHead(answer.status, answer.headers ?? {});
    response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
  }
}

function callerOf({ method, headers, url = "" }: http.IncomingMessage, body: string): CallerKind {
  if (method === "OPTIONS") {
    return headers.origin === "https://foreign.example.com" ? "foreign preflight" : "preflight";
  }
  const key = headers["x-api-key"];
  if (key === undefined) return "no key";
  if (key !== KEY) return "wrong key";
  const isMalformed = method === "GET" ? !url.includes("?") : body === "{}";
  return isMalformed ? "malformed" : "permitted";
}
