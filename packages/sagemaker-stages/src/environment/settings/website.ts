import type * as z from "zod";
import { oneOf, settings, withDefault } from "./setting";

const PRICE_CLASSES = ["PriceClass_100", "PriceClass_200", "PriceClass_All"] as const;

/** The web page. */
export const websiteSettings = settings({
  /**
   * The edge locations of CloudFront that serve the page; `PriceClass_100` is North America, Europe and Israel
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

/** The web page. */
export type WebsiteSettings = z.input<typeof websiteSettings>;

/** {@link WebsiteSettings} with defaults. */
export type ParsedWebsiteSettings = z.output<typeof websiteSettings>;
