import { deployedValues } from "../reading/deployed-values";
import type { PlannedResource } from "../reading/planned-resource";
import { at, isSame, textOf, UNKNOWN, type Value, type Values } from "../reading/values";
import { stateOfRequirement } from "./authorization";
import {
  type Cors,
  type Finding,
  isSameState,
  note,
  type SurfaceState,
  type SurfaceSubject,
  type TransferState,
  undetermined,
} from "./change";
import { cors, corsChange, NO_CORS } from "./cors";

/** Changes of a function URL, its authorization and its CORS. */
export function functionUrlChanges(resource: PlannedResource): Finding[] {
  const { before, after } = deployedValues(resource);
  const name = textOf((after ?? before)?.function_name) ?? resource.path;
  const subject: SurfaceSubject = { kind: "function URL", function: name };
  const was = authorizationOf(before);
  const is = authorizationOf(after);
  const flags = { opened: is === "NONE", public: is === "NONE" };
  if (before === undefined || after === undefined) {
    const kind = before === undefined ? "added" : "removed";
    if (is === KNOWN_LATER) return [undetermined(subject, undefined, note(KNOWN_LATER))];
    const states = { before: stateOf(was, corsOf(before)), after: stateOf(is, corsOf(after)) };
    return [{ subject, kind, ...states, ...flags }];
  }
  return [
    ...authorizationChange(subject, was, is, flags),
    ...transferChange(subject, before, after),
    ...(isSame(before.cors ?? null, after.cors ?? null)
      ? []
      : corsChange(subject, corsOf(before), corsOf(after))),
  ];
}

/** Whether the URL sends its answer in parts. Lambda's timeout limits the time of both modes. */
function transferChange(subject: SurfaceSubject, before: Values, after: Values): Finding[] {
  const [was, is] = [before, after].map(
    ({ invoke_mode }): TransferState => ({
      kind: "transfer",
      isStreamed: textOf(invoke_mode) === "RESPONSE_STREAM",
    }),
  );
  return isSameState(was, is) ? [] : [{ subject, kind: "transfer changed", before: was, after: is }];
}

const KNOWN_LATER = "known after apply";

/** A function URL has either no authorization or `AWS_IAM`. */
function stateOf(type: string | undefined, withCors?: Cors): SurfaceState | undefined {
  if (type === undefined) return undefined;
  const others = withCors === undefined ? {} : { cors: withCors };
  if (type === "NONE" || type === "AWS_IAM") {
    return stateOfRequirement({ kind: type }, others);
  }
  if (type === KNOWN_LATER && withCors === undefined) return note(KNOWN_LATER);
  return stateOfRequirement({ kind: "authorizer", type }, others);
}

function authorizationChange(
  subject: SurfaceSubject,
  before: string | undefined,
  after: string | undefined,
  flags: Pick<Finding, "opened" | "public">,
): Finding[] {
  if (before === after) return [];
  const states = { before: stateOf(before), after: stateOf(after) };
  if (after === KNOWN_LATER) return [undetermined(subject, states.before, states.after)];
  // A URL without authorization accepts signed requests, too.
  return [{ subject, kind: "authorization changed", ...states, ...flags, refuses: after !== "NONE" }];
}

function authorizationOf(values: Values | undefined): string | undefined {
  if (values === undefined) return undefined;
  return textOf(values.authorization_type) ?? KNOWN_LATER;
}

function corsOf(values: Values | undefined): Cors {
  const block = at(values, "cors", 0);
  if (block === undefined) return values?.cors === UNKNOWN ? cors([KNOWN_LATER], [], false) : NO_CORS;
  return cors(
    texts(at(block, "allow_origins")),
    texts(at(block, "allow_methods")),
    at(block, "allow_credentials") === true,
  );
}

/** A value that is known after apply is part of the list, so that the review shows a change. */
function texts(values: Value | undefined): string[] {
  if (!Array.isArray(values)) return values === UNKNOWN ? [KNOWN_LATER] : [];
  return values.map((value: Value) => textOf(value) ?? KNOWN_LATER);
}
