import http from "node:http";
import type { Request } from "./client";

/** The result of a request. */
export interface Answered {
  readonly status: number;
  readonly tookInMs: number;
}

/**
 * Sends the same request over several connections. Each connection sends the request at least once, and again after
 * each answer until `durationInMs` has passed. Then waits for the missing answers.
 */
export async function flood(
  base: string,
  request: Request,
  { connections, durationInMs }: { readonly connections: number; readonly durationInMs: number },
): Promise<Answered[]> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  const end = performance.now() + durationInMs;
  const answers: Answered[] = [];
  const connection = async () => {
    do answers.push(await time(base, request, agent));
    while (performance.now() < end);
  };
  await Promise.all(Array.from({ length: connections }, connection));
  agent.destroy();
  return answers;
}

/** Sends the same request at a fixed rate, independent of earlier answers, and waits for all answers. */
export async function offer(
  base: string,
  request: Request,
  { perSecond, count }: { readonly perSecond: number; readonly count: number },
): Promise<Answered[]> {
  const agent = new http.Agent({ keepAlive: true });
  const start = performance.now();
  const answers: Promise<Answered>[] = [];
  for (let index = 0; index < count; index++) {
    await sleepUntil(start + (index * 1000) / perSecond);
    answers.push(time(base, request, agent));
  }
  const answered = await Promise.all(answers);
  agent.destroy();
  return answered;
}

/** The number of answers by status. */
export function statuses(answers: readonly Answered[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

async function sleepUntil(time: number): Promise<void> {
  const wait = time - performance.now();
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
}

function time(
  base: string,
  { method = "POST", path, headers = {}, body = "" }: Request,
  agent: http.Agent,
): Promise<Answered> {
  const { hostname, port } = new URL(base);
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const outgoing = http.request({
      agent,
      hostname,
      port,
      method,
      path,
      headers: { ...headers, "Content-Length": String(Buffer.byteLength(body)) },
    });
    outgoing.on("error", reject);
    outgoing.on("response", (incoming) => {
      incoming.resume().on("error", reject);
      incoming.on("end", () =>
        resolve({ status: incoming.statusCode ?? 0, tookInMs: performance.now() - start }),
      );
    });
    outgoing.end(body);
  });
}
