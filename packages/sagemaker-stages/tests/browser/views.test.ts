import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { DEFAULTED_ROW } from "../local/support/rows";
import { PLAIN } from "./support/environments";
import { hasFocus, ModelForm } from "./support/model-form";
import { type OpenPage, PATIENCE_IN_MS, ServedPage } from "./support/served-page";

jest.setTimeout(PATIENCE_IN_MS);

const VIEW = readFileSync(join(__dirname, "support/loan-view.ts"), "utf8");

let served: ServedPage;
let opened: OpenPage;
let form: ModelForm;

beforeAll(async () => {
  served = await ServedPage.start({
    "functions/loan-default/page.ts": `import "./page/style.css";\n${VIEW}`,
    "functions/loan-default/page/style.css": ".repaid { color: rgb(1, 2, 3); }",
  });
});

afterAll(async () => {
  await served?.close();
});

beforeEach(async () => {
  opened = await served.open();
  form = new ModelForm(opened.page, "Loan default", "Decide");
});

afterEach(async () => {
  await opened.page.context().close();
});

/** Fills the view's own form. The container is the fixture's sample model. */
async function fill(income: string, amount: string): Promise<void> {
  await form.field("Income").fill(income);
  await form.field("Amount").fill(amount);
  await form.send.click();
}

describe("a model with a view", () => {
  it("the model is first, with an open form and its own introduction; the other models follow", async () => {
    // Act
    const sections = await opened.page.getByRole("heading", { level: 2 }).allInnerTexts();
    const others = await opened.page.getByRole("heading", { level: 3 }).allInnerTexts();
    const card = opened.page.getByRole("region", { name: "Loan default" });

    // Assess
    expect(sections).toEqual(["Loan default", "Other models of this stage"]);
    expect(others).toEqual(["Ticket urgency", "Language check", "Energy demand"]);
    expect(await card.innerText()).toContain("Will this loan be repaid?");
    expect(await opened.page.locator("details[open]").count()).toBe(0);
    expect(opened.complaints).toEqual([]);
  });

  it("the view sends the request of its form, and shows and announces the answer", async () => {
    // Prepare
    const requested = opened.page.waitForRequest("**/open/loan-default");

    // Act
    await fill("52000.5", "8500");
    const answer = await form.answer();

    // Assess
    expect((await requested).postDataJSON()).toEqual({ data: "52000.5,8500,36" });
    expect(answer).toMatch(/^Repaid\.\s+Answered with 200 in /);
    expect(await form.spoken.textContent()).toBe("The loan is repaid.");
    expect(opened.complaints).toEqual([]);
  });

  it("the view has its own stylesheet", async () => {
    // Prepare
    await fill("52000.5", "8500");
    await form.answer();

    // Act
    const colour = await form.form
      .getByRole("heading", { name: "Repaid." })
      .evaluate((heading) => getComputedStyle(heading).color);

    // Assess
    expect(colour).toBe("rgb(1, 2, 3)");
  });

  it("the view sends nothing when its form is invalid, and removes the fault when the visitor types", async () => {
    // Prepare
    const requests: string[] = [];
    opened.page.on("request", (request) => requests.push(request.url()));

    // Act
    await fill("", "8500");
    const fault = form.form.getByText("Enter an income.");
    const shown = await fault.isVisible();
    const focused = await hasFocus(form.field("Income"));
    await form.field("Income").fill("1");

    // Assess
    expect([shown, focused, await fault.isVisible()]).toEqual([true, true, false]);
    expect(requests).toEqual([]);
  });

  it("the page shows the answer as JSON when the view cannot show the answer", async () => {
    // Prepare
    await opened.page.route("**/open/loan-default", (route) => route.fulfill({ json: ["repaid"] }));

    // Act
    await fill("52000.5", "8500");

    // Assess
    expect(await form.answeredJson()).toEqual(["repaid"]);
    expect(opened.complaints).toEqual([]);
  });

  it("the page shows the answer as JSON, and reports the error in the console, when the view throws", async () => {
    // Prepare
    const [income = "", amount = ""] = DEFAULTED_ROW.split(",");

    // Act
    await fill(income, amount);

    // Assess
    expect(await form.answeredJson()).toBe("defaulted");
    expect(opened.complaints).toEqual([expect.stringContaining("the view fails")]);
  });
});

describe("the page of an environment that does not serve the model", () => {
  it("the page does not contain the view", async () => {
    // Act
    const scripts = await Promise.all(
      ["open", PLAIN.name].map(async (name) => {
        const response = await fetch(`${served.stage.url}/website/${name}/page.js`);
        return await response.text();
      }),
    );

    // Assess
    expect(scripts.map((script) => script.includes("Will this loan be repaid?"))).toEqual([true, false]);
  });
});

describe("a view that throws", () => {
  let failing: ServedPage;

  afterEach(async () => {
    await failing?.close();
  });

  it.each([
    ["its script runs", `throw new Error("the view fails");\nexport default {};`],
    ["it creates its form", `export default { form: () => { throw new Error("the view fails"); } };`],
  ])("a view that throws when %s leaves every model with the default form", async (_, view) => {
    // Prepare
    failing = await ServedPage.start({ "functions/loan-default/page.ts": view });
    const { page, complaints } = await failing.open();
    const loan = await new ModelForm(page, "Loan default").open();
    const ticket = await new ModelForm(page, "Ticket urgency").open();

    // Act
    await loan.send.click();
    await ticket.send.click();
    const answers = [await loan.answeredJson(), await ticket.answeredJson()];

    // Assess
    expect(answers).toEqual(["repaid", { urgency: "urgent", score: 0.9412 }]);
    expect(complaints).toEqual([expect.stringContaining("the view fails")]);
  });

  it("a view that throws while it reads its form sends nothing, reports an error of the form, and keeps the input", async () => {
    // Prepare
    failing = await ServedPage.start({
      "functions/loan-default/page.ts": `
        import { type FormContext, textField } from "sagemaker-stages/page";
        export default {
          form: ({ id }: FormContext) => {
            const income = textField({ id: id + "-income", label: "Income" });
            return { content: [income.element], read: () => { throw new Error("the view fails"); } };
          },
        };`,
    });
    const { page, complaints } = await failing.open();
    const loan = await new ModelForm(page, "Loan default").open();
    const requests: string[] = [];
    page.on("request", (request) => requests.push(request.url()));
    await loan.field("Income").fill("52000");

    // Act
    await loan.send.click();
    const failure = await loan.failure();

    // Assess
    expect(failure).toContain("This form has an error");
    expect(failure).toContain("nothing was sent");
    expect(await loan.spoken.textContent()).toContain("This form has an error.");
    expect(await loan.field("Income").inputValue()).toBe("52000");
    expect(requests).toEqual([]);
    expect(complaints).toEqual([expect.stringContaining("the view fails")]);
  });
});
