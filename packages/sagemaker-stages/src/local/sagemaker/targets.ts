import { matchesPattern } from "../../aws/wildcards";
import { type HttpRequest, headerOf } from "../http";
import {
  type EndpointDefinition,
  routesOf,
  TARGET_HEADERS,
  TARGET_MODEL_HEADER,
  type TargetedRoute,
  type TargetHeader,
} from "../terraform/endpoints";
import type { ValidationFault } from "./validation";

const VARIANT = "x-amzn-sagemaker-target-variant";

/** The names of the targets in messages. */
const TARGETS: Readonly<Record<TargetHeader, string>> = {
  "x-amzn-sagemaker-target-variant": "Variant",
  "x-amzn-sagemaker-target-model": "Target model",
  "x-amzn-sagemaker-inference-component": "Inference Component",
  "x-amzn-sagemaker-target-container-hostname": "Target container",
};

/**
 * The targets that a request must name, with SageMaker's message for a request without the name. The source of the
 * message for an inference component is https://github.com/aws-samples/amazon-kendra-langchain-extensions/issues/64.
 * The other messages are not published, and have the same form as this message.
 */
const REQUIRED: Readonly<Partial<Record<TargetHeader, string>>> = {
  "x-amzn-sagemaker-target-model":
    "Target model header is required for multi-model endpoints. Please include Target model header.",
  "x-amzn-sagemaker-inference-component":
    "Inference Component Name header is required for endpoints to which you plan to deploy inference components. Please include Inference Component Name header or consider using SageMaker models.",
  // https://docs.aws.amazon.com/sagemaker/latest/dg/multi-container-direct.html
  "x-amzn-sagemaker-target-container-hostname":
    "Target Container Hostname header is required for endpoints with direct invocation. Please include Target Container Hostname header.",
};

/** The model that answers a request, or the fault for which SageMaker refuses the request. */
export type ModelOrFault = { readonly model: string } | ValidationFault;

/**
 * Finds the model that answers a request to an endpoint. The known targets of an existing endpoint, and of a multi-model endpoint, are
 * the targets that functions name. A request for another target is refused, unless a function names no target: its model
 * answers then.
 */
export function findAnsweringModel(endpoint: EndpointDefinition, request: HttpRequest): ModelOrFault {
  const { name, model } = endpoint;
  const routes = routesOf(endpoint);
  if (routes === undefined) return checkContainer(endpoint, request) ?? { model };
  const fitting = routes
    .map((route) => ({ route, named: namedBy(route, request) }))
    .filter(({ route, named }) => fits(route, named, request))
    // The route that matches the most headers of the request. Among several such routes, the route with the fewest
    // other headers.
    .sort(
      (one, other) =>
        other.named.length - one.named.length ||
        // A route with this model, and not with a pattern that includes the model.
        Number(one.route.models !== undefined) - Number(other.route.models !== undefined) ||
        Object.keys(one.route.target).length - Object.keys(other.route.target).length,
    );
  const [first] = fitting;
  return first === undefined ? refuse(name, routes, request) : { model: first.route.model };
}

/** The headers of a request whose values are a target of a route. */
function namedBy(route: TargetedRoute, request: HttpRequest): TargetHeader[] {
  return TARGET_HEADERS.filter((header) => {
    const got = headerOf(request, header);
    const isPattern = header === TARGET_MODEL_HEADER && route.models !== undefined;
    return (
      got !== undefined &&
      valuesOf(route, header).some((value) => value === got || (isPattern && matchesPattern(value, got)))
    );
  });
}

/** The values, or the patterns of values, of a route's target in a header; none if the route names no such target. */
function valuesOf({ target, models }: TargetedRoute, header: TargetHeader): readonly string[] {
  if (header === TARGET_MODEL_HEADER && models !== undefined) return models;
  const value = target[header];
  return value === undefined ? [] : [value];
}

/** Whether a route answers a request. SageMaker chooses an unnamed variant by weight; here, every variant matches. */
function fits(route: TargetedRoute, named: readonly TargetHeader[], request: HttpRequest): boolean {
  return TARGET_HEADERS.every(
    (header) =>
      valuesOf(route, header).length === 0 ||
      named.includes(header) ||
      (header === VARIANT && headerOf(request, header) === undefined),
  );
}

/** The fault of a request that no route answers. */
function refuse(name: string, routes: readonly TargetedRoute[], request: HttpRequest): ValidationFault {
  const unknown = TARGET_HEADERS.find((header) => {
    const got = headerOf(request, header);
    return got !== undefined && routes.every((route) => !namedBy(route, request).includes(header));
  });
  if (unknown !== undefined) {
    const known = [...new Set(routes.flatMap((route) => valuesOf(route, unknown)))];
    return {
      message: `${TARGETS[unknown]} ${headerOf(request, unknown)} of endpoint ${name} not found. Functions of this stage name ${known.join(", ") || "none"}.`,
    };
  }
  const [missing] = TARGET_HEADERS.flatMap((header) => {
    const isNamed = routes.some((route) => valuesOf(route, header).length > 0);
    return isNamed && headerOf(request, header) === undefined ? (REQUIRED[header] ?? []) : [];
  });
  return {
    message: missing ?? `No function of this stage names these targets of endpoint ${name} together.`,
  };
}

/**
 * The fault of a request to the stack's endpoint with direct invocation: an unknown container, or none
 * (https://docs.aws.amazon.com/sagemaker/latest/dg/multi-container-direct.html). SageMaker's messages are not
 * published.
 */
function checkContainer(
  { name, directContainers }: EndpointDefinition,
  request: HttpRequest,
): ValidationFault | undefined {
  if (directContainers === undefined) return undefined;
  const header = "x-amzn-sagemaker-target-container-hostname";
  const container = headerOf(request, header);
  if (container === undefined) return { message: REQUIRED[header] ?? "" };
  if (directContainers.includes(container)) return undefined;
  return {
    message: `${TARGETS[header]} ${container} of endpoint ${name} not found. The endpoint has ${directContainers.join(", ")}.`,
  };
}

/**
 * Merges existing endpoints that several environments name: each endpoint once, with the routes of all environments.
 */
export function mergeExisting(endpoints: readonly EndpointDefinition[]): EndpointDefinition[] {
  const merged = new Map<string, EndpointDefinition>();
  for (const endpoint of endpoints) {
    const key = JSON.stringify([endpoint.name, endpoint.region, endpoint.accountId]);
    const known = merged.get(key);
    if (known?.compute.kind !== "existing" || endpoint.compute.kind !== "existing") {
      if (known === undefined) merged.set(key, endpoint);
      continue;
    }
    const routes = [...known.compute.routes, ...endpoint.compute.routes];
    merged.set(key, { ...known, compute: { kind: "existing", routes } });
  }
  return [...merged.values()];
}
