import { splitArn } from "../../aws/arn";

/**
 * Concurrent executions of an account in a region where AWS has not raised the quota
 * (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). The Terraform does not say what an
 * account was granted.
 */
export const ACCOUNT_CONCURRENCY = 1_000;

/**
 * Lambda lets nobody reserve these: where more is reserved than the default quota has, the account has a larger quota
 * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html).
 */
const MIN_UNRESERVED_CONCURRENCY = 100;

/** Executions that one function with reserved concurrency, or all functions without it, can have at once. */
export class Concurrency {
  private running = 0;

  /** @param limit - whole number; it can change while executions are running */
  constructor(public limit: number) {}

  /** @returns whether an execution may begin; {@link release} ends it */
  take(): boolean {
    if (this.running >= this.limit) return false;
    this.running++;
    return true;
  }

  /** Ends an execution that {@link take} let begin. */
  release(): void {
    this.running--;
  }
}

/** What a function takes of an account's concurrency. */
interface Reserving {
  readonly arn: string;
  readonly reservedConcurrency: number | undefined;
}

/**
 * The unreserved concurrency of each account and region: AWS's default quota minus all reserved concurrency, and at
 * least what Lambda keeps unreserved.
 */
export class UnreservedConcurrency {
  private readonly places = new Map<string, Concurrency>();

  /** The executions that all functions without reserved concurrency in the place of `arn` share. */
  of(arn: string): Concurrency {
    const place = placeOf(arn);
    const known = this.places.get(place) ?? new Concurrency(ACCOUNT_CONCURRENCY);
    this.places.set(place, known);
    return known;
  }

  /** Sets each limit for the functions that are served from now on. */
  leave(functions: readonly Reserving[]): void {
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
