import { asyncOf } from "../async-requests";
import { type Environment, namePrefix } from "../environment";
import type { FaultCollector } from "../fault-collector";
import { type ParsedRouteAccess, routeAccess } from "../model-settings";
import { hasReservedWord, type SignInSettings } from "../settings/sign-in";
import { requireModel } from "./required-model";

const MAX_MODELS = 40;
const ROLE_POLICY_SOURCE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html";
const DOMAIN_SOURCE =
  "https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain-prefix.html";

/** Checks the page's sign-in. @param collector - collects the faults of `website.signIn` */
export function checkSignIn(
  signIn: SignInSettings,
  environment: Environment,
  collector: FaultCollector,
): void {
  const { models } = signIn;
  collector.require(
    models.length >= 1 && models.length <= MAX_MODELS,
    "models",
    models.length === 0 ? models : `${models.length} models`,
    `1–${MAX_MODELS} models`,
    `the policy of the users' role has at most 10,240 characters: ${ROLE_POLICY_SOURCE}`,
  );
  const names = models.map(({ model }) => model);
  const duplicate = names.find((name, index) => names.indexOf(name) !== index);
  collector.require(
    duplicate === undefined,
    "models",
    duplicate,
    "each model once",
    "the page has one form for each model, and the form calls either the route or the function URL",
  );
  for (const [index, invocation] of models.entries()) {
    checkInvocation(invocation, environment, collector.in(`models.${index}`));
  }
  collector.require(
    signIn.domainPrefix !== undefined || !hasReservedWord(namePrefix(environment)),
    "domainPrefix",
    signIn.domainPrefix,
    "a domainPrefix without aws, amazon and cognito",
    `the default starts with the environment's prefix ${namePrefix(environment)}, and Cognito refuses these words: ${DOMAIN_SOURCE}`,
  );
}

function checkInvocation(
  { model, by }: SignInSettings["models"][number],
  environment: Environment,
  collector: FaultCollector,
): void {
  const settings = requireModel(
    model,
    environment,
    "signed-in users can call only models of the same environment",
    collector,
  );
  if (settings === undefined) return;
  collector.require(
    asyncOf(settings) === undefined,
    "model",
    model,
    "a model without instances.async",
    "a form of the page shows the answer of one request, and an asynchronous model answers with the address of its result",
  );
  const access = routeAccess(settings);
  // Only a token of the environment's own user pool opens the page's routes.
  const takesOwnToken =
    typeof access !== "string" && "cognito" in access && access.cognito.userPoolArn === undefined;
  collector.require(
    access !== "PUBLIC",
    "model",
    model,
    "a model whose access is not PUBLIC",
    `models.${model}.access is PUBLIC: the page has a form for this model, and no sign-in protects the route`,
  );
  collector.require(
    by !== "functionUrl" || settings.functionUrl !== undefined,
    "by",
    by,
    "functionUrl for a model with functionUrl, or route for a model whose access is AWS_IAM or { cognito: {} }",
    settings.existingFunction === undefined
      ? `models.${model} has no functionUrl`
      : `models.${model} has an existing function, and the function's owner manages its URL`,
  );
  collector.require(
    by !== "route" || takesOwnToken || access === "AWS_IAM" || access === "PUBLIC",
    "by",
    by,
    "functionUrl for a model with functionUrl, or route for a model whose access is AWS_IAM or { cognito: {} }",
    `models.${model}.access ${describeAccess(access)}, and neither the users' role nor their tokens open such a route`,
  );
}

/** The access of a route that signed-in users cannot call, as the end of a sentence. */
function describeAccess(access: ParsedRouteAccess): string {
  if (typeof access === "string") return `is ${access}`;
  return "jwt" in access ? "is { jwt: … }" : "names another user pool than the one of website.signIn";
}

/** Checks that no two environments of a region have the same domain prefix, which is unique over all accounts. */
export function checkSignInsTogether(
  environments: readonly Environment[],
  collectorOf: (environment: string) => FaultCollector,
): void {
  const prefixOf = ({ website }: Environment) => website?.signIn?.domainPrefix;
  for (const [index, environment] of environments.entries()) {
    const prefix = prefixOf(environment);
    const other = environments
      .slice(0, index)
      .find((one) => one.region === environment.region && prefixOf(one) === prefix);
    collectorOf(environment.name).require(
      prefix === undefined || other === undefined,
      "website.signIn.domainPrefix",
      prefix,
      "a prefix that no other environment of the region has",
      `${other?.name} has the same prefix, and a prefix is unique in a region: ${DOMAIN_SOURCE}`,
    );
  }
}
