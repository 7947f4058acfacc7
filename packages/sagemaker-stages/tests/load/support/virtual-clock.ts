import type { Clock } from "../../../src/load/open-loop";

interface Event {
  readonly at: number;
  readonly run: () => void;
}

/**
 * A clock whose time passes only while {@link run} waits for the next event. The results do not depend on the speed of the
 * machine.
 */
export class VirtualClock implements Clock {
  private time = 0;
  private readonly events = new Set<Event>();

  /** @param lateInMs - the delay of each timer */
  constructor(private readonly lateInMs = 0) {}

  now(): number {
    return this.time;
  }

  schedule(run: () => void, pauseInMs: number): () => void {
    const event = { at: this.time + Math.max(0, pauseInMs) + this.lateInMs, run };
    this.events.add(event);
    return () => this.events.delete(event);
  }

  /** Resolves with the value after the time, without {@link lateInMs}. */
  after<T>(ms: number, value: T): Promise<T> {
    return new Promise((resolve) => {
      this.events.add({ at: this.time + ms, run: () => resolve(value) });
    });
  }

  /** Runs all events in the order of their times, until the work has settled. */
  async run<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    work.then(
      () => {
        settled = true;
      },
      () => {
        settled = true;
      },
    );
    for (;;) {
      // The code behind a resolved promise runs before the time passes.
      await new Promise((resolve) => setImmediate(resolve));
      if (settled) return work;
      const next = [...this.events].reduce<Event | undefined>(
        (first, event) => (first === undefined || event.at < first.at ? event : first),
        undefined,
      );
      if (next === undefined) throw new Error("the work waits, but there is no event");
      this.events.delete(next);
      this.time = next.at;
      next.run();
    }
  }
}
