import type { Environment } from "../../../src/environment/environment";
import type { SynthesizedStack } from "../../stacks/support/synthesized";
import { IamData } from "./iam-data";
import { Proof, SERVICES_OF_RIGHTS } from "./proof";
import { record } from "./recorder";
import { ResolvedStack } from "./resolved-stack";

/** Every service of which the stacks ask something. Another one is an error until it stands here. */
const SERVICES = [
  "cloudwatch",
  "ec2",
  "ecr",
  "execute-api",
  "logs",
  "sagemaker",
  "xray",
  ...SERVICES_OF_RIGHTS,
];

/** Environments whose names near misses are made of. */
const OTHER_ENVIRONMENTS = ["dev", "staging", "prod"];

/** The proof of one stack: its functions are run, what they ask is recorded. */
export async function prove(environment: Environment, synthesized: SynthesizedStack): Promise<Proof> {
  const stack = new ResolvedStack(environment.name, synthesized.terraform);
  return new Proof(stack, {
    environment,
    recorded: await record(stack),
    otherEnvironments: OTHER_ENVIRONMENTS.filter((name) => name !== environment.name),
    iamData: await iamData(),
  });
}

let facts: Promise<IamData> | undefined;

/** Read once, by whoever asks first. */
export function iamData(): Promise<IamData> {
  facts ??= IamData.of(SERVICES);
  return facts;
}
