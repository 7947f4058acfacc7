import { readFileSync } from "node:fs";
import { Proof } from "../../../src/testing/least-privilege/proof";
import { iamData } from "../../../src/testing/least-privilege/prove";
import { type RecordedCall, record } from "../../../src/testing/least-privilege/recorder";
import { ResolvedStack } from "../../../src/testing/least-privilege/resolved-stack";
import { environments } from "../../fixtures/app/environments";
import { SynthesizedStack } from "../../stacks/support/synthesized";

/**
 * Proves the policies of a sample of an environment's models, and of the stage:
 * `prove-sample.ts <environment> <cdk.tf.json> <model> …`. The functions of the sample are run; of the others it is
 * assumed that each invokes its own endpoint, which only the other models' proof could show. Writes JSON.
 */
async function main([name = "", file = "", ...models]: readonly string[]): Promise<void> {
  const environment = environments.find((candidate) => candidate.name === name);
  if (environment === undefined) throw new Error(`got no environment ${name}`);
  const synthesized = new SynthesizedStack(name, readFileSync(file, "utf8"));
  const stack = new ResolvedStack(name, synthesized.terraform);
  const sampled = models.map((model) => `${name}-${model}`);
  const ofSample = stack.changed(({ resource }) => {
    resource.aws_lambda_function = Object.fromEntries(
      Object.entries(resource.aws_lambda_function ?? {}).filter(([, { function_name: fn }]) =>
        sampled.includes(String(fn)),
      ),
    );
  });
  const recorded = new Map<string, readonly RecordedCall[]>(
    stack.all("aws_lambda_function").map((fn) => {
      const functionName = fn.text("function_name");
      return [
        functionName,
        [
          {
            service: "sagemaker",
            region: stack.account.region,
            action: "sagemaker:InvokeEndpoint",
            resource: `endpoint/${functionName}`,
            request: `POST /endpoints/${functionName}/invocations`,
          },
        ],
      ];
    }),
  );
  for (const [functionName, calls] of await record(ofSample)) recorded.set(functionName, calls);
  const proof = new Proof(stack, {
    environment,
    recorded,
    otherEnvironments: ["dev", "staging"],
    iamData: await iamData(),
  });
  const subjects = proof.subjects.filter((subject) =>
    sampled.some((prefix) =>
      subject.split(" ").some((word) => word === prefix || word.startsWith(`${prefix}-`)),
    ),
  );
  const findings = [...proof.findings(subjects)];
  process.stdout.write(
    JSON.stringify({
      subjects,
      uses: proof.uses.filter(({ subject }) => subjects.includes(subject)).length,
      findings: findings.map(({ fault, subject, text }) => `${fault}: ${subject}: ${text}`),
    }),
  );
}

void main(process.argv.slice(2));
