import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Environment } from "../../src/environment/environment";
import { banner } from "../../src/local/banner";
import type { Deployment } from "../../src/local/terraform/deployment";
import { send } from "./support/client";
import { LOAN_DEFAULT } from "./support/environments";
import { eventually } from "./support/eventually";
import { ServedStages } from "./support/served-stages";

/** Syntheses and starts of functions. */
const TIMEOUT_IN_MS = 60_000;

const DEV: Environment = {
  name: "dev",
  region: "eu-central-1",
  accountId: "111122223333",
  state: { local: { path: "terraform.dev.tfstate" } },
  stage: {
    throttling: { rateLimit: 1_000, burstLimit: 2_000 },
    logRetentionInDays: 7,
    corsAllowOrigin: ["https://a.example.com", "https://b.example.com"],
  },
  models: {
    "loan-default": { ...LOAN_DEFAULT, access: "PUBLIC", capture: { percent: 100 } },
    "energy-demand": {
      ...LOAN_DEFAULT,
      access: "PUBLIC",
      capture: { percent: 100, keep: ["temperature", "answer"] },
    },
    "ticket-urgency": { ...LOAN_DEFAULT, access: "PUBLIC" },
  },
};

/** A captured record with its data. */
interface Captured {
  readonly path: string;
  readonly input: unknown;
  readonly output: unknown;
  readonly eventId: string;
}

describe("the captured requests of a local stage", () => {
  const stages = new ServedStages();
  let deployments: readonly Deployment[] = [];

  beforeAll(async () => {
    deployments = await stages.start(DEV);
  }, TIMEOUT_IN_MS);

  afterAll(() => stages.close());

  function post(path: string, body: unknown) {
    const headers = { "Content-Type": "application/json", Origin: "https://b.example.com" };
    return send(stages.url, { path, headers, body: JSON.stringify(body) });
  }

  function captured(model: string): Captured[] {
    const folder = join(stages.captureFolder, "dev", `dev-${model}`);
    if (!existsSync(folder)) return [];
    const files = readdirSync(folder, { recursive: true })
      .map(String)
      .filter((file) => file.endsWith(".jsonl"));
    return files.flatMap((path) =>
      readFileSync(join(folder, path), "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => {
          const { captureData, eventMetadata } = JSON.parse(line);
          return {
            path,
            input: JSON.parse(captureData.endpointInput.data),
            output: JSON.parse(captureData.endpointOutput.data),
            eventId: eventMetadata.eventId,
          };
        }),
    );
  }

  /** The records after more than `count` records exist. The function writes a record after its answer. */
  async function capturedAfter(model: string, count: number): Promise<Captured[]> {
    await eventually(`more than ${count} records of ${model}`, () => captured(model).length > count);
    return captured(model);
  }

  it("are records with masked values when the model names no fields", async () => {
    // Act
    const answer = await post("/dev/loan-default", { data: "52000.5,8500,36" });
    const [record, ...others] = await capturedAfter("loan-default", 0);

    // Assess
    expect(answer.status).toBe(200);
    expect(answer.headers["access-control-allow-origin"]).toBe("https://b.example.com");
    expect(others).toEqual([]);
    expect(record).toMatchObject({ input: { data: null }, output: { answer: null } });
    expect(record?.path).toMatch(
      /^AllTraffic\/\d{4}\/\d\d\/\d\d\/\d\d\/\d\d-\d\d-\d{3}-[0-9a-f-]{36}\.jsonl$/,
    );
    expect(record?.eventId).toBe(answer.headers["x-amzn-requestid"]);
  });

  it("can be read by this user only", async () => {
    // Act
    const [record] = await capturedAfter("loan-default", 0);
    const endpoint = join(stages.captureFolder, "dev", "dev-loan-default");
    const modes = [endpoint, join(endpoint, record?.path ?? "")].map((path) => statSync(path).mode & 0o777);

    // Assess
    expect(modes).toEqual([0o700, 0o600]);
  });

  it("are one record per row with the kept values when the request has several rows", async () => {
    // Prepare
    const row = { date: "2026-11-30", hour: 7, temperature: 3.5, day: "working" };

    // Act
    const answer = await post("/dev/energy-demand", { instances: [row, { ...row, temperature: 9 }] });
    const records = await capturedAfter("energy-demand", 0);

    // Assess
    const [first, second] = JSON.parse(answer.body);
    const masked = { date: null, hour: null, day: null };
    expect(records).toMatchObject([
      { input: { ...masked, temperature: 3.5 }, output: { answer: first } },
      { input: { ...masked, temperature: 9 }, output: { answer: second } },
    ]);
  });

  it("have the name of their folder in the banner", () => {
    // Act
    const text = banner({ url: stages.url, functionUrls: new Map() }, deployments, new Map());

    // Assess
    expect(text).toContain("  Captured requests  .sagemaker-stages/capture/dev/\n");
  });

  it("do not exist for a model without capture, nor for a refused request", async () => {
    // Act
    const answers = [
      await post("/dev/ticket-urgency", { message: "urgent" }),
      await post("/dev/loan-default", { data: "no numbers" }),
    ];
    const before = captured("loan-default").length;
    await post("/dev/loan-default", { data: "52000.5,8500,36" });
    const after = await capturedAfter("loan-default", before);

    // Assess
    expect(answers.map(({ status }) => status)).toEqual([200, 400]);
    expect(captured("ticket-urgency")).toEqual([]);
    expect(after).toHaveLength(2);
  });

  it.each([
    {
      of: "another operation",
      method: "GET",
      path: "/_s3/dev-capture-111122223333-eu-central-1/key",
      status: 403,
    },
    { of: "another bucket", method: "PUT", path: "/_s3/other-bucket/key", status: 404 },
    {
      of: "no signature",
      method: "PUT",
      path: "/_s3/dev-capture-111122223333-eu-central-1/key",
      status: 403,
    },
  ])("cannot be written by a request with $of", async ({ method, path, status }) => {
    // Act
    const answer = await send(stages.url, { method, path, body: "x" });

    // Assess
    expect(answer.status).toBe(status);
  });
});
