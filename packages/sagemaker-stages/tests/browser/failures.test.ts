import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { TIGHT } from "./support/environments";
import { shows, TicketForm } from "./support/model-form";
import { type OpenPage, PATIENCE_IN_MS, ServedPage } from "./support/served-page";

jest.setTimeout(PATIENCE_IN_MS);

const URGENT = "urgent";

let served: ServedPage;
let opened: OpenPage;
let form: TicketForm;

beforeAll(async () => {
  served = await ServedPage.start();
});

afterAll(async () => {
  await served?.close();
});

beforeEach(async () => {
  served.reset();
  opened = await served.open();
  form = new TicketForm(opened.page);
});

afterEach(async () => {
  expect(opened.complaints).toEqual([]);
  await opened.page.context().close();
});

describe("a model that fails", () => {
  it("the failure is described with the detail of the problem document, and with the id of the request", async () => {
    // Prepare
    served.ticketUrgency.answer = async () => ({ status: 500, body: "Traceback: secret" });
    const answered = opened.page.waitForResponse("**/open/ticket-urgency");

    // Act
    await form.submit("The shop is down.");
    const failure = await form.failure();
    const problem = (await (await answered).json()) as Record<string, string>;

    // Assess
    expect(failure).toContain("The model failed");
    expect(failure).toContain(problem.detail);
    expect(failure).toContain(`To report it: ${problem.title} · status 502 · request ${problem.requestId}`);
    expect(failure).not.toContain("Traceback");
    expect(await form.spoken.textContent()).toContain("The model failed.");
    expect(await form.message.inputValue()).toBe("The shop is down.");
  });
});

describe("a stage that throttles", () => {
  it("the refusal is described with the seconds to wait, which count down; afterwards the model answers", async () => {
    // Prepare
    const { page } = await served.open(TIGHT);
    const tight = new TicketForm(page);
    await tight.submit("One.");
    await tight.answer();

    // Act
    await tight.send.click();
    const failure = await tight.failure();
    await shows(tight.result, "You can try again now.");
    await tight.send.click();
    const answer = await tight.answer();

    // Assess
    expect(failure).toContain("Too many requests at once");
    expect(failure).toContain("You can try again in 1 second.");
    expect(answer).toContain(URGENT);
    await page.context().close();
  });
});

describe("an input that is too long", () => {
  it("the input is refused with the limit, and not sent", async () => {
    // Prepare
    await form.open();
    await form.message.evaluate((area: HTMLInputElement, moreThanApiGatewayTakes) => {
      area.value = "a".repeat(moreThanApiGatewayTakes);
    }, 10_485_760);
    const requested: string[] = [];
    opened.page.on("request", (request) => requested.push(request.url()));

    // Act
    await form.send.click();
    const failure = await form.failure();

    // Assess
    expect(failure).toContain("The input is too large");
    expect(failure).toContain("at most 10 MB");
    expect(failure).toContain("status 413");
    expect(requested).toEqual([]);
  });
});

/** Answers of a stage on AWS or of a proxy, which a local stage never gives. */
describe("an answer that is not from the function", () => {
  it("the answer is described with the seconds to wait when the model is not ready", async () => {
    // Prepare
    const problem = { title: "Service Unavailable", status: 503, detail: "It wakes up.", requestId: "id-1" };
    await opened.page.route("**/open/ticket-urgency", (route) =>
      route.fulfill({
        status: 503,
        headers: { "content-type": "application/problem+json", "retry-after": "10" },
        body: JSON.stringify(problem),
      }),
    );

    // Act
    await form.submit("The shop is down.");
    const failure = await form.failure();
    await shows(form.result, "You can try again in 9 seconds.");

    // Assess
    expect(failure).toContain("The model cannot answer now");
    expect(failure).toContain("It wakes up.");
    expect(failure).toContain("You can try again in 10 seconds.");
    expect(failure).toContain("request id-1");
  });

  it("the answer is described by its media type, and its text is not shown, when a proxy answers with a page", async () => {
    // Prepare
    await opened.page.route("**/open/ticket-urgency", (route) =>
      route.fulfill({ status: 502, contentType: "text/html", body: "<h1>nginx</h1>" }),
    );

    // Act
    await form.submit("The shop is down.");
    const failure = await form.failure();

    // Assess
    expect(failure).toContain("The answer is not from this stage");
    expect(failure).toContain("text/html");
    expect(failure).not.toContain("nginx");
  });
});

describe("no answer", () => {
  it("a missing answer is described as an offline device when the device is offline, and the text stays", async () => {
    // Prepare
    await opened.page.context().setOffline(true);

    // Act
    await form.submit("The shop is down.");
    const failure = await form.failure();

    // Assess
    expect(failure).toContain("This device is offline");
    expect(await form.message.inputValue()).toBe("The shop is down.");
  });

  it("a missing answer is described with the host of the stage when the stage has stopped", async () => {
    // Prepare
    const { host } = new URL(served.stage.url);
    await served.stage.kill();

    // Act
    await form.submit("The shop is down.");
    const failure = await form.failure();

    // Assess
    expect(failure).toContain("The stage could not be reached");
    expect(failure).toContain(host);
  });
});
