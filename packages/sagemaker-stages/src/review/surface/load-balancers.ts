import { deployedValues } from "../reading/deployed-values";
import type { Plan } from "../reading/plan";
import type { PlannedResource } from "../reading/planned-resource";
import { at, isSame, textOf, type Value, type Values } from "../reading/values";
import { stateOfRequirement } from "./authorization";
import { type Finding, note, type SurfaceState, type SurfaceSubject, undetermined } from "./change";

/** Attributes that determine who reaches a load balancer, and what it forwards to. */
const SETTINGS = [
  "internal",
  "security_groups",
  "subnets",
  "subnet_mapping",
  "listener",
  "ip_address_type",
] as const;

/**
 * Whether more callers can reach a load balancer. The review does not read listeners' targets: a load balancer that faces
 * the internet is undetermined.
 */
export function loadBalancerChanges(resource: PlannedResource): Finding[] {
  const { before, after } = deployedValues(resource);
  const name = textOf((after ?? before)?.name) ?? resource.path;
  const subject: SurfaceSubject = { kind: "load balancer", name };
  if (after === undefined) return [{ subject, kind: "removed", before: facingOf(before), after: undefined }];
  const changed = SETTINGS.filter((name) => !isSame(before?.[name] ?? null, after[name] ?? null));
  if (after.internal === true || (before !== undefined && changed.length === 0)) return [];
  return [undetermined(subject, facingOf(before), { kind: "facing", internal: false, isNew: true })];
}

/** Actions with which a load balancer authenticates a caller before it forwards the request. */
const AUTHENTICATES = /^(?:authenticate-(?:cognito|oidc)|jwt-validation)$/;

/**
 * Whether a listener or a listener rule begins or stops authenticating callers
 * (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html).
 */
export function listenerChanges(resource: PlannedResource, plan: Plan): Finding[] {
  const { before, after } = deployedValues(resource);
  if (before === undefined || after === undefined) return [];
  const [was, is] = [authenticationOf(before), authenticationOf(after)];
  if (was === is) return [];
  const noun = resource.type.endsWith("_rule") ? "listener rule" : "listener";
  const subject: SurfaceSubject = { kind: noun, name: listenerNameOf(after) ?? resource.path };
  const oldState = was === undefined ? undefined : stateOf(was);
  if (is === undefined) return [undetermined(subject, oldState, note("known after apply"))];
  const opened = is === "";
  const isReachable = !isOfInternal(after, plan);
  return [
    {
      subject,
      kind: "authorization changed",
      before: oldState ?? note("known after apply"),
      after: stateOf(is),
      opened,
      public: opened && isReachable,
      refuses: !opened,
    },
  ];
}

function stateOf(actions: string): SurfaceState {
  const requirement =
    actions === "" ? ({ kind: "NONE" } as const) : ({ kind: "authorizer", name: actions } as const);
  return stateOfRequirement(requirement);
}

/** The actions that authenticate callers, empty without one; undefined where the actions are not known yet. */
function authenticationOf(values: Values): string | undefined {
  const actions = values.default_action ?? values.action ?? [];
  if (!Array.isArray(actions)) return undefined;
  const types = (actions as readonly Value[]).map((action) => at(action, "type"));
  const found = types.flatMap((type) => (typeof type === "string" && AUTHENTICATES.test(type) ? type : []));
  if (found.length > 0) return found.join(" + ");
  return types.some((type) => typeof type === "symbol") ? undefined : "";
}

function listenerNameOf({ protocol, port }: Values): string | undefined {
  return typeof port === "number" ? `${textOf(protocol) ?? "port"} ${port}` : undefined;
}

/** Whether the load balancer of a listener is in the plan, and only reachable in its VPC. */
function isOfInternal(values: Values, plan: Plan): boolean {
  const arn = values.load_balancer_arn;
  return plan.resources.some((one) => {
    const { after } = deployedValues(one);
    return typeof arn === "string" && isSame(after?.arn, arn) && after?.internal === true;
  });
}

function facingOf(values: Values | undefined): SurfaceState | undefined {
  if (values === undefined) return undefined;
  return { kind: "facing", internal: values.internal === true, isNew: false };
}
