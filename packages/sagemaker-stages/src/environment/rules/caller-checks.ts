import { asyncOf } from "../async-requests";
import type { CallerSettings, Environment, Invocation } from "../environment";
import type { FaultCollector } from "../fault-collector";
import { accessKind, routeAccess } from "../model-settings";
import { AWS_MANAGED_ROLE, isPrincipal, principalAllowed, principalName } from "../patterns";
import { requireOnce } from "./duplicates";
import { isRoleOf } from "./name-checks";
import { requireModel } from "./required-model";

const QUOTAS_SOURCE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html";

const CALLER = /^[a-z][a-z0-9-]{0,103}$/;
const PRINCIPALS = [
  { kind: "roles", max: 64 },
  { kind: "users", max: 64 },
  { kind: "groups", max: 128 },
] as const;

/** Checks the callers of an environment. */
export function checkCallers(environment: Environment, collector: FaultCollector): void {
  for (const [caller, settings] of Object.entries(environment.callers ?? {})) {
    collector.require(
      CALLER.test(caller),
      caller,
      caller,
      "a name of 1–104 characters a-z, 0-9, -, starting with a letter",
      `the caller is part of a policy's name, which has at most 128 characters: ${QUOTAS_SOURCE}`,
    );
    checkInvocations(settings, environment, collector.in(caller));
    checkPrincipals(settings, collector.in(caller));
  }
}

function checkInvocations(
  { mayInvoke }: CallerSettings,
  environment: Environment,
  collector: FaultCollector,
): void {
  collector.require(
    mayInvoke.length > 0,
    "mayInvoke",
    mayInvoke,
    "at least one invocation",
    "IAM refuses a policy without a statement",
  );
  requireOnce("mayInvoke", mayInvoke, "invocation", collector, ({ by, model }) => `${by} ${model}`);
  for (const [index, invocation] of mayInvoke.entries()) {
    checkInvocation(invocation, environment, collector.in(`mayInvoke.${index}`));
  }
}

function checkInvocation(
  { model, by }: Invocation,
  environment: Environment,
  collector: FaultCollector,
): void {
  const settings = requireModel(
    model,
    environment,
    "a caller can invoke only models of the same environment",
    collector,
  );
  if (settings === undefined) return;
  collector.require(
    by !== "functionUrl" || settings.functionUrl !== undefined,
    "by",
    by,
    "route, endpoint, or functionUrl for a model with functionUrl",
    settings.existingFunction === undefined
      ? `models.${model} has no functionUrl`
      : `models.${model} has an existing function, and the function's owner manages its URL`,
  );
  collector.require(
    by !== "endpoint" || asyncOf(settings) === undefined,
    "by",
    by,
    "route, or functionUrl for a model with functionUrl",
    `models.${model} answers asynchronously, and only its function may read results from the environment's bucket`,
  );
  collector.require(
    by !== "route" || routeAccess(settings) === "AWS_IAM",
    "by",
    by,
    "functionUrl, endpoint, or route for a model whose access is AWS_IAM",
    `models.${model}.access is ${accessKind(routeAccess(settings))}, which IAM policies do not affect`,
  );
}

function checkPrincipals(settings: CallerSettings, collector: FaultCollector): void {
  for (const { kind, max } of PRINCIPALS) {
    const seen = new Set<string>();
    for (const principal of settings[kind] ?? []) {
      collector.require(isPrincipal(principal, max), kind, principal, principalAllowed(max), QUOTAS_SOURCE);
      if (!isPrincipal(principal, max)) continue;
      // IAM compares names without their paths, and ignores upper and lower case.
      const name = principalName(principal).toLowerCase();
      collector.require(
        !seen.has(name),
        kind,
        principal,
        "each name once",
        "Terraform would attach the policy twice, and removing one attachment would remove both",
      );
      seen.add(name);
    }
  }
  for (const role of settings.roles ?? []) {
    collector.require(
      !AWS_MANAGED_ROLE.test(principalName(role)),
      "roles",
      role,
      "a role that you manage",
      "only AWS can change this role; let a permission set name the policy instead: https://docs.aws.amazon.com/singlesignon/latest/userguide/permissionsetcustom.html",
    );
  }
}

/** Checks that no caller is a role of an environment. Environments can be in the same account. */
export function checkCallersTogether(
  environments: readonly Environment[],
  collectorOf: (environment: string) => FaultCollector,
): void {
  for (const { name, callers } of environments) {
    for (const [caller, { roles }] of Object.entries(callers ?? {})) {
      for (const role of roles ?? []) {
        collectorOf(name)
          .in(caller)
          .require(
            !environments.some((one) => isRoleOf(one, role)),
            "roles",
            role,
            "a role that no environment creates",
            "the role of a function or an endpoint must have no additional permissions",
          );
      }
    }
  }
}

/**
 * Checks that no role of an existing function is a role of an environment: the deployer of an environment may write the
 * policies of an existing function's role.
 */
export function checkExistingRoles(
  environments: readonly Environment[],
  collectorOf: (environment: string) => FaultCollector,
): void {
  for (const { name, models } of environments) {
    for (const [model, { existingFunctionRole: role = "" }] of Object.entries(models)) {
      collectorOf(name).require(
        !environments.some((one) => isRoleOf(one, role)),
        `models.${model}.existingFunctionRole`,
        role,
        "a role that no environment creates",
        "the role of a function or an endpoint must have no additional permissions",
      );
    }
  }
}
