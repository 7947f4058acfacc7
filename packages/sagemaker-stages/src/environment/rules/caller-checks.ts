import type { CallerSettings, Environment, Invocation } from "../environment";
import { routeAccess } from "../model-settings";
import { isRoleOf } from "../names";
import { isPrincipal, principalAllowed, principalName, ROLE_OF_AWS } from "../patterns";
import type { Report } from "../report";

const QUOTAS_SOURCE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html";

const CALLER = /^[a-z][a-z0-9-]{0,103}$/;
const PRINCIPALS = [
  { kind: "roles", most: 64 },
  { kind: "users", most: 64 },
  { kind: "groups", most: 128 },
] as const;

/** The rules of an environment's callers. */
export function checkCallers(environment: Environment, report: Report): void {
  for (const [caller, settings] of Object.entries(environment.callers ?? {})) {
    report.require(
      CALLER.test(caller),
      caller,
      caller,
      "a name of 1–104 characters a-z, 0-9, -, starting with a letter",
      `it is part of a policy's name of at most 128 characters: ${QUOTAS_SOURCE}`,
    );
    checkInvocations(settings, environment, report.in(caller));
    checkPrincipals(settings, report.in(caller));
  }
}

function checkInvocations({ mayInvoke }: CallerSettings, environment: Environment, report: Report): void {
  report.require(
    mayInvoke.length > 0,
    "mayInvoke",
    mayInvoke,
    "at least one invocation",
    "IAM takes no policy without a statement",
  );
  const seen = new Set<string>();
  for (const invocation of mayInvoke) {
    const key = `${invocation.by} ${invocation.model}`;
    report.require(
      !seen.has(key),
      "mayInvoke",
      invocation,
      "each invocation once",
      "what stands there twice was perhaps meant to be something else",
    );
    seen.add(key);
  }
  for (const [index, invocation] of mayInvoke.entries()) {
    checkInvocation(invocation, environment, report.in(`mayInvoke.${index}`));
  }
}

function checkInvocation({ model, by }: Invocation, { models }: Environment, report: Report): void {
  const settings = Object.hasOwn(models, model) ? models[model] : undefined;
  report.require(
    settings !== undefined,
    "model",
    model,
    Object.keys(models).join(", "),
    "a caller invokes models of the environment itself",
  );
  if (settings === undefined) return;
  report.require(
    by !== "functionUrl" || settings.functionUrl !== undefined,
    "by",
    by,
    "route, endpoint, or functionUrl where the model has one",
    settings.existingFunction === undefined
      ? `models.${model} has no functionUrl`
      : `models.${model} has an existing function, whose URL is its owner's`,
  );
  report.require(
    by !== "route" || routeAccess(settings) === "AWS_IAM",
    "by",
    by,
    "functionUrl, endpoint, or route where its access is AWS_IAM",
    `models.${model}.access is ${routeAccess(settings)}: no policy is asked for that`,
  );
}

function checkPrincipals(settings: CallerSettings, report: Report): void {
  for (const { kind, most } of PRINCIPALS) {
    const seen = new Set<string>();
    for (const principal of settings[kind] ?? []) {
      report.require(isPrincipal(principal, most), kind, principal, principalAllowed(most), QUOTAS_SOURCE);
      if (!isPrincipal(principal, most)) continue;
      // IAM's names are unique without regard to case, and to the path.
      const name = principalName(principal).toLowerCase();
      report.require(
        !seen.has(name),
        kind,
        principal,
        "each name once",
        "two attachments of one policy to one principal would undo each other",
      );
      seen.add(name);
    }
  }
  for (const role of settings.roles ?? []) {
    report.require(
      !ROLE_OF_AWS.test(principalName(role)),
      "roles",
      role,
      "a role of your own",
      "AWS alone may change it; a permission set can name the policy: https://docs.aws.amazon.com/singlesignon/latest/userguide/permissionsetcustom.html",
    );
  }
}

/** Rules between environments, which may be of one account. */
export function checkCallersTogether(
  environments: readonly Environment[],
  reportOf: (environment: string) => Report,
): void {
  for (const { name, callers } of environments) {
    for (const [caller, { roles }] of Object.entries(callers ?? {})) {
      for (const role of roles ?? []) {
        reportOf(name)
          .in(caller)
          .require(
            !environments.some((one) => isRoleOf(one, role)),
            "roles",
            role,
            "a role that no environment makes",
            "functions and endpoints have exactly the rights that they need",
          );
      }
    }
  }
}

/** Whoever deploys may write the policies of an existing function's role. */
export function checkExistingRoles(
  environments: readonly Environment[],
  reportOf: (environment: string) => Report,
): void {
  for (const { name, models } of environments) {
    for (const [model, { existingFunctionRole: role = "" }] of Object.entries(models)) {
      reportOf(name).require(
        !environments.some((one) => isRoleOf(one, role)),
        `models.${model}.existingFunctionRole`,
        role,
        "a role that no environment makes",
        "functions and endpoints have exactly the rights that they need",
      );
    }
  }
}
