import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { Browser, Page } from "playwright-core";
import type { Environment } from "../../src/environment/environment";
import { about as housePrice } from "../fixtures/app/functions/house-price/contract";
import { ASYNC } from "../local/support/async-routes";
import { ServedStages } from "../local/support/served-stages";
import { fetchWhole } from "../support/fetch-whole";
import { launchChromium } from "./support/chromium";
import { PATIENCE_IN_MS } from "./support/served-page";

jest.setTimeout(PATIENCE_IN_MS);

/** An answer that no function can return. */
const LARGE = JSON.stringify({ predictions: [1], explanation: "x".repeat(5_000_000) });

const SMALL = '{"predictions": [329.50]}';

/** The result of a request that a page sends. */
interface Fetched {
  readonly status: number;
  readonly location: string | null;
  readonly text: string;
}

/** The pages of two teams, each with its own origin. */
const servers: Server[] = [];

let browser: Browser;
let page: Page | undefined;
let answer: string;
const stages = new ServedStages();

async function servePage(): Promise<string> {
  const server = createServer((_, response) =>
    response.setHeader("Content-Type", "text/html").end("<p>page"),
  );
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** An environment with one asynchronous model, whose answers pass through the function. */
function environmentFor(name: string, corsAllowOrigin: string): Environment {
  const { "loan-default": endpoint } = ASYNC.models;
  if (endpoint === undefined) throw new Error("the environment has no loan-default");
  return {
    ...ASYNC,
    name,
    state: { local: { path: `terraform.${name}.tfstate` } },
    stage: { ...ASYNC.stage, corsAllowOrigin },
    models: { "house-price": endpoint },
  };
}

let [allowed, foreign]: readonly string[] = [];

beforeAll(async () => {
  browser = await launchChromium();
  [allowed, foreign] = [await servePage(), await servePage()];
  stages.containers.set("house-price", {
    description: "a container with large answers",
    invoke: async () => ({ status: 200, contentType: "application/json", body: Buffer.from(answer) }),
  });
  await stages.start(environmentFor("dev", allowed ?? ""), environmentFor("open", "*"));
});

afterEach(() => page?.context().close());

afterAll(async () => {
  await browser?.close();
  await stages.close();
  for (const server of servers) server.close();
});

/** Opens a page of an origin. */
async function open(origin = ""): Promise<Page> {
  page = await (await browser.newContext()).newPage();
  await page.goto(origin);
  return page;
}

/** Sends a GET from the page. @returns the name of the error if the browser does not give the answer to the page */
function get(
  on: Page,
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Fetched | string> {
  return on.evaluate(
    async ([address, further]) => {
      try {
        const response = await fetch(address, { headers: further });
        return {
          status: response.status,
          location: response.headers.get("location"),
          text: await response.text(),
        };
      } catch (error) {
        return error instanceof Error ? error.name : String(error);
      }
    },
    [url, headers] as const,
  );
}

/** Starts a request from the page, and waits until the answer exists. @returns the address of the request */
async function start(on: Page, stage: string): Promise<string> {
  const url = `${stages.url}/${stage}/house-price`;
  const id = await on.evaluate(
    async ([address, request]) => {
      const response = await fetch(address, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: request,
      });
      return ((await response.json()) as { id: string }).id;
    },
    [url, JSON.stringify(housePrice.example.request)] as const,
  );
  const address = `${url}/requests/${id}`;
  for (;;) {
    const { status } = await fetchWhole(address, { redirect: "manual" });
    if (status !== 202) return address;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The place of a large answer, as the page receives it. */
async function placeOf(on: Page, address: string): Promise<string> {
  const found = await get(on, `${address}?redirect=false`);
  if (typeof found === "string" || found.location === null) throw new Error(`got no place: ${found}`);
  return found.location;
}

describe("a page that reads a large answer", () => {
  it("cannot follow the redirection, because the browser hides the page's origin from S3", async () => {
    // Prepare
    answer = LARGE;
    const own = await open(allowed);
    const address = await start(own, "dev");
    // The headers as they are sent: Playwright's own events do not contain the origin.
    const network = await own.context().newCDPSession(own);
    await network.send("Network.enable");
    const origins: (string | undefined)[] = [];
    network.on("Network.requestWillBeSentExtraInfo", ({ headers: { Host = "", Origin } }) => {
      if (Host.startsWith("localhost:")) origins.push(Origin);
    });

    // Act
    const followed = await get(own, address);
    for (let tries = 0; tries < 100 && origins.length === 0; tries++) await own.waitForTimeout(20);

    // Assess
    expect(followed).toBe("TypeError");
    expect(origins).toEqual(["null"]);
  });

  it("receives the place of the answer with redirect=false, and reads the answer from S3", async () => {
    // Prepare
    answer = LARGE;
    const own = await open(allowed);
    const address = await start(own, "dev");

    // Act
    const named = await get(own, `${address}?redirect=false`);
    const place = await placeOf(own, address);
    const read = await get(own, place);

    // Assess
    expect(named).toMatchObject({ status: 200, location: expect.stringMatching(/^http:\/\/localhost:/) });
    expect(JSON.parse((named as Fetched).text)).toEqual({
      url: (named as Fetched).location,
      expiresAt: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(read).toMatchObject({ status: 200 });
    expect((read as Fetched).text).toBe(LARGE);
  });

  it("receives a small answer at once, without a place", async () => {
    // Prepare
    answer = SMALL;
    const own = await open(allowed);
    const address = await start(own, "dev");

    // Act
    const read = await get(own, `${address}?redirect=false`);

    // Assess
    expect(read).toMatchObject({ status: 200, location: null, text: SMALL });
  });

  it("is refused if its origin is not allowed, even with the place of the answer", async () => {
    // Prepare
    answer = LARGE;
    const own = await open(allowed);
    const address = await start(own, "dev");
    const place = await placeOf(own, address);
    await own.context().close();

    // Act
    const other = await open(foreign);
    const refused = [await get(other, `${address}?redirect=false`), await get(other, place)];

    // Assess
    expect(refused).toEqual(["TypeError", "TypeError"]);
    expect((await fetchWhole(place)).status).toBe(200);
  });

  it("is refused if it sends S3 the credential of the API", async () => {
    // Prepare
    answer = LARGE;
    const own = await open(allowed);
    const place = await placeOf(own, await start(own, "dev"));

    // Act
    const refused = await get(own, place, { "x-api-key": "key" });

    // Assess
    expect(refused).toBe("TypeError");
  });

  it("is refused in an environment that names no origin", async () => {
    // Prepare
    answer = LARGE;
    const own = await open(allowed);
    const place = await placeOf(own, await start(own, "open"));

    // Act
    const refused = await get(own, place);

    // Assess
    expect(refused).toBe("TypeError");
  });
});
