import type * as z from "zod";
import { oneOf, rule, settings, text, withDefault } from "./setting";

const PRICE_CLASSES = ["PriceClass_100", "PriceClass_200", "PriceClass_All"] as const;

/** Any character, except control characters and the line breaks of Unicode. */
const TITLE = /^[^\p{Cc}\u2028\u2029]{1,60}$/u;

/** Settings of the web page. */
export const websiteSettings = settings({
  /**
   * The heading of the page and the name of its tab: plain text of 1–60 characters in one line. The local stage also shows
   * the default for an environment without a `website`.
   *
   * @default "Try the models"
   */
  title: withDefault(
    rule(text, {
      holds: (title) => TITLE.test(title) && title.trim() === title,
      allowed: "1–60 characters in one line, without leading or trailing spaces",
      source: "the title is the heading of the page and the name of its tab",
    }),
    "Try the models",
  ),

  /**
   * The edge locations of CloudFront that serve the page: `PriceClass_100` (North America, Europe and Israel),
   * `PriceClass_200` or `PriceClass_All`
   * (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/PriceClass.html).
   *
   * @default "PriceClass_100"
   */
  priceClass: withDefault(
    oneOf(
      PRICE_CLASSES,
      "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/PriceClass.html",
    ),
    "PriceClass_100",
  ),
});

/** Settings of the web page. */
export type WebsiteSettings = z.input<typeof websiteSettings>;

/** {@link WebsiteSettings} with defaults. */
export type ParsedWebsiteSettings = z.output<typeof websiteSettings>;

/** The page that the local stage shows for an environment without a `website`. */
export const LOCAL_WEBSITE: ParsedWebsiteSettings = websiteSettings.parse({});
