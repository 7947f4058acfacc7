import { inAws } from "../in-aws";
import type { Plan } from "../plan";
import type { PlannedResource } from "../planned-resource";
import { textOf, UNKNOWN } from "../values";
import { type Finding, unjudged } from "./change";
import { isOpen, isPrivate, surfaceOf } from "./rest-apis";

/** So many routes are told by name. */
const MOST_NAMES = 3;

/** Whether a new stage is one more address at which anybody can call what an API has open. */
export function stageChanges(resource: PlannedResource, plan: Plan): Finding[] {
  const { before, after } = inAws(resource);
  if (before !== undefined || after === undefined) return [];
  const what = `stage ${textOf(after.stage_name) ?? "known after apply"}`;
  const apis = plan.resources.filter(({ type }) => type === "aws_api_gateway_rest_api").map(inAws);
  // Whose id is not known yet is new, and its routes are told with it.
  const isOfNewApi = after.rest_api_id === UNKNOWN && apis.some((api) => api.after?.id === UNKNOWN);
  if (isOfNewApi) return [];
  const id = textOf(after.rest_api_id);
  const values = apis.find((api) => id !== undefined && api.after?.id === id)?.after;
  if (values === undefined) {
    return [unjudged(what, undefined, "of an API that is not in the plan: look at its routes")];
  }
  if ((values.body ?? null) === null) {
    return [unjudged(what, undefined, "of an API without a document: look at its methods")];
  }
  const surface = surfaceOf(values);
  if (typeof surface === "string") return [unjudged(what, undefined, surface)];
  const open = [...surface.routes].filter(([, route]) => isOpen(route)).map(([name]) => name);
  if (open.length === 0) return [];
  return [
    {
      what,
      kind: "added",
      before: undefined,
      after: `NONE for ${namesOf(open)}`,
      opened: true,
      public: !isPrivate(values),
    },
  ];
}

function namesOf(routes: readonly string[]): string {
  const named = [...routes].sort().slice(0, MOST_NAMES).join(", ");
  return routes.length > MOST_NAMES ? `${named} and ${routes.length - MOST_NAMES} more` : named;
}
