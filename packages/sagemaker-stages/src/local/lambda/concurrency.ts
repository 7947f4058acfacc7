import { splitArn } from "../../aws/arn";

/**
 * AWS's default quota of concurrent executions of an account in a region
 * (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). The Terraform does
 * not contain the account's quota.
 */
export const ACCOUNT_CONCURRENCY = 1_000;

/**
 * Concurrency that cannot be reserved. If the reserved concurrency exceeds the default quota, the account has a
 * larger quota (https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html).
 */
const MIN_UNRESERVED_CONCURRENCY = 100;

/** The concurrent executions of a function with reserved concurrency, or of all functions without it. */
export class Concurrency {
  private running = 0;

  /** @param limit - a whole number, which can change while executions run */
  constructor(public limit: number) {}

  /** @returns whether an execution may start; {@link release} ends the execution */
  take(): boolean {
    if (this.running >= this.limit) return false;
    this.running++;
    return true;
  }

  /** Ends an execution that {@link take} has permitted. */
  release(): void {
    this.running--;
  }
}

/** A function that uses an account's concurrency. */
interface ConcurrencyConsumer {
  readonly arn: string;
  readonly reservedConcurrency: number | undefined;
}

/**
 * The unreserved concurrency of each account and region: AWS's default quota minus all reserved concurrency, and at
 * least the concurrency that cannot be reserved.
 */
export class UnreservedConcurrency {
  private readonly places = new Map<string, Concurrency>();

  /** The concurrency that all functions without reserved concurrency in the account and region of `arn` share. */
  of(arn: string): Concurrency {
    const place = placeOf(arn);
    const known = this.places.get(place) ?? new Concurrency(ACCOUNT_CONCURRENCY);
    this.places.set(place, known);
    return known;
  }

  /** Sets the limits for the served functions. */
  leave(functions: readonly ConcurrencyConsumer[]): void {
    const reserved = new Map<Concurrency, number>();
    for (const { arn, reservedConcurrency = 0 } of functions) {
      const shared = this.of(arn);
      reserved.set(shared, (reserved.get(shared) ?? 0) + reservedConcurrency);
    }
    for (const [shared, sum] of reserved) {
      shared.limit = Math.max(MIN_UNRESERVED_CONCURRENCY, ACCOUNT_CONCURRENCY - sum);
    }
  }
}

/** Partition, service, region and account of an ARN. */
function placeOf(arn: string): string {
  return splitArn(arn).slice(0, -1).join(":");
}
