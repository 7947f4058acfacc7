import { type HttpRequest, headerOf } from "../http";
import type { EndpointDefinition } from "../terraform/endpoints";
import type { Operation, OperationName } from "./operation";

/** The fault for which SageMaker refuses a request with a ValidationError. */
export interface ValidationFault {
  readonly message: string;
  /** SageMaker's error code, if it is known. */
  readonly errorCode?: string;
}

/** A member of a request in a header, with its constraints. */
interface Member {
  readonly name: string;
  readonly header: string;
  readonly min?: number;
  readonly max: number;
  /** The pattern in AWS's notation, and as a regular expression of JavaScript. */
  readonly pattern?: readonly [documented: string, regExp: RegExp];
  /** Whether the message must not contain the value. */
  readonly isSensitive?: true;
}

const NAME = ["^[a-zA-Z0-9](-*[a-zA-Z0-9])*", /^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/] as const;
const ASCII = ["\\p{ASCII}*", /^\p{ASCII}*$/u] as const;
const PRINTABLE = ["\\A\\S[\\p{Print}]*\\z", /^\S[\x20-\x7e]*$/] as const;

/** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html */
const TARGET_MODEL: Member = {
  name: "targetModel",
  header: "x-amzn-sagemaker-target-model",
  min: 1,
  max: 1024,
  pattern: PRINTABLE,
};
const TARGET_VARIANT: Member = {
  name: "targetVariant",
  header: "x-amzn-sagemaker-target-variant",
  max: 63,
  pattern: NAME,
};
const TARGET_CONTAINER: Member = {
  name: "targetContainerHostname",
  header: "x-amzn-sagemaker-target-container-hostname",
  max: 63,
  pattern: NAME,
};
const INFERENCE_COMPONENT: Member = {
  name: "inferenceComponentName",
  header: "x-amzn-sagemaker-inference-component",
  max: 63,
  pattern: ["^[a-zA-Z0-9]([\\-a-zA-Z0-9]*[a-zA-Z0-9])?$", NAME[1]],
};
const EVERYWHERE: readonly Member[] = [
  {
    name: "customAttributes",
    header: "x-amzn-sagemaker-custom-attributes",
    max: 1024,
    pattern: ASCII,
    isSensitive: true,
  },
  {
    name: "inferenceId",
    header: "x-amzn-sagemaker-inference-id",
    min: 1,
    max: 64,
    pattern: PRINTABLE,
  },
];
const SESSION_HEADER = "x-amzn-sagemaker-session-id";

const MEMBERS: Readonly<Record<OperationName, readonly Member[]>> = {
  InvokeEndpoint: [
    { name: "contentType", header: "content-type", max: 1024, pattern: ASCII },
    { name: "accept", header: "accept", max: 1024, pattern: ASCII },
    TARGET_MODEL,
    TARGET_VARIANT,
    TARGET_CONTAINER,
    { name: "enableExplanations", header: "x-amzn-sagemaker-enable-explanations", min: 1, max: 64 },
    INFERENCE_COMPONENT,
    {
      name: "sessionId",
      header: SESSION_HEADER,
      max: 256,
      pattern: [
        "^(NEW_SESSION)$|^[a-zA-Z0-9](-*[a-zA-Z0-9])*$",
        /^NEW_SESSION$|^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/,
      ],
    },
    ...EVERYWHERE,
  ],
  /** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointWithResponseStream.html */
  InvokeEndpointWithResponseStream: [
    { name: "contentType", header: "content-type", max: 1024, pattern: ASCII },
    { name: "accept", header: "x-amzn-sagemaker-accept", max: 1024, pattern: ASCII },
    TARGET_VARIANT,
    TARGET_CONTAINER,
    INFERENCE_COMPONENT,
    { name: "sessionId", header: SESSION_HEADER, max: 256, pattern: [`${NAME[0]}$`, NAME[1]] },
    ...EVERYWHERE,
  ],
  /** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointAsync.html */
  InvokeEndpointAsync: [
    { name: "contentType", header: "x-amzn-sagemaker-content-type", max: 1024, pattern: ASCII },
    { name: "accept", header: "x-amzn-sagemaker-accept", max: 1024, pattern: ASCII },
    {
      name: "inputLocation",
      header: "x-amzn-sagemaker-inputlocation",
      min: 1,
      max: 1024,
      pattern: ["^(https|s3)://([^/]+)/?(.*)$", /^(https|s3):\/\/[^/]+/],
    },
    ...EVERYWHERE,
  ],
};

const ENDPOINT_NAME: Omit<Member, "header"> = { name: "endpointName", max: 63, pattern: NAME };

/** The violated constraints of an operation, in the format of AWS's validation messages. */
export function findConstraintFault(
  { name, endpointName }: Operation & { readonly name: OperationName },
  request: HttpRequest,
): ValidationFault | undefined {
  const faults = faultsOf(ENDPOINT_NAME, endpointName);
  for (const member of MEMBERS[name]) {
    const value = headerOf(request, member.header);
    if (value !== undefined) faults.push(...faultsOf(member, value));
  }
  if (faults.length === 0) return undefined;
  const errors = faults.length === 1 ? "error" : "errors";
  return { message: `${faults.length} validation ${errors} detected: ${faults.join("; ")}` };
}

function faultsOf(member: Omit<Member, "header">, value: string): string[] {
  const { name, min = 0, max, pattern, isSensitive } = member;
  const fault = (got: string, rule: string) =>
    `Value${got} at '${name}' failed to satisfy constraint: Member must ${rule}`;
  const got = isSensitive ? "" : ` '${value}'`;
  return [
    ...(value.length > max ? [fault(got, `have length less than or equal to ${max}`)] : []),
    ...(value.length < min ? [fault(got, `have length greater than or equal to ${min}`)] : []),
    ...(pattern !== undefined && !pattern[1].test(value.slice(0, max))
      ? [fault(got, `satisfy regular expression pattern: ${pattern[0]}`)]
      : []),
  ];
}

/**
 * The part of a request that the endpoint does not support. An existing endpoint refuses nothing, because its features
 * are unknown. The source of SageMaker's message for a target model is
 * https://github.com/aws/amazon-sagemaker-examples/issues/1216. The other messages are not published, and have the same
 * form as this message.
 */
export function findUnsupported(
  operation: OperationName,
  request: HttpRequest,
  { name, variantName, compute, directContainers, asyncInference, multiModelRoutes }: EndpointDefinition,
): ValidationFault | undefined {
  if (operation === "InvokeEndpointAsync") {
    return asyncInference === undefined
      ? { message: `Endpoint ${name} is not an asynchronous endpoint. Call InvokeEndpoint.` }
      : findPayloadFault(request);
  }
  // An endpoint is asynchronous or answers at once
  // (https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference.html). SageMaker's message is not published.
  if (asyncInference !== undefined) {
    return { message: `Endpoint ${name} is an asynchronous endpoint. Call InvokeEndpointAsync.` };
  }
  if (operation === "InvokeEndpointWithResponseStream" && compute.kind === "serverless") {
    return {
      message: `Endpoint ${name} is serverless and does not support response streaming. Call InvokeEndpoint.`,
    };
  }
  if (compute.kind === "existing") return undefined;
  if (headerOf(request, INFERENCE_COMPONENT.header) !== undefined) {
    const message = `Endpoint ${name} does not host inference components and does not support inference component name header.`;
    return { message };
  }
  const namesModel = headerOf(request, TARGET_MODEL.header) !== undefined;
  if (multiModelRoutes !== undefined && !namesModel) {
    return { message: `Endpoint ${name} is a multi-model endpoint and requires the target model header.` };
  }
  if (multiModelRoutes === undefined && namesModel) {
    const message = `Endpoint ${name} is not a multi-model endpoint and does not support target model header.`;
    return { errorCode: "TARGET_MODEL_HEADER_NOT_SUPPORTED", message };
  }
  if (directContainers === undefined && headerOf(request, TARGET_CONTAINER.header) !== undefined) {
    const message = `Endpoint ${name} is not a multi-container endpoint and does not support target container hostname header.`;
    return { message };
  }
  const variant = headerOf(request, TARGET_VARIANT.header);
  if (variant !== undefined && variant !== variantName) {
    return { message: `Variant ${variant} of endpoint ${name} not found. Its variant is ${variantName}.` };
  }
  return undefined;
}

/**
 * The maximum size of a payload in the request, in bytes
 * (https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-invoke-endpoint.html).
 */
const MAX_INLINE_PAYLOAD_IN_BYTES = 128_000;

/** The limits of times in the headers of InvokeEndpointAsync, in seconds. */
const TIMES: readonly (readonly [header: string, name: string, min: number, max: number])[] = [
  ["x-amzn-sagemaker-requestttlseconds", "requestTTLSeconds", 60, 21_600],
  ["x-amzn-sagemaker-invocationtimeoutseconds", "invocationTimeoutSeconds", 1, 3_600],
];

/** The fault of a request to an asynchronous endpoint. SageMaker's messages about the payload are not published. */
function findPayloadFault(request: HttpRequest): ValidationFault | undefined {
  const bytes = request.body?.length ?? 0;
  const hasLocation = headerOf(request, "x-amzn-sagemaker-inputlocation") !== undefined;
  if (hasLocation === bytes > 0) {
    return { message: "Provide exactly one of Body and InputLocation." };
  }
  if (bytes > MAX_INLINE_PAYLOAD_IN_BYTES) {
    return {
      message: `Body: got ${bytes} bytes; allowed: at most ${MAX_INLINE_PAYLOAD_IN_BYTES}. Provide a larger payload with InputLocation.`,
    };
  }
  for (const [header, name, min, max] of TIMES) {
    const value = headerOf(request, header);
    if (value !== undefined && !(Number(value) >= min && Number(value) <= max)) {
      return { message: `Value '${value}' at '${name}' failed to satisfy constraint: ${min} to ${max}` };
    }
  }
  return undefined;
}

/** The variant that answers: the request's target variant, or the endpoint's variant. */
export function invokedVariant(request: HttpRequest, { variantName }: EndpointDefinition): string {
  return headerOf(request, TARGET_VARIANT.header) ?? variantName;
}
