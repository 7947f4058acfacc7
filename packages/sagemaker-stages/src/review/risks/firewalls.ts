import { deployedValues } from "../reading/deployed-values";
import type { PlannedResource } from "../reading/planned-resource";
import { at, isEmptyValue, isSame, type Value } from "../reading/values";
import { NONE, valueText } from "../rendering/phrases/values";
import type { Finding } from "./risk";

const FIREWALL = "aws_wafv2_web_acl";

/**
 * Removed rules, raised limits, and weaker rules inside a rule group of a firewall (web ACL): requests that a rule blocked are
 * permitted.
 */
export function firewallRisks(resource: PlannedResource): Finding[] {
  const { before, after } = deployedValues(resource);
  if (resource.type !== FIREWALL || before === undefined || after === undefined) return [];
  const [old, next] = [before.rule ?? [], after.rule ?? []];
  if (!Array.isArray(old) || !Array.isArray(next)) return [];
  return [
    ...removedRules(old, next),
    ...raisedLimits(old, next),
    ...overriddenRules(old, next),
    ...changedScopes(old, next),
  ];
}

function removedRules(old: readonly Value[], next: readonly Value[]): Finding[] {
  const kept = new Set(next.map((rule) => at(rule, "name")));
  // A rule whose name is known after apply can be one of the old rules.
  const isUncertain = [...kept].some((name) => typeof name !== "string");
  const gone = old.flatMap((rule) => {
    const name = at(rule, "name");
    return typeof name === "string" && !kept.has(name) && blocks(rule) ? name : [];
  });
  if (gone.length === 0) return [];
  return [
    {
      kind: "exposure",
      direction: isUncertain ? "undetermined" : "worse",
      gates: ["widen"],
      risk: "firewall rules",
      details: { kind: "names", names: gone },
      attribute: "rule",
      before: gone.join(", "),
      after: NONE,
    },
  ];
}

/** Whether a rule blocks requests: neither permits nor only counts requests. */
function blocks(rule: Value): boolean {
  return !["allow", "count"].some((action) =>
    ["action", "override_action"].some((block) => {
      const value = at(rule, block, 0, action);
      return Array.isArray(value) && value.length > 0;
    }),
  );
}

/** AWS's window of a rate rule that names none. */
const DEFAULT_WINDOW_IN_SECONDS = 300;

/** Rate rules that permit more requests in a second than before. A lower limit is safer. */
function raisedLimits(old: readonly Value[], next: readonly Value[]): Finding[] {
  return next.flatMap((rule, index): Finding[] => {
    const name = at(rule, "name");
    const before = old.find((one) => at(one, "name") === name);
    const [was, is] = [rateOf(before), rateOf(rule)];
    if (was === undefined || is === undefined || (was.limit === is.limit && was.window === is.window))
      return [];
    const attribute = `rule[${index}].statement[0].rate_based_statement[0].limit`;
    const common = { kind: "exposure", risk: "firewall rate", attribute, ...textsOf(was, is) } as const;
    const [slow, fast] = [perSecond(was), perSecond(is)];
    if (slow === undefined || fast === undefined) {
      return [{ ...common, direction: "undetermined", gates: ["widen"] }];
    }
    if (slow === fast) return [];
    return [
      fast > slow
        ? { ...common, direction: "worse", gates: ["widen"] }
        : { ...common, direction: "better", gates: [] },
    ];
  });
}

/** The statements of a rule that contain other rules. */
const GROUP_STATEMENTS = ["managed_rule_group_statement", "rule_group_reference_statement"] as const;

/** Rules inside a rule group whose action becomes, or no longer is, `count` or `allow`. */
function overriddenRules(old: readonly Value[], next: readonly Value[]): Finding[] {
  return pairsOf(old, next).flatMap(({ before, after, index }): Finding[] => {
    // The other rules report a group that only counts before or after.
    if (!blocks(before) || !blocks(after)) return [];
    return GROUP_STATEMENTS.flatMap((statement): Finding[] => {
      const was: Value | undefined = statementOf(before, statement);
      const is: Value | undefined = statementOf(after, statement);
      if (was === undefined || is === undefined) return [];
      const wasSet: Value = at(was, "rule_action_override") ?? [];
      const isSet: Value = at(is, "rule_action_override") ?? [];
      const attribute = `rule[${index}].statement[0].${statement}[0].rule_action_override`;
      const finding = (direction: Finding["direction"], names: readonly string[]): Finding => ({
        kind: "exposure",
        direction,
        gates: direction === "better" ? [] : ["widen"],
        risk: "firewall override",
        details: { kind: "names", names },
        attribute,
        before: namesText(weakenedBy(wasSet)),
        after: namesText(weakenedBy(isSet)),
      });
      const [weakBefore, weakAfter] = [weakenedBy(wasSet), weakenedBy(isSet)];
      if (weakBefore === undefined || weakAfter === undefined) {
        const name = at(after, "name");
        return isSame(wasSet, isSet)
          ? []
          : [finding("undetermined", [typeof name === "string" ? name : attribute])];
      }
      const weaker = weakAfter.filter((name) => !weakBefore.includes(name));
      const stronger = weakBefore.filter((name) => !weakAfter.includes(name));
      return [
        ...(weaker.length === 0 ? [] : [finding("worse", weaker)]),
        ...(stronger.length === 0 ? [] : [finding("better", stronger)]),
      ];
    });
  });
}

/** The names of overridden rules that only count or permit requests. `undefined` if a part is known after apply or masked. */
function weakenedBy(overrides: Value | undefined): readonly string[] | undefined {
  if (!Array.isArray(overrides)) return undefined;
  const names = overrides.map((override) => {
    const name = at(override, "name");
    const actions = at(override, "action_to_use", 0);
    const parts = ["allow", "count"].map((action) => at(actions, action));
    if (typeof name !== "string" || [actions, ...parts].some((part) => typeof part === "symbol"))
      return undefined;
    return { name, isWeak: parts.some((part) => Array.isArray(part) && part.length > 0) };
  });
  if (names.some((one) => one === undefined)) return undefined;
  return names.flatMap((one) => (one?.isWeak === true ? one.name : []));
}

function namesText(names: readonly string[] | undefined): string {
  if (names === undefined) return "known after apply";
  return names.length === 0 ? NONE : names.join(", ");
}

/** The statements of a rule that can have a narrower scope. */
const SCOPED_STATEMENTS = ["managed_rule_group_statement", "rate_based_statement"] as const;

/**
 * Rules that inspect other requests than before. A new scope narrows a rule, and a removed scope widens the rule. Of two
 * scopes, the review does not determine which one contains the other.
 */
function changedScopes(old: readonly Value[], next: readonly Value[]): Finding[] {
  return pairsOf(old, next).flatMap(({ before, after, index }): Finding[] =>
    SCOPED_STATEMENTS.flatMap((statement): Finding[] => {
      const was: Value | undefined = statementOf(before, statement);
      const is: Value | undefined = statementOf(after, statement);
      if (was === undefined || is === undefined || !blocks(before)) return [];
      const wasScope: Value | undefined = at(was, "scope_down_statement");
      const isScope: Value | undefined = at(is, "scope_down_statement");
      const [wasEmpty, isEmpty] = [isEmptyValue(wasScope), isEmptyValue(isScope)];
      if (isSame(wasScope, isScope) || (wasEmpty && isEmpty)) return [];
      const isUnknown = typeof isScope === "symbol" || typeof wasScope === "symbol";
      const direction = isUnknown || wasEmpty === isEmpty ? "undetermined" : isEmpty ? "better" : "worse";
      return [
        {
          kind: "exposure",
          direction,
          gates: direction === "better" ? [] : ["widen"],
          risk: "firewall scope",
          attribute: `rule[${index}].statement[0].${statement}[0].scope_down_statement`,
          before: wasEmpty ? NONE : "set",
          after: isUnknown ? "known after apply" : isEmpty ? NONE : "set",
        },
      ];
    }),
  );
}

function statementOf(rule: Value, statement: string): Value | undefined {
  return at(rule, "statement", 0, statement, 0);
}

/** The rules that a firewall has before and after, by their names. */
function pairsOf(
  old: readonly Value[],
  next: readonly Value[],
): readonly { readonly before: Value; readonly after: Value; readonly index: number }[] {
  return next.flatMap((after, index) => {
    const name = at(after, "name");
    const before = old.find((one) => typeof name === "string" && at(one, "name") === name);
    return before === undefined ? [] : [{ before, after, index }];
  });
}

interface Rate {
  readonly limit: Value | undefined;
  readonly window: Value;
}

function rateOf(rule: Value | undefined): Rate | undefined {
  const statement = at(rule, "statement", 0, "rate_based_statement", 0);
  if (statement === undefined) return undefined;
  const window = at(statement, "evaluation_window_sec");
  // The provider writes 0 for a window that is not set.
  return {
    limit: at(statement, "limit"),
    window: window === undefined || window === 0 ? DEFAULT_WINDOW_IN_SECONDS : window,
  };
}

/** @returns `undefined` for a value that is known after apply */
function perSecond({ limit, window }: Rate): number | undefined {
  return typeof limit === "number" && typeof window === "number" ? limit / window : undefined;
}

function textsOf(was: Rate, is: Rate): { readonly before: string; readonly after: string } {
  const text = ({ limit, window }: Rate) => `${valueText(limit)} in ${valueText(window)} s`;
  return { before: text(was), after: text(is) };
}
