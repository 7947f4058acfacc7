import { deployedValues } from "../reading/deployed-values";
import type { Plan } from "../reading/plan";
import type { PlannedResource } from "../reading/planned-resource";
import { textOf, UNKNOWN } from "../reading/values";
import { type Finding, note, type SurfaceSubject, undetermined } from "./change";
import { isOpen, isPrivate, surfaceOf } from "./rest-apis";

/** Whether a new stage is a further address at which anyone can call open routes of an API. */
export function stageChanges(resource: PlannedResource, plan: Plan): Finding[] {
  const { before, after } = deployedValues(resource);
  if (before !== undefined || after === undefined) return [];
  const subject: SurfaceSubject = { kind: "stage", stage: textOf(after.stage_name) ?? "known after apply" };
  const apis = plan.resources.filter(({ type }) => type === "aws_api_gateway_rest_api").map(deployedValues);
  // An API whose id is known after apply is new, and the review shows its routes with the API.
  const isOfNewApi = after.rest_api_id === UNKNOWN && apis.some((api) => api.after?.id === UNKNOWN);
  if (isOfNewApi) return [];
  const id = textOf(after.rest_api_id);
  const values = apis.find((api) => id !== undefined && api.after?.id === id)?.after;
  if (values === undefined) {
    return [undetermined(subject, undefined, note("stage of an unknown API"))];
  }
  if ((values.body ?? null) === null) {
    return [undetermined(subject, undefined, note("stage of an API without a document"))];
  }
  const surface = surfaceOf(values);
  if (typeof surface === "string") return [undetermined(subject, undefined, note(surface))];
  const open = [...surface.routes].filter(([, route]) => isOpen(route)).map(([name]) => name);
  if (open.length === 0) return [];
  return [
    {
      subject,
      kind: "added",
      before: undefined,
      after: { kind: "open routes", routes: open.sort() },
      opened: true,
      public: !isPrivate(values),
    },
  ];
}
