import { type HttpRequest, headerOf } from "../http";
import {
  type EndpointDefinition,
  TARGET_HEADERS,
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
 * Finds the model that answers a request to an endpoint. The known targets of an existing endpoint are the targets that
 * functions name. A request for another target is refused, unless a function names no target: its model answers then.
 */
export function findAnsweringModel(endpoint: EndpointDefinition, request: HttpRequest): ModelOrFault {
  const { name, model, compute } = endpoint;
  if (compute.kind !== "existing") return checkContainer(endpoint, request) ?? { model };
  const { routes } = compute;
  const fitting = routes
    .map((route) => ({ route, named: namedBy(route, request) }))
    .filter(({ route, named }) => fits(route, named, request))
    // The route that matches the most headers of the request. Among several such routes, the route with the fewest
    // other headers.
    .sort(
      (one, other) =>
        other.named.length - one.named.length ||
        Object.keys(one.route.target).length - Object.keys(other.route.target).length,
    );
  const [first] = fitting;
  return first === undefined ? refuse(name, routes, request) : { model: first.route.model };
}

/** The headers that a route's target and a request have with the same value. */
function namedBy({ target }: TargetedRoute, request: HttpRequest): TargetHeader[] {
  return TARGET_HEADERS.filter(
    (header) => target[header] !== undefined && target[header] === headerOf(request, header),
  );
}

/** Whether a route answers a request. SageMaker chooses an unnamed variant by weight; here, every variant matches. */
function fits({ target }: TargetedRoute, named: readonly TargetHeader[], request: HttpRequest): boolean {
  return TARGET_HEADERS.every(
    (header) =>
      target[header] === undefined ||
      named.includes(header) ||
      (header === VARIANT && headerOf(request, header) === undefined),
  );
}

/** The fault of a request that no route answers. */
function refuse(name: string, routes: readonly TargetedRoute[], request: HttpRequest): ValidationFault {
  const unknown = TARGET_HEADERS.find((header) => {
    const got = headerOf(request, header);
    return got !== undefined && routes.every(({ target }) => target[header] !== got);
  });
  if (unknown !== undefined) {
    const known = [...new Set(routes.flatMap(({ target }) => target[unknown] ?? []))];
    return {
      message: `${TARGETS[unknown]} ${headerOf(request, unknown)} of endpoint ${name} not found. Functions of this stage name ${known.join(", ") || "none"}.`,
    };
  }
  const [missing] = TARGET_HEADERS.flatMap((header) => {
    const isNamed = routes.some(({ target }) => target[header] !== undefined);
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
