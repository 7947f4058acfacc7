import type { CallerResponse } from "./contract";

/** An answer in the media type that the caller receives. */
export interface ReadyAnswer {
  /** The answer to a direct invocation: plain JSON, or a text if the request was a text. */
  readonly bare: unknown;
  /** The body of an answer over HTTP. @default - the JSON of `bare` */
  readonly body?: string;
  /** Media type of the body. */
  readonly contentType: string;
  /** Whether `body` is bytes in base64. */
  readonly isBase64?: boolean;
  /** The contract's status and headers. */
  readonly response?: CallerResponse | undefined;
}
