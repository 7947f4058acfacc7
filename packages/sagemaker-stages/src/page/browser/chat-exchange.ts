import { h } from "./dom";
import type { ExchangeProps } from "./exchange";
import type { Failure } from "./failure";
import { isEndVisible, StreamExchange } from "./stream-exchange";

/** The elements that the answer of a chat changes, and what happens without an answer. */
export interface ChatExchangeProps extends ExchangeProps {
  /** The element whose end stays in view while the answer grows. */
  readonly followed: HTMLElement;
  /** The next step after a failure, beside the step that the failure describes. @returns `undefined` for no other step */
  adviceFor(failure: Failure): string | undefined;
  /** Runs after the request failed. */
  onFailure(): void;
  /** Runs if the visitor stops the answer. @param text - the text that has arrived; empty without a text */
  onStop(text: string): void;
}

/**
 * One answer of a chat. The button that stops the answer is not below the text, but below the conversation: `chat.css` hides the
 * buttons of the answer's element while the answer arrives.
 */
export class ChatExchange extends StreamExchange {
  private readonly chat: ChatExchangeProps;

  /** A sentence that a screen reader announces after the description of a failure. */
  private advice: string | undefined;

  constructor(props: ChatExchangeProps) {
    super(props);
    this.chat = props;
  }

  protected override get followed(): HTMLElement {
    return this.chat.followed;
  }

  /** Shows the failure in a box below the text that has arrived. */
  override fail(failure: Failure): void {
    const { place, adviceFor, onFailure } = this.chat;
    const follows = isEndVisible(this.followed);
    this.advice = adviceFor(failure);
    super.fail(failure);
    const box = h("div", { class: "failure" }, ...place.children);
    const text = box.querySelector(".text");
    place.className = "result";
    place.append(...(text === null ? [] : [text]), box);
    if (this.advice !== undefined) box.append(h("p", { class: "advice" }, this.advice));
    this.advice = undefined;
    onFailure();
    if (follows) this.followed.scrollIntoView({ block: "end" });
  }

  protected override showCancelled(): void {
    const { text } = this;
    if (text === "")
      this.fill("cancelled", [h("p", { class: "fine" }, "Stopped before the answer.")], "Stopped.");
    else super.showCancelled();
    this.chat.onStop(text);
  }

  protected override fill(state: string, children: readonly (Node | string)[], spoken: string): void {
    const follows = isEndVisible(this.followed);
    super.fill(state, children, this.advice === undefined ? spoken : `${spoken} ${this.advice}`);
    if (follows) this.followed.scrollIntoView({ block: "end" });
  }

  /** The conversation scrolls only with {@link followed}: a visitor who has scrolled away reads another part. */
  protected override reveal(): void {}
}
