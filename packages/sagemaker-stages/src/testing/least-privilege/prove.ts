import { authorizerZip } from "../../constructs/api/authorizer-code";
import { type Environment, namePrefix } from "../../environment/environment";
import { AUTHORIZER } from "../../environment/rules/name-checks";
import type { Models } from "../../models";
import type { StackJson } from "../terraform";
import { IamData } from "./iam-data";
import type { PrincipalRules } from "./principals/principal";
import { PRIVILEGE_ESCALATION_SERVICES, Proof, typesAddedByApp } from "./proof";
import { type EnvironmentAuthorizer, readPolicySet } from "./read-policy-set";
import { type Answers, authorizerSourceOf, record } from "./recorder";
import { ResolvedStack } from "./resolved-stack";

/** Every service whose actions the engine's policies name. */
const SERVICES = [
  "cloudwatch",
  "ec2",
  "ecr",
  "execute-api",
  "logs",
  "sagemaker",
  "xray",
  ...PRIVILEGE_ESCALATION_SERVICES,
];

/** Usual names of environments. Near misses have these names, and the names of the app's environments. */
const USUAL_ENVIRONMENTS = ["dev", "staging", "prod"];

/** The input of a synthesized stack. */
export interface StackOrigin {
  readonly environment: Environment;
  /** The app's models. */
  readonly models: Models;
  /** The names of all the app's environments. @default - none */
  readonly environmentNames?: readonly string[];
  /** See `LeastPrivilegeOptions`. @default - none */
  readonly rules?: readonly PrincipalRules[];
  /** See `LeastPrivilegeOptions`. @default - none */
  readonly typesWithoutPermissions?: readonly string[];
}

/** The proof of one stack. The stack's functions run on this machine, so that their requests are recorded. */
export async function proveStack(synthesized: StackJson, origin: StackOrigin): Promise<Proof> {
  const { environment, models, environmentNames = [], rules = [], typesWithoutPermissions = [] } = origin;
  const stack = new ResolvedStack(environment.name, synthesized.terraform);
  const names = new Set([...USUAL_ENVIRONMENTS, ...environmentNames]);
  const answers = answersOf(rules);
  const sources = {
    stack,
    environment,
    models,
    recorded: await record(stack, { environment, models, answers }),
  };
  const actions = [
    ...actionsOf(stack, typesAddedByApp({ rules, typesWithoutPermissions })),
    ...rules.flatMap(({ allowedRequests }) => allowedRequests(sources).map(({ action }) => action)),
  ];
  return new Proof(stack, {
    ...sources,
    authorizer: authorizerOf(environment, models),
    rules,
    typesWithoutPermissions,
    otherEnvironments: [...names].filter((name) => name !== environment.name),
    iamData: await iamData(actions.map(serviceOf)),
  });
}

/** The authorizer that the engine makes for the environment; `undefined` if the environment needs no authorizer. */
function authorizerOf(environment: Environment, models: Models): EnvironmentAuthorizer | undefined {
  const source = authorizerSourceOf(environment, models);
  if (source === undefined) return undefined;
  return {
    functionName: `${namePrefix(environment)}-${AUTHORIZER}`,
    sha256: authorizerZip(source).sha256,
    routes: source.customers,
    bearerRoutes: source.bearerRoutes,
  };
}

/** The answers of every rule. */
function answersOf(rules: readonly PrincipalRules[]): Answers {
  return Object.assign({}, ...rules.map(({ answers }) => answers));
}

/** The actions that the stack's policies name. */
function actionsOf(stack: ResolvedStack, otherTypes: readonly string[]): string[] {
  return readPolicySet(stack, otherTypes).policies.flatMap(({ statements }) =>
    statements.flatMap(({ actions }) => actions),
  );
}

/** E.g. `s3` of `S3:GetObject`. */
function serviceOf(action: string): string {
  return action.split(":")[0]?.toLowerCase() ?? "";
}

const facts = new Map<string, Promise<IamData>>();

/** The actions of the services in the engine's policies, and of more services. Each set of services is read once. */
export function iamData(more: readonly string[] = []): Promise<IamData> {
  const services = [...new Set([...SERVICES, ...more])].sort();
  const key = services.join();
  const known = facts.get(key) ?? IamData.of(services);
  facts.set(key, known);
  return known;
}
