import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from "@jest/globals";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { dev } from "../../examples/storyteller/environments/dev";
import { models } from "../../examples/storyteller/functions";
import { sample } from "../../examples/storyteller/functions/storyteller/sample";
import { defineModels, passThrough } from "../../src/model";
import { buildWebsite } from "../../src/page/build";
import type { Container, ContainerRequest, ContainerResponse } from "../../src/sample";
import { devWith, Storyteller } from "../local/support/storyteller";
import { launchChromium } from "./support/chromium";
import { hasFocus } from "./support/model-form";
import { type OpenPage, openPage, PATIENCE_IN_MS } from "./support/served-page";

jest.setTimeout(PATIENCE_IN_MS);

let browser: Browser;
let app: Storyteller;
let opened: OpenPage | undefined;

/** The requests to the container, parsed. */
const requests: { readonly [field: string]: unknown }[] = [];
/** The answers of the next requests. @default - the sample model's */
const answers: ((request: ContainerRequest) => Promise<ContainerResponse>)[] = [];

/** The sample model of the app, unless a test sets the answer. */
const container: Container = {
  description: "the sample model, or the answer of a test",
  invoke(request) {
    requests.push(JSON.parse(request.body.toString("utf8")));
    return answers.shift()?.(request) ?? sample.invoke(request);
  },
};

const event = (content: string) =>
  `data: ${JSON.stringify({ object: "chat.completion.chunk", choices: [{ index: 0, delta: { content } }] })}\n\n`;

const END = `data: ${JSON.stringify({ object: "chat.completion.chunk", choices: [{ index: 0, delta: {}, finish_reason: "stop" }] })}\n\ndata: [DONE]\n\n`;

/** A stream of words. */
function words(...parts: string[]): () => Promise<ContainerResponse> {
  return async () => ({
    status: 200,
    contentType: "text/event-stream",
    body: (async function* () {
      for (const part of parts) yield event(part);
      yield END;
    })(),
  });
}

/** A refusal of the container. */
function refusal(text: string): () => Promise<ContainerResponse> {
  return async () => ({
    status: 400,
    contentType: "application/json",
    body: JSON.stringify({ message: text }),
  });
}

/** A stream that continues when a test calls a function, or ends when the caller leaves. */
class OpenAnswer {
  isAborted = false;
  private proceed: (text: string | Error) => void = () => {};

  readonly answer = async ({ signal }: ContainerRequest): Promise<ContainerResponse> => ({
    status: 200,
    contentType: "text/event-stream",
    body: this.parts(signal),
  });

  private async *parts(signal: AbortSignal | undefined): AsyncGenerator<string> {
    while (true) {
      const part = await new Promise<string | Error>((resolve) => {
        this.proceed = resolve;
        signal?.addEventListener("abort", () => resolve(""));
      });
      this.isAborted = signal?.aborted === true;
      if (this.isAborted) return;
      if (part instanceof Error) throw part;
      if (part === END) return yield END;
      yield event(part);
    }
  }

  /** Sends parts until the page shows the text. A part that no one awaits is lost. */
  async send(page: Page, part: string): Promise<void> {
    const shown = answer(page).filter({ hasText: part.trim() });
    for (let tries = 0; tries < 400 && (await shown.count()) === 0; tries++) {
      this.proceed(part);
      await page.waitForTimeout(25);
    }
    await shown.last().waitFor();
  }

  /** Ends the stream. */
  end(how: typeof END | Error): void {
    this.proceed(how);
  }
}

/** A contract of a team with the form of OpenAI's API, and with its own path, name and fields. */
const own = defineModels({
  assistant: passThrough({
    takes: "application/json",
    stream: { type: "text/event-stream", when: "stream" },
    example: {
      request: {
        messages: [
          { role: "system", content: "Answer in one sentence." },
          { role: "user", content: "Which days are open?" },
        ],
        top_k: 5,
      },
      answer: { choices: [{ index: 0, message: { role: "assistant", content: "Monday." } }] },
    },
  }),
});

beforeAll(async () => {
  browser = await launchChromium();
  app = new Storyteller(container, {
    models: { ...models, ...own },
    environments: [dev, devWith("assistant")],
  });
  await app.start();
});

afterAll(async () => {
  await browser?.close();
  await app?.close();
});

beforeEach(() => {
  requests.length = 0;
  answers.length = 0;
});

afterEach(async () => {
  // A test that expects complaints closes its page.
  if (opened === undefined) return;
  expect(opened.complaints).toEqual([]);
  await opened.page.context().close();
});

async function open(options: BrowserContextOptions = {}, environment = "dev"): Promise<Page> {
  opened = await openPage(browser, `${app.url}/website/${environment}/`, options);
  return opened.page;
}

const message = (page: Page) => page.getByLabel("Message", { exact: true });
const answer = (page: Page) => page.locator(".response .text");
const entries = (page: Page) => page.getByRole("list", { name: "Conversation" }).getByRole("listitem");
const button = (page: Page, name: string) => page.getByRole("button", { name });
const spoken = (page: Page) => page.locator("#announcer");

/** Waits until the page can send the next message. */
async function isDone(page: Page): Promise<void> {
  await button(page, "Send").waitFor();
}

/** Sends a message, and waits until its answer has ended. */
async function send(page: Page, text: string): Promise<void> {
  await message(page).fill(text);
  await message(page).press("Enter");
  await button(page, "Stop").or(button(page, "Send")).waitFor();
  await isDone(page);
}

describe("the chat of a model", () => {
  it("shows the sample model's answer in several steps, and sends the whole conversation in the second turn", async () => {
    // Prepare
    const page = await open();
    await page.evaluate(() => {
      const lengths = new Set<number>();
      Object.assign(window, { lengths });
      const list = document.querySelector(".conversation");
      const watch = () => lengths.add(document.querySelector(".response .text")?.textContent?.length ?? 0);
      if (list)
        new MutationObserver(watch).observe(list, { childList: true, subtree: true, characterData: true });
    });

    // Act
    await send(page, "What is the white whale");
    const first = await answer(page).innerText();
    const steps = await page.evaluate(() => (window as unknown as { lengths: Set<number> }).lengths.size);
    await send(page, "And who is\nCaptain Ahab?");
    const shown = await entries(page).allInnerTexts();

    // Assess
    expect(steps).toBeGreaterThan(10);
    expect(
      requests.map(({ messages, stream, max_tokens, model }) => ({ messages, stream, max_tokens, model })),
    ).toEqual([
      {
        messages: [{ role: "user", content: "What is the white whale" }],
        stream: true,
        max_tokens: undefined,
        model: "storyteller",
      },
      {
        messages: [
          { role: "user", content: "What is the white whale" },
          { role: "assistant", content: first },
          { role: "user", content: "And who is\nCaptain Ahab?" },
        ],
        stream: true,
        max_tokens: undefined,
        model: "storyteller",
      },
    ]);
    expect(shown).toEqual([
      "You\n\nWhat is the white whale",
      expect.stringContaining(`Storyteller\n\n${first}`),
      "You\n\nAnd who is\nCaptain Ahab?",
      expect.stringMatching(/^Storyteller\n\n\w/),
    ]);
    expect(await page.evaluate(() => [localStorage.length, sessionStorage.length])).toEqual([0, 0]);
  });

  it("ends the request to the container when the visitor stops the answer, and keeps the text in the conversation", async () => {
    // Prepare
    const running = new OpenAnswer();
    answers.push(running.answer, words("Yes."));
    const page = await open();
    await message(page).fill("Write a story");
    await button(page, "Send").click();
    await running.send(page, "once ");

    // Act
    await button(page, "Stop").click();
    await page.getByText("Stopped. The text is incomplete.").waitFor();
    const focused = await hasFocus(message(page));
    const text = await answer(page).textContent();
    for (let tries = 0; tries < 200 && !running.isAborted; tries++) await page.waitForTimeout(25);
    await send(page, "Really?");

    // Assess
    expect(running.isAborted).toBe(true);
    expect(focused).toBe(true);
    expect(requests[1]?.messages).toEqual([
      { role: "user", content: "Write a story" },
      { role: "assistant", content: text },
      { role: "user", content: "Really?" },
    ]);
  });

  it("shows a failure in the middle of an answer below its text, and sends the message again without the failed answer", async () => {
    // Prepare
    const running = new OpenAnswer();
    answers.push(words("Hello."), running.answer, words("Fine."));
    const page = await open();
    await send(page, "Hi");
    await message(page).fill("How are you?");
    await message(page).press("Enter");
    await running.send(page, "I was ");

    // Act
    running.end(new Error("the model failed"));
    await page.locator(".failure").waitFor();
    await isDone(page);
    const texts = await answer(page).allInnerTexts();
    const failure = await page.locator(".failure").innerText();
    const kept = await message(page).inputValue();
    await message(page).press("Enter");
    await answer(page).filter({ hasText: "Fine." }).waitFor();

    // Assess
    expect(texts).toEqual(["Hello.", expect.stringMatching(/^I was/)]);
    expect(failure).toMatch(/^The model failed[\s\S]*status 502[\s\S]*request /);
    expect(kept).toBe("How are you?");
    expect(await page.locator(".failure").count()).toBe(0);
    expect(requests[2]?.messages).toEqual([
      { role: "user", content: "Hi" },
      { role: "assistant", content: "Hello." },
      { role: "user", content: "How are you?" },
    ]);
  });

  it.each([
    [
      "a conversation that is too long",
      { status: 400, message: "This model's maximum context length is 4096 tokens." },
      /The model cannot read this input[\s\S]*at most 4096 tokens[\s\S]*Start a new chat, or/,
    ],
    [
      "a model that takes no more requests",
      { status: 429, message: "overloaded" },
      /^(?![\s\S]*Start a new chat)Too many requests at once[\s\S]*You can try again in \d+ second/,
    ],
  ])(
    "shows the problem document of %s in the conversation, and keeps the message",
    async (_, refusal, expected) => {
      // Prepare
      answers.push(words("Hello."));
      for (let tries = 0; tries < 10; tries++) {
        answers.push(async () => ({
          status: refusal.status,
          contentType: "application/json",
          body: JSON.stringify({ message: refusal.message }),
        }));
      }
      const page = await open();
      await send(page, "Hi");

      // Act
      await send(page, "A long question");
      const failure = await page.locator(".failure").innerText();
      const announced = await spoken(page).textContent();

      // Assess
      expect(failure).toMatch(expected);
      expect(announced).toContain(failure.split("\n")[0]);
      expect(announced?.includes("Start a new chat, or send a shorter message.")).toBe(
        failure.includes("Start a new chat"),
      );
      expect(await message(page).inputValue()).toBe("A long question");
      expect(await hasFocus(message(page))).toBe(true);
    },
  );

  it("shows markup in an answer and in a question as text, with its white space", async () => {
    // Prepare
    const markup = '<script>document.title = "taken"</script>\n  <img src=x onerror=alert(1)>';
    answers.push(words(markup.slice(0, 9), markup.slice(9)));
    const page = await open();

    // Act
    await send(page, "<b>bold</b>");

    // Assess
    expect(await answer(page).textContent()).toBe(markup);
    expect(await answer(page).innerText()).toBe(markup);
    expect(await page.locator(".question .text").textContent()).toBe("<b>bold</b>");
    expect(await page.locator(".conversation :is(script, img, b)").count()).toBe(0);
    expect(await page.title()).toBe("Storyteller");
  });

  it("works with the keyboard only, and announces the answer at its beginning and its end", async () => {
    // Prepare
    const running = new OpenAnswer();
    answers.push(running.answer, words("Yes."));
    const page = await open();
    const { keyboard } = page;

    // Act
    for (let tries = 0; tries < 10 && !(await hasFocus(message(page))); tries++) await keyboard.press("Tab");
    await keyboard.type("first");
    await keyboard.press("Shift+Enter");
    await keyboard.type("second");
    await keyboard.press("Enter");
    await running.send(page, "once ");
    const atStart = await spoken(page).textContent();
    await keyboard.press("Escape");
    await page.getByText("Stopped. The text is incomplete.").waitFor();
    await isDone(page);
    await keyboard.type("More?");
    await keyboard.press("Enter");
    await answer(page).filter({ hasText: "Yes." }).waitFor();
    await isDone(page);
    const atEnd = await spoken(page).textContent();
    for (let tries = 0; tries < 3 && !(await hasFocus(button(page, "New chat"))); tries++)
      await keyboard.press("Tab");
    await keyboard.press("Enter");

    // Assess
    expect(requests[0]?.messages).toEqual([{ role: "user", content: "first\nsecond" }]);
    expect([atStart, atEnd]).toEqual(["The answer is arriving.", "Answered: Yes."]);
    expect(await entries(page).count()).toBe(0);
    expect(await hasFocus(message(page))).toBe(true);
    expect(await page.locator(".conversation").getAttribute("aria-live")).toBeNull();
  });

  it("forgets the conversation in a new chat, also during an answer", async () => {
    // Prepare
    const running = new OpenAnswer();
    answers.push(running.answer, words("Hello."));
    const page = await open();
    await message(page).fill("Hi");
    await message(page).press("Enter");
    await running.send(page, "once ");

    // Act
    await button(page, "New chat").click();
    const focused = await hasFocus(message(page));
    await send(page, "Hello?");

    // Assess
    expect(focused).toBe(true);
    expect(requests[1]?.messages).toEqual([{ role: "user", content: "Hello?" }]);
    expect(await entries(page).count()).toBe(2);
  });

  it("sends the system message and the settings, and opens the settings when a value is invalid", async () => {
    // Prepare
    answers.push(words("Aye."));
    const page = await open();
    await page.getByText("Settings", { exact: true }).click();
    await page.getByLabel("System message").fill("You are a sailor.");
    await page.getByLabel("max tokens", { exact: true }).fill("12");
    await page.getByLabel("Temperature").fill("warm");
    await page.getByText("Settings", { exact: true }).click();

    // Act
    await message(page).fill("Hi");
    await message(page).press("Enter");
    await page.getByText("This must be a number, such as 0.5.").waitFor();
    const focused = await hasFocus(page.getByLabel("Temperature"));
    const sentBefore = requests.length;
    await page.getByLabel("Temperature").fill("0.5");
    await send(page, "Hi");

    // Assess
    expect([focused, sentBefore]).toEqual([true, 0]);
    expect(requests[0]).toEqual({
      model: "storyteller",
      max_tokens: 12,
      temperature: 0.5,
      messages: [
        { role: "system", content: "You are a sailor." },
        { role: "user", content: "Hi" },
      ],
      stream: true,
    });
  });

  it("fits on a phone in the dark mode, with the message area in view while a long answer arrives", async () => {
    // Prepare
    const long = Array.from({ length: 300 }, (_, index) => `word${index}`).join("-");
    answers.push(words("one ", `${long} `, "two ", "x".repeat(2_000)));
    const page = await open({
      viewport: { width: 360, height: 640 },
      isMobile: true,
      hasTouch: true,
      colorScheme: "dark",
    });

    // Act
    await message(page).fill("A question");
    await message(page).press("Enter");
    await message(page).pressSequentially("q".repeat(400));
    const sentBefore = requests.length;
    await button(page, "Send").tap();
    await button(page, "Stop").or(button(page, "Send")).waitFor();
    await isDone(page);
    const widths = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    const box = await message(page).boundingBox();
    const colour = await page
      .locator(".composer")
      .evaluate((element) => getComputedStyle(element).backgroundColor);

    // Assess
    expect(sentBefore).toBe(0);
    expect(requests[0]?.messages).toEqual([{ role: "user", content: `A question\n${"q".repeat(400)}` }]);
    expect(widths[0]).toBe(widths[1]);
    expect((box?.y ?? -1) >= 0 && (box?.y ?? 0) + (box?.height ?? 0) <= 640).toBe(true);
    expect(await page.evaluate(() => scrollY)).toBeGreaterThan(600);
    expect(colour).toBe("rgb(27, 34, 32)");
  });

  it("presents a complete answer with the view of the model, and keeps the answer's text in the conversation", async () => {
    // Prepare
    answers.push(words("he", "llo"), words("?"), words("!"), words("bye"));
    const files = buildWebsite({
      title: "Storyteller",
      views: new Map([["storyteller", join(__dirname, "support/chat-view.ts")]]),
      parts: { rows: false, bytes: false, stream: true, chat: true },
    });
    const page = await open();
    await page.route("**/page.js", (route) =>
      route.fulfill({
        contentType: "text/javascript",
        body: files.find(({ name }) => name === "page.js")?.body ?? "",
      }),
    );
    await page.reload();

    // Act
    for (const text of ["one", "two", "three", "four"]) {
      await message(page).fill(text);
      await message(page).press("Enter");
      await button(page, "Stop").or(button(page, "Speak")).waitFor();
      await button(page, "Speak").waitFor();
    }

    const announced = await spoken(page).textContent();

    // Assess
    expect(announced).toBe("Loud: bye");
    expect(await page.locator(".response .loud").allInnerTexts()).toEqual(["HELLO", "BYE"]);
    expect(await page.locator(".response button").allInnerTexts()).toEqual(["Copy 1", "Copy 7"]);
    expect(await answer(page).allInnerTexts()).toEqual(["?", "!"]);
    expect(await page.locator(".response details").count()).toBe(0);
    expect(opened?.complaints.map((one) => one.includes("the view fails"))).toEqual([true]);
    opened = undefined;
    await page.context().close();
    expect(requests[2]?.messages).toEqual([
      { role: "user", content: "one" },
      { role: "assistant", content: "hello" },
      { role: "user", content: "two" },
      { role: "assistant", content: "?" },
      { role: "user", content: "three" },
    ]);
  });

  it("sends a message once when Enter stays down and the request fails", async () => {
    // Prepare
    for (let tries = 0; tries < 10; tries++) answers.push(refusal("no"));
    const page = await open();
    await message(page).fill("Hi");

    // Act
    await page.keyboard.down("Enter");
    await page.locator(".failure").waitFor();
    for (let repeats = 0; repeats < 4; repeats++) {
      await isDone(page);
      await page.keyboard.down("Enter");
      await page.waitForTimeout(50);
    }
    await page.keyboard.up("Enter");

    // Assess
    expect(requests).toHaveLength(1);
    expect(await message(page).inputValue()).toBe("Hi");
  });

  it.each([
    ["ends", END],
    ["fails", new Error("the model failed")],
  ])("stays where the visitor reads when an answer %s", async (_, end) => {
    // Prepare
    const running = new OpenAnswer();
    answers.push(words("a line\n".repeat(120)), running.answer);
    const page = await open();
    await send(page, "Hi");
    await message(page).fill("And?");
    await message(page).press("Enter");
    await running.send(page, "once ");
    const followed = await page.evaluate(() => scrollY);

    // Act
    await page.evaluate(() => scrollTo(0, 30));
    running.end(end);
    await isDone(page);
    const stayed = await page.evaluate(() => scrollY);

    // Assess
    expect(followed).toBeGreaterThan(1_000);
    expect(stayed).toBe(30);
  });

  it("does not keep a turn whose answer has no text, and gives the message back", async () => {
    // Prepare
    answers.push(words(), words("Hello."));
    const page = await open();

    // Act
    await send(page, "Hi");
    const note = await page.locator(".response .fine").innerText();
    const announced = await spoken(page).textContent();
    const kept = await message(page).inputValue();
    await message(page).press("Enter");
    await answer(page).filter({ hasText: "Hello." }).waitFor();

    // Assess
    expect(note).toBe("The answer has no text. The next messages do not contain this turn.");
    expect(announced).toBe(note);
    expect(kept).toBe("Hi");
    expect(requests[1]?.messages).toEqual([{ role: "user", content: "Hi" }]);
    expect(await entries(page).count()).toBe(2);
  });

  it("announces that an answer ended at the maximum number of tokens, also after its sentences", async () => {
    // Prepare
    answers.push(async () => ({
      status: 200,
      contentType: "text/event-stream",
      body: (async function* () {
        yield event("Once.");
        yield END.replace('"stop"', '"length"');
      })(),
    }));
    const page = await open();

    // Act
    await send(page, "Hi");

    // Assess
    expect(await spoken(page).textContent()).toBe(
      "Answered: Once. The answer ended at the maximum number of tokens.",
    );
    expect(await page.getByText("The answer ended at the maximum number of tokens.").count()).toBe(2);
  });

  it("keeps the text of an answer in another form, and notes that an answer is not a text", async () => {
    // Prepare: a route that streams on another property answers these requests in one piece
    const whole: unknown[] = [[{ generated_text: "On Monday." }], { days: [["Monday"]] }];
    answers.push(words("Yes."));
    const page = await open({}, "assistant");
    await page.route(`${app.url}/assistant/**`, async (route) => {
      const json = route.request().method() === "POST" ? whole.shift() : undefined;
      if (json === undefined) await route.continue();
      else await route.fulfill({ json });
    });

    // Act
    await send(page, "When?");
    const text = await page.locator(".response .result").innerText();
    await send(page, "Which?");
    const note = await page.locator(".response .fine").last().innerText();
    await message(page).press("Enter");
    await answer(page).filter({ hasText: "Yes." }).waitFor();

    // Assess
    expect(text).toContain("On Monday.");
    expect(note).toBe("The answer is not a text. The next messages do not contain this turn.");
    expect(requests[0]?.messages).toEqual([
      { role: "system", content: "Answer in one sentence." },
      { role: "user", content: "When?" },
      { role: "assistant", content: "On Monday." },
      { role: "user", content: "Which?" },
    ]);
  });

  it("does not stop the answer when Escape cancels the input of an input method editor", async () => {
    // Prepare
    const running = new OpenAnswer();
    answers.push(running.answer);
    const page = await open();
    await message(page).fill("Hi");
    await message(page).press("Enter");
    await running.send(page, "once ");

    // Act
    await message(page).evaluate((element) => {
      const init = { key: "Escape", bubbles: true, cancelable: true };
      element.dispatchEvent(new KeyboardEvent("keydown", { ...init, isComposing: true }));
      element.dispatchEvent(new KeyboardEvent("keydown", { ...init, keyCode: 229 }));
    });
    await running.send(page, "more");

    // Assess
    expect(await button(page, "Stop").isVisible()).toBe(true);
    await page.keyboard.press("Escape");
    await page.getByText("Stopped. The text is incomplete.").waitFor();
  });

  it("keeps the visitor's draft beside the example, a failed message, and a setting", async () => {
    // Prepare
    const running = new OpenAnswer();
    answers.push(running.answer, words("Fine."));
    const page = await open({}, "assistant");

    // Act
    await message(page).fill("A draft");
    await button(page, "Which days are open?").click();
    const withExample = await message(page).inputValue();
    await page.getByText("Settings", { exact: true }).click();
    await page.getByLabel("top k").press("Enter");
    const sentFromSettings = requests.length;
    await message(page).press("Enter");
    await running.send(page, "once ");
    await message(page).fill("The next draft");
    running.end(new Error("the model failed"));
    await page.locator(".failure").waitFor();
    await isDone(page);
    const afterFailure = await message(page).inputValue();
    await button(page, "Use this message again").click();
    const withMessage = await message(page).inputValue();
    await message(page).press("Enter");
    await answer(page).filter({ hasText: "Fine." }).waitFor();

    // Assess
    expect(withExample).toBe("A draft\nWhich days are open?");
    expect(sentFromSettings).toBe(0);
    expect(afterFailure).toBe("The next draft");
    expect(withMessage).toBe("The next draft\nA draft\nWhich days are open?");
    expect(await entries(page).count()).toBe(2);
  });

  it("does not lose a failed message when the visitor sends the draft first", async () => {
    // Prepare
    const running = new OpenAnswer();
    answers.push(running.answer, words("Fine."));
    const page = await open();
    await message(page).fill("First");
    await message(page).press("Enter");
    await running.send(page, "once ");
    await message(page).fill("Second");
    running.end(new Error("the model failed"));
    await page.locator(".failure").waitFor();
    await isDone(page);

    // Act
    await message(page).press("Enter");
    await answer(page).filter({ hasText: "Fine." }).waitFor();
    await isDone(page);
    await button(page, "Use this message again").click();

    // Assess
    expect(requests[1]?.messages).toEqual([{ role: "user", content: "Second" }]);
    expect(await message(page).inputValue()).toBe("First");
    expect(await entries(page).count()).toBe(4);
  });

  it("has its message area at the end of the conversation in a low window", async () => {
    // Act
    const page = await open({ viewport: { width: 800, height: 360 } });

    // Assess
    expect(await page.locator(".composer").evaluate((element) => getComputedStyle(element).position)).toBe(
      "static",
    );
  });

  it("is the form of a team's own contract whose example is a conversation", async () => {
    // Prepare
    answers.push(words("On Monday."));
    const page = await open({}, "assistant");

    // Act
    await button(page, "Which days are open?").click();
    const offered = await message(page).inputValue();
    await message(page).press("Enter");
    await answer(page).filter({ hasText: "On Monday." }).waitFor();

    // Assess
    expect(offered).toBe("Which days are open?");
    expect(requests).toEqual([
      {
        messages: [
          { role: "system", content: "Answer in one sentence." },
          { role: "user", content: "Which days are open?" },
        ],
        stream: true,
      },
    ]);
  });
});
