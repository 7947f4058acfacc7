import { deployedValues } from "../reading/deployed-values";
import type { Plan } from "../reading/plan";
import type { PlannedResource } from "../reading/planned-resource";
import { at, isSame, textOf, UNKNOWN, type Value, type Values } from "../reading/values";
import { NONE, valueText } from "../rendering/phrases/values";
import type { Finding } from "./risk";

const METRIC_ALARM = "aws_cloudwatch_metric_alarm";
const COMPOSITE_ALARM = "aws_cloudwatch_composite_alarm";
const SUBSCRIPTION = "aws_sns_topic_subscription";

/** Whether the review has rules for alarms of this type, or for their notifications. */
export function isAlarm(type: string): boolean {
  return [METRIC_ALARM, COMPOSITE_ALARM, SUBSCRIPTION].includes(type);
}

/**
 * Alarms after which a failure stays unnoticed, or is noticed later: an alarm is removed, needs a larger deviation or more
 * time, measures something else, or sends no notification; and a subscription that no longer delivers. An alarm whose function is destroyed is no loss.
 */
export function alarmRisks(resource: PlannedResource, plan: Plan): Finding[] {
  if (!isAlarm(resource.type)) return [];
  const { before, after } = deployedValues(resource);
  if (before === undefined) return [];
  if (after === undefined) return removed(resource, before, plan);
  if (resource.type === SUBSCRIPTION) return weakerSubscription(before, after);
  return [
    ...lostActions(before, after),
    ...(resource.type === METRIC_ALARM
      ? weakerMetric(before, after)
      : [
          ...weakerRule(before, after, plan),
          ...restricted(before, after, "actions_suppressor", "alarm suppression"),
        ]),
  ];
}

/** The arguments of a subscription that the provider replaces: the new recipient of an email must confirm the subscription. */
const RECIPIENT = ["endpoint", "protocol", "topic_arn"];

function weakerSubscription(before: Values, after: Values): Finding[] {
  const changed = RECIPIENT.filter((name) => !isSame(before[name], after[name]));
  return [
    ...changed.map((name) => {
      const texts = [name, valueText(before[name]), valueText(after[name])] as const;
      return after[name] === UNKNOWN
        ? undetermined("subscription recipient", ...texts)
        : worse("subscription recipient", ...texts);
    }),
    ...restricted(before, after, "filter_policy", "subscription filter"),
    ...(isEmpty(before.filter_policy) ||
    isEmpty(after.filter_policy) ||
    isSame(before.filter_policy_scope, after.filter_policy_scope)
      ? []
      : [
          undetermined(
            "subscription filter",
            "filter_policy_scope",
            valueText(before.filter_policy_scope),
            valueText(after.filter_policy_scope),
          ),
        ]),
  ];
}

/** An argument that holds notifications back if it has a value. */
function restricted(
  before: Values,
  after: Values,
  name: string,
  risk: "alarm suppression" | "subscription filter",
): Finding[] {
  const was: Value | undefined = before[name];
  const is: Value | undefined = after[name];
  if ((isEmpty(was) && isEmpty(is)) || isSame(was, is)) return [];
  const texts = [name, isEmpty(was) ? NONE : "set", isEmpty(is) ? NONE : "set"] as const;
  if (is === UNKNOWN) return [undetermined(risk, name, texts[1], valueText(is))];
  if (isEmpty(was)) return [worse(risk, ...texts)];
  return [isEmpty(is) ? better(risk, ...texts) : undetermined(risk, ...texts)];
}

function isEmpty(value: Value | undefined): boolean {
  return (
    value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0)
  );
}

function removed({ type }: PlannedResource, before: Values, plan: Plan): Finding[] {
  const isTorndown =
    type === SUBSCRIPTION
      ? isDestroyedAs(plan, "aws_sns_topic", "arn", before.topic_arn)
      : isOfDestroyedFunction(type, before, plan);
  if (isTorndown || hasSuccessor(type, before, plan)) return [];
  return [
    type === SUBSCRIPTION
      ? worse("removed subscription", "endpoint", valueText(before.endpoint), NONE)
      : worse("removed alarm", "alarm_name", valueText(before.alarm_name), NONE),
  ];
}

function isCombined(type: string): boolean {
  return type === METRIC_ALARM || type === COMPOSITE_ALARM;
}

/** Whether another address has the alarm or the subscription after the plan. */
function hasSuccessor(type: string, before: Values, plan: Plan): boolean {
  const names = type === SUBSCRIPTION ? ["endpoint", "protocol"] : ["alarm_name"];
  return plan.resources.some((one) => {
    const { after } = deployedValues(one);
    return (
      one.type === type && after !== undefined && names.every((name) => isSame(after[name], before[name]))
    );
  });
}

/**
 * Whether the plan destroys the function that an alarm observes. A composite alarm belongs to the functions of its alarms, and an
 * alarm without a function belongs to the last function of the plan.
 */
function isOfDestroyedFunction(type: string, values: Values, plan: Plan, depth = 0): boolean {
  if (
    !plan.resources.some(
      (one) => one.type === "aws_lambda_function" && deployedValues(one).after !== undefined,
    )
  )
    return plan.resources.some((one) => one.type === "aws_lambda_function");
  if (type === METRIC_ALARM) {
    const functions = functionsOf(values);
    return (
      functions.length > 0 &&
      functions.every((name) => isDestroyedAs(plan, "aws_lambda_function", "function_name", name))
    );
  }
  const combined = alarmsOf(values.alarm_rule);
  // A composite alarm contains composite alarms only to a small depth, and never itself.
  if (combined === undefined || combined.length === 0 || depth > 3) return false;
  return combined.every((name) => {
    const alarm = plan.resources.find(
      (one) => isCombined(one.type) && textOf(deployedValues(one).before?.alarm_name) === name,
    );
    const before = alarm === undefined ? undefined : deployedValues(alarm).before;
    return (
      alarm !== undefined &&
      before !== undefined &&
      isOfDestroyedFunction(alarm.type, before, plan, depth + 1)
    );
  });
}

/** The names of the functions in the dimensions of an alarm's metrics: Lambda's `FunctionName`, or the engine's `Model`. */
function functionsOf({ metric_query: queries }: Values): string[] {
  if (!Array.isArray(queries)) return [];
  const names = queries.flatMap((query: Value) => {
    const dimensions = at(query, "metric", 0, "dimensions");
    const [environment, model] = ["Environment", "Model"].map((name) => textOf(at(dimensions, name)));
    const own = environment === undefined || model === undefined ? undefined : `${environment}-${model}`;
    return textOf(at(dimensions, "FunctionName")) ?? own ?? [];
  });
  return [...new Set(names)];
}

function isDestroyedAs(plan: Plan, type: string, argument: string, value: Value | undefined): boolean {
  return plan.resources.some((one) => {
    const { before, after } = deployedValues(one);
    return one.type === type && after === undefined && isSame(before?.[argument], value);
  });
}

/** Actions that an alarm no longer has. */
function lostActions(before: Values, after: Values): Finding[] {
  const old: Value | undefined = before.alarm_actions;
  const next: Value | undefined = after.alarm_actions;
  const had = Array.isArray(old) ? (old as readonly Value[]) : [];
  if (had.length === 0 || isSame(old, next)) return [];
  const texts = ["alarm_actions", valueText(old), valueText(next)] as const;
  if (next === UNKNOWN || (Array.isArray(next) && next.includes(UNKNOWN)))
    return [undetermined("alarm recipient", ...texts)];
  const has = Array.isArray(next) ? (next as readonly Value[]) : [];
  const gone = had.filter((action) => !has.some((one) => isSame(one, action)));
  if (gone.length === 0) return [];
  return [has.length === 0 ? worse("alarm notification", ...texts) : worse("alarm recipient", ...texts)];
}

/** Operators by the direction in which a larger threshold makes an alarm less sensitive: 1, or -1. */
const DIRECTIONS: ReadonlyMap<string, number> = new Map([
  ["GreaterThanThreshold", 1],
  ["GreaterThanOrEqualToThreshold", 1],
  ["LessThanThreshold", -1],
  ["LessThanOrEqualToThreshold", -1],
]);

/** Arguments that decide what an alarm measures. */
const MEASURED = [
  "metric_query",
  "metric_name",
  "namespace",
  "dimensions",
  "statistic",
  "extended_statistic",
  "period",
  "comparison_operator",
  "unit",
];

function weakerMetric(before: Values, after: Values): Finding[] {
  const direction = DIRECTIONS.get(String(textOf(after.comparison_operator)));
  const measured = MEASURED.filter(
    (name) => isGiven(before, after, name) && !isSame(before[name], after[name]),
  );
  return [
    ...measured.map((name) =>
      undetermined("alarm measurement", name, shown(before[name]), shown(after[name])),
    ),
    ...compared(before, after, "threshold", "alarm threshold", direction),
    // More periods of the same number that must breach, or more breaching periods, delay an alarm.
    ...compared(before, after, "datapoints_to_alarm", "alarm delay", 1),
    ...(isGiven(before, after, "datapoints_to_alarm") && isCount(after.datapoints_to_alarm)
      ? []
      : compared(before, after, "evaluation_periods", "alarm delay", 1)),
    ...(before.treat_missing_data === "breaching" && after.treat_missing_data !== "breaching"
      ? [
          worse(
            "alarm missing data",
            "treat_missing_data",
            valueText(before.treat_missing_data),
            valueText(after.treat_missing_data),
          ),
        ]
      : []),
  ];
}

function isGiven(before: Values, after: Values, name: string): boolean {
  return [before[name], after[name]].some((value) => value !== undefined && value !== null);
}

/** The provider writes 0 for a count that is not set. */
function isCount(value: Value | undefined): boolean {
  return typeof value === "number" && value > 0;
}

/** Long values, such as the expressions of an alarm, are in the table of changes. */
function shown(value: Value | undefined): string {
  return typeof value === "object" && value !== null ? "set" : valueText(value);
}

/** @param direction - 1 if a larger number makes the alarm weaker, -1 if a smaller number does; `undefined`: unknown */
function compared(
  before: Values,
  after: Values,
  name: string,
  risk: "alarm threshold" | "alarm delay",
  direction: number | undefined,
): Finding[] {
  const was: Value | undefined = before[name];
  const is: Value | undefined = after[name];
  if (!isGiven(before, after, name) || isSame(was, is)) return [];
  const texts = [name, valueText(was), valueText(is)] as const;
  if (typeof was !== "number" || typeof is !== "number" || direction === undefined)
    return [undetermined(risk, ...texts)];
  const change = (is - was) * direction;
  return [change > 0 ? worse(risk, ...texts) : better(risk, ...texts)];
}

/** A composite alarm that combines fewer of the alarms that stay, or combines them in another way. */
function weakerRule(before: Values, after: Values, plan: Plan): Finding[] {
  const old: Value | undefined = before.alarm_rule;
  const next: Value | undefined = after.alarm_rule;
  if (isSame(old, next)) return [];
  const [was, is] = [alarmsOf(old), alarmsOf(next)];
  if (was === undefined || is === undefined)
    return [undetermined("alarm rule", "alarm_rule", shown(old), shown(next))];
  const gone = was.filter((name) => !is.includes(name) && !isRemovedAlarm(name, plan));
  if (gone.length > 0) {
    return [
      {
        ...worse("alarm combination", "alarm_rule", was.join(", "), is.length === 0 ? NONE : is.join(", ")),
        details: { kind: "names", names: gone },
      },
    ];
  }
  // With OR, another alarm only adds a reason to go off.
  return isOnlyOr(old) && isOnlyOr(next)
    ? []
    : [undetermined("alarm rule", "alarm_rule", shown(old), shown(next))];
}

/** The names in a rule of a composite alarm. `undefined` if the rule is known after apply. */
function alarmsOf(rule: Value | undefined): string[] | undefined {
  if (typeof rule !== "string") return undefined;
  return [...rule.matchAll(/\b(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(([^()]*)\)/g)].map(([, name = ""]) =>
    name.trim().replace(/^"|"$/g, ""),
  );
}

function isOnlyOr(rule: Value | undefined): boolean {
  return typeof rule === "string" && /^\s*ALARM\([^)]*\)(?:\s+OR\s+ALARM\([^)]*\))*\s*$/.test(rule);
}

/** Whether the plan destroys the alarm: the removal is another finding. */
function isRemovedAlarm(name: string, plan: Plan): boolean {
  return [METRIC_ALARM, COMPOSITE_ALARM].some((type) => isDestroyedAs(plan, type, "alarm_name", name));
}

type AlarmRisk = Finding["risk"];

function finding(
  direction: Finding["direction"],
  risk: AlarmRisk,
  attribute: string,
  before: string,
  after: string,
): Finding {
  return { kind: "weaker protection", direction, gates: [], risk, attribute, before, after };
}

function worse(risk: AlarmRisk, attribute: string, before: string, after: string): Finding {
  return finding("worse", risk, attribute, before, after);
}

function better(risk: AlarmRisk, attribute: string, before: string, after: string): Finding {
  return finding("better", risk, attribute, before, after);
}

function undetermined(risk: AlarmRisk, attribute: string, before: string, after: string): Finding {
  return finding("undetermined", risk, attribute, before, after);
}
