import http from "node:http";
import type { AddressInfo } from "node:net";

/** The tail of the distribution: the larger, the shorter. */
const SHAPE = 6;

/**
 * Latencies whose percentiles are known: a Pareto distribution, as the tail of many services has it. Each of `count`
 * quantiles occurs once, in an order without a trend.
 *
 * @param minInMs - the latency of the fastest call
 */
export function knownLatencies(count: number, minInMs: number): number[] {
  const quantiles = Array.from({ length: count }, (_, index) => quantile((index + 0.5) / count, minInMs));
  // A step that has no common divisor with the number of values reaches each value once.
  let step = Math.round(count * 0.381966);
  while (divisor(step, count) !== 1) step++;
  return quantiles.map((_, index) => quantiles[(index * step) % count] ?? minInMs);
}

/** The value of the distribution of {@link knownLatencies} that the fraction of the calls does not exceed. */
export function quantile(fraction: number, minInMs: number): number {
  return minInMs * (1 - fraction) ** (-1 / SHAPE);
}

function divisor(one: number, other: number): number {
  return other === 0 ? one : divisor(other, one % other);
}

/** A server that answers each POST after a known latency. */
export class LatencyServer {
  /** The number of requests. */
  requests = 0;
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly server = http.createServer((request, response) => {
    if (request.method !== "POST") {
      response.end();
      return;
    }
    const number = this.requests++;
    request.resume();
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      response.writeHead(200, { "Content-Type": "application/json" });
      response.end(this.body);
    }, this.latencyOf(number));
    this.timers.add(timer);
  });

  /**
   * @param latencyOf - the latency of a request in milliseconds, by the request's number
   * @param body - the body of each answer
   */
  constructor(
    private readonly latencyOf: (number: number) => number,
    private readonly body = "{}",
  ) {}

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const timer of this.timers) clearTimeout(timer);
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
