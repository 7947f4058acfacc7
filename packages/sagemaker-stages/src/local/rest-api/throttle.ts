import type { Throttling } from "../terraform/deployment";

/** API Gateway's token bucket: `burstLimit` tokens, refilled with `rateLimit` tokens a second. */
export class TokenBucket {
  private tokens: number;
  private filledAt: number;

  /** @param now - returns the current time in milliseconds; default: the clock of the process */
  constructor(
    private readonly limits: Throttling,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.tokens = limits.burstLimit;
    this.filledAt = now();
  }

  /** Takes a token. @returns whether the bucket had a token */
  take(): boolean {
    const { rateLimit, burstLimit } = this.limits;
    const time = this.now();
    this.tokens = Math.min(burstLimit, this.tokens + ((time - this.filledAt) / 1000) * rateLimit);
    this.filledAt = time;
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }
}
