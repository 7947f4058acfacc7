import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { BENIGN_ROW } from "../local/support/rows";
import { atOnce } from "./support/model-server";
import { hasFocus, RoutePage } from "./support/review-page";
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

describe("another route", () => {
  it("of a query has a field for each parameter, filled with the example", async () => {
    // Prepare
    const route = await new RoutePage(opened.page, "Toxicity").open();
    const q = route.form.getByLabel("q");
    const k = route.form.getByLabel("k optional");
    const examples = [await q.inputValue(), await k.inputValue()];

    // Act
    await q.fill("who & what?");
    await k.fill("");
    await q.press("Enter");
    const answer = await route.answer();

    // Assess
    expect(examples).toEqual(["who am i", "3"]);
    expect(answer).toEqual([
      ["__label__none", "__label__toxic"],
      ["0.98", "0.02"],
    ]);
    expect(served.toxicity.requests.map((body) => JSON.parse(body))).toEqual([
      { instances: ["who & what?"], configuration: { k: 2 } },
    ]);
    expect(opened.complaints).toEqual([]);
  });

  it("of a body answers its own example", async () => {
    // Prepare
    const route = await new RoutePage(opened.page, "Breast cancer").open();

    // Act
    await route.send.click();
    const answer = await route.answer();

    // Assess
    expect(await route.form.getByLabel("data").inputValue()).toBe(BENIGN_ROW);
    expect(answer).toBe("B");
    expect(opened.complaints).toEqual([]);
  });

  it("shows which value the function refuses", async () => {
    // Prepare
    const route = await new RoutePage(opened.page, "Breast cancer").open();
    await route.form.getByLabel("data").fill("1,2,three");

    // Act
    await route.form.getByLabel("data").press("Control+Enter");
    const failure = await route.failure();

    // Assess
    expect(failure).toContain("The model cannot read that");
    expect(failure).toMatch(/data.*: got .*; allowed: /);
    expect(failure).toMatch(/status 400 · request \S+/);
  });

  it("takes JSON where a field is no plain value, and says what is wrong before it is sent", async () => {
    // Prepare
    const route = await new RoutePage(opened.page, "Bike rental").open();
    const instances = route.form.getByLabel("instances");
    const example = await instances.inputValue();

    // Act
    await instances.fill(example.slice(0, -1));
    await route.send.click();

    // Assess
    await route.form.getByText("This must be JSON.").waitFor();
    expect(JSON.parse(example)).toEqual([{ features: expect.any(Array) }]);
    expect(await instances.getAttribute("aria-invalid")).toBe("true");
    expect(await hasFocus(instances)).toBe(true);
    expect(await route.form.locator(".result").isVisible()).toBe(false);
  });

  it("shows markup in an answer as the text that it is", async () => {
    // Prepare
    const markup = "<img src=x onerror=alert(1)>";
    served.toxicity.answer = atOnce(JSON.stringify([{ label: [markup], prob: [1] }]));
    const route = await new RoutePage(opened.page, "Toxicity").open();

    // Act
    await route.send.click();
    const answer = await route.answer();

    // Assess
    expect(answer).toEqual([[markup], ["1.0"]]);
    expect(await opened.page.locator("img").count()).toBe(0);
    expect(opened.complaints).toEqual([]);
  });
});

describe("the page's own documents", () => {
  it("are needed: without them it says which one is missing", async () => {
    // Prepare
    const { page } = opened;
    await page.route("**/openapi.json", (route) => route.fulfill({ status: 403, body: "Access Denied" }));

    // Act
    await page.reload();
    const notice = page.getByRole("alert");
    await notice.getByText("This page could not be set up").waitFor();

    // Assess
    expect(await notice.innerText()).toContain("openapi.json could not be fetched: the answer was 403.");
  });

  it("are reached through the address without a slash, too", async () => {
    // Act
    const { page, complaints } = await openPage(served.browser, `${served.stage.url}/website/open`);

    // Assess
    expect(new URL(page.url()).pathname).toBe("/website/open/");
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
