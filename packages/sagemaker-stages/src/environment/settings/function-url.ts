import type * as z from "zod";
import { ORIGIN, ORIGIN_ALLOWED, ORIGIN_SOURCE } from "../patterns";
import { inWords } from "../report";
import { listOf, rule, settings, textLike, withDefault } from "./setting";

const MAX_ORIGINS = 100;

/** Settings of a function URL. Its authorization is always AWS_IAM. */
export const functionUrlSettings = settings({
  /**
   * Origins whose pages may read answers (CORS), each as in `corsAllowOrigin`; 1–100 origins.
   *
   * @default ["*"]
   */
  corsAllowOrigins: withDefault(
    rule(listOf(textLike(ORIGIN, ORIGIN_ALLOWED, ORIGIN_SOURCE)), {
      holds: ({ length }) => length >= 1 && length <= MAX_ORIGINS,
      allowed: `1–${MAX_ORIGINS} origins`,
      source: "https://docs.aws.amazon.com/lambda/latest/api/API_Cors.html",
      got: (origins) => (origins.length === 0 ? origins : inWords(`${origins.length} origins`)),
    }),
    ["*"],
  ),
});

/** Settings of a function URL. */
export type FunctionUrlSettings = z.input<typeof functionUrlSettings>;

/** {@link FunctionUrlSettings} with defaults. */
export type ParsedFunctionUrlSettings = z.output<typeof functionUrlSettings>;
