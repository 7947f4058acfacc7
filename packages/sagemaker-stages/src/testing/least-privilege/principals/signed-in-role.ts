import { namePrefix, signedInRoleName } from "../../../environment/environment";
import { accessKind, routeAccess } from "../../../environment/model-settings";
import { IDENTITY_POOLS } from "../policy";
import { SIGN_UP } from "../policy-set";
import { type AccessRequest, type AllowedRequest, only } from "../request";
import { deniedRequestsOf, requestsOf } from "./caller";
import type { PrincipalRules, Sources } from "./principal";

const TRUST = "https://docs.aws.amazon.com/cognito/latest/developerguide/role-trust-and-permissions.html";

const AUDIENCE = `${IDENTITY_POOLS}:aud`;
const METHODS = `${IDENTITY_POOLS}:amr`;

/** The role of the page's signed-in users. */
export const signedInRole: PrincipalRules = {
  reads: {},
  allowedRequests: (sources) => [...assumptions(sources), ...invocations(sources)],
  deniedRequests: (sources) => [
    ...assumptions(sources).map(
      (allowed): AccessRequest => ({
        ...allowed,
        context: { ...allowed.context, [METHODS]: only("unauthenticated") },
        reason: "a visitor who has not signed in assumes the role",
      }),
    ),
    ...invocations(sources).flatMap(deniedRequestsOf),
    ...selfRegistrations(sources),
  ],
};

/** Unless the environment enables it, a visitor cannot create a user. */
function selfRegistrations({ stack, environment }: Sources): AccessRequest[] {
  const { selfRegistration = false } = environment.website?.signIn ?? {};
  if (selfRegistration) return [];
  return stack.all("aws_cognito_user_pool").map((pool) => ({
    subject: `user pool ${pool.text("name")}`,
    principal: { kind: "anonymous" },
    action: SIGN_UP,
    resource: only(pool.text("arn")),
    context: {},
    reason: "a visitor creates a user",
    source: "https://docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html",
  }));
}

function roleArnOf({ stack, environment }: Sources): string {
  return stack.account.roleArn(signedInRoleName(namePrefix(environment)));
}

function assumptions(sources: Sources): AllowedRequest[] {
  const { stack, environment } = sources;
  const roleArn = roleArnOf(sources);
  return stack.all("aws_cognito_identity_pool").map((pool) => ({
    subject: `role ${signedInRoleName(namePrefix(environment))}`,
    principal: { kind: "federation", name: IDENTITY_POOLS },
    action: "sts:AssumeRoleWithWebIdentity",
    resource: only(roleArn),
    context: {
      [AUDIENCE]: only(pool.text("id")),
      [METHODS]: only("authenticated"),
    },
    reason: "the identity pool assumes the role for a signed-in user",
    source: TRUST,
    otherRequests: "denied",
  }));
}

function invocations(sources: Sources): AllowedRequest[] {
  const { environment } = sources;
  const mayInvoke = environment.website?.signIn?.models ?? [];
  return mayInvoke
    .filter(({ model, by }) => by === "functionUrl" || isSigned(sources, model))
    .flatMap((invocation) =>
      requestsOf(invocation, { mayInvoke }, sources).map(
        (request): AllowedRequest => ({
          ...request,
          subject: `role ${signedInRoleName(namePrefix(environment))}`,
          principal: { kind: "principal", arn: roleArnOf(sources) },
          otherRequests: "denied",
        }),
      ),
    );
}

/** Whether a route requires a signature. A route that requires a token needs no permission. */
function isSigned({ environment }: Sources, model: string): boolean {
  const settings = environment.models[model];
  return settings !== undefined && accessKind(routeAccess(settings)) === "AWS_IAM";
}
