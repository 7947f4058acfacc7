import { type FieldPlan, planRequest, type RoutePlan, type Target } from "../plan/form-plan";
import { type Child, h } from "./dom";
import { partOf } from "./parts";
import { type RequestField, textRequestField } from "./request-field";

/** The controls of a form, and the request that they make. */
export interface Controls {
  readonly content: readonly Child[];
  /** @returns `undefined` if the input is invalid; the controls then show the reason */
  plan(): Target | undefined;
}

/** Creates the controls from the document: a field for a file, and one field for each other part of the request. */
export function documentControls(route: RoutePlan): Controls {
  const fields = fieldControls(route);
  if (route.bytes === undefined) return fields;
  const isOptional = route.fields.length > 0;
  const group = h("div", { class: "group", hidden: !isOptional }, ...fields.content);
  // A file is the whole body.
  const file = partOf("fileField")(route.bytes, `${route.id}-file`, () => {
    group.hidden = !isOptional || file.hasFile;
  });
  return {
    content: [file.element, group],
    plan: () => {
      if (isOptional && !file.hasFile) return fields.plan();
      const body = file.read();
      return body === undefined ? undefined : { target: route.path, body };
    },
  };
}

function fieldControls(route: RoutePlan): Controls {
  const fields = new Map(
    route.fields.map((plan) => [plan, createField(plan, `${route.id}-${plan.name || "body"}`)]),
  );
  return {
    content: [...fields.values()].map(({ element }) => element),
    plan: () => {
      const planned = planRequest(route, new Map([...fields].map(([plan, field]) => [plan, field.read()])));
      if (!("faults" in planned)) return planned;
      showFaults(planned.faults, fields);
      return undefined;
    },
  };
}

function createField(plan: FieldPlan, id: string): RequestField {
  return plan.rows === undefined ? textRequestField(plan, id) : partOf("rowsField")(plan, plan.rows, id);
}

function showFaults(
  faults: ReadonlyMap<FieldPlan, string>,
  fields: ReadonlyMap<FieldPlan, RequestField>,
): void {
  for (const [plan, field] of fields) field.setFault(faults.get(plan));
  const [first] = faults.keys();
  if (first !== undefined) fields.get(first)?.focus();
}
