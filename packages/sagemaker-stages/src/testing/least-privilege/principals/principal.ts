import { ArnFactory } from "../../../aws/arn";
import { asyncOf, routesOf } from "../../../environment/async-requests";
import { type Environment, namePrefix } from "../../../environment/environment";
import type { Models } from "../../../models";
import type { Route } from "../../../runtime/contract";
import { OTHER_ACCOUNT } from "../account";
import { requireMembers } from "../policy";
import type { Answers, RecordedCall } from "../recorder";
import { Refused } from "../refused";
import { type AccessRequest, type AllowedRequest, type Exactly, only, type Principal } from "../request";
import type { ResolvedStack, Resource } from "../resolved-stack";

/**
 * The sources of requests: the Terraform, the environment, and the recorded requests of the handlers.
 *
 * @example
 * const queueNames = ({ stack }: Sources) => stack.all("aws_sqs_queue").map((queue) => queue.text("name"));
 */
export interface Sources {
  readonly stack: ResolvedStack;
  readonly environment: Environment;
  /** The app's models. */
  readonly models: Models;
  /** The recorded requests of each function's code, by the function's name. */
  readonly recorded: ReadonlyMap<string, readonly RecordedCall[]>;
}

/**
 * The rules of one kind of principal or resource: the requests that must be allowed, and the requests that must be
 * denied.
 *
 * @example
 * const reports: PrincipalRules = {
 *   reads: {},
 *   allowedRequests: ({ stack }) => [
 *     {
 *       subject: `role ${stack.name}-iris-function`,
 *       principal: { kind: "principal", arn: stack.account.globalArn("iam", `role/${stack.name}-iris-function`) },
 *       action: "s3:PutObject",
 *       resource: { exact: "arn:aws:s3:::amzn-s3-demo-bucket/reports/", free: "2026-11-29.json" },
 *       context: {},
 *       otherRequests: "denied",
 *       reason: "the handler writes a report",
 *       source: "functions/iris/handler.ts",
 *     },
 *   ],
 *   deniedRequests: () => [],
 * };
 */
export interface PrincipalRules {
  /**
   * The Terraform types from which the rule derives requests, with their known arguments. Another argument is a
   * finding, because the argument can need a permission. Arguments whose values are only numbers can be omitted,
   * because a number names no resource.
   */
  readonly reads: Readonly<Record<string, readonly string[]>>;
  /**
   * Answers to requests that handlers send to other services than SageMaker's runtime, by the service in the request's
   * signature, e.g. `{ dynamodb: { body: "{}" } }`. The client of the AWS SDK must take its address from
   * `AWS_ENDPOINT_URL`, which is the client's default. A request to a service without an answer is a finding.
   *
   * @default - none
   */
  readonly answers?: Answers;
  /** Every request that must be allowed. */
  readonly allowedRequests: (sources: Sources) => readonly AllowedRequest[];
  /** Requests that must be denied, in addition to the near misses of the allowed requests. */
  readonly deniedRequests: (sources: Sources) => readonly AccessRequest[];
}

/** @throws Refused if a rule has answers of services and no request that must be allowed */
export function requireRequestsOfAnswers(
  { answers = {}, allowedRequests }: PrincipalRules,
  sources: Sources,
): void {
  const services = Object.keys(answers);
  if (services.length === 0 || allowedRequests(sources).length > 0) return;
  throw new Refused(
    `rules: got answers of ${services.join(", ")} without a request; allowed: answers in a rule whose allowedRequests are the handler's requests to the service`,
  );
}

/** Arguments that need permissions although their values are only numbers. */
const LIMITS_WITH_PERMISSIONS: Readonly<Record<string, readonly string[]>> = {
  // https://docs.aws.amazon.com/lambda/latest/dg/durable-security.html
  aws_lambda_function: ["durable_config"],
};

/** @throws Refused if a resource has an argument that the rules do not list */
export function requireKnownArguments(rules: PrincipalRules, { stack }: Sources): void {
  for (const [type, known] of Object.entries(rules.reads)) {
    for (const resource of stack.all(type)) {
      const others = resource.set.filter((name) => !known.includes(name) && !isLimit(resource, name));
      const place = `${resource.address}, whose permissions principals/ derives from known arguments`;
      requireMembers(Object.fromEntries(others.map((name) => [name, true])), known, place);
    }
  }
}

function isLimit({ type, limits }: Resource, argument: string): boolean {
  return limits.includes(argument) && !LIMITS_WITH_PERMISSIONS[type]?.includes(argument);
}

/** A principal outside of the stack. Default account: the stack's account. */
export function outsidePrincipal(
  stack: ResolvedStack,
  kind: "principal with every permission" | "principal without permissions",
  account?: string,
): Principal {
  const { id, region } = stack.account;
  return { kind, arn: new ArnFactory(region, account ?? id).roleArn("external") };
}

/** A principal of another account, with every permission in that account. */
export function foreignPrincipal(stack: ResolvedStack): Principal {
  return outsidePrincipal(stack, "principal with every permission", OTHER_ACCOUNT);
}

/** The names of a model's endpoint and function, which can be new or existing. */
export function namesOf(environment: Environment, model: string): { endpoint: string; function: string } {
  const settings = environment.models[model];
  const own = `${namePrefix(environment)}-${model}`;
  if (settings === undefined) throw new Error(`${environment.name} has no model ${model}`);
  return {
    endpoint: "existingEndpoint" in settings ? settings.existingEndpoint : own,
    function: settings.existingFunction?.replace(/^.*:function:/, "") ?? own,
  };
}

/** The routes of a model: one, or several for a model with asynchronous requests. @throws Error if the app has no such model */
export function routesOfModel(environment: Environment, models: Models, name: string): readonly Route[] {
  const settings = environment.models[name];
  return routesOf(routeOf(models, name), settings !== undefined && asyncOf(settings) !== undefined);
}

/** The text of a route with a value in place of a parameter of its path. */
export function withParameter(text: string): Exactly {
  const [exact = "", free] = text.split(/\{[^}]+\}/);
  return free === undefined ? only(text) : { exact, free: `0123456789abcdef${free}` };
}

/** The route of a model. @throws Error if the app has no such model */
export function routeOf(models: Models, name: string): Route {
  const model = models[name];
  if (model === undefined) throw new Error(`model: got ${name}; allowed: ${Object.keys(models).join(", ")}`);
  return model.route;
}

/** The name of a role, from the role's ARN or from its name with a path. */
export function roleNameOf(arn: string): string {
  return arn.replace(/^.*\//, "");
}

/** The resource whose argument has a value. @throws Refused if the stack has no such resource */
export function requireOne(stack: ResolvedStack, type: string, argument: string, value: string): Resource {
  const found = stack.find(type, argument, value);
  if (found === undefined)
    throw new Refused(`${stack.name}: got no ${type} whose ${argument} is ${value}; allowed: one resource`);
  return found;
}
