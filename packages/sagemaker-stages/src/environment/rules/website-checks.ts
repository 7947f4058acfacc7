import { partitionOf } from "../../aws/partition";
import { asyncOf } from "../async-requests";
import type { Environment } from "../environment";
import type { FaultCollector } from "../fault-collector";
import { routeAccess } from "../model-settings";
import {
  isListedOrigin,
  LISTED_ORIGIN_ALLOWED,
  LISTED_ORIGIN_SOURCE,
  originsOf,
} from "../settings/cors-origins";
import { checkSignIn } from "./sign-in-checks";

/** Checks that an environment can host the web page. @param collector - collects the faults of the environment */
export function checkWebsite(environment: Environment, collector: FaultCollector): void {
  const { website, region, stage, models } = environment;
  if (website === undefined) return;
  collector.require(
    partitionOf(region) === "aws",
    "website",
    website,
    `no website in ${region}`,
    "CloudFront is not available in AWS GovCloud (US), and is a separate service in China: https://docs.aws.amazon.com/govcloud-us/latest/UserGuide/setting-up-cloudfront.html, https://docs.amazonaws.cn/en_us/AmazonCloudFront/latest/DeveloperGuide/cloudfront-in-china-how-works.html",
  );
  const accesses = Object.values(models)
    .filter((settings) => asyncOf(settings) === undefined)
    .map(routeAccess);
  collector.require(
    website.signIn !== undefined || accesses.includes("PUBLIC"),
    "website",
    website,
    "no website, or a model with the access PUBLIC, or website.signIn",
    "the page can call only public routes without instances.async, and models that signIn names",
  );
  if (website.signIn !== undefined) {
    checkSignIn(website.signIn, environment, collector.in("website.signIn"));
  }
  collector.require(
    stage.corsAllowOrigin !== "*",
    "stage.corsAllowOrigin",
    stage.corsAllowOrigin,
    'no corsAllowOrigin, or origins of further pages, e.g. ["https://app.example.com"]',
    "the origin of the page is always allowed, and * cannot be combined with an origin",
  );
  checkOriginsBesidePage(environment, collector);
}

/** Beside the page, a single origin is one of several: it must have the form of an origin in a list. */
function checkOriginsBesidePage({ website, stage }: Environment, collector: FaultCollector): void {
  const { corsAllowOrigin: setting = "*" } = stage;
  if (setting === "*") return;
  if (typeof setting === "string") {
    collector.require(
      isListedOrigin(setting),
      "stage.corsAllowOrigin",
      setting,
      LISTED_ORIGIN_ALLOWED,
      LISTED_ORIGIN_SOURCE,
    );
  }
  const ofPage = `https://${website?.domain?.name ?? ""}`;
  collector.require(
    !originsOf(setting).includes(ofPage),
    "stage.corsAllowOrigin",
    setting,
    `origins of further pages, without ${ofPage}`,
    "the origin of the page is always allowed",
  );
}
