import { announce } from "./announce";
import { type Child, h } from "./dom";
import { Exchange, type ExchangeProps } from "./exchange";
import type { Failure } from "./failure";
import type { Outcome } from "./send";
import { SpokenParts } from "./spoken-parts";
import { isCut as isCutCompletion, JSON_LINES, StreamText, textOfCompletion } from "./stream-text";
import { duration } from "./time-text";

/** The media types of answers that arrive in parts. */
const STREAM_TYPES = ["text/event-stream", ...JSON_LINES, "text/plain"];

/** Sends the requests of a form whose answers can arrive in parts, and shows the text as it arrives. */
export class StreamExchange extends Exchange {
  /** The text of the current answer. */
  protected text = "";

  /** Whether the visitor has scrolled away from a text that arrives, and reads another part of the page. */
  private isElsewhere = false;

  private firstPartInMs: number | undefined;

  private spoken = new SpokenParts();

  constructor({ show, ...props }: ExchangeProps) {
    super({
      ...props,
      show: (answer) => {
        // A caller who requests the whole answer receives a document around the same text.
        const { body, isCut: isCutStream = false } = answer;
        const { notes = [], ...shown } = show({
          ...answer,
          body: textOfCompletion(body) ?? body,
          isCut: isCutStream || isCutCompletion(body),
        });
        const { firstPartInMs: first } = this;
        const began = first === undefined ? [] : [`The answer began after ${duration(first)}.`];
        const spoken = first === undefined ? shown.spoken : this.spoken.end(this.text, shown.spoken);
        return {
          ...shown,
          content: [...shown.content, ...[...notes, ...began].map((note) => h("p", { class: "fine" }, note))],
          spoken: [spoken, ...notes].join(" ").trim(),
        };
      },
    });
  }

  protected override readonly receive = (response: Response, start: number): Promise<Outcome> | undefined => {
    this.text = "";
    this.firstPartInMs = undefined;
    this.spoken = new SpokenParts();
    const [mediaType = ""] = (response.headers.get("content-type") ?? "").toLowerCase().split(/\s*;/);
    if (!response.ok || response.body === null || !STREAM_TYPES.includes(mediaType)) return undefined;
    return this.read(response.body, mediaType, response.status, start);
  };

  private async read(
    body: NonNullable<Response["body"]>,
    mediaType: string,
    status: number,
    start: number,
  ): Promise<Outcome> {
    const reader = body.getReader();
    const decoder = new TextDecoder();
    const stream = new StreamText(mediaType);
    let shown: HTMLElement | undefined;
    let isCut = false;
    while (true) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        // Without a text, the form reports a stage that could not be reached.
        if (this.text === "" || (error instanceof DOMException && error.name === "AbortError")) throw error;
        return { done: undefined, value: undefined };
      });
      if (done === undefined) return { kind: "failure", failure: incomplete(status) };
      const {
        text,
        failure,
        isCut: isLast = false,
      } = done ? stream.end() : stream.push(decoder.decode(value, { stream: true }));
      isCut ||= isLast;
      if (text !== "") {
        this.firstPartInMs ??= performance.now() - start;
        this.text += text;
        shown ??= this.showText();
        const { followed } = this;
        const follows = isEndVisible(followed);
        shown.textContent = this.text;
        if (follows) followed.scrollIntoView({ block: "end" });
        const sentences = this.spoken.push(this.text, performance.now());
        if (sentences !== undefined) announce(sentences);
      }
      if (failure !== undefined) {
        // The failure is the last part.
        void reader.cancel();
        return { kind: "failure", failure };
      }
      if (done) break;
    }
    return { kind: "answer", status, body: this.text, elapsedInMs: performance.now() - start, isCut };
  }

  /** The element whose end stays in view while the text grows. */
  protected get followed(): HTMLElement {
    return this.props.place;
  }

  /** Shows the failure below the text that has arrived. */
  override fail(failure: Failure): void {
    const { text } = this;
    this.text = "";
    super.fail(failure);
    if (text !== "") this.props.place.prepend(h("p", { class: "text" }, text));
  }

  protected override showCancelled(): void {
    const { text } = this;
    if (text === "") super.showCancelled();
    else {
      const stopped = h("p", { class: "fine" }, "Stopped. The text is incomplete.");
      this.fill("answer", [h("p", { class: "text" }, text), stopped], "Stopped.");
    }
  }

  protected override fill(state: string, children: readonly Child[], spoken: string): void {
    const isArriving = this.props.place.querySelector(".arriving") !== null;
    this.isElsewhere = isArriving && !isEndVisible(this.followed);
    super.fill(state, children, spoken);
  }

  protected override reveal(): void {
    if (!this.isElsewhere) super.reveal();
  }

  /** Replaces the clock with an element for the text, and with a button that stops the answer. */
  private showText(): HTMLElement {
    const hadFocus = this.props.place.contains(document.activeElement);
    const text = h("p", { class: "text arriving" });
    const stop = h("button", { type: "button", class: "quiet" }, "Stop");
    stop.addEventListener("click", () => this.cancel());
    this.fill("answer", [text, h("p", { class: "stop" }, stop)], "");
    if (hadFocus) stop.focus();
    announce("The answer is arriving.");
    return text;
  }
}

/** Whether the visitor sees the end of an element: a visitor who has scrolled away reads another part. */
export function isEndVisible(element: HTMLElement): boolean {
  const { bottom } = element.getBoundingClientRect();
  return bottom > 0 && bottom <= window.innerHeight + TOLERANCE_IN_PX;
}

/** One line: the last part of the text can add a line. */
const TOLERANCE_IN_PX = 40;

/** The connection ended in the middle of the answer. */
function incomplete(status: number): Failure {
  return {
    kind: "problem",
    status,
    title: "The answer is incomplete",
    detail:
      "The connection ended before the answer was complete. The text so far is above. Your input is still here: try again.",
    requestId: undefined,
    retryAfterInSeconds: undefined,
  };
}
