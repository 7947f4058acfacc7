import { inAws } from "../in-aws";
import type { Plan } from "../plan";
import type { PlannedResource } from "../planned-resource";
import { at, isSame, textOf, type Value, type Values } from "../values";
import { type Finding, unjudged } from "./change";

/** What says who reaches a load balancer, and what it leads to. */
const SETTINGS = [
  "internal",
  "security_groups",
  "subnets",
  "subnet_mapping",
  "listener",
  "ip_address_type",
] as const;

/**
 * Whether a load balancer comes to be reachable from elsewhere. What it leads to is said by listeners, which are not
 * read: one that faces the internet is for a person to judge.
 */
export function loadBalancerChanges(resource: PlannedResource): Finding[] {
  const { before, after } = inAws(resource);
  const what = `load balancer ${textOf((after ?? before)?.name) ?? resource.path}`;
  if (after === undefined) return [{ what, kind: "removed", before: facingOf(before), after: undefined }];
  const changed = SETTINGS.filter((name) => !isSame(before?.[name] ?? null, after[name] ?? null));
  if (after.internal === true || (before !== undefined && changed.length === 0)) return [];
  return [unjudged(what, facingOf(before), `${facingOf(after)}: look at its listeners and security groups`)];
}

/** Actions with which a load balancer asks a caller who it is, before it forwards the request. */
const AUTHENTICATES = /^(?:authenticate-(?:cognito|oidc)|jwt-validation)$/;

/**
 * Whether a listener, or a rule of one, no longer asks callers who they are, or begins to
 * (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html).
 */
export function listenerChanges(resource: PlannedResource, plan: Plan): Finding[] {
  const { before, after } = inAws(resource);
  if (before === undefined || after === undefined) return [];
  const [was, is] = [authenticationOf(before), authenticationOf(after)];
  if (was === is) return [];
  const noun = resource.type.endsWith("_rule") ? "listener rule" : "listener";
  const what = `${noun} ${listenerNameOf(after) ?? resource.path}`;
  if (is === undefined) return [unjudged(what, was, "known after apply")];
  const opened = is === NOBODY;
  const isReachable = !isOfInternal(after, plan);
  return [
    {
      what,
      kind: "authorization changed",
      before: was ?? "known after apply",
      after: is,
      opened,
      public: opened && isReachable,
    },
  ];
}

const NOBODY = "NONE";

/** What a listener asks before it forwards; undefined where nobody can read its actions. */
function authenticationOf(values: Values): string | undefined {
  const actions = values.default_action ?? values.action ?? [];
  if (!Array.isArray(actions)) return undefined;
  const types = (actions as readonly Value[]).map((action) => at(action, "type"));
  const found = types.flatMap((type) => (typeof type === "string" && AUTHENTICATES.test(type) ? type : []));
  if (found.length > 0) return `authorizer ${found.join(" + ")}`;
  return types.some((type) => typeof type === "symbol") ? undefined : NOBODY;
}

function listenerNameOf({ protocol, port }: Values): string | undefined {
  return typeof port === "number" ? `${textOf(protocol) ?? "port"} ${port}` : undefined;
}

/** Whether the load balancer of a listener is in the plan, and reachable inside of its VPC alone. */
function isOfInternal(values: Values, plan: Plan): boolean {
  const arn = values.load_balancer_arn;
  return plan.resources.some((one) => {
    const { after } = inAws(one);
    return typeof arn === "string" && isSame(after?.arn, arn) && after?.internal === true;
  });
}

function facingOf(values: Values | undefined): string | undefined {
  if (values === undefined) return undefined;
  return values.internal === true ? "internal" : "faces the internet";
}
