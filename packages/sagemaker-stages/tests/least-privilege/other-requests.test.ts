import { mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Environment, InferenceStack } from "../../src";
import { type PrincipalRules, proveLeastPrivilege } from "../../src/testing";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";
import { models } from "../fixtures/app/functions";
import { copyApp } from "../local/support/project";
import { example, exampleModel } from "../stacks/support/environments";

/** Calls a service before the endpoint. */
function handlerAfter(imports: string, statements: string): string {
  return `import { createHandler } from "sagemaker-stages/model";
${imports}
import { contract } from "./contract";

const handle = createHandler(contract);

export const handler: typeof handle = async (event, context) => {
  ${statements}
  return handle(event, context);
};
`;
}

const S3 = 'import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";';
const PUT =
  'await new S3Client({}).send(new PutObjectCommand({ Bucket: "amzn-s3-demo-bucket", Key: "report", Body: "{}" }))';

/** The handlers of the app. Each replaces the generated handler. */
const HANDLERS = {
  "loan-default": handlerAfter(
    "",
    'await fetch("https://dynamodb.eu-central-1.amazonaws.com/").catch(() => undefined);',
  ),
  "energy-demand": handlerAfter(S3, `${PUT}.catch(() => undefined);`),
  "ticket-urgency": handlerAfter(S3, `${PUT};`),
  "language-check": handlerAfter(
    'import { createSocket } from "node:dgram";',
    'try { createSocket("udp4").send("{}", 8125, "198.51.100.7"); } catch {}',
  ),
};

type Name = keyof typeof HANDLERS;

const before = process.cwd();
const app = realpathSync(makeTempFolder());

beforeAll(() => {
  copyApp(app);
  for (const [name, text] of Object.entries(HANDLERS)) {
    const file = join(app, "functions", name, "handler.ts");
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  process.chdir(app);
});

afterAll(() => {
  process.chdir(before);
  removeFolder(app);
});

function environmentOf(name: Name): Environment {
  return { ...example, models: { [name]: exampleModel } };
}

async function messagesOf(name: Name, rules: readonly PrincipalRules[] = []): Promise<string[]> {
  const { findings } = await proveLeastPrivilege(
    { models, environments: [environmentOf(name)], InferenceStack: WithReports },
    { mutants: false, rules },
  );
  return findings.map(({ message }) => message);
}

const REPORT = "arn:aws:s3:::amzn-s3-demo-bucket/report";

/** The role of each function may write a report. */
class WithReports extends InferenceStack {
  constructor(...args: ConstructorParameters<typeof InferenceStack>) {
    super(...args);
    const Statement = [{ Sid: "Report", Effect: "Allow", Action: ["s3:PutObject"], Resource: [REPORT] }];
    for (const name of Object.keys(args[1].models)) {
      new IamRolePolicy(this, "reports", {
        name: "reports",
        role: `test-${name}-function`,
        policy: JSON.stringify({ Version: "2012-10-17", Statement }),
      });
    }
  }
}

/** The rule that makes the report a request of the function of a model. */
function reportsOf(name: Name): PrincipalRules {
  const role = `test-${name}-function`;
  return {
    reads: {},
    answers: { s3: { headers: { etag: '"1"' } } },
    allowedRequests: ({ stack }) => [
      {
        subject: `role ${role}`,
        principal: { kind: "principal", arn: stack.account.globalArn("iam", `role/${role}`) },
        action: "s3:PutObject",
        resource: { exact: REPORT, free: "" },
        context: {},
        otherRequests: "denied",
        reason: "the handler writes a report",
        source: "this test",
      },
    ],
    deniedRequests: () => [],
  };
}

describe("a handler's request to another host than the endpoint", () => {
  it.each([
    ["an HTTPS request", "loan-default", "dynamodb.eu-central-1.amazonaws.com:443"],
    ["a UDP datagram", "language-check", "198.51.100.7:8125"],
  ] as const)(
    "is a finding with function and host when the handler ignores the failure of %s",
    async (_, name, host) => {
      // Act
      const messages = await messagesOf(name);

      // Assess
      expect(messages).toEqual([
        expect.stringMatching(
          new RegExp(`^stack test, test: refused: .*functions/${name}: .*${host}.*AWS_ENDPOINT_URL.*answers`),
        ),
      ]);
    },
  );

  it.each([
    ["ignores the refusal", "energy-demand"],
    ["fails at the refusal", "ticket-urgency"],
  ] as const)(
    "is a finding with function and service when a client of the AWS SDK sends it and the handler %s",
    async (_, name) => {
      // Act
      const messages = await messagesOf(name);

      // Assess
      expect(messages).toEqual([
        expect.stringMatching(
          new RegExp(
            `^stack test, test: refused: .*functions/${name}: got the request PUT /amzn-s3-demo-bucket/report.* of s3; .*answers`,
          ),
        ),
      ]);
    },
  );

  it.each(["energy-demand", "ticket-urgency"] as const)(
    "is proved when a rule has the service's answer and the request that must be allowed: %s",
    async (name) => {
      // Act
      const messages = await messagesOf(name, [reportsOf(name)]);

      // Assess
      expect(messages).toEqual([]);
    },
  );

  it("is a finding when a rule has the service's answer, but no request that must be allowed", async () => {
    // Act
    const messages = await messagesOf("ticket-urgency", [
      { ...reportsOf("ticket-urgency"), allowedRequests: () => [] },
    ]);

    // Assess
    expect(messages).toEqual([expect.stringMatching(/refused: .*got answers of s3 .*allowedRequests/)]);
  });
});
