import { splitArn } from "../../../aws/arn";
import { OTHER_ACCOUNT } from "../account";
import type { Fault } from "../finding";
import { type Change, type ChangeContext, canLoseStatement } from "./change";
import { texts } from "./mutant";

/** Changes of the resources of an allow. */
export function resourceChanges(at: ChangeContext): Change[] {
  const { document, statement, regions, prefixes } = at;
  if (statement.Resource === undefined) return [];
  const resources = texts(statement.Resource);
  const withResources = (changed: readonly string[]) => [{ ...statement, Resource: [...changed] }];
  const changes = resources.flatMap((resource, index): Change[] => {
    const removed: Change = {
      kind: "a resource removed",
      detail: `not ${resource}`,
      statements: resources.length > 1 ? withResources(resources.toSpliced(index, 1)) : [],
      killedBy: ["used, not granted"],
    };
    const twice: Change = {
      kind: "a resource twice",
      detail: `${resource}, again`,
      statements: withResources([...resources, resource]),
      killedBy: ["granted twice"],
    };
    if (resource === "*") return [removed, twice];
    const change = (kind: string, other: string, killedBy: readonly Fault[]): Change[] =>
      other === resource
        ? []
        : [
            {
              kind,
              detail: `${other} for ${resource}`,
              statements: withResources(resources.with(index, other)),
              killedBy,
            },
          ];
    const [, , , region = "", account = ""] = splitArn(resource);
    // The part that must be exact: the ARN without the suffix of a log group or of a bucket's objects.
    const exact = resource.replace(/(:log-stream)?:\*$|\/\*$/, "");
    const free = resource.slice(exact.length);
    const otherEnvironment = resource.replace(new RegExp(`(?<=[/:])${prefixes[0]}(?=[-/])`), prefixes[1]);
    return [
      removed,
      twice,
      ...change("every resource", "*", ["near miss"]),
      ...change("resources with a prefix", `${exact.slice(0, -1)}*`, ["near miss"]),
      ...change("resources with a longer name", `${exact}*`, ["near miss"]),
      ...change(
        "resources with a wildcard for one letter",
        `${exact.slice(0, -2)}?${exact.slice(-1)}${free}`,
        ["near miss"],
      ),
      ...change("resources of the same kind", `${exact.replace(/[^/:]+$/, "*")}${free}`, ["near miss"]),
      ...(region === "" ? [] : change("every region", resource.replace(region, "*"), ["near miss"])),
      ...(account === "" ? [] : change("every account", resource.replace(account, "*"), ["near miss"])),
      ...change("a longer name instead", `${exact}2${free}`, ["used, not granted"]),
      ...change("another environment's resource instead", otherEnvironment, ["used, not granted"]),
      ...(region === ""
        ? []
        : change("another region's resource instead", resource.replace(region, regions[1]), [
            "used, not granted",
          ])),
      ...(account === ""
        ? []
        : change("another account's resource instead", resource.replace(account, OTHER_ACCOUNT), [
            "used, not granted",
          ])),
      ...(otherEnvironment === resource
        ? []
        : [
            {
              kind: "another environment's resource, too",
              detail: `${otherEnvironment}, too`,
              statements: withResources([...resources, otherEnvironment]),
              killedBy: ["granted, not used", "near miss"] as const,
            },
          ]),
    ];
  });
  return changes.filter(({ statements }) => statements.length > 0 || canLoseStatement(document));
}
