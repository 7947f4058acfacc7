import type { FirewallDefinition } from "./terraform/deployment";

/** A limit for the requests of one IP address. */
class RateLimit {
  /** The times of the requests in the window, by IP address, in milliseconds. */
  private readonly times = new Map<string, number[]>();

  constructor(
    private readonly limit: number,
    private readonly windowInMs: number,
    private readonly now: () => number,
  ) {}

  /** Counts a request. @returns whether the address has sent more requests in the window than the limit permits */
  isExceededBy(sourceIp: string): boolean {
    const time = this.now();
    const recent = (this.times.get(sourceIp) ?? []).filter((earlier) => time - earlier < this.windowInMs);
    recent.push(time);
    // The oldest requests do not change the result.
    this.times.set(sourceIp, recent.slice(-(this.limit + 1)));
    return recent.length > this.limit;
  }
}

/**
 * The rate rules of a firewall. AWS WAF estimates the rate every few seconds, and more requests can pass than the limit; this
 * class counts exactly. Refused requests count, too
 * (https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based-request-limiting.html). The
 * managed rules exist only on AWS, and refuse nothing here.
 */
export class Firewall {
  private readonly limits: readonly RateLimit[];

  /** @param now - returns the current time in milliseconds; default: the clock of the process */
  constructor({ rates }: FirewallDefinition, now: () => number = () => performance.now()) {
    this.limits = rates
      .filter(({ blocks }) => blocks)
      .map(({ limit, windowInSeconds }) => new RateLimit(limit, windowInSeconds * 1000, now));
  }

  /** Counts a request. @returns whether a rule refuses the request */
  refuses({ sourceIp }: { readonly sourceIp: string }): boolean {
    return this.limits.map((limit) => limit.isExceededBy(sourceIp)).includes(true);
  }
}
