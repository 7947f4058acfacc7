import { type ChatMessage, type ChatPlan, planChat } from "../plan/chat-plan";
import type { RoutePlan } from "../plan/form-plan";
import { showAnswer } from "./answer-view";
import { ChatExchange } from "./chat-exchange";
import { type ChatSettings, chatSettings } from "./chat-settings";
import { PRIVATE_TYPING } from "./control";
import type { Destination } from "./destination";
import { h } from "./dom";
import type { Exchange } from "./exchange";
import type { Failure } from "./failure";
import type { PlacedAnswer } from "./placed-answer";
import type { ModelView, ShownAnswer } from "./view";

/** A question and its answer on the page. */
interface Turn {
  /** The two entries of the conversation. */
  readonly entries: readonly HTMLElement[];
  readonly exchange: Exchange;
}

/** @returns a conversation with a model; `undefined` if the route has no chat, or if the view has its own form */
export function chatForm(
  route: RoutePlan,
  destination: Destination,
  view: ModelView,
): HTMLFormElement | undefined {
  const plan = view.form === undefined ? planChat(route, destination.openApi) : undefined;
  return plan === undefined ? undefined : new Chat(route, plan, destination, view).form;
}

/** A conversation with a model. The page keeps the conversation only in this object. */
class Chat {
  readonly form: HTMLFormElement;
  /** The messages of complete turns. */
  private history: readonly ChatMessage[] = [];
  private readonly turns = new Set<Turn>();
  /** A turn without an answer, which is not a part of the conversation. The next turn replaces it. */
  private failed: Turn | undefined;
  private current: Turn | undefined;

  private readonly settings: ChatSettings;
  private readonly conversation = h("ol", {
    class: "conversation",
    role: "list",
    "aria-label": "Conversation",
  });
  private readonly suggestion = h("p", { class: "suggestion" });
  private readonly message: HTMLTextAreaElement;
  private readonly send: HTMLButtonElement;
  private readonly stop = h("button", { type: "button", hidden: true }, "Stop");
  private readonly startAgain = h("button", { type: "button", class: "quiet", hidden: true }, "New chat");

  constructor(
    private readonly route: RoutePlan,
    private readonly plan: ChatPlan,
    private readonly destination: Destination,
    private readonly view: ModelView,
  ) {
    const { id, title, model } = route;
    this.settings = chatSettings(plan, id);
    this.send = h("button", { type: "submit" }, view.submitLabel ?? "Send");
    this.message = h("textarea", {
      id: `${id}-message`,
      name: "message",
      rows: "2",
      placeholder: "Write a message",
      "aria-required": "true",
      // The label of the key on the keyboard of a phone.
      enterkeyhint: "send",
      ...PRIVATE_TYPING,
      // A message consists of sentences.
      autocapitalize: "sentences",
    });
    const caveat = destination.caveats.get(model);
    this.form = h(
      "form",
      { class: "chat", novalidate: true, autocomplete: "off", "aria-label": title },
      ...(caveat === undefined ? [] : [h("p", { class: "note" }, `Answers are not predictions: ${caveat}`)]),
      this.settings.element,
      this.conversation,
      this.suggestion,
      this.composer(),
    );
    this.suggest();
    this.listen();
  }

  private composer(): HTMLElement {
    const { message, send, stop, startAgain } = this;
    const keys = [
      h("kbd", {}, "Enter"),
      " sends, ",
      h("kbd", {}, "Shift"),
      h("kbd", {}, "Enter"),
      " starts a line",
    ];
    return h(
      "div",
      { class: "composer" },
      h("label", { class: "only-heard", for: message.id }, "Message"),
      message,
      h("div", { class: "actions" }, send, stop, h("span", { class: "keys" }, ...keys), startAgain),
    );
  }

  /** Offers the example's question as the first message. */
  private suggest(): void {
    const { question } = this.plan;
    const use = h("button", { type: "button", class: "quiet" }, question);
    use.addEventListener("click", () => {
      this.message.value = question;
      this.message.focus();
    });
    this.suggestion.append("For example: ", use);
  }

  private listen(): void {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.submit();
    });
    this.message.addEventListener("keydown", (event) => {
      // Enter that confirms the input of an input method editor does not send the message. Safari reports the key code 229
      // (https://bugs.webkit.org/show_bug.cgi?id=165004).
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.form.requestSubmit();
    });
    this.form.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || this.current === undefined) return;
      event.preventDefault();
      this.current.exchange.cancel();
    });
    this.stop.addEventListener("click", () => this.current?.exchange.cancel());
    this.startAgain.addEventListener("click", () => this.restart());
  }

  /** Sends the message with the whole conversation. */
  private async submit(): Promise<void> {
    if (this.current !== undefined) return;
    const question = this.message.value;
    if (question.trim() === "") return this.message.focus();
    const options = this.settings.read();
    if (options === undefined) return;
    this.remove(this.failed);
    const messages: readonly ChatMessage[] = [...this.history, { role: "user", content: question }];
    const turn = this.show(question, messages);
    this.message.value = "";
    this.message.focus();
    this.setCurrent(turn);
    this.form.scrollIntoView({ block: "end" });
    const { method, path, answerTypes } = this.route;
    try {
      await turn.exchange.start({
        method,
        url: `${this.destination.stageUrl}${path}`,
        answerTypes,
        body: {
          ...options.values,
          messages: [...options.system, ...messages],
          ...(this.plan.sendsStream ? { stream: true } : {}),
        },
      });
    } finally {
      if (this.current === turn) this.setCurrent(undefined);
    }
  }

  /** Shows a question, and the place for its answer. @param messages - the conversation up to the question */
  private show(question: string, messages: readonly ChatMessage[]): Turn {
    const place = h("div", { class: "result" });
    const entry = (kind: string, author: string, content: HTMLElement) =>
      h("li", { class: kind }, h("p", { class: "author" }, author), content);
    const keep = (answer: string) => {
      // A new chat discards the turn.
      if (this.turns.has(turn)) this.history = [...messages, { role: "assistant", content: answer }];
    };
    const giveBack = () => {
      if (!this.turns.has(turn)) return;
      this.failed = turn;
      const { value } = this.message;
      this.message.value = value.trim() === "" ? question : `${question}\n${value}`;
    };
    const exchange = new ChatExchange({
      submit: this.send,
      place,
      followed: this.form,
      show: ({ body, isCut = false }) => {
        if (typeof body === "string") keep(body);
        return this.shown(body, isCut);
      },
      onFailure: (box, failure) => {
        if (this.history.length > 0 && concernsLength(failure)) {
          box.append(h("p", { class: "advice" }, "Start a new chat, or send a shorter message."));
        }
        giveBack();
      },
      onStop: (text) => (text === "" ? giveBack() : keep(text)),
    });
    const turn: Turn = {
      exchange,
      entries: [
        entry("question", "You", h("p", { class: "text" }, question)),
        entry("response", this.route.title, place),
      ],
    };
    this.turns.add(turn);
    this.conversation.append(...turn.entries);
    return turn;
  }

  private shown(body: unknown, isAtLimit: boolean): PlacedAnswer {
    const { view, route } = this;
    // A text without a view is plain text, even if the text has the form of another answer.
    const show = (answer: unknown) => view.show?.(answer) ?? plainText(answer);
    const shown = showAnswer(body, { show }, { model: route.model, sent: undefined });
    const notes = [
      ...(body === "" ? ["The answer has no text."] : []),
      ...(isAtLimit ? ["The answer ended at the maximum number of tokens."] : []),
    ];
    return { ...shown, content: [...shown.content, ...notes.map((note) => h("p", { class: "fine" }, note))] };
  }

  /** Discards the conversation. The text area keeps its text. */
  private restart(): void {
    const running = this.current;
    for (const turn of this.turns) this.remove(turn);
    this.history = [];
    running?.exchange.cancel();
    this.setCurrent(undefined);
    this.message.focus();
  }

  private remove(turn: Turn | undefined): void {
    if (turn === undefined) return;
    this.turns.delete(turn);
    turn.exchange.clear();
    for (const entry of turn.entries) entry.remove();
    if (this.failed === turn) this.failed = undefined;
  }

  /** Shows the buttons for a running turn, or for no running turn. */
  private setCurrent(turn: Turn | undefined): void {
    const isRunning = turn !== undefined;
    const hadFocus = [this.send, this.stop].some((button) => button === document.activeElement);
    this.current = turn;
    this.send.hidden = isRunning;
    this.stop.hidden = !isRunning;
    this.startAgain.hidden = this.turns.size === 0;
    this.suggestion.hidden = this.turns.size > 0;
    // A hidden button would lose the focus.
    if (hadFocus) this.message.focus();
  }
}

/** Whether a refusal can concern the length of the conversation. Only a few contracts have a code for this reason. */
function concernsLength(failure: Failure): boolean {
  if (failure.kind !== "problem") return false;
  const { status, detail = "" } = failure;
  return status === 413 || (status === 400 && /\b(messages|context|too long)\b/i.test(detail));
}

function plainText(answer: unknown): ShownAnswer | undefined {
  if (typeof answer !== "string") return undefined;
  return { content: [h("p", { class: "text" }, answer)], spoken: `Answered: ${answer}` };
}
