import type * as z from "zod";
import { websiteDomain } from "./domain";
import { firewallSettings } from "./firewall";
import { oneOf, optional, rule, settings, text, withDefault } from "./setting";
import { signInSettings } from "./sign-in";

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

  /**
   * A firewall (AWS WAF) in front of the page. It costs $8 a month with its defaults, and $0.60 per million requests, in
   * addition to a firewall of the stage. With `{}`, all settings have their defaults.
   *
   * @default - no firewall
   */
  firewall: optional(firewallSettings),

  /**
   * A domain name for the page, e.g. `https://models.example.com`. The stage then allows only pages of this origin (CORS): at
   * CloudFront's own name, the page still loads, but cannot call routes.
   *
   * @default - none: `https://<id>.cloudfront.net`
   */
  domain: optional(websiteDomain),

  /**
   * Let users sign in on the page, and call the models that the setting names. The environment creates a Cognito user pool, its
   * sign-in form, and an identity pool. The identity pool gives a signed-in user temporary credentials of a role that may call
   * exactly these routes and function URLs. `docs/sign-in.md` describes the sign-in.
   *
   * @default - no sign-in: the page has forms only for models whose access is `PUBLIC`
   */
  signIn: optional(signInSettings),
});

/** Settings of the web page. */
export type WebsiteSettings = z.input<typeof websiteSettings>;

/** {@link WebsiteSettings} with defaults. */
export type ParsedWebsiteSettings = z.output<typeof websiteSettings>;

/** The page that the local stage shows for an environment without a `website`. */
export const LOCAL_WEBSITE: ParsedWebsiteSettings = websiteSettings.parse({});
