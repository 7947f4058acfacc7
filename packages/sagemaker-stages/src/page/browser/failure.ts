import { seconds } from "./time-text";

/** The reason why there is no answer. */
export type Failure =
  | {
      /** The stage or the function answered with a problem document (RFC 9457). */
      readonly kind: "problem";
      readonly status: number;
      readonly title: string | undefined;
      readonly detail: string | undefined;
      readonly requestId: string | undefined;
      readonly retryAfterInSeconds: number | undefined;
    }
  | {
      /** The answer is not from the stage, but for example from a proxy. */
      readonly kind: "unreadable";
      readonly status: number;
      /** The media type of the answer, e.g. `text/html`. */
      readonly mediaType: string;
      readonly requestId: string | undefined;
      readonly retryAfterInSeconds: number | undefined;
    }
  | {
      /** There was no answer. Browsers hide the reason from pages. */
      readonly kind: "unreachable";
      readonly url: string;
      readonly isOffline: boolean;
    }
  | {
      /** The model's own view threw an error. Nothing was sent. */
      readonly kind: "form";
    };

/** Nothing was sent, because the request exceeds the limit of API Gateway. */
export const TOO_LARGE: Failure = {
  kind: "problem",
  status: 413,
  title: "Content Too Large",
  detail: "The stage accepts at most 10 MB. Nothing was sent. Shorten the input and try again.",
  requestId: undefined,
  retryAfterInSeconds: undefined,
};

/** The form of a view could not read its controls. */
export const FORM_FAILED: Failure = { kind: "form" };

/** The description of a failure for a visitor. */
export interface FailureText {
  /** The event that the visitor sees, as a headline. */
  readonly headline: string;
  /** The meaning of the failure, and the next step. */
  readonly text: string;
  /** The data for a report to the operator: the problem's title, its status, the request's id. */
  readonly reference: readonly string[];
  /** Seconds until the next try; `undefined` if the number is unknown. */
  readonly retryAfterInSeconds: number | undefined;
}

/** Reads a response without an answer of the model. @param text - the body */
export function readFailure(response: Pick<Response, "status" | "headers">, text: string): Failure {
  const { status, headers } = response;
  const [mediaType = ""] = (headers.get("content-type") ?? "").toLowerCase().split(/\s*;/);
  const shared = {
    status,
    retryAfterInSeconds: readRetryAfter(headers.get("retry-after")),
  };
  // API Gateway adds its request id to every response, even if the body is not from the function.
  const headerId = headers.get("x-amzn-requestid") ?? undefined;
  const members = /^application\/(\w+\+)?(problem\+)?json$/.test(mediaType) ? parseObject(text) : undefined;
  if (members === undefined || status < 400) {
    return { kind: "unreadable", mediaType, requestId: headerId, ...shared };
  }
  return {
    kind: "problem",
    title: textOf(members.title),
    // API Gateway's own errors contain the reason in `message`, if an API has no gateway responses.
    detail: textOf(members.detail) ?? textOf(members.message),
    requestId: textOf(members.requestId) ?? headerId,
    ...shared,
  };
}

/** @param value - seconds or a date (RFC 9110) */
function readRetryAfter(value: string | null): number | undefined {
  if (value === null) return undefined;
  if (/^\d+$/.test(value)) return Number(value);
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : Math.max(0, Math.ceil((time - Date.now()) / 1_000));
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value : undefined;
}

const HEADLINES: Readonly<Record<number, string>> = {
  400: "The model cannot read this input",
  403: "This stage refuses the request",
  406: "The model does not answer in the requested format",
  413: "The input is too large",
  415: "The model does not accept this content type",
  429: "Too many requests at once",
  500: "The stage failed",
  502: "The model failed",
  503: "The model cannot answer now",
  504: "The model did not answer in time",
};

/** Describes a failure: the event, its meaning, and the next step. */
export function describeFailure(failure: Failure): FailureText {
  if (failure.kind === "form") {
    return {
      headline: "This form has an error",
      text: "The form could not read your input, and nothing was sent. Your input is still here. Report the error to the operator of this stage.",
      reference: [],
      retryAfterInSeconds: undefined,
    };
  }
  if (failure.kind === "unreachable") {
    return {
      headline: failure.isOffline ? "This device is offline" : "The stage could not be reached",
      text: failure.isOffline
        ? "There is no network connection. Your input is still here: try again once you are back online."
        : `There was no answer from ${new URL(failure.url).host}. The stage is stopped, or a firewall or a proxy blocks it. Your input is still here: try again in a moment.`,
      reference: [],
      retryAfterInSeconds: undefined,
    };
  }
  const { status, requestId, retryAfterInSeconds } = failure;
  const id = requestId === undefined ? [] : [`request ${requestId}`];
  if (failure.kind === "unreadable") {
    const kind = failure.mediaType === "" ? "no media type" : failure.mediaType;
    return {
      headline: "The answer is not from this stage",
      text: `This page cannot read the answer (${kind}). A server between this page and the model answered in place of the model. Try again. If the error stays, report it to the operator of this stage.`,
      reference: [`status ${status}`, ...id],
      retryAfterInSeconds,
    };
  }
  const { title, detail } = failure;
  return {
    headline: HEADLINES[status] ?? title ?? (status >= 500 ? "The stage failed" : "The request was refused"),
    text: detail ?? "The stage gave no reason.",
    reference: [...(title === undefined ? [] : [title]), `status ${status}`, ...id],
    retryAfterInSeconds,
  };
}

/** Describes when to try again. @param left - seconds until then */
export function describeRetry(left: number): string {
  return left > 0 ? `You can try again in ${seconds(left)}.` : "You can try again now.";
}
