import { spawn } from "node:child_process";
import { chmodSync, existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Environment } from "../../src/environment/environment";
import type { LoadReport } from "../../src/load/report";
import { DEV, LOAN_DEFAULT, PROD } from "../local/support/environments";
import { COMMAND, ProjectCopy } from "../local/support/project";
import { RunningStage } from "../local/support/running-stage";
import { knownLatencies, LatencyServer, quantile } from "./support/latency-server";

const TIMEOUT_IN_MS = 90_000;

/** The number of calls of the measured run: the 99.9th percentile needs 1,000. */
const COUNT = 1_100;
const MIN_LATENCY_IN_MS = 200;

const KNOWN: Environment = {
  ...DEV,
  name: "known",
  state: { local: { path: "terraform.known.tfstate" } },
  models: { "house-price": { existingEndpoint: "prices", via: "gateway", access: "PUBLIC" } },
};

const TOKENS: Environment = {
  ...DEV,
  name: "tokens",
  state: { local: { path: "terraform.tokens.tfstate" } },
  models: {
    "loan-default": {
      ...LOAN_DEFAULT,
      access: { jwt: { issuer: "https://login.example.com", audience: ["models"] } },
    },
  },
};

const CUSTOMERS: Environment = {
  ...DEV,
  name: "customers",
  state: { local: { path: "terraform.customers.tfstate" } },
  models: { "loan-default": { ...LOAN_DEFAULT, access: "API_KEY" } },
  customers: { acme: { models: ["loan-default"] } },
};

/** A stage that permits one request per second. */
const NARROW: Environment = {
  ...DEV,
  name: "narrow",
  state: { local: { path: "terraform.narrow.tfstate" } },
  stage: { ...DEV.stage, throttling: { rateLimit: 1, burstLimit: 1 } },
};

/** A model with objectives. */
const OBJECTIVES: Environment = {
  ...DEV,
  name: "objectives",
  state: { local: { path: "terraform.objectives.tfstate" } },
  models: { "loan-default": { ...LOAN_DEFAULT, access: "API_KEY", objectives: { p99InMs: 1_500 } } },
  notify: { email: "models@example.com" },
};

/** The end of the command. */
interface Ended {
  readonly status: number | null;
  readonly output: string;
  readonly errors: string;
}

describe("a load test of a local stage", () => {
  const latencies = knownLatencies(COUNT, MIN_LATENCY_IN_MS);
  // The first call is the single call before the run.
  const container = new LatencyServer(
    (number) => (number === 0 ? 0 : (latencies[number - 1] ?? 0)),
    '{"predictions": [329.50]}',
  );
  let project: ProjectCopy;
  let stage: RunningStage;
  /** The measured run, which lasts longer than the other runs: they run at the same time, and call other models. */
  let measured: Promise<Ended>;

  beforeAll(async () => {
    await container.listen();
    project = new ProjectCopy();
    const environments = [DEV, PROD, KNOWN, TOKENS, CUSTOMERS, NARROW, OBJECTIVES];
    project.setEnvironments(...environments);
    writeFileSync(join(project.folder, "taken"), "a file");
    const names = environments.map(({ name }) => name);
    stage = await RunningStage.serve(project, [...names, "--container", `house-price=${container.url}`]);
    const words = ["known", "--rate", "100", "--seconds", String(COUNT / 100)];
    measured = load([...words, ...url("known"), "--json"]);
  }, TIMEOUT_IN_MS);

  afterAll(async () => {
    await measured;
    await stage.kill();
    project.remove();
    await container.close();
  });

  /** Runs the command, and sends a signal when its standard error contains a text. */
  function load(
    words: readonly string[],
    variables: NodeJS.ProcessEnv = {},
    interruptAfter?: { readonly text: string; readonly ms: number },
  ): Promise<Ended> {
    const inherited = Object.entries(process.env).filter(([name]) => !/^(AWS_|SMOKE_|TERRAFORM_)/.test(name));
    const child = spawn(process.execPath, [COMMAND, "load", ...words], {
      cwd: project.folder,
      env: { ...Object.fromEntries(inherited), TMPDIR: project.tempFolder, ...variables },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    let errors = "";
    let interruption: NodeJS.Timeout | undefined;
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
      if (
        interruptAfter !== undefined &&
        interruption === undefined &&
        errors.includes(interruptAfter.text)
      ) {
        interruption = setTimeout(() => child.kill("SIGINT"), interruptAfter.ms);
      }
    });
    return new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (status) => {
        clearTimeout(interruption);
        resolve({ status, output, errors });
      });
    });
  }

  const url = (name: string) => ["--url", `${stage.url}/${name}`];
  const reportOf = ({ output }: Ended) => JSON.parse(output) as LoadReport;

  it.each([
    ["dev", "with the key", []],
    ["prod", "signed", ["--protected"]],
    ["tokens", "with the token", []],
    ["customers", "with the key 1 of acme", []],
  ])(
    "calls the route of %s as a permitted caller: %s",
    async (name, caller, options) => {
      // Act
      const words = ["--model", "loan-default", "--rate", "5", "--seconds", "1"];
      const ended = await load([name, ...words, ...url(name), ...options]);

      // Assess
      expect(ended.errors).toContain(
        `${name}: POST /loan-default: a first call, repeated until it succeeds, and then 5 requests per second for 1 s, 5 requests in total\n`,
      );
      expect(ended.errors).toContain(`\nCaller: ${caller}\n`);
      expect(ended.output).toContain("\nSucceeded: 5 of 5 (100 %)\n");
      expect(`${ended.output}${ended.errors}`).not.toMatch(/not-a-secret|eyJ|Signature/);
      expect(ended.errors.includes("count toward the limits and the quota of the customer acme")).toBe(
        name === "customers",
      );
    },
    TIMEOUT_IN_MS,
  );

  it(
    "counts throttled requests separately, and announces the limit of the stage",
    async () => {
      // Act
      const ended = await load(["narrow", "--rate", "20", "--seconds", "2", ...url("narrow"), "--json"]);

      // Assess
      const { measurements } = reportOf(ended);
      expect(measurements.calls.throttled).toBeGreaterThan(30);
      expect(measurements.calls.succeeded + measurements.calls.throttled).toBe(40);
      expect(ended.errors).toContain("The stage permits 1 request per second (stage.throttling.rateLimit)");
      expect(ended.status).toBe(1);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "prints the report so far after Ctrl-C, and writes its files",
    async () => {
      // Act
      const ended = await load(
        ["dev", "--rate", "10", "--seconds", "600", ...url("dev"), "--folder", "interrupted"],
        {},
        { text: "6,000 requests in total", ms: 3_000 },
      );

      // Assess
      expect(ended.output).toMatch(/\nInterrupted after \d+\.\d s: \d+ of 6,000 calls ended\.\n/);
      expect(ended.output).toMatch(/\nSucceeded: \d+ of \d+ \(100 %\)\n/);
      expect(
        readdirSync(join(project.folder, "interrupted/dev"))
          .map((file) => file.replace(/.*\./, ""))
          .sort(),
      ).toEqual(["html", "json"]);
      expect(ended.status).toBe(130);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "sends one request only when the key is wrong, and writes no report",
    async () => {
      // Act
      const ended = await load(
        ["dev", "--rate", "50", "--wait", "1", ...url("dev"), "--folder", "wrong-key"],
        { SMOKE_API_KEY: "wrong-0123456789-0123456789" },
      );

      // Assess
      expect(ended.errors).toContain(
        "The first call of POST /loan-default, with the key, failed: got 403, not 200; expected 200, an answer. The run was not started.",
      );
      expect(ended).toMatchObject({ status: 1, output: "" });
      expect(existsSync(join(project.folder, "wrong-key"))).toBe(false);
    },
    TIMEOUT_IN_MS,
  );

  it.each([
    ["the objective of the model", [], "1,500 ms (objectives.p99InMs)"],
    ["--p99", ["--p99", "300"], "300 ms (--p99)"],
  ])(
    "announces %s as the target with --dry-run, and reads no credentials",
    async (_, options, target) => {
      // Act: a key with a space would be refused.
      const ended = await load(["objectives", "--rate", "5", "--dry-run", ...url("objectives"), ...options], {
        SMOKE_API_KEY: "no key",
      });

      // Assess
      expect(ended.errors).toContain(`Target: at most 1 % of the calls take longer than ${target}\n`);
      expect(ended).toMatchObject({ status: 0, output: "" });
    },
    TIMEOUT_IN_MS,
  );

  it.each<[what: string, words: () => readonly string[], message: string, status: number]>([
    [
      "a folder that cannot be written, before the first request",
      () => ["known", "--rate", "5", ...url("known"), "--folder", "taken"],
      "--folder: got taken; allowed: a folder in which reports can be written (ENOTDIR",
      1,
    ],
    [
      "an unknown model",
      () => ["dev", "--rate", "5", "--model", "iris", ...url("dev")],
      "--model: got iris; allowed: a model of dev: loan-default",
      2,
    ],
    [
      "the stage of another environment",
      () => ["dev", "--rate", "5", ...url("prod")],
      "allowed on this machine: the local stage of dev",
      1,
    ],
    [
      "a protected environment without the option",
      () => ["prod", "--rate", "5", ...url("prod")],
      "prod is protected: true. Its callers would share the capacity with this run.",
      1,
    ],
  ])(
    "refuses %s",
    async (_, words, message, status) => {
      // Act
      const ended = await load(words());

      // Assess
      expect(ended.errors).toContain(message);
      expect(ended).toMatchObject({ status, output: "" });
    },
    TIMEOUT_IN_MS,
  );

  describe("whose URL is in the outputs of the stack", () => {
    it(
      "is refused when the output is the URL of a foreign stage",
      async () => {
        // Prepare
        const variables = terraformWith("https://www.example.com/dev", 2048);

        // Act
        const ended = await load(["dev", "--rate", "5"], variables);

        // Assess
        expect(ended.errors).toContain(
          "stage: got https://www.example.com/dev from the outputs of dev; allowed:",
        );
        expect(ended).toMatchObject({ status: 1, output: "" });
      },
      TIMEOUT_IN_MS,
    );

    it(
      "shows the price and sends nothing with --dry-run",
      async () => {
        // Prepare
        const variables = terraformWith(`${stage.url}/dev`, 4096);

        // Act
        const ended = await load(
          ["dev", "--rate", "1000", "--seconds", "900", "--dry-run", "--folder", "dry"],
          variables,
        );

        // Assess: 900,000 requests at $3.50 + $0.20 + $0.33 + $8 per million.
        expect(ended.errors).toContain(
          "900,000 requests in total\nPrice: about $10.83, if each request takes 100 ms.",
        );
        expect(ended).toMatchObject({ status: 0, output: "" });
        expect(existsSync(join(project.folder, "dry"))).toBe(false);
      },
      TIMEOUT_IN_MS,
    );

    it(
      "is measured once for each deployed size, until all sizes are compared",
      async () => {
        // Prepare
        const words = ["dev", "--rate", "50", "--seconds", "1", "--sizes", "1024,2048", "--p99", "30000"];

        // Act: the same command after each deployment.
        const other = await load(words, terraformWith(`${stage.url}/dev`, 3072));
        const first = await load(words, terraformWith(`${stage.url}/dev`, 1024));
        const second = await load([...words, "--json"], terraformWith(`${stage.url}/dev`, 2048));

        // Assess
        expect(other.errors).toContain(
          "--sizes: got 1024,2048, but the deployed endpoint of loan-default has 3072 MB. Add 3072 to --sizes, or deploy one of these sizes first.",
        );
        expect(first.errors).toContain(
          "Not measured yet: 2048 MB. Next: set memorySizeInMb: 2048 of loan-default in the environment dev, deploy (npx cdktf deploy dev), and run the same command again.",
        );
        expect(first.output).toMatch(/\nmemorySizeInMb +1024\n/);
        expect(second.errors).not.toContain("Not measured yet");
        const { deployedSize, proposal, price } = reportOf(second);
        expect(deployedSize).toEqual({ memorySizeInMb: 2048, maxConcurrency: 20, provisionedConcurrency: 0 });
        expect(proposal?.sizes.map(({ memorySizeInMb }) => memorySizeInMb)).toEqual([1024, 2048]);
        expect(price?.usdPerMillion).toBeGreaterThan(3.7);
        expect(`${first.output}${first.errors}${second.output}${second.errors}`).not.toContain("s3cret");
      },
      TIMEOUT_IN_MS,
    );

    it(
      "is refused with --sizes when the endpoint is not serverless",
      async () => {
        // Act
        const ended = await load(
          ["dev", "--rate", "5", "--sizes", "1024,2048"],
          terraformWith(`${stage.url}/dev`, undefined),
        );

        // Assess
        expect(ended.errors).toContain(
          "--sizes: got 1024,2048, but loan-default has no deployed serverless endpoint",
        );
        expect(ended.status).toBe(1);
      },
      TIMEOUT_IN_MS,
    );
  });

  it(
    "measures each call of a model whose latency is known, and no latency below it",
    async () => {
      // Act
      const ended = await measured;

      // Assess
      const { measurements, isLocal, price, proposal } = reportOf(ended);
      expect(measurements.calls).toMatchObject({ planned: COUNT, succeeded: COUNT });
      expect(container.requests).toBe(COUNT + 1);
      // On a busy machine, a measured latency is above the known latency: `npm run bench -- load` also measures how much
      // above, on an idle machine. The measured latency is never below.
      const { all } = measurements.latencyInMs;
      for (const [measured, fraction] of [
        [all.p50, 0.5],
        [all.p99, 0.99],
        [all.p999, 0.999],
      ] as const) {
        expect((measured ?? 0) / quantile(fraction - 0.5 / COUNT, MIN_LATENCY_IN_MS)).toBeGreaterThan(0.98);
      }
      expect({ isLocal, price, proposal }).toEqual({ isLocal: true, price: null, proposal: null });
    },
    TIMEOUT_IN_MS,
  );

  /** A program in place of terraform, which prints the outputs and the state of dev's stack. */
  function terraformWith(stageUrl: string, memory: number | undefined): NodeJS.ProcessEnv {
    const file = join(project.tempFolder, `terraform-${memory}`);
    const outputs = {
      stage_url: { value: stageUrl, type: "string" },
      loan_default_url: { value: `${stageUrl}/loan-default`, type: "string" },
      api_key_id: { value: "k1", type: "string" },
    };
    const configuration = (name: string, serverless: readonly object[]) => ({
      attributes: {
        name,
        production_variants: [{ variant_name: "AllTraffic", serverless_config: serverless }],
      },
    });
    const deployed =
      memory === undefined
        ? []
        : [{ memory_size_in_mb: memory, max_concurrency: 20, provisioned_concurrency: null }];
    const old = [{ memory_size_in_mb: 6144, max_concurrency: 1, provisioned_concurrency: 1 }];
    const state = {
      version: 4,
      outputs: {},
      resources: [
        resource("aws_api_gateway_api_key", [{ attributes: { value: "s3cret" } }]),
        resource("aws_sagemaker_endpoint", [
          { attributes: { name: "dev-other", endpoint_config_name: "dev-other-1" } },
          { attributes: { name: "dev-loan-default", endpoint_config_name: "dev-loan-default-2" } },
        ]),
        resource("aws_sagemaker_endpoint_configuration", [
          configuration("dev-other-1", old),
          configuration("dev-loan-default-1", old),
          configuration("dev-loan-default-2", deployed),
        ]),
      ],
    };
    writeFileSync(`${file}.outputs.json`, JSON.stringify(outputs));
    writeFileSync(`${file}.state.json`, JSON.stringify(state));
    writeFileSync(
      file,
      `#!/bin/sh\n[ "$1" = "-chdir=cdktf.out/stacks/dev" ] || exit 9\ncase "$2 $3" in\n"output -json") cat "$0.outputs.json" ;;\n"state pull") cat "$0.state.json" ;;\n*) exit 9 ;;\nesac\n`,
    );
    chmodSync(file, 0o755);
    return { TERRAFORM_BINARY_NAME: file };
  }
});

function resource(type: string, instances: readonly object[]) {
  return {
    mode: "managed",
    type,
    name: "x",
    provider: 'provider["registry.terraform.io/hashicorp/aws"]',
    instances,
  };
}
