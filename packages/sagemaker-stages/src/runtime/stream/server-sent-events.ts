/** Media type of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export const EVENT_STREAM_TYPE = "text/event-stream";

/**
 * The maximum size of an event that is held until it is complete. The format has no limit
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream): this limit bounds the memory for a
 * container that sends no empty line. An event of a language model has a few hundred bytes. The caller receives a larger event
 * unchanged, in parts as the container sends them.
 */
export const MAX_EVENT_IN_BYTES = 1024 * 1024;

/** A comment, which clients ignore. It shows that the stream is alive. */
export const HEARTBEAT = ": \n\n";

/**
 * Cuts a stream of server-sent events between two events. A container's stream has any parts, and a client cannot use half
 * an event. Between complete events, the handler can send a heartbeat or an error.
 */
export class EventCutter {
  /** The bytes after the last complete event. */
  private held: Uint8Array[] = [];
  private heldLength = 0;
  /** The last bytes before the next part: the end of an event can begin in them. */
  private tail: Buffer = Buffer.alloc(0);
  private isWithin = false;

  /** Whether the stream is between two events, as far as the caller has received it. */
  get isBetweenEvents(): boolean {
    return !this.isWithin;
  }

  /** @returns the bytes up to the end of the last complete event; empty if no event is complete */
  push(bytes: Uint8Array): Buffer {
    // Only the tail and the new bytes: a search in all held bytes would take quadratic time.
    const searched = Buffer.concat([this.tail, bytes]);
    const end = endOfLastEvent(searched, this.tail.length);
    if (end === 0) {
      this.tail = searched.subarray(Math.max(0, searched.length - MAX_TAIL_IN_BYTES));
      this.hold(bytes);
      // The caller has the beginning of the event already: to hold the rest would only delay it.
      if (!this.isWithin && this.heldLength <= MAX_EVENT_IN_BYTES) return Buffer.alloc(0);
      this.isWithin = true;
      return this.release();
    }
    const at = end - this.tail.length;
    this.tail = searched.subarray(Math.max(end, searched.length - MAX_TAIL_IN_BYTES));
    this.isWithin = false;
    this.hold(bytes.subarray(0, at));
    const whole = this.release();
    if (at < bytes.length) this.hold(bytes.subarray(at));
    return whole;
  }

  /** @returns the bytes after the last complete event */
  end(): Buffer {
    return this.release();
  }

  private hold(bytes: Uint8Array): void {
    this.held.push(bytes);
    this.heldLength += bytes.length;
  }

  private release(): Buffer {
    const all = Buffer.concat(this.held);
    this.held = [];
    this.heldLength = 0;
    return all;
  }
}

/** One byte less than the longest end of an event that {@link endOfLastEvent} searches for. */
const MAX_TAIL_IN_BYTES = 2;

/**
 * The index after the last empty line that ends after `from`; 0 without such a line. An empty line ends an event. A line ends
 * with LF, CRLF or CR. An LF or CRLF before a CR also ends a line. CRLF CRLF ends with LF CR, and its last LF belongs to the
 * event.
 */
function endOfLastEvent(bytes: Buffer, from: number): number {
  const ends = ["\n\n", "\n\r\n", "\r\r", "\n\r"].map((end) => {
    const at = bytes.lastIndexOf(end);
    return at < 0 || at + end.length <= from ? 0 : at + end.length;
  });
  return Math.max(...ends);
}
