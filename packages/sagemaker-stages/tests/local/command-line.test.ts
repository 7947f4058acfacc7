import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { readCommandLine, UsageError } from "../../src/lib/arguments";
import { readArguments, START } from "../../src/local/arguments";
import { DEV } from "./support/environments";
import { ProjectCopy } from "./support/project";
import { RunningStage } from "./support/running-stage";

const START_TIMEOUT_IN_MS = 90_000;

const DEFAULTS = {
  environments: ["dev"],
  port: 3000,
  containers: new Map(),
  blazingText: false,
  wakeUpInSeconds: 0,
  synthesize: false,
};

describe("the command line of start", () => {
  it.each([
    ["", DEFAULTS],
    ["prod", { ...DEFAULTS, environments: ["prod"] }],
    ["dev prod dev", { ...DEFAULTS, environments: ["dev", "prod"] }],
    ["--port 8080", { ...DEFAULTS, port: 8080 }],
    ["--port=0", { ...DEFAULTS, port: 0 }],
    ["--port 65535 staging", { ...DEFAULTS, environments: ["staging"], port: 65_535 }],
    [
      "--container loan-default=http://127.0.0.1:8080",
      { ...DEFAULTS, containers: new Map([["loan-default", new URL("http://127.0.0.1:8080")]]) },
    ],
    [
      "--container a=http://127.0.0.1:1/x?y=z --container b=https://example.com",
      {
        ...DEFAULTS,
        containers: new Map([
          ["a", new URL("http://127.0.0.1:1/x?y=z")],
          ["b", new URL("https://example.com")],
        ]),
      },
    ],
    ["--synthesize", { ...DEFAULTS, synthesize: true }],
    ["--blazingtext prod", { ...DEFAULTS, environments: ["prod"], blazingText: true }],
    ["--wake-up 40", { ...DEFAULTS, wakeUpInSeconds: 40 }],
  ])("the command line is read: %s", (line, expected) => {
    // Prepare
    const words = line.split(" ").filter((word) => word !== "");

    // Act
    const read = readArguments(readCommandLine(START, words));

    // Assess
    expect(read).toEqual(expected);
  });

  it.each([
    ["--port x", "--port: got x; allowed: a whole number from 0 to 65535"],
    ["--port 65536", "--port: got 65536; allowed: a whole number from 0 to 65535"],
    ["--port 3000.5", "--port: got 3000.5; allowed: a whole number from 0 to 65535"],
    ["--port 0x10", "--port: got 0x10; allowed: a whole number from 0 to 65535"],
    ["--port= ", "--port: got ; allowed: a whole number from 0 to 65535"],
    ["--port=-1", "--port: got -1; allowed: a whole number from 0 to 65535"],
    ["--port", "--port: got no value; allowed: --port N"],
    ["--container loan-default", "--container: got loan-default; allowed: <model>=<http or https URL>"],
    ["--container =http://127.0.0.1:8080", "--container: got =http://127.0.0.1:8080; allowed:"],
    ["--container a=127.0.0.1:8080", "--container: got a=127.0.0.1:8080; allowed:"],
    ["--container a=ftp://127.0.0.1", "--container: got a=ftp://127.0.0.1; allowed:"],
    ["--wake-up 601", "--wake-up: got 601; allowed: a whole number from 0 to 600"],
    ["--wake-up 1.5", "--wake-up: got 1.5; allowed: a whole number from 0 to 600"],
    ["--blazingtext=yes", "--blazingtext: got the value yes; allowed: --blazingtext, without a value"],
    ["--stage dev", "option: got --stage; allowed: --port N, "],
    ["--port -1", "--port: got no value before -1; allowed: --port N, or --port=N for a value"],
  ])("the command line is refused: %s", (line, message) => {
    // Prepare
    const words = line.split(" ").filter((word) => word !== "");

    // Act
    const read = () => readArguments(readCommandLine(START, words));

    // Assess
    expect(read).toThrow(UsageError);
    expect(read).toThrow(message);
  });
});

describe("npm start", () => {
  const projects: ProjectCopy[] = [];
  const occupied = http.createServer();
  let badPort: RunningStage;
  let unknown: RunningStage;
  let portInUse: RunningStage;
  let brokenRule: RunningStage;
  let unservable: RunningStage;

  beforeAll(async () => {
    await new Promise<void>((resolve) => occupied.listen(0, "127.0.0.1", resolve));
    const { port } = occupied.address() as AddressInfo;
    const [first, second, third, fourth] = [
      new ProjectCopy(),
      new ProjectCopy(),
      new ProjectCopy(),
      new ProjectCopy(),
    ];
    projects.push(first, second, third, fourth);
    third.setEnvironments({ ...DEV, stage: { ...DEV.stage, throttling: { rateLimit: 1, burstLimit: 0 } } });
    fourth.rewriteTerraform("aws_proxy", "http_proxy");

    badPort = new RunningStage(first, ["--port", "http"]);
    unknown = new RunningStage(first, ["test", "--port", "0"]);
    portInUse = new RunningStage(second, ["--port", String(port)]);
    brokenRule = new RunningStage(third, ["--port", "0"]);
    unservable = new RunningStage(fourth, ["--port", "0"]);
    const started = [badPort, unknown, portInUse, brokenRule, unservable];
    await Promise.all(started.map(({ ended }) => ended));
  }, START_TIMEOUT_IN_MS);

  afterAll(async () => {
    await new Promise((resolve) => occupied.close(resolve));
    for (const project of projects) project.remove();
  });

  it("refuses an invalid port", async () => {
    // Act
    const end = await badPort.ended;

    // Assess
    expect(end).toEqual({ status: 2, signal: null });
    expect(badPort.output).toBe(
      "--port: got http; allowed: a whole number from 0 to 65535\nFor the usage: npx sagemaker-stages start --help\n",
    );
  });

  it("refuses an unknown environment, and names the known environments", async () => {
    // Act
    const end = await unknown.ended;

    // Assess
    expect(end).toEqual({ status: 2, signal: null });
    expect(unknown.errors).toBe(
      "environment: got test; allowed: dev, prod\nFor the usage: npx sagemaker-stages start --help\n",
    );
  });

  it("reports a port in use in one line, and leaves nothing behind", async () => {
    // Act
    const end = await portInUse.ended;

    // Assess
    const { port } = occupied.address() as AddressInfo;
    expect(end).toEqual({ status: 1, signal: null });
    expect(portInUse.errors).toMatch(
      new RegExp(`^[^\\n]*127\\.0\\.0\\.1:${port}: another program uses the port[^\\n]*--port[^\\n]*\\n$`),
    );
    expect(await portInUse.leftovers()).toEqual({ processes: [], folders: [] });
  });

  it("names the rule that an environment breaks", async () => {
    // Act
    const end = await brokenRule.ended;

    // Assess
    expect(end).toEqual({ status: 1, signal: null });
    expect(brokenRule.errors).toContain("dev: stage.throttling.burstLimit: got 0; allowed:");
    expect(brokenRule.errors).not.toMatch(/^\s+at /m);
  });

  it("names an unsupported resource, without a stack trace", async () => {
    // Act
    const end = await unservable.ended;

    // Assess
    expect(end).toEqual({ status: 1, signal: null });
    expect(unservable.errors).toContain("cannot be served on this machine");
    expect(unservable.errors).toContain("/loan-default");
    expect(unservable.errors).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
    expect(await unservable.leftovers()).toEqual({ processes: [], folders: [] });
  });
});

describe("a stage whose parent process ends, as npm does on SIGTERM", () => {
  let project: ProjectCopy;
  let stage: RunningStage | undefined;

  beforeAll(async () => {
    project = new ProjectCopy();
    stage = new RunningStage(project, ["--port", "0"], "parent");
    await stage.printed("Ctrl-C stops.");
  }, START_TIMEOUT_IN_MS);

  afterAll(async () => {
    await stage?.kill();
    project.remove();
  });

  it("ends too, and leaves nothing behind", async () => {
    // Act
    stage?.signal("SIGKILL");
    await stage?.ended;

    // Assess
    expect(await stage?.leftovers()).toEqual({ processes: [], folders: [] });
  });
});
