import { h } from "./dom";
import type { ExchangeProps } from "./exchange";
import type { Failure } from "./failure";
import { isEndVisible, StreamExchange } from "./stream-exchange";

/** The elements that the answer of a chat changes, and what happens without an answer. */
export interface ChatExchangeProps extends ExchangeProps {
  /** The element whose end stays in view while the answer grows. */
  readonly followed: HTMLElement;
  /** Runs if the request fails. @param box - the element with the description of the failure */
  onFailure(box: HTMLElement, failure: Failure): void;
  /** Runs if the visitor stops the answer. @param text - the text that has arrived; empty without a text */
  onStop(text: string): void;
}

/** One answer of a chat. The button that stops the answer is not below the text, but below the conversation. */
export class ChatExchange extends StreamExchange {
  private readonly chat: ChatExchangeProps;

  constructor(props: ChatExchangeProps) {
    super(props);
    this.chat = props;
  }

  protected override get followed(): HTMLElement {
    return this.chat.followed;
  }

  /** Shows the failure in a box below the text that has arrived. */
  override fail(failure: Failure): void {
    super.fail(failure);
    const { place, onFailure } = this.chat;
    const box = h("div", { class: "failure" }, ...place.children);
    const text = box.querySelector(".text");
    place.className = "result";
    place.append(...(text === null ? [] : [text]), box);
    onFailure(box, failure);
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
    const isShown = (child: Node | string) => !(child instanceof Element && child.matches("button, .stop"));
    super.fill(state, children.filter(isShown), spoken);
    if (follows) this.followed.scrollIntoView({ block: "end" });
  }
}
