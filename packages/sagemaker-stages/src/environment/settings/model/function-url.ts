import type * as z from "zod";
import { raw } from "../../fault-collector";
import { ORIGIN, ORIGIN_ALLOWED, ORIGIN_SOURCE } from "../../patterns";
import { listOf, rule, settings, textLike, withDefault } from "../setting";

const MAX_ORIGINS = 100;

/** Settings of a function URL. The authorization of a function URL is always `AWS_IAM`. */
export const functionUrlSettings = settings({
  /**
   * Origins whose pages may read answers (CORS): 1–100 origins, each in the format of `stage.corsAllowOrigin`.
   *
   * @default ["*"]
   */
  corsAllowOrigins: withDefault(
    rule(listOf(textLike(ORIGIN, ORIGIN_ALLOWED, ORIGIN_SOURCE)), {
      holds: ({ length }) => length >= 1 && length <= MAX_ORIGINS,
      allowed: `1–${MAX_ORIGINS} origins`,
      source: "https://docs.aws.amazon.com/lambda/latest/api/API_Cors.html",
      got: (origins) => (origins.length === 0 ? origins : raw(`${origins.length} origins`)),
    }),
    ["*"],
  ),
});

/** Settings of a function URL. */
export type FunctionUrlSettings = z.input<typeof functionUrlSettings>;

/** {@link FunctionUrlSettings} with defaults. */
export type ParsedFunctionUrlSettings = z.output<typeof functionUrlSettings>;
