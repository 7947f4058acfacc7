import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from "@jest/globals";
import type { Page } from "playwright-core";
import { ModelForm, TicketForm } from "./support/model-form";
import { Later } from "./support/model-server";
import { PATIENCE_IN_MS, ServedPage } from "./support/served-page";

jest.setTimeout(PATIENCE_IN_MS);

let served: ServedPage;

beforeAll(async () => {
  served = await ServedPage.start();
});

afterAll(async () => {
  await served?.close();
});

beforeEach(() => {
  served.reset();
});

/** Opens every form, and fills every result with an answer, a failure, or long words. */
async function showEverything(page: Page): Promise<void> {
  const ticket = new TicketForm(page);
  await ticket.submit(`Longwordwithoutanyplacetobreakit${"andsoon".repeat(20)}`);
  await ticket.answer();
  const languageCheck = await new ModelForm(page, "Language check").open();
  await languageCheck.send.click();
  await languageCheck.answer();
  const loan = await new ModelForm(page, "Loan default").open();
  await loan.field("data").fill("1".repeat(300));
  await loan.send.click();
  await loan.failure();
  const energy = await new ModelForm(page, "Energy demand").open();
  await energy.form.getByRole("button", { name: "Add row" }).click();
  await energy.field("temperature, row 1").fill("1".repeat(40));
  await energy.send.click();
}

async function overflow(page: Page): Promise<number> {
  return await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}

describe("the page", () => {
  it.each([320, 360, 390, 768])("fits a screen of %d pixels without scrolling sideways", async (width) => {
    // Prepare
    const { page, complaints } = await served.open(undefined, { viewport: { width, height: 800 } });
    const atFirst = await overflow(page);

    // Act
    await showEverything(page);
    const filled = await overflow(page);

    // Assess
    expect([atFirst, filled]).toEqual([0, 0]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("the page has buttons of at least 36 pixels and fields of at least 16 pixels, which a phone does not zoom into", async () => {
    // Prepare
    const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
    const { page } = await served.open(undefined, phone);

    // Act
    const { heights, fontSizes } = await page.evaluate(() => ({
      heights: [...document.querySelectorAll("button, summary")].map(
        (one) => one.getBoundingClientRect().height,
      ),
      fontSizes: [...document.querySelectorAll("textarea, input, select")].map((one) =>
        Number.parseFloat(getComputedStyle(one).fontSize),
      ),
    }));

    // Assess
    // The closed forms' buttons have no height yet. WCAG 2.2 requires 24 pixels.
    expect(Math.min(...heights.filter((height) => height > 0))).toBeGreaterThanOrEqual(36);
    expect(Math.min(...fontSizes)).toBeGreaterThanOrEqual(16);
    await page.context().close();
  });

  it("the page is dark when the device is dark", async () => {
    // Prepare
    const background = (page: Page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);

    // Act
    const [light, dark] = await Promise.all(
      (["light", "dark"] as const).map(async (colorScheme) => {
        const { page } = await served.open(undefined, { colorScheme });
        const colour = await background(page);
        await page.context().close();
        return colour;
      }),
    );

    // Assess
    expect(light).toBe("rgb(246, 245, 241)");
    expect(dark).toBe("rgb(18, 23, 22)");
  });

  it.each([
    ["reduce", 0],
    ["no-preference", 1],
  ] as const)(
    "respects the device's preference for motion while it waits: %s moves %d",
    async (reducedMotion, count) => {
      // Prepare
      const { page } = await served.open(undefined, { reducedMotion });
      const later = new Later();
      served.ticketUrgency.answer = later.answer;
      const form = new TicketForm(page);

      // Act
      await form.submit("The shop is down.");
      await form.cancel.waitFor();
      const moving = await page.evaluate(
        () =>
          document.getAnimations().filter(({ effect }) => effect?.getTiming().iterations === Infinity).length,
      );
      later.release({ body: "0.9" });
      await form.answer();

      // Assess
      expect(moving).toBe(count);
      await page.context().close();
    },
  );
});

describe("the browser", () => {
  it("refuses markup from strings on this page", async () => {
    // Prepare
    const { page } = await served.open();

    // Act
    const assign = page.evaluate(() => {
      document.body.innerHTML = "<b>markup</b>";
    });

    // Assess
    await expect(assign).rejects.toThrow("TrustedHTML");
    await page.context().close();
  });

  it("lets this page connect to its own stage and to no other server", async () => {
    // Prepare
    const { page, complaints } = await served.open();
    const elsewhere = served.ticketUrgency.url;

    // Act
    const outcome = await page.evaluate((url) => fetch(url).then(String, String), elsewhere);

    // Assess
    expect(outcome).toContain("TypeError");
    expect(complaints.join()).toMatch(/Content Security Policy/);
    expect(served.ticketUrgency.requests).toHaveLength(0);
    await page.context().close();
  });
});
