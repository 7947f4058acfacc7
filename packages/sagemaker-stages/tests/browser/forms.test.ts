import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { REPAID_ROW } from "../local/support/rows";
import { CLOSED, PLAIN, TIGHT } from "./support/environments";
import { hasFocus, ModelForm, TicketForm } from "./support/model-form";
import { atOnce } from "./support/model-server";
import { type OpenPage, openPage, PATIENCE_IN_MS, ServedPage } from "./support/served-page";

jest.setTimeout(PATIENCE_IN_MS);

let served: ServedPage;
let opened: OpenPage;

beforeAll(async () => {
  served = await ServedPage.start();
});

afterAll(async () => {
  await served?.close();
});

beforeEach(async () => {
  served.reset();
  opened = await served.open();
});

afterEach(async () => {
  await opened.page.context().close();
});

describe("the page", () => {
  it("the page has the environment's title as its heading and the name of its tab", async () => {
    // Act
    const heading = await opened.page.getByRole("heading", { level: 1 }).innerText();

    // Assess
    expect(heading).toBe("Four <models>");
    expect(await opened.page.title()).toBe("Four <models>");
    expect(opened.complaints).toEqual([]);
  });

  it.each([
    ["two public models", PLAIN, "Try the models", "The routes of this page as OpenAPI"],
    ["one public model", TIGHT, "Try the model", "The routes of this page as OpenAPI"],
    ["no public model", CLOSED, "Models of this stage", "This page sends nothing to"],
  ])(
    "the page of an environment with %s and without a website has a default title and a fitting footer",
    async (_, environment, title, inFooter) => {
      // Act
      const { page } = await served.open(environment);
      const names = [await page.title(), await page.getByRole("heading", { level: 1 }).innerText()];
      const footer = await page.getByRole("contentinfo").innerText();

      // Assess
      expect(names).toEqual([title, title]);
      expect(footer).toContain(inFooter);
      expect(footer).toContain(`${served.stage.url}/${environment.name}`);
      await page.context().close();
    },
  );

  it("the page has a form for each public model, titled as in the contract, and the first form is open", async () => {
    // Act
    const titles = await opened.page.getByRole("heading", { level: 2 }).allInnerTexts();
    const open = await opened.page.locator("details[open] h2").allInnerTexts();

    // Assess
    expect(titles).toEqual(["Ticket urgency", "Language check", "Energy demand", "Loan default"]);
    expect(open).toEqual(["Ticket urgency"]);
  });

  it("the page has one open form and no list of forms when the stage has one public model", async () => {
    // Act
    const { page, complaints } = await served.open(TIGHT);

    // Assess
    const card = page.getByRole("region", { name: "Ticket urgency" });
    expect(await card.getByRole("form", { name: "Ticket urgency" }).isVisible()).toBe(true);
    expect(await card.innerText()).toContain("Classifies a message to a help desk");
    expect(await page.locator("details").count()).toBe(0);
    expect(await page.getByText("Each form calls one model").isVisible()).toBe(false);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("states how a model gets a form when every model needs a key", async () => {
    // Act
    const { page, complaints } = await served.open(CLOSED);

    // Assess
    expect(await page.getByRole("heading", { name: "This stage has no public model" }).isVisible()).toBe(
      true,
    );
    expect(await page.getByText('each model with access: "PUBLIC"').isVisible()).toBe(true);
    expect(await page.locator("form:visible").count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

describe("the form of a text", () => {
  let form: TicketForm;

  beforeEach(async () => {
    form = await new TicketForm(opened.page).open();
  });

  it("the form starts with the example, and shows the answer with its JSON, status and duration", async () => {
    // Prepare
    const requested = opened.page.waitForRequest("**/open/ticket-urgency");

    // Act
    await form.send.click();
    const [json, answer, request] = [await form.answeredJson(), await form.answer(), await requested];

    // Assess
    expect(request.method()).toBe("POST");
    expect(request.postDataJSON()).toEqual({ message: "The shop is down: an outage, and urgent." });
    expect(request.headers()["content-type"]).toBe("application/json");
    expect(json).toEqual({ urgency: "urgent", score: 0.9412 });
    expect(answer).toMatch(/Answered with 200 in \d+(\.\d)? m?s$/);
    expect(await form.spoken.textContent()).toBe("Answered: urgency: urgent, score: 0.9412");
    expect(opened.complaints).toEqual([]);
  });

  it.each(["Control+Enter", "Meta+Enter"])("the form is sent with %s, and keeps the focus", async (keys) => {
    // Act
    await form.message.press(keys);
    await form.answer();

    // Assess
    expect(await hasFocus(form.message)).toBe(true);
    expect(served.ticketUrgency.requests).toHaveLength(1);
  });

  it("the form is sent once when the keys stay down", async () => {
    // Act
    await form.message.focus();
    await opened.page.keyboard.down("Control");
    for (let repeats = 0; repeats < 4; repeats++) {
      await opened.page.keyboard.down("Enter");
      await form.answer();
    }
    await opened.page.keyboard.up("Enter");
    await opened.page.keyboard.up("Control");

    // Assess
    expect(served.ticketUrgency.requests).toHaveLength(1);
  });

  it("states that the input has changed since the answer, until the input is as before or sent again", async () => {
    // Prepare
    const notice = form.form.getByText("You changed the input since this answer.");
    await form.send.click();
    await form.answer();
    const atFirst = await notice.isVisible();

    // Act
    await form.message.press("End");
    await form.message.press("!");
    const changed = await notice.isVisible();
    await form.message.press("Backspace");
    const asBefore = await notice.isVisible();
    await form.message.press("!");
    const changedAgain = await notice.isVisible();
    const answeredAgain = opened.page.waitForResponse("**/open/ticket-urgency");
    await form.send.click();
    await answeredAgain;
    await form.answer();
    const sentAgain = await notice.isVisible();

    // Assess
    expect([atFirst, changed, asBefore]).toEqual([false, true, false]);
    expect([changedAgain, sentAgain]).toEqual([true, false]);
  });

  it("an empty form is not sent, and the field gets the reason and the focus", async () => {
    // Act
    await form.submit("  ");

    // Assess
    await form.form.getByText("This must not be empty.").waitFor();
    expect(await hasFocus(form.message)).toBe(true);
    expect(await form.message.getAttribute("aria-invalid")).toBe("true");
    const reason = (await form.message.getAttribute("aria-describedby")) ?? "";
    expect(await opened.page.locator(`#${reason}`).innerText()).toBe("This must not be empty.");
    expect(served.ticketUrgency.requests).toHaveLength(0);
  });
});

describe("the form of a query", () => {
  it("the form has a field for each parameter, filled with the example", async () => {
    // Prepare
    const form = await new ModelForm(opened.page, "Language check").open();
    const [q, k] = [form.field("q"), form.field("k optional")];
    const examples = [await q.inputValue(), await k.inputValue()];

    // Act
    await q.fill("who & what?");
    await k.fill("");
    await q.press("Enter");
    const answer = await form.answeredJson();

    // Assess
    expect(examples).toEqual(["guten morgen", "3"]);
    expect(answer).toEqual([
      ["__label__de", "__label__en"],
      [0.98, 0.02],
    ]);
    expect(served.languageCheck.requests.map((body) => JSON.parse(body))).toEqual([
      { instances: ["who & what?"], configuration: { k: 2 } },
    ]);
    expect(opened.complaints).toEqual([]);
  });

  it("shows markup in an answer as text", async () => {
    // Prepare
    const markup = "<img src=x onerror=alert(1)>";
    served.languageCheck.answer = atOnce(JSON.stringify([{ label: [markup], prob: [1] }]));
    const form = await new ModelForm(opened.page, "Language check").open();

    // Act
    await form.send.click();
    const answer = await form.answeredJson();

    // Assess
    expect(answer).toEqual([[markup], [1]]);
    expect(await opened.page.locator("img").count()).toBe(0);
    expect(opened.complaints).toEqual([]);
  });
});

describe("the form of a row", () => {
  it("sends the example and shows the answer", async () => {
    // Prepare
    const form = await new ModelForm(opened.page, "Loan default").open();

    // Act
    await form.send.click();
    const answer = await form.answeredJson();

    // Assess
    expect(await form.field("data").inputValue()).toBe(REPAID_ROW);
    expect(answer).toBe("repaid");
    expect(opened.complaints).toEqual([]);
  });

  it("shows which value the function refuses", async () => {
    // Prepare
    const form = await new ModelForm(opened.page, "Loan default").open();
    await form.field("data").fill("1,2,three");

    // Act
    await form.field("data").press("Control+Enter");
    const failure = await form.failure();

    // Assess
    expect(failure).toContain("The model cannot read this input");
    expect(failure).toMatch(/data.*: got .*; allowed: /);
    expect(failure).toMatch(/status 400 · request \S+/);
  });
});

describe("the form of records", () => {
  let form: ModelForm;

  beforeEach(async () => {
    form = await new ModelForm(opened.page, "Energy demand").open();
  });

  /** The texts of the table of fields, row by row. */
  const cells = async () =>
    await form.form
      .locator("tbody tr")
      .evaluateAll((rows) =>
        rows.map((row) =>
          [...row.querySelectorAll<HTMLInputElement>("input, select")].map(({ value }) => value),
        ),
      );

  /** Pastes a text into the field that has the focus. */
  const paste = async (text: string) => {
    const { page } = opened;
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.evaluate((copied) => navigator.clipboard.writeText(copied), text);
    await page.keyboard.press("ControlOrMeta+V");
  };

  it("the form is a table with the example, and shows each prediction next to its row", async () => {
    // Prepare
    const headings = await form.form.locator("thead th").allInnerTexts();
    const example = await cells();

    // Act
    await form.field("temperature, row 1").fill("21.5");
    await form.send.click();
    const table = await form.answeredTable();

    // Assess
    expect(headings).toEqual(["Row", "date", "hour", "temperature", "day"]);
    expect(example).toEqual([["2026-01-15", "18", "-2.5", "working"]]);
    expect(table).toEqual([
      ["date", "hour", "temperature", "day", "answer"],
      ["2026-01-15", "18", "21.5", "working", expect.stringMatching(/^\d+(\.\d+)?$/)],
    ]);
    expect(await form.answeredJson()).toEqual([Number(table[1]?.[4])]);
    expect(opened.complaints).toEqual([]);
  });

  it("the table adds and removes rows with its buttons, keeps the focus in the table, and announces the change", async () => {
    // Act
    await form.form.getByRole("button", { name: "Add row" }).click();
    const [added, focusOfAdded] = [
      await form.spoken.textContent(),
      await hasFocus(form.field("date, row 2")),
    ];
    await form.field("date, row 2").fill("2026-07-01");
    await form.form.getByRole("button", { name: "Remove row 1" }).click();
    const [removed, focusOfRemoved] = [
      await form.spoken.textContent(),
      await hasFocus(form.field("date, row 1")),
    ];

    // Assess
    expect([added, focusOfAdded]).toEqual(["Row 2 added.", true]);
    expect([removed, focusOfRemoved]).toEqual(["Row 1 removed.", true]);
    expect(await cells()).toEqual([["2026-07-01", "", "", "working"]]);
    expect(await form.form.getByRole("button", { name: "Remove row" }).isVisible()).toBe(false);
    expect(opened.complaints).toEqual([]);
  });

  it("accepts pasted rows of a spreadsheet with column names in any order, and answers each row", async () => {
    // Prepare
    await form.field("date, row 1").focus();

    // Act
    await paste("hour\tday\ttemperature\tdate\n6\tWeekend\t1\t2026-02-01\n7\tholiday\t2\t2026-02-02\n");
    await form.spoken.filter({ hasText: "Rows pasted: 2." }).waitFor({ state: "attached" });
    const pasted = await cells();
    await form.send.click();
    const table = await form.answeredTable();

    // Assess
    expect(pasted).toEqual([
      ["2026-02-01", "6", "1", "weekend"],
      ["2026-02-02", "7", "2", "holiday"],
    ]);
    expect(table.map((row) => row.slice(0, 4)).slice(1)).toEqual(pasted);
    expect(await form.spoken.textContent()).toBe("Answered with a table of 2 rows.");
    expect(opened.complaints).toEqual([]);
  });

  it("the table keeps its rows when the pasted cells do not fit, and states the reason", async () => {
    // Prepare
    const before = await cells();
    await form.field("temperature, row 1").focus();

    // Act
    await paste("1,working,3\n2,weekend,4");

    // Assess
    await form.form.getByText("Pasted: got 3 columns; allowed: at most 2 from this column on.").waitFor();
    expect(await cells()).toEqual(before);
  });

  it("the form is not sent when a cell is invalid, and the cell is highlighted and has the focus", async () => {
    // Prepare
    const requests: string[] = [];
    opened.page.on("request", (request) => requests.push(request.url()));

    // Act
    await form.field("hour, row 1").fill("noon");
    await form.field("temperature, row 1").fill("");
    await form.send.click();

    // Assess
    await form.form
      .getByText("Row 1, hour: This must be a number, such as 0.5. Values with a fault: 2.")
      .waitFor();
    expect(await form.field("hour, row 1").getAttribute("aria-invalid")).toBe("true");
    expect(await form.field("temperature, row 1").getAttribute("aria-invalid")).toBe("true");
    expect(await hasFocus(form.field("hour, row 1"))).toBe(true);
    expect(requests).toEqual([]);
  });
});

describe("without a mouse", () => {
  it("every control is reached in order and shows that it has the focus", async () => {
    // Prepare
    const { page, complaints } = await served.open(PLAIN);
    const form = new TicketForm(page);
    const visited: string[] = [];
    const step = async () => {
      await page.keyboard.press("Tab");
      const { name, outline } = await page.evaluate(() => {
        const element = document.activeElement;
        if (!(element instanceof HTMLElement)) throw new Error("nothing has the focus");
        return { name: element.id || element.innerText, outline: getComputedStyle(element).outlineStyle };
      });
      visited.push(`${name.split("\n")[0]}: ${outline}`);
    };

    // Act
    for (let steps = 0; steps < 3; steps++) await step();
    await page.keyboard.press("Enter");
    await form.answer();
    const focusAfterwards = await hasFocus(form.send);
    for (let steps = 0; steps < 2; steps++) await step();
    await page.keyboard.press("Enter");
    const open = await page.locator("details[open]").count();

    // Assess
    expect(visited).toEqual([
      "Ticket urgency: solid",
      "post-ticket-urgency-message: solid",
      "Send: solid",
      // The key opens the JSON of the answer.
      "JSON: solid",
      "Language check: solid",
    ]);
    expect(focusAfterwards).toBe(true);
    expect(open).toBe(2);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

describe("the page's own documents", () => {
  it("the page's documents are required: the page names a missing document", async () => {
    // Prepare
    const { page } = opened;
    await page.route("**/openapi.json", (route) => route.fulfill({ status: 403, body: "Access Denied" }));

    // Act
    await page.reload();
    const notice = page.getByRole("alert");
    await notice.getByText("This page could not start").waitFor();

    // Assess
    expect(await notice.innerText()).toContain("openapi.json could not be loaded: status 403.");
  });

  it("the page's documents are found when the page's address has no slash at its end", async () => {
    // Act
    const { page, complaints } = await openPage(served.browser, `${served.stage.url}/website/open`);

    // Assess
    expect(new URL(page.url()).pathname).toBe("/website/open/");
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
