/** Media type of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export const EVENT_STREAM_TYPE = "text/event-stream";

/** The maximum size of an event that is held until it is complete. The caller receives a larger event in parts. */
export const MAX_EVENT_IN_BYTES = 1024 * 1024;

/** A comment, which clients ignore. It shows that the stream is alive. */
export const HEARTBEAT = ": \n\n";

/**
 * Cuts a stream of server-sent events between two events. A container's stream has any parts, and a client cannot use half
 * an event. Between complete events, the handler can send a heartbeat or an error.
 */
export class EventCutter {
  private held = Buffer.alloc(0);
  private isWithin = false;

  /** Whether the stream is between two events, as far as the caller has received it. */
  get isBetweenEvents(): boolean {
    return !this.isWithin;
  }

  /** @returns the bytes up to the end of the last complete event; empty if no event is complete */
  push(bytes: Uint8Array): Buffer {
    const all = this.held.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.held, bytes]);
    const end = endOfLastEvent(all);
    if (end === 0 && all.length > MAX_EVENT_IN_BYTES) {
      this.held = Buffer.alloc(0);
      this.isWithin = true;
      return all;
    }
    if (end > 0) this.isWithin = false;
    this.held = all.subarray(end);
    return all.subarray(0, end);
  }

  /** @returns the bytes after the last complete event */
  end(): Buffer {
    return this.held;
  }
}

/**
 * The index after the last empty line, which ends an event. A line ends with LF, CRLF or CR. CRLF CRLF ends with LF CRLF,
 * and needs no pattern.
 */
function endOfLastEvent(bytes: Buffer): number {
  const ends = ["\n\n", "\n\r\n", "\r\r"].map((end) => {
    const at = bytes.lastIndexOf(end);
    return at < 0 ? 0 : at + end.length;
  });
  return Math.max(...ends);
}
