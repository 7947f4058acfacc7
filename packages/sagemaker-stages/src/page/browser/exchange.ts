import { announce } from "./announce";
import { type Child, h } from "./dom";
import { describeFailure, describeRetry, type Failure } from "./failure";
import type { PlacedAnswer } from "./placed-answer";
import { type Outcome, type StageRequest, sendRequest } from "./send";
import { waitingText } from "./time-text";

/** The period of the clock's updates: shorter than a second, so that the clock does not skip a second. */
const TICK_IN_MS = 250;

/** The elements that an exchange changes, and the function that shows an answer. */
export interface ExchangeProps {
  /** The form's button. It is dimmed while a request is running, and receives the focus of removed elements. */
  readonly submit: HTMLButtonElement;
  /** The element for the state of the request, and then for the answer or the failure. */
  readonly place: HTMLElement;
  /** Shows an answer. */
  show(answer: Extract<Outcome, { kind: "answer" }>): PlacedAnswer;
}

/** Sends the requests of a form, one at a time, and shows the state of the request, the answer or the failure. */
export class Exchange {
  /** Reads the answers that arrive in parts. @default - every answer arrives as a whole */
  declare protected readonly receive?: (response: Response, start: number) => Promise<Outcome> | undefined;
  private running: AbortController | undefined;
  private timer: number | undefined;
  private release: PlacedAnswer["release"];

  constructor(protected readonly props: ExchangeProps) {}

  /** Whether a request is running. */
  get isRunning(): boolean {
    return this.running !== undefined;
  }

  /** Sends a request once. Has no effect while a request is running. */
  async start(request: StageRequest): Promise<void> {
    if (this.running !== undefined) return;
    const controller = new AbortController();
    this.running = controller;
    // `disabled` would remove the focus from the button.
    this.props.submit.setAttribute("aria-disabled", "true");
    this.wait();
    try {
      const outcome = await sendRequest(request, controller.signal, this.receive);
      if (outcome.kind === "failure") return this.fail(outcome.failure);
      const answer = this.props.show(outcome);
      this.fill("answer", answer.content, answer.spoken);
      this.release = answer.release;
    } catch (error) {
      if (!controller.signal.aborted) throw error;
      this.showCancelled();
    } finally {
      this.running = undefined;
      this.props.submit.removeAttribute("aria-disabled");
    }
  }

  /** Stops waiting. The model still finishes the request, and the page discards the answer. */
  cancel(): void {
    this.running?.abort();
  }

  protected showCancelled(): void {
    this.fill("cancelled", [h("p", {}, "Cancelled. Your input is still here.")], "Cancelled.");
  }

  /** Removes the answer or the failure. */
  clear(): void {
    if (!this.isRunning) this.fill("", [], "");
  }

  /** Shows a failure. */
  fail(failure: Failure): void {
    const { headline, text, reference, retryAfterInSeconds } = describeFailure(failure);
    const retry = retryAfterInSeconds === undefined ? "" : describeRetry(retryAfterInSeconds);
    const retryElement = h("p", { class: "retry" }, retry);
    const children: Child[] = [h("h3", {}, headline), h("p", {}, text)];
    if (retry !== "") children.push(retryElement);
    if (reference.length > 0) {
      children.push(h("p", { class: "fine" }, `To report it: ${reference.join(" · ")}`));
    }
    this.fill("failure", children, `${headline}. ${text} ${retry}`);
    if (retryAfterInSeconds !== undefined) this.countDown(retryElement, retryAfterInSeconds);
  }

  private wait(): void {
    const start = performance.now();
    const words = h("p", { class: "words" });
    const clock = h("span", { class: "clock", "aria-hidden": "true" });
    const cancel = h("button", { type: "button", class: "quiet" }, "Cancel");
    cancel.addEventListener("click", () => this.cancel());
    const pulse = h("span", { class: "pulse", "aria-hidden": "true" });
    const update = () => {
      const elapsedInMs = performance.now() - start;
      const text = waitingText(elapsedInMs);
      clock.textContent = `${Math.floor(elapsedInMs / 1_000)} s`;
      if (words.textContent === text) return;
      words.textContent = text;
      announce(text);
    };
    this.fill("waiting", [pulse, words, clock, cancel], "");
    update();
    this.timer = window.setInterval(update, TICK_IN_MS);
  }

  private countDown(place: HTMLElement, inSeconds: number): void {
    const end = performance.now() + inSeconds * 1_000;
    this.timer = window.setInterval(() => {
      const left = Math.max(0, Math.ceil((end - performance.now()) / 1_000));
      place.textContent = describeRetry(left);
      if (left > 0) return;
      window.clearInterval(this.timer);
      announce(describeRetry(left));
    }, TICK_IN_MS);
  }

  protected fill(state: string, children: readonly Child[], spoken: string): void {
    window.clearInterval(this.timer);
    this.release?.();
    this.release = undefined;
    const { place, submit } = this.props;
    // Otherwise the focus of the removed cancel button would move to the top of the page.
    if (place.contains(document.activeElement)) submit.focus();
    place.className = `result ${state}`;
    place.hidden = children.length === 0;
    place.replaceChildren(...children);
    this.reveal();
    announce(spoken);
  }

  /** Scrolls to the state of the request. On a phone, the element can be below the visible area. */
  protected reveal(): void {
    this.props.place.scrollIntoView({ block: "nearest" });
  }
}
