import { type ChatMessage, type ChatPlan, planChat } from "../plan/chat-plan";
import type { RoutePlan } from "../plan/form-plan";
import { planAnswer } from "./answer-plan";
import { showAnswer } from "./answer-view";
import { ChatExchange } from "./chat-exchange";
import { type ChatSettings, chatSettings } from "./chat-settings";
import { PRIVATE_TYPING } from "./control";
import type { Destination } from "./destination";
import { h } from "./dom";
import type { Exchange } from "./exchange";
import type { Failure } from "./failure";
import { isComposing } from "./keys";
import type { PlacedAnswer } from "./placed-answer";
import type { ModelView, ShownAnswer } from "./view";

/** Whether the keyboard of this device is probably on its screen. */
const ON_TOUCH_SCREEN = window.matchMedia("(pointer: coarse)");

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
  /** The turns without an answer whose messages are in the message area again. The next turn replaces them. */
  private readonly failed = new Set<Turn>();
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
      enterkeyhint: ON_TOUCH_SCREEN.matches ? "enter" : "send",
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
    this.suggestion.append("For example: ", this.adder(question, question));
  }

  /** A button that adds a text to the message area, below the visitor's draft. */
  private adder(label: string, text: string): HTMLButtonElement {
    const button = h("button", { type: "button", class: "quiet" }, label);
    button.addEventListener("click", () => {
      const { value } = this.message;
      this.message.value = value.trim() === "" ? text : `${value}\n${text}`;
      this.message.focus();
    });
    return button;
  }

  private listen(): void {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.submit();
    });
    this.message.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || isComposing(event)) return;
      // The keyboard of a touch screen has no Shift+Enter.
      if (ON_TOUCH_SCREEN.matches && !event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      // A key that stays down must not send a failing message again and again.
      if (!event.repeat) this.form.requestSubmit();
    });
    // Otherwise Enter in a setting would send the draft of a message.
    this.settings.element.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target instanceof HTMLInputElement) event.preventDefault();
    });
    this.form.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || isComposing(event) || this.current === undefined) return;
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
    for (const failed of this.failed) this.remove(failed);
    const messages: readonly ChatMessage[] = [...this.history, { role: "user", content: question }];
    const body = {
      ...options.values,
      messages: [...options.system, ...messages],
      ...(this.plan.sendsStream ? { stream: true } : {}),
    };
    const turn = this.show(question, messages, body);
    this.message.value = "";
    this.message.focus();
    this.setCurrent(turn);
    this.form.scrollIntoView({ block: "end" });
    const { method, path, answerTypes } = this.route;
    try {
      await turn.exchange.start({ method, url: `${this.destination.stageUrl}${path}`, answerTypes, body });
    } finally {
      if (this.current === turn) this.setCurrent(undefined);
    }
  }

  /**
   * Shows a question, and the place for its answer.
   *
   * @param messages - the conversation up to the question
   * @param body - the body of the request
   */
  private show(question: string, messages: readonly ChatMessage[], body: unknown): Turn {
    const place = h("div", { class: "result" });
    const entry = (kind: string, author: string, content: HTMLElement) =>
      h("li", { class: kind }, h("p", { class: "author" }, author), content);
    const answered = entry("response", this.route.title, place);
    const keep = (answer: string) => {
      // A new chat discards the turn.
      if (this.turns.has(turn)) this.history = [...messages, { role: "assistant", content: answer }];
    };
    const giveBack = () => {
      if (!this.turns.has(turn)) return;
      if (this.message.value.trim() === "") {
        this.message.value = question;
        this.failed.add(turn);
        return;
      }
      // The visitor already writes the next message. The failed turn stays until the visitor takes its message back.
      const adder = this.adder("Use this message again", question);
      adder.addEventListener("click", () => {
        adder.remove();
        this.failed.add(turn);
      });
      answered.append(adder);
    };
    const exchange = new ChatExchange({
      submit: this.send,
      place,
      followed: this.form,
      show: ({ body: answer, isCut = false }) => {
        const text = textOf(answer);
        if (text === undefined) giveBack();
        else keep(text);
        return this.shown(answer, body, [
          ...(text === undefined ? [typeof answer === "string" ? NO_TEXT : NOT_A_TEXT] : []),
          ...(isCut ? ["The answer ended at the maximum number of tokens."] : []),
        ]);
      },
      adviceFor: (failure) =>
        this.history.length > 0 && concernsLength(failure)
          ? "Start a new chat, or send a shorter message."
          : undefined,
      onFailure: giveBack,
      onStop: (text) => (textOf(text) === undefined ? giveBack() : keep(text)),
    });
    const turn: Turn = {
      exchange,
      entries: [entry("question", "You", h("p", { class: "text" }, question)), answered],
    };
    this.turns.add(turn);
    this.conversation.append(...turn.entries);
    return turn;
  }

  private shown(answer: unknown, sent: unknown, notes: readonly string[]): PlacedAnswer {
    if (typeof answer === "string" && textOf(answer) === undefined) return { content: [], spoken: "", notes };
    const show = () => {
      try {
        const shown = this.view.show?.(answer, sent);
        if (shown !== undefined) return shown;
      } catch (error) {
        // The console shows the error to the view's author. The visitor still sees the answer.
        reportError(error);
      }
      // A text without a view is plain text, even if the text has the form of another answer.
      return plainText(answer);
    };
    // Without the request: the messages are not the inputs of a table.
    return { ...showAnswer(answer, { show }, { model: this.route.model, sent: undefined }), notes };
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

  private remove(turn: Turn): void {
    this.turns.delete(turn);
    this.failed.delete(turn);
    turn.exchange.clear();
    for (const entry of turn.entries) entry.remove();
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

const NO_TEXT = "The answer has no text. The next messages do not contain this turn.";
const NOT_A_TEXT = "The answer is not a text. The next messages do not contain this turn.";

/** The text of an answer that the model can read in the next turn; `undefined` for an empty text, or another answer. */
function textOf(answer: unknown): string | undefined {
  const plan = planAnswer(answer);
  return plan.kind === "text" && plan.text.trim() !== "" ? plan.text : undefined;
}

function plainText(answer: unknown): ShownAnswer | undefined {
  if (typeof answer !== "string") return undefined;
  return { content: [h("p", { class: "text" }, answer)], spoken: `Answered: ${answer}` };
}
