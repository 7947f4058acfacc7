import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { Browser, Page } from "playwright-core";
import { defineModels, passThrough, text } from "../../src/model";
import { sampleContainer } from "../../src/sample";
import { devWith, Storyteller } from "../local/support/storyteller";
import { launchChromium } from "./support/chromium";
import { type OpenPage, openPage, PATIENCE_IN_MS } from "./support/served-page";

jest.setTimeout(PATIENCE_IN_MS);

let browser: Browser;
let app: Storyteller;
let opened: OpenPage | undefined;
/** Lets the container send its next part. */
let next: () => void = () => {};

const event = (content: string) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`;

/** Models with answers in parts, and without a conversation. */
const models = defineModels({
  events: passThrough({
    takes: "application/json",
    schema: {
      type: "object",
      properties: { inputs: { type: "string" }, stream: { type: "boolean" } },
      required: ["inputs"],
    },
    stream: { type: "text/event-stream", when: "stream" },
    example: { request: { inputs: "one two" }, answer: { generated_text: "one two" } },
  }),
  plain: text({
    answer: "text",
    stream: { type: "text/plain" },
    example: { text: "one two", answer: "one two" },
  }),
});

/** One environment for each model, because the form of the only model is open. */
const environments = Object.keys(models).map(devWith);

/** Sends one word for each call of {@link next}; the word `fail` fails. */
const container = sampleContainer("words on demand", ({ contentType, body }) => {
  const isEvents = contentType === "application/json";
  const request = body.toString("utf8");
  const { inputs, stream } = isEvents ? JSON.parse(request) : { inputs: request, stream: true };
  const words: string[] = inputs.split(" ");
  if (stream !== true) {
    const message = { role: "assistant", content: words.join(" ") };
    return { contentType: "application/json", body: JSON.stringify({ choices: [{ index: 0, message }] }) };
  }
  return {
    contentType: isEvents ? "text/event-stream" : "text/plain",
    body: (async function* () {
      for (const word of words) {
        await new Promise<void>((resolve) => {
          next = resolve;
        });
        if (word === "fail") throw new Error("the model failed");
        yield isEvents ? event(`${word} `) : `${word} `;
      }
      if (isEvents) yield "data: [DONE]\n\n";
    })(),
  };
});

beforeAll(async () => {
  browser = await launchChromium();
  app = new Storyteller(container, { environments, models });
  await app.start();
});

afterAll(async () => {
  await browser?.close();
  await app?.close();
});

afterEach(async () => {
  expect(opened?.complaints).toEqual([]);
  await opened?.page.context().close();
});

/** Opens the page and sends a message. */
async function send(
  message: string,
  change: (page: Page) => Promise<unknown> = async () => {},
  model: keyof typeof models = "events",
): Promise<Page> {
  opened = await openPage(browser, `${app.url}/website/${model}/`);
  const { page } = opened;
  await page.getByLabel(model === "events" ? "inputs" : "text").fill(message);
  await change(page);
  await page.getByRole("button", { name: "Send" }).click();
  return page;
}

const textOf = (page: Page) => page.locator(".result .text");

/** Lets the container send parts until the page shows the text. */
async function arrive(page: Page, text: string): Promise<void> {
  const shown = textOf(page).filter({ hasText: text });
  for (let tries = 0; tries < 400 && (await shown.count()) === 0; tries++) {
    next();
    await page.waitForTimeout(25);
  }
  await shown.waitFor();
}

describe("the form of a model whose answer arrives in parts", () => {
  it("shows the text as it arrives, and then how long the answer took", async () => {
    // Act
    const page = await send("one two three");
    await arrive(page, "one");
    const during = await page.getByRole("button", { name: "Stop" }).isVisible();
    const announced = await page.locator("#announcer").textContent();
    await arrive(page, "one two three");
    next();
    await page.getByText("The answer began after").waitFor();

    // Assess
    expect(during).toBe(true);
    expect(announced).toBe("The answer is arriving.");
    expect(await textOf(page).innerText()).toBe("one two three ");
    expect(await page.getByRole("button", { name: "Stop" }).count()).toBe(0);
    expect(await page.locator(".result").innerText()).toMatch(
      /Answered with 200 in .* s|Answered with 200 in .* ms/,
    );
    expect(await page.locator("#announcer").textContent()).toBe("Answered: one two three");
  });

  it("shows the text of a plain text as it arrives", async () => {
    // Act
    const page = await send("one two <b>three</b>", undefined, "plain");
    await arrive(page, "one");
    const during = await page.getByRole("button", { name: "Stop" }).isVisible();
    await arrive(page, "<b>three</b>");
    await page.getByText("The answer began after").waitFor();

    // Assess
    expect(during).toBe(true);
    expect(await textOf(page).innerText()).toBe("one two <b>three</b> ");
  });

  it("keeps the text when the visitor stops the answer", async () => {
    // Prepare
    const page = await send("one two three");
    await arrive(page, "one");

    // Act
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByText("Stopped. The text is incomplete.").waitFor();

    // Assess
    expect(await textOf(page).innerText()).toContain("one");
    expect(await page.locator("#announcer").textContent()).toBe("Stopped.");
    expect(await page.getByRole("button", { name: "Send" }).getAttribute("aria-disabled")).toBeNull();
  });

  it("keeps the end of a long text and the button that stops it in view, unless the visitor scrolls away", async () => {
    // Prepare
    const long = Array.from({ length: 400 }, (_, index) => `word${index}`).join("-");
    // The words at the end keep the answer open: a part can arrive before the test has seen the part before it.
    const page = await send(`one ${long} two ${"more ".repeat(200)}`, (opening) =>
      opening.setViewportSize({ width: 375, height: 600 }),
    );
    await arrive(page, "one");
    const stop = page.getByRole("button", { name: "Stop" });
    const isInView = async () => {
      const box = await stop.boundingBox();
      return box !== null && box.y >= 0 && box.y + box.height <= 600;
    };

    // Act
    await arrive(page, "two");
    const followed = [await isInView(), await page.evaluate(() => scrollY)] as const;
    await page.evaluate(() => scrollTo(0, 400));
    const scrolled = await page.evaluate(() => scrollY);
    const before = (await textOf(page).innerText()).length;
    for (let tries = 0; tries < 10; tries++) {
      next();
      await page.waitForTimeout(25);
    }
    const grown = (await textOf(page).innerText()).length - before;
    const left = await page.evaluate(() => scrollY);

    // Assess
    expect(followed).toEqual([true, expect.any(Number)]);
    expect(followed[1]).toBeGreaterThan(2_000);
    expect(grown).toBeGreaterThan(0);
    expect(left).toBe(scrolled);
    await stop.click();
  });

  it("shows a failure below the text that has arrived", async () => {
    // Prepare
    const page = await send("one fail");
    await arrive(page, "one");

    // Act
    next();
    await page.locator(".result.failure").waitFor();

    // Assess
    expect(await textOf(page).innerText()).toContain("one");
    expect(await page.locator(".result.failure").innerText()).toMatch(/The model failed[\s\S]*request /);
  });

  it("shows the text of an answer in one piece when the visitor requests no stream", async () => {
    // Act
    const page = await send("one two", (opening) => opening.getByLabel("Stream").selectOption("false"));
    await textOf(page).waitFor();

    // Assess
    expect(await textOf(page).innerText()).toBe("one two");
    expect(await page.getByText("The answer began after").count()).toBe(0);
  });
});
