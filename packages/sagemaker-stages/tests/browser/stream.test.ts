import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { Browser, Page } from "playwright-core";
import { sampleContainer } from "../../src/sample";
import { Storyteller } from "../local/support/storyteller";
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

/** Sends one word for each call of {@link next}; the word `fail` fails. */
const container = sampleContainer("words on demand", ({ body }) => {
  const { messages, stream } = JSON.parse(body.toString("utf8"));
  const words: string[] = messages[0].content.split(" ");
  if (stream !== true) {
    const message = { role: "assistant", content: words.join(" ") };
    return { contentType: "application/json", body: JSON.stringify({ choices: [{ index: 0, message }] }) };
  }
  return {
    contentType: "text/event-stream",
    body: (async function* () {
      for (const word of words) {
        await new Promise<void>((resolve) => {
          next = resolve;
        });
        if (word === "fail") throw new Error("the model failed");
        yield event(`${word} `);
      }
      yield "data: [DONE]\n\n";
    })(),
  };
});

beforeAll(async () => {
  browser = await launchChromium();
  app = new Storyteller(container);
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
): Promise<Page> {
  opened = await openPage(browser, `${app.url}/website/dev/`);
  const { page } = opened;
  await page.getByLabel("content, row 1").fill(message);
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
    expect(await page.locator("#announcer").textContent()).toBe("Answered: one two three ");
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
