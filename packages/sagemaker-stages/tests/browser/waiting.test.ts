import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { hasFocus, shows, TicketForm } from "./support/model-form";
import { Later } from "./support/model-server";
import { ANSWERS, type OpenPage, PATIENCE_IN_MS, ServedPage } from "./support/served-page";

jest.setTimeout(PATIENCE_IN_MS);

const URGENT = "urgent";

const WAKING_UP = "The model is starting. The first answer can take up to half a minute.";

let served: ServedPage;
let opened: OpenPage;
let form: TicketForm;
let later: Later;

beforeAll(async () => {
  served = await ServedPage.start();
});

afterAll(async () => {
  await served?.close();
});

beforeEach(async () => {
  served.reset();
  later = new Later();
  served.ticketUrgency.answer = later.answer;
  opened = await served.open();
  form = new TicketForm(opened.page);
});

afterEach(async () => {
  later.release({ body: "0.9" });
  await opened.page.context().close();
});

describe("a starting endpoint", () => {
  it("the wait is described with the seconds so far, and the endpoint's answer is shown", async () => {
    // Act
    await form.submit("The shop is down.");
    await shows(form.result, "Waiting for the model …");
    await shows(form.result, WAKING_UP);
    await shows(form.result, "3 s");
    const announced = await form.spoken.textContent();
    later.release({ body: "0.9412" });
    const answer = await form.answer();

    // Assess
    expect(announced).toBe(WAKING_UP);
    expect(answer).toContain(URGENT);
    expect(answer).toMatch(/Answered with 200 in [3-9]\.\d s$/);
    expect(served.ticketUrgency.requests).toHaveLength(1);
    expect(opened.complaints).toEqual([]);
  });

  it("the endpoint gets one request when the button is pressed several times", async () => {
    // Prepare
    await form.submit("The shop is down.");
    await form.cancel.waitFor();

    // Act
    // Without `force`, Playwright waits until the button is no longer dimmed.
    await form.send.click({ force: true });
    await form.message.press("Control+Enter");
    later.release({ body: "0.9412" });
    await form.answer();

    // Assess
    expect(served.ticketUrgency.requests).toHaveLength(1);
  });

  it("the request can be cancelled with the button: the focus goes to the form's button, and the next request is answered", async () => {
    // Prepare
    await form.submit("The shop is down.");
    await form.cancel.waitFor();

    // Act
    await form.cancel.focus();
    await opened.page.keyboard.press("Enter");
    await shows(form.result, "Cancelled. Your input is still here.");
    const focusAfterwards = await hasFocus(form.send);
    served.ticketUrgency.answer = ANSWERS.ticketUrgency;
    await opened.page.keyboard.press("Enter");
    const answer = await form.answer();

    // Assess
    expect(focusAfterwards).toBe(true);
    expect(await form.message.inputValue()).toBe("The shop is down.");
    expect(answer).toContain(URGENT);
    expect(opened.complaints).toEqual([]);
  });

  it("the request can be cancelled with Escape", async () => {
    // Prepare
    await form.open();
    await form.message.fill("The shop is down.");
    await form.message.press("Control+Enter");
    await form.cancel.waitFor();

    // Act
    await form.message.press("Escape");
    await shows(form.result, "Cancelled.");

    // Assess
    expect(await hasFocus(form.message)).toBe(true);
    expect(await form.spoken.textContent()).toBe("Cancelled.");
  });
});
