import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Environment } from "../../src/environment/environment";
import { EVERY_MODEL, LOAN_DEFAULT, PROD } from "../local/support/environments";
import { ProjectCopy } from "../local/support/project";
import { RunningStage } from "../local/support/running-stage";
import { smoke, unexpected } from "./support/smoke";

const TIMEOUT_IN_MS = 60_000;

/** Routes that require tokens of an issuer and of a user pool. */
const TOKENS: Environment = {
  ...EVERY_MODEL,
  name: "tokens",
  state: { local: { path: "terraform.tokens.tfstate" } },
  models: {
    "loan-default": {
      ...LOAN_DEFAULT,
      access: { jwt: { issuer: "https://login.example.com", audience: ["models"], scopes: ["loans"] } },
    },
    "energy-demand": {
      ...(EVERY_MODEL.models["energy-demand"] ?? LOAN_DEFAULT),
      access: {
        cognito: { userPoolArn: "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_A1b2C3d4E" },
      },
    },
  },
};

describe("a smoke test of the local stage", () => {
  let project: ProjectCopy;
  let stage: RunningStage;

  beforeAll(async () => {
    project = new ProjectCopy();
    project.setEnvironments(EVERY_MODEL, PROD, TOKENS);
    stage = await RunningStage.serve(project, ["dev", "prod", "tokens"]);
  }, TIMEOUT_IN_MS);

  afterAll(async () => {
    await stage.kill();
    project.remove();
  });

  /** The function URL in the banner. */
  const functionUrl = () =>
    /(http:\/\/\S+\/) {2}\(function URL of dev-language-check/.exec(stage.output)?.[1] ?? "";

  it(
    "calls routes that require tokens with trial tokens, without a token and with a forged token",
    async () => {
      // Act
      const { status, table, errors } = await smoke(project, ["tokens", "--url", `${stage.url}/tokens`]);

      // Assess
      expect(unexpected(table)).toEqual([]);
      const callers = table.split("\n").flatMap((line) => {
        const [verdict, route = "", caller = "", expected = ""] = line.split(/ {2,}/);
        return verdict === "ok" ? [`${route}: ${caller}: ${expected}`] : [];
      });
      expect(callers).toEqual(
        ["loan-default: data", "energy-demand: instances"].flatMap((model) => {
          const [name, field] = model.split(": ");
          return [
            `POST /${name}: with the token: 200, an answer`,
            `POST /${name}: with the token, without ${field}: 400, a problem`,
            `POST /${name}: without a token: 401, a problem`,
            `POST /${name}: with a forged token: 401, a problem`,
            `POST /${name}: a page's preflight: 2xx, allows POST to any page`,
          ];
        }),
      );
      expect(`${table}${errors}`).not.toMatch(/eyJ|Not called/);
      expect(status).toBe(0);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "refuses a variable that contains no token, and does not show its value",
    async () => {
      // Act
      const { status, errors } = await smoke(project, ["tokens", "--url", `${stage.url}/tokens`], {
        SMOKE_TOKEN_LOAN_DEFAULT: "Bearer s3cret",
      });

      // Assess
      expect(status).toBe(1);
      expect(errors).toContain(
        "SMOKE_TOKEN_LOAN_DEFAULT: got a text that is no token; allowed: the token alone",
      );
      expect(errors).not.toContain("s3cret");
    },
    TIMEOUT_IN_MS,
  );

  it(
    "calls every route and the function URL as a permitted and as an unauthorized caller",
    async () => {
      // Act
      const words = ["dev", "--url", `${stage.url}/dev`, "--function-url", `language-check=${functionUrl()}`];
      const { status, table, errors } = await smoke(project, words);

      // Assess
      expect(unexpected(table)).toEqual([]);
      const callers = table.split("\n").flatMap((line) => {
        const [verdict, route = "", caller = ""] = line.split(/ {2,}/);
        return verdict === "ok" ? [`${route}: ${caller}`] : [];
      });
      expect(callers).toEqual([
        "POST /loan-default: with the key",
        "POST /loan-default: with the key, without data",
        "POST /loan-default: without a key",
        "POST /loan-default: with a wrong key",
        "POST /loan-default: a page's preflight",
        "POST /energy-demand: signed",
        "POST /energy-demand: signed, without instances",
        "POST /energy-demand: unsigned",
        "POST /energy-demand: with a forged signature",
        "POST /energy-demand: a page's preflight",
        "POST /ticket-urgency: anyone",
        "POST /ticket-urgency: anyone, without message",
        "POST /ticket-urgency: a page's preflight",
        "GET /language-check: with the key",
        "GET /language-check: with the key, without q",
        "GET /language-check: without a key",
        "GET /language-check: with a wrong key",
        "GET /language-check: a page's preflight",
        "GET language-check's function URL: signed",
        "GET language-check's function URL: signed, without q",
        "GET language-check's function URL: unsigned",
        "GET language-check's function URL: with a forged signature",
        "GET language-check's function URL: a page's preflight",
      ]);
      expect(`${table}${errors}`).not.toMatch(/local-dev-key|Signature|__label__/);
      expect(status).toBe(0);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "names a function URL that the command line does not give",
    async () => {
      // Act
      const { status, table } = await smoke(project, ["dev", "--url", `${stage.url}/dev/`]);

      // Assess
      expect(table).toMatch(
        /\ndev: 18 of 18 as expected\nNot called: language-check's function URL \(--function-url language-check=<URL>\)\n$/,
      );
      expect(status).toBe(0);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "reads the URLs from the outputs of the stack",
    async () => {
      // Prepare
      const terraform = terraformWith({
        stage_url: `${stage.url}/prod`,
        loan_default_url: `${stage.url}/prod/loan-default`,
      });

      // Act
      const { status, table } = await smoke(project, ["prod"], { TERRAFORM_BINARY_NAME: terraform });

      // Assess
      expect(table).toMatch(/\nprod: 5 of 5 as expected\n$/);
      expect(status).toBe(0);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "reads the URLs from a file with the outputs, without Terraform",
    async () => {
      // Prepare
      project.write("outputs.json", JSON.stringify({ stage_url: { value: `${stage.url}/prod` } }));

      // Act
      const { status, table } = await smoke(project, ["prod", "--outputs", "outputs.json"], {
        TERRAFORM_BINARY_NAME: "no-terraform",
      });

      // Assess
      expect(table).toMatch(/\nprod: 5 of 5 as expected\n$/);
      expect(status).toBe(0);
    },
    TIMEOUT_IN_MS,
  );

  it.each<[what: string, file: string, message: RegExp]>([
    ["does not exist", "no-file.json", /^--outputs: no-file\.json cannot be read: ENOENT/],
    [
      "has another format",
      "cdktf.json",
      /^--outputs: got a file in another format, cdktf\.json; allowed: the output of terraform output -json\n$/,
    ],
  ])(
    "names the file with the outputs that %s",
    async (_, file, message) => {
      // Act
      const ended = await smoke(project, ["prod", "--outputs", file], {});

      // Assess
      expect(ended).toEqual({ status: 1, table: "", errors: expect.stringMatching(message) });
    },
    TIMEOUT_IN_MS,
  );

  it.each<[what: string, outputs: Readonly<Record<string, string>>, message: RegExp]>([
    [
      "the environment is not deployed",
      {},
      /^dev has no output stage_url\. Deploy the environment first: npx cdktf deploy dev\n$/,
    ],
    [
      "the deployed stack is older than the environment",
      { stage_url: "http://127.0.0.1:9/dev" },
      /^dev has no output for the function URL of language-check\. Deploy the environment again: npx cdktf deploy dev\n$/,
    ],
  ])(
    "names the remedy when %s",
    async (_, outputs, message) => {
      // Act
      const ended = await smoke(project, ["dev"], { TERRAFORM_BINARY_NAME: terraformWith(outputs) });

      // Assess
      expect(ended).toEqual({ status: 1, table: "", errors: expect.stringMatching(message) });
    },
    TIMEOUT_IN_MS,
  );

  /** A program in place of terraform, which prints the outputs of a stack and has no other command. */
  function terraformWith(outputs: Readonly<Record<string, string>>): string {
    const file = join(project.tempFolder, "terraform");
    const json = JSON.stringify(
      Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, { value, type: "string" }])),
    );
    writeFileSync(
      file,
      `#!/bin/sh\n[ "$1" = "-chdir=cdktf.out/stacks/dev" ] || [ "$1" = "-chdir=cdktf.out/stacks/prod" ] || exit 9\n[ "$2 $3" = "output -json" ] && echo '${json}'\n`,
    );
    chmodSync(file, 0o755);
    return file;
  }
});
