import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { signIn } from "../../examples/sign-in";
import type { Environment } from "../../src/environment/environment";
import { TRIAL_USER } from "../../src/local/cognito/user-pool";
import { buildWebsite } from "../../src/page/build";
import { fetchWhole } from "../support/fetch-whole";
import { SignedInStage } from "../support/signed-in-stage";
import { launchChromium } from "./support/chromium";
import { ModelForm, shows, visibleText } from "./support/model-form";
import { type OpenPage, openPage, PATIENCE_IN_MS } from "./support/served-page";

jest.setTimeout(PATIENCE_IN_MS * 2);

/** The minimum and the maximum size of a picture: an empty page is smaller, and a document with larger pictures loads slowly. */
const [MIN_BYTES, MAX_BYTES] = [8_000, 150_000];

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const DESKTOP = { viewport: { width: 1280, height: 800 } };

const temp = mkdtempSync(join(tmpdir(), "sign-in-"));
/** `RECORD=1` replaces the pictures in the documents. */
const pictures = process.env.RECORD === "1" ? join(__dirname, "../../../../docs") : temp;

let browser: Browser;
let stage: SignedInStage;

beforeAll(async () => {
  browser = await launchChromium();
  stage = await SignedInStage.start(signIn);
});

afterAll(async () => {
  await browser?.close();
  await stage?.close();
  rmSync(temp, { recursive: true });
});

afterEach(() => {
  stage.setClock(0);
});

async function open(options: BrowserContextOptions = {}): Promise<OpenPage> {
  return await openPage(browser, stage.pageUrl, { reducedMotion: "reduce", ...options });
}

/** The element with the state of the sign-in. */
function bar(page: Page) {
  return page.getByRole("region", { name: "Sign-in" });
}

/** Opens the sign-in form of the user pool. */
async function openForm(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByLabel("Email").waitFor();
}

/** Fills and sends the sign-in form of the user pool. */
async function sendForm(page: Page): Promise<void> {
  await page.getByLabel("Email").fill(TRIAL_USER.email);
  await page.getByLabel("Password").fill(TRIAL_USER.password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Waits until the page shows the forms of a signed-in user. */
async function waitForForms(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Sign out" }).waitFor();
  await page.locator("summary", { hasText: "Loan default" }).waitFor();
}

async function signInOn(page: Page): Promise<void> {
  await openForm(page);
  await sendForm(page);
  await waitForForms(page);
}

/** Sends a request in the browser, with the `fetch` that a view has. */
type Send = (request: { readonly url: string; readonly body: string }) => Promise<Response>;

declare global {
  interface Window {
    pageFetch: typeof fetch;
  }
}

/** Opens the page with a view that makes its `fetch` accessible. */
async function openWithView(): Promise<OpenPage> {
  const view = join(temp, "page.ts");
  writeFileSync(view, "Object.assign(globalThis, { pageFetch: fetch }); export default {};");
  const files = buildWebsite({
    title: "View",
    views: new Map([["loan-default", view]]),
    parts: { rows: true, bytes: true, signIn: true },
  });
  const script = files.find(({ name }) => name === "page.js");
  const opened = await open();
  await opened.page.route("**/page.js", (route) =>
    route.fulfill({ contentType: "text/javascript", body: script?.body ?? "" }),
  );
  await opened.page.reload();
  return opened;
}

/** A promise that a test fulfils. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

/** Exchanges a refresh token for new tokens. @returns the status of the answer */
async function refresh(token: string): Promise<number> {
  const { clientId, domainUrl } = stage.config;
  const form = { grant_type: "refresh_token", client_id: clientId, refresh_token: token };
  const { status } = await fetchWhole(`${domainUrl}/oauth2/token`, {
    method: "POST",
    body: new URLSearchParams(form),
  });
  return status;
}

async function take(page: Page, name: string): Promise<number> {
  const path = join(pictures, name);
  await page.mouse.move(0, 0);
  await page.evaluate(() => window.scrollTo(0, 0));
  await page.screenshot({ path });
  return statSync(path).size;
}

describe("a page with a sign-in", () => {
  it.each<[string, BrowserContextOptions]>([
    ["desktop", DESKTOP],
    ["phone", PHONE],
  ])(
    "signs in, calls the function URL with temporary credentials, and signs out, on a %s",
    async (device, options) => {
      // Prepare
      const { page, complaints } = await open(options);
      const sizes = [await take(page, `sign-in-1-signed-out-${device}.png`)];
      const calls: string[] = [];
      page.on("request", (request) => {
        if (
          request.url().startsWith(`${stage.config.targets["/language-check"]?.url}`) &&
          request.method() === "GET"
        ) {
          calls.push(request.headers().authorization ?? "");
        }
      });

      // Act
      await openForm(page);
      sizes.push(await take(page, `sign-in-2-form-${device}.png`));
      await sendForm(page);
      await waitForForms(page);
      const form = await new ModelForm(page, "Language check").open();
      await form.send.click();
      const answer = await form.answer();
      sizes.push(await take(page, `sign-in-3-result-${device}.png`));
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByRole("button", { name: "Sign in" }).waitFor();
      sizes.push(await take(page, `sign-in-4-signed-out-again-${device}.png`));

      // Assess
      expect(answer).toContain("__label__de");
      expect(calls).toEqual([
        expect.stringMatching(/^AWS4-HMAC-SHA256 Credential=LOCAL[^/]+\/\d{8}\/eu-central-1\/lambda\//),
      ]);
      expect(await page.getByRole("form", { name: "Language check" }).count()).toBe(0);
      expect(await visibleText(bar(page))).toContain("Sign in to use Language check and Loan default.");
      expect(complaints).toEqual([]);
      for (const size of sizes) {
        expect(size).toBeGreaterThan(MIN_BYTES);
        expect(size).toBeLessThan(MAX_BYTES);
      }
      await page.context().close();
    },
  );

  it("names every address that receives the input, and the addresses of the sign-in", async () => {
    // Prepare
    const { page } = await open();
    const { domainUrl, targets } = stage.config;
    const functionUrl = targets["/language-check"]?.url.replace(/\/$/, "");
    const footer = page.getByRole("contentinfo");

    // Act
    const before = await visibleText(footer);
    await signInOn(page);

    // Assess
    for (const text of [before, await visibleText(footer)]) {
      expect(text).toContain(
        `This page sends your input only to ${stage.stageUrl} or ${functionUrl}, and does not store it.`,
      );
      expect(text).toContain(`To sign in, this page connects to ${new URL(domainUrl).host}.`);
      expect(text).toContain("The routes of this page as OpenAPI");
    }
    await page.context().close();
  });

  it("names the host of the function URL when the function URL gives no answer", async () => {
    // Prepare
    const { page } = await open();
    await signInOn(page);
    const functionUrl = stage.config.targets["/language-check"]?.url ?? "";
    await page.route(
      (url) => url.href.startsWith(functionUrl),
      (route) => route.abort(),
    );
    const form = await new ModelForm(page, "Language check").open();

    // Act
    await form.send.click();

    // Assess
    expect(await form.failure()).toContain(`There was no answer from ${new URL(functionUrl).host}.`);
    expect(new URL(functionUrl).host).not.toBe(new URL(stage.pageUrl).host);
    await page.context().close();
  });

  it("has no credentials after the sign-out, is refused, and needs the password again", async () => {
    // Prepare
    const { page } = await open();
    const tokens = page.waitForResponse((response) => response.url().endsWith("/oauth2/token"));
    await signInOn(page);
    const { refresh_token: token } = (await (await tokens).json()) as { refresh_token: string };

    // Act
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    const renewed = await stage.refresh(token);
    const unsigned = await fetchWhole(`${stage.config.targets["/language-check"]?.url}?q=hello`);
    const forms = await page.getByRole("form", { name: "Language check" }).count();
    await openForm(page);

    // Assess
    expect([renewed.status, unsigned.status, forms]).toEqual([400, 403, 0]);
    expect(await page.getByLabel("Password").inputValue()).toBe("");
    await page.context().close();
  });

  it("signs out in every tab, and revokes the tokens of every tab", async () => {
    // Prepare
    const { page } = await open();
    await signInOn(page);
    const other = await page.context().newPage();
    await other.goto(stage.pageUrl);
    const tokens = other.waitForResponse((response) => response.url().endsWith("/oauth2/token"));
    await other.getByRole("button", { name: "Sign in" }).click();
    await waitForForms(other);
    const { refresh_token: token } = (await (await tokens).json()) as { refresh_token: string };
    const before = await refresh(token);

    // Act
    await page.getByRole("button", { name: "Sign out" }).click();
    await Promise.all([page, other].map((one) => one.getByRole("button", { name: "Sign in" }).waitFor()));

    // Assess
    expect([before, await refresh(token)]).toEqual([200, 400]);
    expect(await other.locator("summary", { hasText: "Loan default" }).count()).toBe(0);
    await page.context().close();
  });

  it("keeps no token in the storage, the address, the cookies of the page or the log", async () => {
    // Prepare
    const { page } = await open();
    const tokens = page.waitForResponse((response) => response.url().endsWith("/oauth2/token"));
    const credentials = page.waitForResponse(
      (response) =>
        response.request().headers()["x-amz-target"] ===
        "AWSCognitoIdentityService.GetCredentialsForIdentity",
    );

    // Act
    await signInOn(page);
    const form = await new ModelForm(page, "Loan default").open();
    await form.send.click();
    await form.answer();
    const kept = await page.evaluate(() => ({
      local: { ...localStorage },
      session: { ...sessionStorage },
      cookie: document.cookie,
      address: location.href,
      state: JSON.stringify(history.state),
      text: document.documentElement.outerHTML,
    }));

    // Assess
    const secrets = [
      ...Object.values((await (await tokens).json()) as Record<string, unknown>),
      ...Object.values(
        ((await (await credentials).json()) as { Credentials: Record<string, unknown> }).Credentials,
      ),
    ].flatMap((value) => (typeof value === "string" && value.length > 10 ? [value] : []));
    expect(secrets.length).toBeGreaterThanOrEqual(6);
    expect(kept).toMatchObject({ local: {}, session: {}, cookie: "", address: stage.pageUrl, state: "null" });
    expect(secrets.filter((secret) => `${JSON.stringify(kept)}${stage.log}`.includes(secret))).toEqual([]);
    await page.context().close();
  });

  it.each<[string, (url: URL) => void, string]>([
    ["another state", (url) => url.searchParams.set("state", "other"), "belongs to another sign-in"],
    ["another code", (url) => url.searchParams.set("code", "other"), "refused the code"],
    [
      "an error of the sign-in form",
      (url) => {
        url.searchParams.delete("code");
        url.searchParams.set("error", "invalid_scope");
      },
      "reported: invalid_scope",
    ],
  ])("refuses a redirect with %s", async (_, change, message) => {
    // Prepare
    const { page } = await open();
    await page.route(/\/login\?/, async (route) => {
      if (route.request().method() !== "POST") return await route.continue();
      const response = await route.fetch({ maxRedirects: 0 });
      const url = new URL(response.headers().location ?? "");
      change(url);
      await route.fulfill({ response, headers: { ...response.headers(), location: url.href } });
    });
    await openForm(page);

    // Act
    await sendForm(page);

    // Assess
    await shows(bar(page), message);
    expect(new URL(page.url()).search).toBe("");
    await page.context().close();
  });

  it("refuses a redirect that no sign-in of this tab has started", async () => {
    // Prepare
    const context = await browser.newContext();
    const page = await context.newPage();

    // Act
    await page.goto(`${stage.pageUrl}?code=${await stage.code()}&state=state-1`);

    // Assess
    await shows(bar(page), "This tab has not started the sign-in");
    await context.close();
  });

  it("refuses a redirect that is used a second time", async () => {
    // Prepare
    const { page } = await open();
    const redirect = page.waitForRequest((request) => request.url().includes("?code="));
    await signInOn(page);
    const url = (await redirect).url();

    // Act
    await page.goto(url);

    // Assess
    await shows(bar(page), "This tab has not started the sign-in, or has completed it before.");
    await page.context().close();
  });

  it.each<[string, (claims: Record<string, unknown>) => object, string]>([
    ["another nonce", () => ({ nonce: "other" }), "The token belongs to another sign-in."],
    ["another issuer", ({ iss }) => ({ iss: `${iss}x` }), "The token is from another user pool."],
    ["another audience", () => ({ aud: "other" }), "The token is for another application."],
    ["the use of an access token", () => ({ token_use: "access" }), "The token is for another application."],
    ["a past expiry", () => ({ exp: 1 }), "The token has expired"],
  ])("refuses a token with %s", async (_, change, message) => {
    // Prepare
    const { page } = await open();
    await page.route(/\/oauth2\/token$/, async (route) => {
      const response = await route.fetch();
      const tokens = (await response.json()) as { id_token: string };
      const claims = JSON.parse(Buffer.from(tokens.id_token.split(".")[1] ?? "", "base64url").toString());
      const changed = stage.issuer.sign({ ...claims, ...change(claims) });
      await route.fulfill({ response, json: { ...tokens, id_token: changed } });
    });
    await openForm(page);

    // Act
    await sendForm(page);

    // Assess
    await shows(bar(page), message);
    expect(await page.getByRole("form", { name: "Language check" }).count()).toBe(0);
    await page.context().close();
  });

  it("requests temporary credentials once for concurrent requests, and again after a failure", async () => {
    // Prepare
    const { page } = await open();
    await signInOn(page);
    const forms = [
      await new ModelForm(page, "Language check").open(),
      await new ModelForm(page, "Loan default").open(),
    ];
    const sendAll = async () => {
      const buttons = await Promise.all(forms.map(({ send }) => send.elementHandle()));
      await page.evaluate((all) => {
        for (const button of all) (button as HTMLElement).click();
      }, buttons);
    };
    let calls = 0;
    await page.route(stage.config.identityPoolUrl, async (route) => {
      if (route.request().method() === "POST") calls += 1;
      await (calls > 1 ? route.continue() : route.fulfill({ status: 500 }));
    });

    // Act
    await sendAll();
    const failures = await Promise.all(forms.map((form) => form.failure()));
    const callsBefore = calls;
    await sendAll();
    await Promise.all(forms.map((form) => form.answer()));

    // Assess
    for (const failure of failures) expect(failure).toContain("The identity pool refused the sign-in.");
    // A sign-in calls GetId and GetCredentialsForIdentity.
    expect([callsBefore, calls]).toEqual([1, 3]);
    await page.context().close();
  });

  it("sends no request that waits for temporary credentials when the user signs out", async () => {
    // Prepare
    const { page } = await open();
    await signInOn(page);
    const form = await new ModelForm(page, "Loan default").open();
    const sent: string[] = [];
    page.on("request", (request) => {
      if (request.url() === stage.config.targets["/loan-default"]?.url) sent.push(request.url());
    });
    const waiting = { credentials: gate(), revocation: gate() };
    await page.route(stage.config.identityPoolUrl, async (route) => {
      await waiting.credentials.opened;
      await route.continue();
    });
    await page.route(/\/oauth2\/revoke$/, async (route) => {
      await waiting.revocation.opened;
      await route.continue();
    });
    const requested = page.waitForRequest(stage.config.identityPoolUrl);

    // Act
    await form.send.click();
    await requested;
    await page.getByRole("button", { name: "Sign out" }).click();
    waiting.credentials.open();
    const failure = await form.failure();
    waiting.revocation.open();
    await page.getByRole("button", { name: "Sign in" }).waitFor();

    // Assess
    expect(failure).toContain("Your sign-in has ended.");
    expect(sent).toEqual([]);
    await page.context().close();
  });

  it.each([
    ["10 minutes slow", -600_000],
    ["10 minutes fast", 600_000],
    ["a year slow", -31_536_000_000],
  ])("signs requests on a device whose clock is %s, until the sign-in expires", async (_, offsetInMs) => {
    // Prepare
    const { page } = await open();
    await page.clock.setSystemTime(Date.now() + offsetInMs);
    await signInOn(page);
    const forms = [
      await new ModelForm(page, "Language check").open(),
      await new ModelForm(page, "Loan default").open(),
    ];

    // Act
    for (const form of forms) {
      await form.send.click();
      await form.answer();
    }
    const skew = await page.evaluate(() => Date.now());
    await page.clock.setSystemTime(Date.now() + offsetInMs + 3_590_000);
    await forms[1]?.send.click();

    // Assess
    expect(Math.abs(skew - Date.now() - offsetInMs)).toBeLessThan(PATIENCE_IN_MS);
    expect(await forms[1]?.failure()).toContain("Your sign-in has ended.");
    await page.context().close();
  });

  it.each<[string, Send, number]>([
    [
      "a URL",
      ({ url, body }) =>
        window.pageFetch(new URL(url), {
          method: "POST",
          body,
          headers: { "content-type": "application/json" },
        }),
      200,
    ],
    [
      "a request",
      ({ url, body }) =>
        window.pageFetch(
          new Request(url, { method: "post", body, headers: { "content-type": "application/json" } }),
        ),
      200,
    ],
    [
      "a file",
      ({ url, body }) =>
        window.pageFetch(url, { method: "POST", body: new Blob([body], { type: "application/json" }) }),
      200,
    ],
    [
      "a form, which the model refuses",
      ({ url }) => {
        const form = new FormData();
        form.set("file", new File(["1,2"], "rows.csv"));
        return window.pageFetch(url, { method: "POST", body: form });
      },
      415,
    ],
    [
      "an address relative to the page",
      () => window.pageFetch(new URL("config.json", document.baseURI)),
      200,
    ],
    ["the page's configuration", () => window.pageFetch("config.json"), 200],
  ])("signs or passes on a request of a view with %s", async (_, send, status) => {
    // Prepare
    const { page } = await openWithView();
    await openForm(page);
    await sendForm(page);
    await page.getByRole("form", { name: "Loan default" }).waitFor();
    const sent = page.waitForRequest((request) => request.url() === url && request.method() === "POST");
    const url = stage.config.targets["/loan-default"]?.url ?? "";
    await page.getByRole("form", { name: "Loan default" }).getByRole("button", { name: "Send" }).click();
    const body = (await sent).postData() ?? "";

    // Act
    const answered = await page.evaluate(
      `(${send.toString()})(${JSON.stringify({ url, body })}).then(({ status }) => status)`,
    );

    // Assess
    expect(answered).toBe(status);
    expect(await bar(page).count()).toBe(1);
    await page.context().close();
  });

  it("requires a new sign-in when the identity pool refuses the token", async () => {
    // Prepare
    const { page } = await open();
    await signInOn(page);
    stage.setClock(3_601_000);
    const form = await new ModelForm(page, "Loan default").open();

    // Act
    await form.send.click();

    // Assess
    expect(await form.failure()).toContain("The identity pool refused the sign-in.");
    await page.context().close();
  });
});

describe("a model with a body and a function URL", () => {
  it("receives the JSON of a signed POST", async () => {
    // Prepare
    const models = {
      ...signIn.models,
      "loan-default": { ...signIn.models["loan-default"], functionUrl: {} },
    };
    const website = { signIn: { models: [{ model: "loan-default", by: "functionUrl" }] } };
    const other = await SignedInStage.start({
      ...signIn,
      name: "signed-post",
      models,
      website,
    } as Environment);
    const { page, complaints } = await openPage(browser, other.pageUrl);
    const sent = page.waitForRequest(
      (request) =>
        request.url() === other.config.targets["/loan-default"]?.url && request.method() === "POST",
    );

    // Act
    await signInOn(page);
    const form = await new ModelForm(page, "Loan default").open();
    await form.send.click();
    const answer = await form.answer();
    const request = await sent;

    // Assess
    expect(answer).toContain("Answered with 200");
    expect(request.headers()).toMatchObject({
      authorization: expect.stringMatching(/\/eu-central-1\/lambda\/aws4_request/),
      "content-type": "application/json",
    });
    expect(request.postDataJSON()).toEqual(expect.any(Object));
    expect(complaints).toEqual([]);
    await page.context().close();
    await other.close();
  });
});
