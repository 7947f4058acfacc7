import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { banner } from "../../src/local/banner";
import type { Container } from "../../src/local/sagemaker/container";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";
import { about as energyDemand } from "../fixtures/app/functions/energy-demand/contract";
import { about as loanDefault } from "../fixtures/app/functions/loan-default/contract";
import { fetchWhole } from "../support/fetch-whole";
import { ASYNC, locationIn, poll } from "./support/async-routes";
import { problemOf, type Request, send } from "./support/client";
import { paste } from "./support/curl";
import { eventually } from "./support/eventually";
import { ServedStages } from "./support/served-stages";
import { sign } from "./support/signing";

/** Syntheses and starts of functions. */
const TIMEOUT_IN_MS = 60_000;

const JSON_HEADERS = { "Content-Type": "application/json" };
const LOAN = "/dev/loan-default";
const ENERGY = "/dev/energy-demand";

describe("the asynchronous routes of a local stage", () => {
  const stages = new ServedStages(50);
  let sample: Container;

  let commands: readonly string[] = [];

  beforeAll(async () => {
    const deployments = await stages.start(ASYNC);
    commands = banner({ url: stages.url, functionUrls: new Map() }, deployments, stages.containers)
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line.startsWith("curl "));
    const loaded = stages.containers.get("loan-default");
    if (loaded === undefined) throw new Error("the fixture app has no sample of loan-default");
    sample = loaded;
  }, TIMEOUT_IN_MS);

  afterEach(() => {
    stages.containers.set("loan-default", sample);
    stages.setTime("2026-11-29T12:00:00Z");
  });

  afterAll(() => stages.close());

  function start(request: unknown, headers: Readonly<Record<string, string>> = {}) {
    const body = JSON.stringify(request);
    return send(stages.url, { path: LOAN, headers: { ...JSON_HEADERS, ...headers }, body });
  }

  /** Signs as the user of this machine, or as another user. */
  const signed = (request: Request) => sign(stages.url, request);

  it("answer 202 with an address, and the model's answer at the address", async () => {
    // Act
    const accepted = await start(loanDefault.example.request);
    const answer = await poll(stages.url, locationIn(accepted));

    // Assess
    expect(accepted.headers).toMatchObject({
      location: expect.stringMatching(/^\/dev\/loan-default\/requests\/[\w-]{32}$/),
      "retry-after": "5",
    });
    expect(JSON.parse(accepted.body)).toEqual({
      id: accepted.headers.location?.slice(-32),
      status: "pending",
    });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toEqual(loanDefault.example.answer);
  });

  it("have commands for the whole way of an uploaded file", async () => {
    // Prepare
    const command = (part: string) => commands.find((line) => line.includes(part)) ?? "";
    const folder = makeTempFolder();
    const file = join(folder, "loan.json");
    writeFileSync(file, JSON.stringify(loanDefault.example.request));

    // Act
    const permitted = await paste(command(`${LOAN}/uploads' `).replace("FILE", file));
    const { id, url, headers } = JSON.parse(permitted.body);
    const uploaded = await fetchWhole(url, { method: "PUT", headers, body: readFileSync(file) });
    const accepted = await paste(command(`${LOAN}/uploads/ID'`).replace("ID", id));
    await poll(stages.url, `${LOAN}/requests/${id}`);
    const answer = await paste(command(`${LOAN}/requests/ID'`).replace("ID", id));
    removeFolder(folder);

    // Assess
    expect([permitted.status, uploaded.status, accepted.status]).toEqual([201, 200, 202]);
    expect(answer).toMatchObject({ status: 200, body: JSON.stringify(loanDefault.example.answer) });
    expect(command(`${ENERGY}/requests/ID'`)).toContain("--aws-sigv4");
  });

  it("answer a signed caller when the endpoint has an instance", async () => {
    // Act
    const accepted = await send(
      stages.url,
      await signed({
        path: ENERGY,
        headers: JSON_HEADERS,
        body: JSON.stringify(energyDemand.example.request),
      }),
    );
    const answer = await poll(stages.url, locationIn(accepted), signed);
    const unsigned = await send(stages.url, { method: "GET", path: locationIn(accepted) });

    // Assess
    expect(JSON.parse(answer.body)).toEqual([502.5]);
    expect(unsigned.status).toBe(403);
  });

  it("answer 404 for an id that does not exist, and for an id of another model", async () => {
    // Prepare
    const accepted = await start(loanDefault.example.request);
    const id = locationIn(accepted).slice(-32);

    // Act
    const answers = [
      await send(stages.url, { method: "GET", path: `${LOAN}/requests/${"x".repeat(32)}` }),
      await send(stages.url, { method: "GET", path: `${LOAN}/requests/1` }),
      await send(stages.url, await signed({ method: "GET", path: `${ENERGY}/requests/${id}` })),
    ];

    // Assess
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
    expect(answers.map((answer) => problemOf(answer).title)).toEqual(["Not Found", "Not Found", "Not Found"]);
  });

  it("answer a request again with the same id and one invocation when it has an Idempotency-Key", async () => {
    // Prepare
    let invocations = 0;
    stages.containers.set("loan-default", {
      ...sample,
      invoke: (request) => {
        invocations++;
        return sample.invoke(request);
      },
    });
    const headers = { "Idempotency-Key": "2f6b7e4c-order-17" };

    // Act
    const first = await start(loanDefault.example.request, headers);
    const same = await start(loanDefault.example.request, headers);
    await poll(stages.url, locationIn(first));
    const late = await start(loanDefault.example.request, headers);
    const other = await start({ data: "1,2,3" }, headers);
    const malformed = await start(loanDefault.example.request, { "Idempotency-Key": "ü" });
    await poll(stages.url, locationIn(other));

    // Assess
    expect([same, late].map(locationIn)).toEqual([locationIn(first), locationIn(first)]);
    expect(locationIn(other)).not.toBe(locationIn(first));
    expect(malformed.status).toBe(400);
    expect(invocations).toBe(2);
  });

  it("start one of many equal requests at the same time when they have an Idempotency-Key", async () => {
    // Prepare
    const headers = { "Idempotency-Key": "9d1c-at-the-same-time" };
    const before = entriesOf("dev-loan-default/results").length;

    // Act
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => start(loanDefault.example.request, headers)),
    );
    const accepted = answers.filter(({ status }) => status === 202);
    const [location = "", ...others] = new Set(accepted.map(locationIn));
    await poll(stages.url, location);

    // Assess
    expect(others).toEqual([]);
    expect(answers.map(({ status }) => status).filter((status) => status !== 202 && status !== 409)).toEqual(
      [],
    );
    expect(entriesOf("dev-loan-default/results").length - before).toBe(1);
  });

  it("accept a body that is larger than a request of SageMaker", async () => {
    // Prepare
    const instances = Array.from({ length: 2_500 }, () => ({
      date: "2026-01-15",
      hour: 18,
      temperature: -2.5123456789,
      day: "working",
    }));
    const body = JSON.stringify({ instances });

    // Act
    const accepted = await send(stages.url, await signed({ path: ENERGY, headers: JSON_HEADERS, body }));
    const answer = await poll(stages.url, locationIn(accepted), signed);

    // Assess
    expect(body.length).toBeGreaterThan(128_000);
    expect(JSON.parse(answer.body)).toHaveLength(2_500);
  });

  describe("for an upload", () => {
    const large = Buffer.from(
      JSON.stringify({
        instances: Array.from({ length: 4_000 }, (_, index) => ({
          date: "2026-01-15",
          hour: index % 24,
          temperature: 1.5,
          day: "working",
        })),
      }),
    );

    function permit(upload: unknown) {
      return signed({ path: `${ENERGY}/uploads`, headers: JSON_HEADERS, body: JSON.stringify(upload) }).then(
        (request) => send(stages.url, request),
      );
    }

    function put(url: string, headers: Readonly<Record<string, string>>, body: Buffer) {
      const { origin, pathname, search } = new URL(url);
      return send(origin, { method: "PUT", path: pathname + search, headers, body });
    }

    async function startUploaded(id: string) {
      return send(stages.url, await signed({ path: `${ENERGY}/uploads/${id}` }));
    }

    it("answer with an address for the file, and with the model's answer after the upload", async () => {
      // Act
      const permitted = await permit({ contentType: "application/json", bytes: large.length });
      const { id, url, headers, method, expiresAt, submit } = JSON.parse(permitted.body);
      const before = await startUploaded(id);
      const uploaded = await put(url, headers, large);
      const accepted = await startUploaded(id);
      const again = await startUploaded(id);
      const replaced = await put(url, headers, Buffer.alloc(large.length, " "));
      const answer = await poll(stages.url, locationIn(accepted), signed);

      // Assess
      expect([permitted.status, before.status, uploaded.status, again.status]).toEqual([201, 404, 200, 202]);
      expect(replaced.status).toBe(412);
      expect({ method, submit, location: permitted.headers.location }).toEqual({
        method: "PUT",
        submit: `${ENERGY}/uploads/${id}`,
        location: `${ENERGY}/uploads/${id}`,
      });
      expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(900_000);
      expect([locationIn(accepted), locationIn(again)]).toEqual(Array(2).fill(`${ENERGY}/requests/${id}`));
      expect(JSON.parse(answer.body)).toHaveLength(4_000);
    });

    it("refuse a file of another size, of another type, and an address that was changed", async () => {
      // Prepare
      const { url, headers } = JSON.parse(
        (await permit({ contentType: "application/json", bytes: large.length })).body,
      );

      // Act
      const answers = [
        await put(url, headers, large.subarray(1)),
        await put(url, { ...headers, "content-type": "text/html" }, large),
        await put(url.replace("X-Amz-Expires=900", "X-Amz-Expires=90000"), headers, large),
        await put(url.replace("/inputs/", "/results/"), headers, large),
        await put(url, { ...headers, "if-none-match": "" }, large),
      ];

      // Assess
      expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
      expect(answers[0]?.body).toContain("SignatureDoesNotMatch");
    });

    describe("of a page", () => {
      const APP = "https://app.example.com";

      function preflight(url: string, origin: string, method: string, headers: string) {
        const { origin: host, pathname, search } = new URL(url);
        return send(host, {
          method: "OPTIONS",
          path: pathname + search,
          headers: {
            Origin: origin,
            "Access-Control-Request-Method": method,
            "Access-Control-Request-Headers": headers,
          },
        });
      }

      it("permit exactly the headers that the page must send, and let the page read the answer", async () => {
        // Prepare
        const { url, headers } = JSON.parse(
          (await permit({ contentType: "application/json", bytes: large.length })).body,
        );
        // A browser sends the size itself, and needs no permission.
        const needed = Object.keys(headers).filter((name) => name !== "content-length");

        // Act
        const permitted = await preflight(url, APP, "PUT", needed.join(","));
        const uploaded = await put(url, { ...headers, origin: APP }, large);

        // Assess
        expect([permitted.status, uploaded.status]).toEqual([200, 200]);
        expect(permitted.headers).toMatchObject({
          "access-control-allow-origin": APP,
          "access-control-allow-methods": "PUT",
          "access-control-allow-headers": "content-type, if-none-match",
          "access-control-max-age": "600",
        });
        expect(uploaded.headers["access-control-allow-origin"]).toBe(APP);
        expect(uploaded.headers).not.toHaveProperty("access-control-expose-headers");
      });

      it.each([
        { what: "another origin", origin: "https://other.example.com" },
        { what: "an origin that begins with the allowed origin", origin: `${APP}.evil.example` },
        { what: "another method", method: "GET" },
        { what: "a header that no upload needs", headers: "content-type,authorization" },
      ])("refuse $what", async ({ origin = APP, method = "PUT", headers = "content-type" }) => {
        // Prepare
        const { url } = JSON.parse(
          (await permit({ contentType: "application/json", bytes: large.length })).body,
        );

        // Act
        const refused = await preflight(url, origin, method, headers);

        // Assess
        expect(refused.status).toBe(403);
        expect(refused.headers).not.toHaveProperty("access-control-allow-origin");
      });
    });

    it("refuse a size or a type that is missing or too large", async () => {
      // Act
      const answers = [
        await permit({ contentType: "application/json" }),
        await permit({ bytes: 1 }),
        await permit({ contentType: "text/csv\r\nx: y", bytes: 1 }),
        await permit({ contentType: "text/csv;  header=present", bytes: 1 }),
        await permit({ contentType: `text/${"x".repeat(251)}`, bytes: 1 }),
        await permit({ contentType: "application/json; profile=x; charset=utf-8", bytes: 1 }),
        await permit({ contentType: "text/csv", bytes: 1 }),
        await permit({ contentType: "application/json", bytes: 26 * 1024 * 1024 }),
      ];

      // Assess
      expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400, 201, 415, 413]);
    });

    it("report a file that the model refuses", async () => {
      // Prepare
      const file = Buffer.from('{"instances": []}');
      const { id, url, headers } = JSON.parse(
        (await permit({ contentType: "application/json", bytes: file.length })).body,
      );
      await put(url, headers, file);

      // Act
      const refused = await startUploaded(id);
      const again = await startUploaded(id);

      // Assess
      expect([refused.status, again.status]).toEqual([400, 400]);
      expect(problemOf(refused).detail).toContain("at least one instance");
    });
  });

  it("answer 502 without the container's words, and notify the topic, when the model fails", async () => {
    // Prepare
    stages.containers.set("loan-default", {
      description: "a container",
      invoke: async () => ({ status: 500, contentType: "text/plain", body: "secret of the caller" }),
    });

    // Act
    const accepted = await start(loanDefault.example.request);
    const answer = await poll(stages.url, locationIn(accepted));

    // Assess
    expect(answer.status).toBe(502);
    expect(answer.body).not.toContain("secret");
    await eventually("the notification", () =>
      stages.log.includes("notification to arn:aws:sns:us-east-1:111122223333:failures"),
    );
  });

  it("notify the topic with the places of the answer, and not with the answer", async () => {
    // Act
    const accepted = await start(loanDefault.example.request);
    const id = locationIn(accepted).slice(-32);
    await poll(stages.url, locationIn(accepted));
    await eventually("the notification", () => stages.log.includes(`"inferenceId":"${id}"`));
    const line = stages.log.split("\n").find((one) => one.includes(`"inferenceId":"${id}"`)) ?? "";

    // Assess
    expect(line).toMatch(/^dev-loan-default: notification to arn:aws:sns:us-east-1:111122223333:results: /);
    expect(JSON.parse(line.slice(line.indexOf("{")))).toMatchObject({
      invocationStatus: "Completed",
      requestParameters: { endpointName: "dev-loan-default" },
      responseParameters: {
        outputLocation: `s3://dev-async-111122223333-us-east-1/dev-loan-default/results/${id}.out`,
      },
    });
  });

  it("start the first instance for a request, and say so on the console", async () => {
    // Act
    await poll(stages.url, locationIn(await start(loanDefault.example.request)));

    // Assess
    expect(stages.log).toContain(
      "dev-loan-default: 0 instances: the first starts (0.05 s here, several minutes on AWS)",
    );
    expect(stages.log).not.toContain("dev-energy-demand: 0 instances");
  });

  it("answer 404 after the days of the environment", async () => {
    // Prepare
    const location = locationIn(await start(loanDefault.example.request));
    await poll(stages.url, location);

    // Act
    stages.setTime(new Date(Date.now() + 2 * 86_400_000).toISOString());
    const expired = await send(stages.url, { method: "GET", path: location });

    // Assess
    expect(expired.status).toBe(404);
  });

  it("write files that only this user can read", async () => {
    // Act
    await poll(stages.url, locationIn(await start(loanDefault.example.request)));
    const [file = ""] = entriesOf("dev-loan-default/results");
    const folder = join(stages.asyncFolder, "dev/dev-loan-default/results");
    const modes = [folder, join(folder, file)].map((path) => statSync(path).mode & 0o777);

    // Assess
    expect(modes).toEqual([0o700, 0o600]);
  });

  it("have log lines with the operation, and without the id", async () => {
    // Act
    const accepted = await start(loanDefault.example.request);
    const id = locationIn(accepted).slice(-32);
    const answer = await poll(stages.url, locationIn(accepted));
    const lines = stages.log.split("\n").filter((line) => line.startsWith('{"requestId"'));
    const last = lines.map((line) => JSON.parse(line)).at(-1);

    // Assess
    expect(last).toMatchObject({
      operation: "read",
      status: 200,
      requestId: answer.headers["x-amzn-requestid"],
    });
    expect(last).not.toHaveProperty("_aws");
    expect(lines.join("\n")).not.toContain(id);
  });

  it("refuse a real-time request of the endpoint", async () => {
    // Act
    const request = await sign(
      stages.url,
      { path: "/endpoints/dev-loan-default/invocations", body: "1,2,3" },
      { service: "sagemaker" },
    );
    const answer = await send(stages.url, request);

    // Assess
    expect(answer.status).toBe(400);
    expect(answer.body).toContain("Call InvokeEndpointAsync");
  });

  function entriesOf(prefix: string): string[] {
    return readdirSync(join(stages.asyncFolder, "dev", prefix)).sort();
  }
});
