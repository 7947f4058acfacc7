import type { CallerResponse } from "./contract";

/** An answer, ready for its caller. */
export interface ReadyAnswer {
  /** What a direct invocation receives: plain JSON, or the text that answers a text. */
  readonly bare: unknown;
  /** The body of an answer over HTTP; the JSON of `bare` where there is none. */
  readonly body?: string;
  /** Media type of the body. */
  readonly contentType: string;
  /** Whether `body` is bytes in base64. */
  readonly isBase64?: boolean;
  /** Status and headers that the contract sets. */
  readonly response?: CallerResponse | undefined;
}
